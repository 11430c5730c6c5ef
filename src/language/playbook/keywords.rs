//! The keywords that plays, roles, blocks and tasks share, and how a child inherits them.

use std::sync::Arc;

use crate::language::{Map, Place, Value};

/// A keyword with one value, of which the nearest wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keyword {
    AnyErrorsFatal,
    Become,
    BecomeExe,
    BecomeFlags,
    BecomeMethod,
    BecomeUser,
    CheckMode,
    Collections,
    Connection,
    Debugger,
    DelegateFacts,
    DelegateTo,
    Diff,
    IgnoreErrors,
    IgnoreUnreachable,
    NoLog,
    Port,
    RemoteUser,
    RunOnce,
    Throttle,
    Timeout,
}

/// Where a keyword may stand.
pub mod place {
    /// In a play.
    pub const PLAY: u8 = 1;
    /// In a role entry.
    pub const ROLE: u8 = 2;
    /// In a block.
    pub const BLOCK: u8 = 4;
    /// In a task or handler.
    pub const TASK: u8 = 8;
    /// Anywhere.
    pub const ANY: u8 = 15;
    /// In blocks and tasks.
    pub const BLOCK_TASK: u8 = BLOCK | TASK;
}

/// The spelling of every inherited keyword and where it may stand.
pub const TABLE: &[(&str, Keyword, u8)] = &[
    ("any_errors_fatal", Keyword::AnyErrorsFatal, place::ANY),
    ("become", Keyword::Become, place::ANY),
    ("become_exe", Keyword::BecomeExe, place::ANY),
    ("become_flags", Keyword::BecomeFlags, place::ANY),
    ("become_method", Keyword::BecomeMethod, place::ANY),
    ("become_user", Keyword::BecomeUser, place::ANY),
    ("check_mode", Keyword::CheckMode, place::ANY),
    ("collections", Keyword::Collections, place::ANY),
    ("connection", Keyword::Connection, place::ANY),
    ("debugger", Keyword::Debugger, place::ANY),
    ("delegate_facts", Keyword::DelegateFacts, place::BLOCK_TASK),
    ("delegate_to", Keyword::DelegateTo, place::BLOCK_TASK),
    ("diff", Keyword::Diff, place::ANY),
    ("ignore_errors", Keyword::IgnoreErrors, place::ANY),
    ("ignore_unreachable", Keyword::IgnoreUnreachable, place::ANY),
    ("no_log", Keyword::NoLog, place::ANY),
    ("port", Keyword::Port, place::ANY),
    ("remote_user", Keyword::RemoteUser, place::ANY),
    ("run_once", Keyword::RunOnce, place::ANY),
    ("throttle", Keyword::Throttle, place::ANY),
    ("timeout", Keyword::Timeout, place::ANY),
];

/// One entry of a `when`, `until`, `failed_when` or `that`: an expression, or a template that gives a boolean.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The expression (a string), a template, or a plain boolean.
    pub value: Value,
    /// Where it stands.
    pub place: Place,
}

/// What a task knows of its surroundings: its own keywords merged over those of the blocks, roles and the play around it.
#[derive(Clone, Debug, Default)]
pub struct Keywords {
    single: Vec<(Keyword, Value)>,
    /// Conditions, the outermost first.
    pub when: Vec<Condition>,
    /// Tags, of all levels.
    pub tags: Vec<Arc<str>>,
    /// `environment` of every level, the outermost first.
    pub environment: Vec<Value>,
    /// `module_defaults` of every level, the outermost first.
    pub module_defaults: Vec<Value>,
    /// `notify` of the nearest block that has one.
    pub notify: Vec<Value>,
    /// `vars` of blocks and tasks, the outermost first.
    pub vars: Vec<Arc<Map>>,
}

impl Keywords {
    /// The value of `keyword`, the nearest one.
    pub fn get(&self, keyword: Keyword) -> Option<&Value> {
        self.single.iter().find(|(k, _)| *k == keyword).map(|(_, v)| v)
    }

    /// Sets `keyword` at this level.
    pub fn set(&mut self, keyword: Keyword, value: Value) {
        self.single.retain(|(k, _)| *k != keyword);
        self.single.push((keyword, value));
    }

    /// These keywords over those of `outer`.
    pub fn within(mut self, outer: &Keywords) -> Keywords {
        for (keyword, value) in &outer.single {
            if self.get(*keyword).is_none() {
                self.single.push((*keyword, value.clone()));
            }
        }
        if self.notify.is_empty() {
            self.notify = outer.notify.clone();
        }
        prepend(&mut self.when, &outer.when);
        prepend(&mut self.environment, &outer.environment);
        prepend(&mut self.module_defaults, &outer.module_defaults);
        prepend(&mut self.vars, &outer.vars);
        for tag in &outer.tags {
            if !self.tags.contains(tag) {
                self.tags.push(tag.clone());
            }
        }
        self
    }

    /// Keywords given as a mapping of evaluated values, as in `apply`.
    pub fn from_value(value: &Value, place: &Place) -> Keywords {
        let mut keywords = Keywords::default();
        for (name, value) in value.as_map().into_iter().flatten() {
            let texts = || match value {
                Value::List(items) => items.to_vec(),
                single => vec![single.clone()],
            };
            match name.as_str().unwrap_or_default() {
                "tags" => keywords.tags = texts().iter().filter_map(|t| t.as_str().map(Arc::from)).collect(),
                "when" => keywords.when = texts().into_iter().map(|value| Condition { value, place: place.clone() }).collect(),
                "environment" => keywords.environment = vec![value.clone()],
                "vars" => keywords.vars.extend(match value {
                    Value::Map(map) => Some(map.clone()),
                    _ => None,
                }),
                other => {
                    if let Some((_, keyword, _)) = TABLE.iter().find(|(known, ..)| *known == other) {
                        keywords.set(*keyword, value.clone());
                    }
                }
            }
        }
        keywords
    }
}

fn prepend<T: Clone>(own: &mut Vec<T>, outer: &[T]) {
    if !outer.is_empty() {
        own.splice(0..0, outer.iter().cloned());
    }
}
