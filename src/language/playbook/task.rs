//! Tasks, blocks and what lists of tasks hold.

use std::path::PathBuf;
use std::sync::Arc;

use crate::language::{Map, Place, Value};

use super::keywords::{Condition, Keywords};
use super::role::Role;

/// One entry of a list of tasks.
#[derive(Clone, Debug)]
pub enum Item {
    /// A task.
    Task(Arc<Task>),
    /// A block with its rescue and always.
    Block(Arc<Block>),
    /// The tasks of a role.
    Role(Arc<RoleTasks>),
    /// Pending handlers run here.
    Flush,
}

/// `block`, `rescue`, `always`.
#[derive(Debug)]
pub struct Block {
    /// Where it stands.
    pub place: Place,
    /// Its name.
    pub name: Option<Value>,
    /// What is tried.
    pub block: Vec<Item>,
    /// What hosts do that failed in it; `None` when there is no rescue.
    pub rescue: Option<Vec<Item>>,
    /// What all hosts do in the end.
    pub always: Vec<Item>,
}

/// The tasks of one use of a role.
#[derive(Debug)]
pub struct RoleTasks {
    /// The role.
    pub role: Arc<Role>,
    /// What it does.
    pub items: Vec<Item>,
    /// Whether hosts do it that did it before in the same play.
    pub again: bool,
}

/// A task or handler.
#[derive(Debug)]
pub struct Task {
    /// Where it stands.
    pub place: Place,
    /// Its name, when it was given one.
    pub name: Option<Value>,
    /// What it does.
    pub action: Action,
    /// Its keywords, merged over those around it.
    pub keywords: Keywords,
    /// The keywords around it, without its own: what the tasks of a dynamic include inherit.
    pub around: Arc<Keywords>,
    /// The `vars` of the task itself, which are its parameters when it is an include.
    pub own_vars: Option<Arc<Map>>,
    /// Its loop.
    pub looped: Option<Loop>,
    /// The variable that holds its result.
    pub register: Option<Arc<str>>,
    /// When the result counts as changed.
    pub changed_when: Option<Vec<Condition>>,
    /// When the result counts as failed.
    pub failed_when: Option<Vec<Condition>>,
    /// Tried again until this holds.
    pub until: Option<Vec<Condition>>,
    /// How often it is tried again.
    pub retries: Option<Value>,
    /// Seconds between tries.
    pub delay: Option<Value>,
    /// The handlers it notifies.
    pub notify: Vec<Value>,
    /// As a handler: the topics it listens to.
    pub listen: Vec<Value>,
    /// Seconds it may take in the background.
    pub async_seconds: Option<Value>,
    /// Seconds between looks at a background task.
    pub poll: Option<Value>,
    /// The role it belongs to.
    pub role: Option<Arc<Role>>,
    /// The directory of the file it stands in.
    pub dir: PathBuf,
    /// Whether the engine put it there (`Gathering Facts`).
    pub implicit: bool,
}

/// The module of a task and its arguments, not yet evaluated.
#[derive(Clone, Debug)]
pub struct Action {
    /// The module, as it was written.
    pub module: Arc<str>,
    /// Arguments by name.
    pub args: Map,
    /// `args: "{{ … }}"`, or a whole module argument that is a template: a mapping once evaluated.
    pub whole: Option<Value>,
    /// Where each argument stands.
    pub places: Vec<(Arc<str>, Place)>,
    /// Where the module stands.
    pub place: Place,
}

impl Action {
    /// The module's name without its collection.
    pub fn short(&self) -> &str {
        self.module.rsplit_once('.').map_or(&self.module, |(_, short)| short)
    }

    /// Where argument `name` stands.
    pub fn place_of(&self, name: &str) -> &Place {
        self.places.iter().find(|(n, _)| n.as_ref() == name).map_or(&self.place, |(_, p)| p)
    }
}

/// `loop` or `with_…`, and its `loop_control`.
#[derive(Debug, Clone)]
pub struct Loop {
    /// The lookup that gives the items; `None` for `loop`.
    pub lookup: Option<Arc<str>>,
    /// The items, or the lookup's terms.
    pub over: Value,
    /// The name of the loop variable.
    pub var: Arc<str>,
    /// The name of the index variable.
    pub index_var: Option<Arc<str>>,
    /// What is shown of each item.
    pub label: Option<Value>,
    /// Seconds between items.
    pub pause: Option<Value>,
    /// Whether `ansible_loop` is set.
    pub extended: Option<Value>,
    /// Whether `ansible_loop` has all items in it.
    pub allitems: bool,
    /// Ends the loop early.
    pub break_when: Option<Vec<Condition>>,
}

impl Task {
    /// A task that nobody wrote: it has a name, a module and keywords, and nothing else.
    pub fn implied(name: &str, action: Action, keywords: Keywords, role: Option<Arc<Role>>, dir: PathBuf) -> Task {
        Task {
            place: action.place.clone(),
            name: Some(Value::from(name)),
            action,
            keywords,
            around: Arc::default(),
            own_vars: None,
            looped: None,
            register: None,
            changed_when: None,
            failed_when: None,
            until: None,
            retries: None,
            delay: None,
            notify: Vec::new(),
            listen: Vec::new(),
            async_seconds: None,
            poll: None,
            role,
            dir,
            implicit: true,
        }
    }

    /// The name people see before anything is evaluated.
    pub fn title(&self) -> String {
        let own = match &self.name {
            Some(Value::Template(t)) => t.source().to_string(),
            Some(value) => value.as_str().map_or_else(String::new, str::to_string),
            None if self.action.short() == "include_role" => {
                return match self.action.args.get("name").or_else(|| self.action.args.get("role")) {
                    Some(Value::Template(t)) => format!("{} : {}", self.action.module, t.source()),
                    name => format!("{} : {}", self.action.module, name.and_then(Value::as_str).unwrap_or_default()),
                };
            }
            None => self.action.module.to_string(),
        };
        match &self.role {
            Some(role) => format!("{} : {own}", role.name),
            None => own,
        }
    }

    /// As a handler: the topics it listens to, as far as they are plain text.
    pub fn topics(&self) -> impl Iterator<Item = Arc<str>> {
        let texts = |value: &Value| match value {
            Value::List(items) => items.iter().filter_map(Value::as_str).map(Arc::from).collect::<Vec<_>>(),
            other => other.as_str().map(Arc::from).into_iter().collect(),
        };
        self.listen.iter().flat_map(texts).collect::<Vec<Arc<str>>>().into_iter()
    }

    /// Whether the task brings in others when it runs.
    pub fn is_include(&self) -> bool {
        matches!(self.action.short(), "include_tasks" | "include_role")
    }
}
