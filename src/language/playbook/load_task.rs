//! From YAML to tasks and blocks.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::language::template;
use crate::language::yaml::{Node, NodeKind};
use crate::language::{Diagnostic, Key, Map, Place, Value};

use super::fields::{Fields, nearest};
use super::free_form::{self, FREE_FORM, RAW_PARAMS};
use super::keywords::{Keyword, Keywords, place};
use super::load_role::{Gathered, RoleFiles, RoleUse};
use super::loader::Loader;
use super::role::Role;
use super::task::{Action, Block, Item, Loop, Task};

/// The keywords that only tasks have.
const TASK_KEYWORDS: &[&str] = &[
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
    fn with(&self, keywords: Keywords) -> Surroundings {
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
            None => (None, fields.value("loop")?),
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

    /// The module and its arguments: the one entry that is no keyword.
    fn action(&self, mut fields: Fields, keywords: &mut Keywords) -> Option<Action> {
        let args = fields.take("args");
        let mut action = if let Some(node) = fields.take("action") {
            self.old_action(node)?
        } else if let Some(node) = fields.take("local_action") {
            keywords.set(Keyword::DelegateTo, Value::from("localhost"));
            self.old_action(node)?
        } else {
            let (first, others) = fields.rest().split_first().or_else(|| {
                self.report(Diagnostic::new("no module/action detected in task").at(&fields.place));
                None
            })?;
            if let Some((second, key, _)) = others.first() {
                let problem = Diagnostic::new(format!("conflicting action statements: {}, {second}", first.0)).at(&key.place);
                let known: Vec<&str> = TASK_KEYWORDS.iter().copied().chain(super::keywords::TABLE.iter().map(|(n, ..)| *n)).collect();
                let meant = [first.0, second].into_iter().find_map(|name| nearest(name, &known).map(|k| (name, k)));
                self.report(match meant {
                    Some((name, keyword)) => problem.hint(format!("'{name}' looks like the keyword '{keyword}'")),
                    None => problem.hint("a task has one module; everything else must be a keyword"),
                });
                return None;
            }
            let (name, key, value) = first;
            self.module_line(name, value, &key.place)?
        };
        if let Some(node) = args {
            self.merge_args(&mut action, node);
        }
        Some(action)
    }

    /// `action: module k=v` or `action: {module: …, …}`.
    fn old_action(&self, node: &Node) -> Option<Action> {
        if let Some(line) = node.as_str() {
            let (module, rest) = line.trim().split_once(char::is_whitespace).unwrap_or((line.trim(), ""));
            return self.line(module, rest, &node.place);
        }
        let mut fields = Fields::of(self, node, "action")?;
        let module = fields.text("module")?;
        let mut action = empty(&module, &node.place);
        for (name, key, value) in fields.rest() {
            insert(&mut action, name, self.value(value), &key.place);
        }
        Some(action)
    }

    fn module_line(&self, module: &str, node: &Node, at: &Place) -> Option<Action> {
        match &node.kind {
            NodeKind::Null => Some(empty(module, at)),
            NodeKind::Map(pairs) => {
                let mut action = empty(module, at);
                for (key, value) in pairs {
                    let name = key.as_str().map_or_else(|| format!("{:?}", key.kind), str::to_string);
                    insert(&mut action, &name, self.value(value), &key.place);
                }
                Some(action)
            }
            NodeKind::Str { text, .. } => self.line(module, text, &node.place),
            NodeKind::List(_) if module == "add_host" || module == "assert" => None,
            _ => match self.value(node) {
                Value::List(_) => {
                    self.report(Diagnostic::new(format!("the arguments of {module} must be a mapping or a string")).at(&node.place));
                    None
                }
                scalar => self.line(module, &scalar.to_json().to_string(), &node.place),
            },
        }
    }

    fn line(&self, module: &str, text: &str, at: &Place) -> Option<Action> {
        let mut action = empty(module, at);
        let short = module.rsplit_once('.').map_or(module, |(_, s)| s);
        let trimmed = text.trim();
        if !FREE_FORM.contains(&short)
            && !RAW_PARAMS.contains(&short)
            && trimmed.starts_with("{{")
            && trimmed.ends_with("}}")
            && !trimmed[2..].contains("{{")
        {
            action.whole = Some(self.template(text, at));
            return Some(action);
        }
        let split = if FREE_FORM.contains(&short) { free_form::free_text(text) } else { free_form::pairs(text) };
        let line = split.map_err(|message| self.report(Diagnostic::new(message).at(at))).ok()?;
        for (name, value) in line.options {
            insert(&mut action, &name, self.template(&value, at), at);
        }
        if !line.rest.is_empty() {
            if !FREE_FORM.contains(&short) && !RAW_PARAMS.contains(&short) {
                let message = format!("this task '{module}' has extra params, which is only allowed for modules that take free text");
                self.report(
                    Diagnostic::new(message).at(at).hint(format!("write the arguments as a mapping; what is too much: {}", line.rest)),
                );
                return None;
            }
            insert(&mut action, "_raw_params", self.template(&line.rest, at), at);
        }
        Some(action)
    }

    /// `args:` beside the module; what stands on the module's line wins.
    fn merge_args(&self, action: &mut Action, node: &Node) {
        match self.value(node) {
            Value::Map(map) => {
                for (key, value) in map.iter() {
                    if !action.args.contains_key(key) {
                        insert(action, &key.to_string(), value.clone(), &node.place);
                    }
                }
            }
            template @ Value::Template(_) => action.whole = Some(template),
            Value::Null => {}
            _ => self.report(Diagnostic::new("args must be a mapping").at(&node.place)),
        }
    }

    pub(super) fn template(&self, text: &str, at: &Place) -> Value {
        template::string(text, Some(at)).unwrap_or_else(|problem| {
            self.report(problem.at(at));
            Value::Null
        })
    }

    fn import_tasks(&self, task: Task, around: &Surroundings) -> Vec<Item> {
        let at = task.action.place.clone();
        let named = task.action.args.get("file").or_else(|| task.action.args.get("_raw_params"));
        let Some(named) = named else {
            self.report(Diagnostic::new("import_tasks needs the name of a file").at(&at));
            return Vec::new();
        };
        if task.looped.is_some() {
            let problem = Diagnostic::new("you cannot use loops on 'import_tasks' statements");
            self.report(problem.at(&at).hint("use 'include_tasks' with a loop instead"));
            return Vec::new();
        }
        let vars = task.own_vars.clone().unwrap_or_default();
        let Some(name) = self.static_text(named, &vars, &at) else { return Vec::new() };
        let Some(path) = self.find_tasks(&name, around) else {
            self.report(Diagnostic::new(format!("could not find the file of tasks '{name}'")).at(&at));
            return Vec::new();
        };
        if around.importing.contains(&path) {
            self.report(Diagnostic::new(format!("import_tasks goes in a circle through {}", path.display())).at(&at));
            return Vec::new();
        }
        self.task_file(&path, &around.with(task.keywords), Some(&at))
    }

    /// A file of tasks, as tasks of `around` name it: beside the role's tasks first, then beside the file, then beside the playbook.
    pub fn find_tasks(&self, name: &str, around: &Surroundings) -> Option<PathBuf> {
        let given = Path::new(name);
        if given.is_absolute() {
            return given.exists().then(|| given.to_path_buf());
        }
        let part = if around.handlers { "handlers" } else { "tasks" };
        let role = around.role.iter().flat_map(|role| [role.path.join(part), role.path.join("tasks"), role.path.clone()]);
        role.chain([around.dir.clone(), around.play_dir.clone(), around.play_dir.join("tasks")])
            .map(|dir| dir.join(given))
            .find(|path| path.is_file())
    }

    fn import_role(&self, task: Task, around: &Surroundings) -> Vec<Item> {
        let args = &task.action.args;
        let at = &task.action.place;
        let text = |name: &str| args.get(name).and_then(|v| self.static_text(v, &Map::default(), at));
        let Some(name) = text("name").or_else(|| text("role")).or_else(|| text("_raw_params")) else {
            self.report(Diagnostic::new("import_role needs the name of a role").at(at));
            return Vec::new();
        };
        let from = |part: &str| text(&format!("{part}_from"));
        let files = RoleFiles {
            tasks: from("tasks"),
            vars: from("vars"),
            defaults: from("defaults"),
            handlers: from("handlers"),
            unchecked: matches!(args.get("rolespec_validate"), Some(Value::Bool(false))),
        };
        let again = !matches!(args.get("allow_duplicates"), Some(Value::Bool(false)));
        let inside = around.with(task.keywords);
        let usage = RoleUse { name, files, ..RoleUse::default() };
        let mut gathered = self.gather(&usage, &inside, at, again);
        let items = std::mem::take(&mut gathered.items);
        around.imported.lock().unwrap_or_else(PoisonError::into_inner).extend(gathered);
        items
    }
}

fn empty(module: &str, at: &Place) -> Action {
    Action { module: module.into(), args: Map::default(), whole: None, places: Vec::new(), place: at.clone() }
}

fn insert(action: &mut Action, name: &str, value: Value, at: &Place) {
    action.args.insert(Key::from(name), value);
    action.places.push((name.into(), at.clone()));
}
