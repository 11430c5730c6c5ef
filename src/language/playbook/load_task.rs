//! From YAML to tasks and blocks.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::language::template;
use crate::language::yaml::{Node, NodeKind};
use crate::language::{Diagnostic, Place, Value};

use super::fields::Fields;
use super::keywords::{Keywords, place};
use super::load_role::Gathered;
use super::loader::Loader;
use super::role::Role;
use super::task::{Block, Item, Loop, Task};

/// The keywords that only tasks have.
pub(super) const TASK_KEYWORDS: &[&str] = &[
    "name",
    "action",
    "local_action",
    "args",
    "async",
    "poll",
    "changed_when",
    "failed_when",
    "loop",
    "loop_control",
    "notify",
    "register",
    "until",
    "retries",
    "delay",
    "listen",
    "vars",
    "when",
    "tags",
    "environment",
    "module_defaults",
];

/// The keywords that an include may have.
const INCLUDE_KEYWORDS: &[&str] = &[
    "args",
    "collections",
    "debugger",
    "ignore_errors",
    "loop",
    "loop_control",
    "name",
    "no_log",
    "register",
    "run_once",
    "tags",
    "timeout",
    "vars",
    "when",
    // As a handler.
    "listen",
];

/// What surrounds a list of tasks.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// The keywords around it.
    pub keywords: Arc<Keywords>,
    /// The role it belongs to.
    pub role: Option<Arc<Role>>,
    /// The directory of the playbook.
    pub play_dir: PathBuf,
    /// The directory of the file it stands in.
    pub dir: PathBuf,
    /// Whether these are handlers.
    pub handlers: bool,
    /// Names of the files that are being imported, against cycles.
    pub importing: Vec<PathBuf>,
    /// What imported roles bring beside their tasks.
    pub imported: Arc<Mutex<Gathered>>,
}

impl Surroundings {
    pub(super) fn with(&self, keywords: Keywords) -> Surroundings {
        Surroundings { keywords: Arc::new(keywords), ..self.clone() }
    }
}

impl Loader {
    /// A list of tasks and blocks.
    pub fn items(&self, node: &Node, around: &Surroundings) -> Vec<Item> {
        match &node.kind {
            NodeKind::List(nodes) => nodes.iter().flat_map(|n| self.item(n, around)).collect(),
            NodeKind::Null => Vec::new(),
            _ => {
                self.report(Diagnostic::new(format!("a list of tasks is expected here, not {}", node.kind_name())).at(&node.place));
                Vec::new()
            }
        }
    }

    /// The tasks of a file.
    pub fn task_file(&self, path: &Path, around: &Surroundings, named_at: Option<&Place>) -> Vec<Item> {
        let Some(node) = self.file(path, named_at) else { return Vec::new() };
        let mut inside = around.clone();
        inside.dir = path.parent().map_or_else(PathBuf::new, Path::to_path_buf);
        inside.importing.push(path.to_path_buf());
        self.items(&node, &inside)
    }

    fn item(&self, node: &Node, around: &Surroundings) -> Vec<Item> {
        let Some(fields) = Fields::of(self, node, "a task") else { return Vec::new() };
        if fields.has("block") || fields.has("rescue") || fields.has("always") {
            return self.block(fields, around).map(|b| Item::Block(Arc::new(b))).into_iter().collect();
        }
        self.check_include(&fields);
        let Some(task) = self.task(fields, around) else { return Vec::new() };
        match task.action.short() {
            "import_tasks" => self.import_tasks(task, around),
            "import_role" => self.import_role(task, around),
            _ => vec![Item::Task(Arc::new(task))],
        }
    }

    /// Keywords that an include cannot have, as they would say nothing about the tasks it brings in.
    fn check_include(&self, fields: &Fields) {
        let kinds = [("include_tasks", "TaskInclude"), ("include_role", "IncludeRole")];
        let kind = kinds.iter().find(|(name, _)| fields.has(name) || fields.has(&format!("ansible.builtin.{name}")));
        let Some((module, kind)) = kind else { return };
        for (name, key, _) in fields.rest().iter().filter(|(name, ..)| !name.ends_with(module)) {
            if !INCLUDE_KEYWORDS.contains(name) && !name.starts_with("with_") {
                let problem = Diagnostic::new(format!("'{name}' is not a valid attribute for a {kind}")).at(&key.place);
                self.report(problem.hint(format!("put it into apply: {module}: {{apply: {{{name}: …}}}}")));
            }
        }
    }

    fn block(&self, mut fields: Fields, around: &Surroundings) -> Option<Block> {
        let place = fields.place.clone();
        if !fields.has("block") {
            self.report(Diagnostic::new("rescue and always need a block").at(&place));
            return None;
        }
        let name = fields.value("name");
        let mut keywords = fields.keywords(place::BLOCK);
        keywords.notify = fields.list("notify").into_iter().map(|(value, _)| value).collect();
        if let Some(vars) = fields.take("vars") {
            keywords.vars.push(self.vars(vars, "vars"));
        }
        let inside = around.with(keywords.within(&around.keywords));
        let mut part = |name: &str| fields.take(name).map(|node| self.items(node, &inside));
        let (block, rescue, always) = (part("block").unwrap_or_default(), part("rescue"), part("always").unwrap_or_default());
        fields.nothing_else("Block", &["block", "rescue", "always", "name", "vars", "when", "tags", "become", "delegate_to"]);
        Some(Block { place, name, block, rescue, always })
    }

    fn task(&self, mut fields: Fields, around: &Surroundings) -> Option<Task> {
        let place = fields.place.clone();
        let name = fields.value("name");
        let mut keywords = fields.keywords(place::TASK);
        let own_vars = fields.take("vars").map(|node| self.vars(node, "vars"));
        keywords.vars.extend(own_vars.clone());
        let looped = self.looped(&mut fields);
        let (register, changed_when, failed_when) =
            (fields.text("register"), fields.conditions("changed_when"), fields.conditions("failed_when"));
        let (until, retries, delay) = (fields.conditions("until"), fields.value("retries"), fields.value("delay"));
        let (async_seconds, poll) = (fields.value("async"), fields.value("poll"));
        let mut texts = |name: &str| fields.list(name).into_iter().map(|(value, _)| value).collect::<Vec<_>>();
        let (notify, listen) = (texts("notify"), texts("listen"));
        let action = self.action(fields, &mut keywords)?;
        let notify = if notify.is_empty() { around.keywords.notify.clone() } else { notify };
        Some(Task {
            place,
            name,
            action,
            keywords: keywords.within(&around.keywords),
            around: around.keywords.clone(),
            own_vars,
            looped,
            register,
            changed_when,
            failed_when,
            until,
            retries,
            delay,
            notify,
            listen,
            async_seconds,
            poll,
            role: around.role.clone(),
            dir: around.dir.clone(),
            implicit: false,
        })
    }

    fn looped(&self, fields: &mut Fields) -> Option<Loop> {
        let with = fields.rest().iter().map(|(name, ..)| *name).find(|name| name.starts_with("with_"));
        let (lookup, over) = match with {
            Some(name) => (Some(Arc::from(&name[5..])), fields.value(name)?),
            // A loop over nothing at all is none.
            None => (None, fields.value("loop").filter(|over| !matches!(over, Value::Null))?),
        };
        let mut looped = Loop {
            lookup,
            over,
            var: "item".into(),
            index_var: None,
            label: None,
            pause: None,
            extended: None,
            allitems: true,
            break_when: None,
        };
        if let Some(mut control) = fields.take("loop_control").and_then(|node| Fields::of(self, node, "loop_control")) {
            looped.var = control.text("loop_var").unwrap_or(looped.var);
            looped.index_var = control.text("index_var");
            looped.label = control.value("label");
            looped.pause = control.value("pause");
            looped.extended = control.value("extended");
            looped.allitems = !matches!(control.value("extended_allitems"), Some(Value::Bool(false)));
            looped.break_when = control.conditions("break_when");
            control.nothing_else("LoopControl", &["loop_var", "index_var", "label", "pause", "extended", "break_when"]);
        }
        Some(looped)
    }

    pub(super) fn template(&self, text: &str, at: &Place) -> Value {
        template::string(text, Some(at)).unwrap_or_else(|problem| {
            self.report(problem.at(at));
            Value::Null
        })
    }
}
