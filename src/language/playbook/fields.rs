//! The entries of a mapping that stands for a play, block or task: taken one by one, so that what is left is unknown.

use std::sync::Arc;

use crate::language::yaml::{Node, NodeKind};
use crate::language::{Diagnostic, Place, Value};

use super::keywords::{Condition, Keyword, Keywords, TABLE};
use super::loader::Loader;

/// The entries that have not been taken yet.
pub struct Fields<'a> {
    pub loader: &'a Loader,
    pub place: Place,
    entries: Vec<(&'a str, &'a Node, &'a Node)>,
}

impl<'a> Fields<'a> {
    /// The entries of `node`, which must be a mapping; `what` it stands for is named in the mistake when it is none.
    pub fn of(loader: &'a Loader, node: &'a Node, what: &str) -> Option<Fields<'a>> {
        let NodeKind::Map(pairs) = &node.kind else {
            loader.report(Diagnostic::new(format!("{what} must be a mapping, not {}", node.kind_name())).at(&node.place));
            return None;
        };
        let mut entries = Vec::with_capacity(pairs.len());
        for (key, value) in pairs {
            match key.as_str() {
                Some(name) => entries.push((name, key, value)),
                None => loader.report(Diagnostic::new(format!("a keyword of {what} must be a string")).at(&key.place)),
            }
        }
        Some(Fields { loader, place: node.place.clone(), entries })
    }

    /// Takes the entry `name`.
    pub fn take(&mut self, name: &str) -> Option<&'a Node> {
        let at = self.entries.iter().position(|(n, ..)| *n == name)?;
        Some(self.entries.remove(at).2)
    }

    /// Whether the entry is there.
    pub fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|(n, ..)| *n == name)
    }

    /// Takes an entry as a value.
    pub fn value(&mut self, name: &str) -> Option<Value> {
        let node = self.take(name)?;
        Some(self.value_of(node))
    }

    /// Takes an entry that must be plain text.
    pub fn text(&mut self, name: &str) -> Option<Arc<str>> {
        let node = self.take(name)?;
        if node.as_str().is_none() {
            self.loader.report(Diagnostic::new(format!("{name} must be a string, not {}", node.kind_name())).at(&node.place));
        }
        node.as_str().map(Arc::from)
    }

    /// A keyword's value; one that looks like a date is the text that was written.
    fn value_of(&self, node: &Node) -> Value {
        match &node.kind {
            NodeKind::Time(text) => Value::str(text.as_str()),
            _ => self.loader.value(node),
        }
    }

    /// Takes an entry that is a list, or a single value that stands for a list of one.
    pub fn list(&mut self, name: &str) -> Vec<(Value, Place)> {
        let Some(node) = self.take(name) else { return Vec::new() };
        match &node.kind {
            NodeKind::List(items) => items.iter().map(|item| (self.value_of(item), item.place.clone())).collect(),
            NodeKind::Null => Vec::new(),
            _ => vec![(self.value_of(node), node.place.clone())],
        }
    }

    /// Takes a list of conditions; the syntax of each is checked.
    pub fn conditions(&mut self, name: &str) -> Option<Vec<Condition>> {
        self.has(name).then(|| {
            let given = self.list(name);
            given.into_iter().map(|(value, place)| self.condition(value, place)).collect()
        })
    }

    fn condition(&self, value: Value, place: Place) -> Condition {
        if let Value::Str(expression) = &value
            && let Err(problem) = crate::language::template::check_expression(expression, Some(&place))
        {
            self.loader.report(problem.at(&place));
        }
        Condition { value, place }
    }

    /// Takes the keywords that children inherit, as far as they may stand at this level.
    pub fn keywords(&mut self, level: u8) -> Keywords {
        let mut keywords = Keywords::default();
        for (name, keyword, levels) in TABLE {
            if levels & level == 0 {
                continue;
            }
            if let Some(node) = self.take(name) {
                keywords.set(*keyword, self.value_of(node));
            }
        }
        keywords.when = self.conditions("when").unwrap_or_default();
        keywords.tags = self.tags();
        keywords.environment = self.list("environment").into_iter().map(|(value, _)| value).collect();
        keywords.module_defaults = self.list("module_defaults").into_iter().map(|(value, _)| value).collect();
        if keywords.get(Keyword::RunOnce).is_some_and(|v| matches!(v, Value::Bool(true))) && keywords.get(Keyword::AnyErrorsFatal).is_none()
        {
            keywords.set(Keyword::AnyErrorsFatal, Value::Bool(true));
        }
        keywords
    }

    fn tags(&mut self) -> Vec<Arc<str>> {
        let given = self.list("tags");
        let texts = given.iter().filter_map(|(value, place)| match value {
            Value::Template(_) => self.loader.static_text(value, &Default::default(), place),
            Value::Null => None,
            other => Some(other.as_str().map_or_else(|| other.to_json().to_string(), str::to_string)),
        });
        texts.flat_map(|t| t.split(',').map(|tag| Arc::from(tag.trim())).collect::<Vec<_>>()).collect()
    }

    /// What has not been taken: `(name, key, value)`.
    pub fn rest(&self) -> &[(&'a str, &'a Node, &'a Node)] {
        &self.entries
    }

    /// Reports what has not been taken as unknown.
    pub fn nothing_else(self, what: &str, known: &[&str]) {
        for (name, key, _) in &self.entries {
            let problem = Diagnostic::new(format!("'{name}' is not a valid attribute for a {what}")).at(&key.place);
            self.loader.report(match nearest(name, known) {
                Some(meant) => problem.hint(format!("did you mean '{meant}'?")),
                None => problem,
            });
        }
    }
}

/// The known name that `name` most likely stands for.
pub fn nearest<'n>(name: &str, known: &[&'n str]) -> Option<&'n str> {
    let distances = known.iter().map(|k| (strsim::damerau_levenshtein(name, k), *k));
    distances.min().filter(|(distance, _)| *distance <= 1 + name.len() / 4).map(|(_, k)| k)
}
