//! The controller's half of what tasks do. Most modules need none: their arguments are evaluated here and the host does the rest.

mod argument_spec;
mod arguments;
mod content;
mod control;
mod copy;
mod data;
mod fetch;
mod include_vars;
mod inclusion;
mod incoming;
mod inventory;
mod patience;
mod remote;
mod template;
mod wait;

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::language::playbook::Task;
use crate::modules::Fields;

use super::event::TaskLabel;
use super::host::HostState;
use super::outcome::Outcome;
use super::scope::TaskScope;

pub use arguments::arguments;
pub use inventory::join;

/// One action about to be carried out.
pub struct Call<'a> {
    pub task: &'a Arc<Task>,
    pub label: &'a Arc<TaskLabel>,
    pub stage: usize,
    /// The variables of the host the task belongs to.
    pub scope: &'a TaskScope,
    /// The host it is done on.
    pub at: &'a Arc<HostState>,
    /// The evaluated arguments.
    pub args: Fields,
    pub check: bool,
    pub diff: bool,
    pub environment: BTreeMap<String, String>,
    /// Seconds after which it is ended, when it is a job in the background.
    pub limit: Option<u64>,
}

impl Call<'_> {
    /// An argument as text.
    pub fn text(&self, name: &str) -> Option<String> {
        match self.args.get(name)? {
            Json::Null => None,
            Json::String(text) => Some(text.clone()),
            other => Some(crate::modules::text(other)),
        }
    }

    /// An argument as a boolean.
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.args.get(name).and_then(crate::modules::boolean)
    }

    /// An argument as a list of texts; a single text is split at commas.
    pub fn texts(&self, name: &str) -> Vec<String> {
        match self.args.get(name) {
            Some(Json::Array(items)) => items.iter().map(crate::modules::text).collect(),
            Some(Json::String(text)) => text.split(',').map(|part| part.trim().to_string()).collect(),
            _ => Vec::new(),
        }
    }
}

type Work<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// An action of the controller.
struct Action {
    name: &'static str,
    /// Its parameters; `None` when they have free names.
    params: Option<&'static [&'static str]>,
    run: for<'a> fn(Call<'a>) -> Work<'a>,
}

macro_rules! action {
    ($name:literal, $params:expr, $run:path) => {
        Action { name: $name, params: $params, run: |call| Box::pin($run(call)) }
    };
}

const ROLE_PARAMS: &[&str] = &[
    "name",
    "role",
    "tasks_from",
    "vars_from",
    "defaults_from",
    "handlers_from",
    "public",
    "apply",
    "allow_duplicates",
    "rolespec_validate",
];

/// Every action of the controller.
static ACTIONS: &[Action] = &[
    action!("add_host", None, inventory::add_host),
    action!("assert", Some(&["that", "fail_msg", "msg", "success_msg", "quiet"]), control::assert),
    action!("assemble", None, copy::assemble),
    action!("async_status", Some(&["jid", "mode"]), control::async_status),
    action!("copy", None, copy::copy),
    action!("debug", Some(&["msg", "var", "verbosity"]), control::debug),
    action!("fail", Some(&["msg"]), control::fail),
    action!("fetch", Some(&["src", "dest", "flat", "fail_on_missing", "validate_checksum"]), fetch::fetch),
    action!("group_by", Some(&["key", "parents"]), inventory::group_by),
    action!("include_role", Some(ROLE_PARAMS), inclusion::include_role),
    action!("include_tasks", Some(&["file", "apply"]), inclusion::include_tasks),
    action!("include_vars", Some(include_vars::PARAMS), include_vars::include_vars),
    action!("meta", Some(&[]), control::meta),
    action!("pause", Some(&["seconds", "minutes", "prompt", "echo"]), wait::pause),
    action!("raw", Some(&["executable"]), remote::raw),
    action!("reboot", Some(wait::REBOOT), wait::reboot),
    action!("script", None, copy::script),
    action!("set_fact", None, data::set_fact),
    action!("template", None, template::template),
    action!("unarchive", None, copy::unarchive),
    action!("validate_argument_spec", Some(argument_spec::PARAMS), argument_spec::validate),
    action!("wait_for_connection", Some(wait::CONNECTION), wait::wait_for_connection),
];

/// Actions that only prepare a module of the same name, whose parameters are then checked by the module's own spec.
const PREPARING: &[&str] = &["assemble", "copy", "script", "unarchive"];

/// What the engine carries out itself, for the check of a playbook: see [`crate::plan::check`].
pub fn known(name: &str) -> Option<Option<&'static [&'static str]>> {
    if PREPARING.contains(&name) {
        return None;
    }
    if name == "gather_facts" || name == "import_tasks" || name == "import_role" {
        return Some(None);
    }
    ACTIONS.iter().find(|action| action.name == name).map(|action| action.params)
}

/// Whether an action is done once for all hosts, for the first of them.
pub fn bypasses_hosts(task: &Task) -> bool {
    matches!(task.action.short(), "add_host" | "pause")
}

/// Carries out a task's action.
pub async fn dispatch(call: Call<'_>) -> Outcome {
    let short = call.task.action.short();
    match ACTIONS.iter().find(|action| action.name == short) {
        Some(action) => (action.run)(call).await,
        None => remote::module(call).await,
    }
}
