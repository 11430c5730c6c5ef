//! How one task ended on one host, and what its result says.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::language::playbook::{Item, Role, Task};
use crate::language::{Diagnostic, Map};
use crate::modules::Fields;

use super::event::{Status, UNKNOWN};

/// The field of a result that says where a mistake stands; fields of this prefix are never registered.
pub const PLACE: &str = "_rplay_place";
/// The field of a result that says what would mend a mistake.
pub const HINT: &str = "_rplay_hint";

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
    /// Variables to keep as they were written, templates among them, instead of the result's facts.
    pub vars: Option<Map>,
    /// The handlers to notify when something changed.
    pub notify: Vec<String>,
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
    /// Put the host into these groups, each below its parents: once the whole task is done, so that its loop sees none of it.
    Join(Vec<(String, Vec<String>)>),
}

/// Tasks that a dynamic include brings in.
#[derive(Debug, Clone)]
pub struct Inclusion {
    /// What is included, as people see it; hosts with the same text and variables share the tasks.
    pub name: String,
    /// The item of the loop it comes from, as people see it.
    pub item: Option<String>,
    /// The tasks.
    pub items: Arc<Vec<Item>>,
    /// The variables they see beside their own.
    pub vars: Arc<Map>,
    /// Handlers that come along.
    pub handlers: Vec<Arc<Task>>,
    /// Roles whose variables the whole play sees from then on.
    pub roles: Vec<Arc<Role>>,
}

impl Outcome {
    /// An outcome whose status follows from the result's fields.
    pub fn of(result: Fields) -> Outcome {
        let status = status(&result);
        Outcome { result, status, ignored: false, effect: None, vars: None, notify: Vec::new(), delegate: None, no_log: false }
    }

    /// A failure with a message.
    pub fn failed(msg: impl Into<String>) -> Outcome {
        Outcome::of(fields([("failed", true.into()), ("changed", false.into()), ("msg", Json::from(msg.into()))]))
    }

    /// A failure for a mistake in the playbook: the message as Ansible words it, the place and the hint apart.
    pub fn mistake(problem: &Diagnostic) -> Outcome {
        let mut outcome = Outcome::failed(format!("Task failed: {}", problem.message));
        outcome.locate(problem);
        outcome
    }

    /// Notes where a mistake stands and what would mend it, for people to see beside the result.
    pub fn locate(&mut self, problem: &Diagnostic) {
        let place = problem.place.as_ref().map(|place| (PLACE, place.to_string()));
        let hint = problem.hint.clone().map(|hint| (HINT, hint));
        self.result.extend(place.into_iter().chain(hint).map(|(name, text)| (name.to_string(), text.into())));
    }

    /// A host that cannot be reached.
    pub fn unreachable(msg: impl Into<String>) -> Outcome {
        Outcome::of(fields([("unreachable", true.into()), ("changed", false.into()), ("msg", Json::from(msg.into()))]))
    }

    /// A task that was skipped.
    pub fn skipped(reason: &str, condition: Option<Json>) -> Outcome {
        let mut result = fields([("changed", false.into()), ("skipped", true.into()), ("skip_reason", reason.into())]);
        if let Some(condition) = condition {
            result.insert("false_condition".into(), condition);
        }
        Outcome::of(result)
    }

    /// In a check: a task that nobody can judge before the changes are made that the check only told of.
    pub fn unknown(why: &str) -> Outcome {
        let mut outcome = Outcome::skipped("not known before the changes above are made", None);
        outcome.result.insert(UNKNOWN.into(), why.into());
        outcome
    }

    /// Adds the fields that every result has.
    pub fn complete(&mut self) {
        if self.status != Status::Unreachable {
            self.result.entry("changed").or_insert(false.into());
            self.result.entry("failed").or_insert((self.status == Status::Failed).into());
        }
    }

    /// Whether it is an include whose file or role could not be read, which nothing lets pass.
    pub fn is_missing_file(&self) -> bool {
        self.result.contains_key("reason")
    }

    /// Whether the host may go on.
    pub fn goes_on(&self) -> bool {
        self.ignored || !matches!(self.status, Status::Failed | Status::Unreachable)
    }
}

/// How a result counts.
pub fn status(result: &Fields) -> Status {
    let is = |name: &str| result.get(name).and_then(Json::as_bool).unwrap_or(false);
    match () {
        () if is("unreachable") => Status::Unreachable,
        () if is("failed") => Status::Failed,
        () if is("skipped") => Status::Skipped,
        () if is("changed") => Status::Changed,
        () => Status::Ok,
    }
}

/// A result of these fields.
pub fn fields<const N: usize>(entries: [(&str, Json); N]) -> Fields {
    entries.into_iter().map(|(name, value)| (name.to_string(), value)).collect()
}
