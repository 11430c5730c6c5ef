//! How one task ended on one host, and what its result says.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::language::Map;
use crate::language::playbook::Item;
use crate::modules::Fields;

use super::event::{Status, UNKNOWN};

/// How a task, or one item of it, ended on a host.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The result.
    pub result: Fields,
    /// How it counts.
    pub status: Status,
    /// Whether a failure counts for nothing.
    pub ignored: bool,
    /// What the task asks the engine to do.
    pub effect: Option<Effect>,
    /// The host it was delegated to.
    pub delegate: Option<Arc<str>>,
    /// Whether its result must not be shown.
    pub no_log: bool,
}

/// What a task asks the engine to do beyond its own result.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Run these tasks next on the host, with these variables.
    Include(Vec<Inclusion>),
    /// `meta: …`.
    Meta(String),
}

/// Tasks that a dynamic include brings in.
#[derive(Debug, Clone)]
pub struct Inclusion {
    /// What is included, as people see it; hosts with the same text and variables share the tasks.
    pub name: String,
    /// The tasks.
    pub items: Arc<Vec<Item>>,
    /// The variables they see beside their own.
    pub vars: Arc<Map>,
    /// Handlers that come along.
    pub handlers: Vec<Arc<crate::language::playbook::Task>>,
}

impl Outcome {
    /// An outcome whose status follows from the result's fields.
    pub fn of(result: Fields) -> Outcome {
        let is = |name: &str| result.get(name).and_then(Json::as_bool).unwrap_or(false);
        let status = match () {
            () if is("unreachable") => Status::Unreachable,
            () if is("failed") => Status::Failed,
            () if is("skipped") => Status::Skipped,
            () if is("changed") => Status::Changed,
            () => Status::Ok,
        };
        Outcome { result, status, ignored: false, effect: None, delegate: None, no_log: false }
    }

    /// A failure with a message.
    pub fn failed(msg: impl Into<String>) -> Outcome {
        Outcome::of(fields([("failed", true.into()), ("changed", false.into()), ("msg", Json::from(msg.into()))]))
    }

    /// A host that cannot be reached.
    pub fn unreachable(msg: impl Into<String>) -> Outcome {
        Outcome::of(fields([("unreachable", true.into()), ("changed", false.into()), ("msg", Json::from(msg.into()))]))
    }

    /// A task that was skipped.
    pub fn skipped(reason: &str, condition: Option<String>) -> Outcome {
        let mut result = fields([("changed", false.into()), ("skipped", true.into()), ("skip_reason", reason.into())]);
        if let Some(condition) = condition {
            result.insert("false_condition".into(), condition.into());
        }
        Outcome::of(result)
    }

    /// In a check: a task that nobody can judge before the changes are made that the check only told of.
    pub fn unknown(why: &str) -> Outcome {
        let mut outcome = Outcome::skipped("not known before the changes above are made", None);
        outcome.result.insert(UNKNOWN.into(), why.into());
        outcome
    }

    /// Whether the host may go on.
    pub fn goes_on(&self) -> bool {
        self.ignored || !matches!(self.status, Status::Failed | Status::Unreachable)
    }
}

/// A result of these fields.
pub fn fields<const N: usize>(entries: [(&str, Json); N]) -> Fields {
    entries.into_iter().map(|(name, value)| (name.to_string(), value)).collect()
}
