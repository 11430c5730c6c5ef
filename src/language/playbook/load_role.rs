//! From a role's directory to its variables, tasks and handlers.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::language::place::shown;
use crate::language::yaml::Node;
use crate::language::{Diagnostic, Key, Map, Place, Value};

use super::fields::Fields;
use super::keywords::{Keywords, place};
use super::load_task::Surroundings;
use super::loader::Loader;
use super::role::{Role, main_file};
use super::task::{Action, Item, RoleTasks, Task};

/// Which files of a role are meant, when not `main`.
#[derive(Clone, Debug, Default)]
pub struct RoleFiles {
    /// `tasks_from`.
    pub tasks: Option<String>,
    /// `vars_from`.
    pub vars: Option<String>,
    /// `defaults_from`.
    pub defaults: Option<String>,
    /// `handlers_from`.
    pub handlers: Option<String>,
    /// `rolespec_validate` was set to false: the role's arguments are not held to its specification.
    pub unchecked: bool,
}

impl RoleFiles {
    /// The parameters that name them.
    pub const PARAMS: [&str; 4] = ["tasks_from", "vars_from", "defaults_from", "handlers_from"];

    /// What the parameters of an import or include say.
    pub fn of(text: impl Fn(&str) -> Option<String>, unchecked: bool) -> RoleFiles {
        let [tasks, vars, defaults, handlers] = RoleFiles::PARAMS.map(text);
        RoleFiles { tasks, vars, defaults, handlers, unchecked }
    }
}

/// One use of a role, as it is written.
#[derive(Debug, Default)]
pub struct RoleUse {
    /// The role's name.
    pub name: String,
    /// Which of its files are meant.
    pub files: RoleFiles,
    /// The keywords of the entry itself.
    pub keywords: Keywords,
    /// Its `vars`.
    pub vars: Arc<Map>,
    /// Everything else, which are parameters.
    pub params: Arc<Map>,
    /// Whether another role depends on it.
    pub depended_on: bool,
}

/// What a play gathers from its roles.
#[derive(Debug, Default)]
pub struct Gathered {
    /// Their tasks.
    pub items: Vec<Item>,
    /// Their handlers.
    pub handlers: Vec<Arc<Task>>,
    /// The roles, dependencies first.
    pub roles: Vec<Arc<Role>>,
    seen: Vec<Arc<str>>,
}

impl Gathered {
    /// Adds handlers and roles that were not there before.
    pub fn extend(&mut self, other: Gathered) {
        self.items.extend(other.items);
        let known = |role: &Option<Arc<Role>>| role.as_ref().is_some_and(|role| self.seen.contains(&role.identity));
        let handlers: Vec<_> = other.handlers.into_iter().filter(|handler| !known(&handler.role)).collect();
        self.handlers.extend(handlers);
        self.roles.extend(other.roles);
        self.seen.extend(other.seen);
    }

    fn add(&mut self, role: Arc<Role>, items: Vec<Item>, handlers: Vec<Arc<Task>>, again: bool) {
        self.items.push(Item::Role(Arc::new(RoleTasks { role: role.clone(), items, again })));
        if !self.seen.contains(&role.identity) {
            self.seen.push(role.identity.clone());
            self.handlers.extend(handlers);
        }
        self.roles.push(role);
    }
}

impl Loader {
    /// One entry of `roles:` or of a role's dependencies, with the dependencies before it.
    pub(super) fn role_entry(&self, node: &Node, around: &Surroundings, parent: Option<&Arc<Role>>, gathered: &mut Gathered) {
        let Some(usage) = self.read_entry(node) else { return };
        let usage = RoleUse { depended_on: parent.is_some(), ..usage };
        let mut around = Surroundings { keywords: Arc::new(usage.keywords.clone().within(&around.keywords)), ..around.clone() };
        around.role = parent.cloned();
        let Some(role) = self.role(&usage, &around, &node.place) else { return };
        if role.lineage().iter().filter(|n| **n == role.name.as_ref()).count() > 1 {
            let message = format!("the roles {} depend on each other in a circle", role.lineage().join(" <- "));
            return self.report(Diagnostic::new(message).at(&node.place));
        }
        let allow = self.allows_duplicates(&role);
        self.add_role(role, &usage.files, &around, &node.place, allow, gathered);
    }

    /// A role that a task brings in, with its dependencies before it.
    pub fn gather(&self, usage: &RoleUse, around: &Surroundings, at: &Place, again: bool) -> Gathered {
        let mut gathered = Gathered::default();
        if let Some(role) = self.role(usage, around, at) {
            self.add_role(role, &usage.files, around, at, again, &mut gathered);
        }
        gathered
    }

    fn add_role(&self, role: Arc<Role>, files: &RoleFiles, around: &Surroundings, at: &Place, again: bool, gathered: &mut Gathered) {
        let meta = self.role_meta(&role);
        for dependency in meta.as_ref().and_then(|meta| meta.get("dependencies")).and_then(Node::as_list).unwrap_or_default() {
            self.role_entry(dependency, around, Some(&role), gathered);
        }
        let items = self.role_tasks(&role, files, around, at);
        let handlers = self.role_handlers(&role, files, around);
        gathered.add(role, items, handlers, again);
    }

    fn role_meta(&self, role: &Role) -> Option<Arc<Node>> {
        main_file(&role.path.join("meta"), "main").and_then(|path| self.file(&path, None))
    }

    fn allows_duplicates(&self, role: &Role) -> bool {
        let meta = self.role_meta(role);
        meta.as_ref().and_then(|m| m.get("allow_duplicates")).is_some_and(|n| matches!(self.value(n), Value::Bool(true)))
    }

    fn read_entry(&self, node: &Node) -> Option<RoleUse> {
        let named = |name: &str| self.static_text(&self.template(name, &node.place), &Map::default(), &node.place);
        if let Some(name) = node.as_str() {
            return Some(RoleUse { name: named(name)?, ..RoleUse::default() });
        }
        let mut fields = Fields::of(self, node, "a role")?;
        let name = fields.take("role").or_else(|| fields.take("name"));
        let Some(name) = name.and_then(Node::as_str) else {
            self.report(Diagnostic::new("an entry of roles needs the name of a role").at(&node.place));
            return None;
        };
        let name = named(name)?;
        let _ = fields.take("name");
        let keywords = fields.keywords(place::ROLE);
        let vars = fields.take("vars").map(|n| self.vars(n, "vars")).unwrap_or_default();
        let params = fields.rest().iter().map(|(name, _, value)| (Key::from(*name), self.value(value))).collect();
        Some(RoleUse { name, files: RoleFiles::default(), keywords, vars, params: Arc::new(params), depended_on: false })
    }

    /// Finds a role and reads its variables.
    pub fn role(&self, usage: &RoleUse, around: &Surroundings, at: &Place) -> Option<Arc<Role>> {
        let RoleUse { name, files, keywords, vars, params, .. } = usage;
        let searched = self.role_places(around);
        let Some(path) = searched.iter().map(|dir| dir.join(name)).chain([PathBuf::from(name)]).find(|p| p.is_dir()) else {
            let dirs: Vec<String> = searched.iter().map(|dir| shown(dir)).collect();
            self.report(Diagnostic::new(format!("the role '{name}' was not found")).at(at).hint(format!("looked in {}", dirs.join(", "))));
            return None;
        };
        let read = |part: &str, from: &Option<String>| self.role_vars(&path.join(part), from.as_deref());
        let identity = format!("{} {files:?} {params:?} {vars:?} {:?} {:?}", path.display(), keywords.tags, keywords.when);
        Some(Arc::new(Role {
            name: name.as_str().into(),
            defaults: read("defaults", &files.defaults),
            vars: read("vars", &files.vars),
            entry: vars.clone(),
            params: params.clone(),
            identity: identity.into(),
            depended_on: usage.depended_on,
            parent: around.role.clone(),
            path,
        }))
    }

    fn role_places(&self, around: &Surroundings) -> Vec<PathBuf> {
        let beside = around.role.iter().filter_map(|role| role.path.parent().map(Path::to_path_buf));
        let mut places: Vec<PathBuf> = vec![around.play_dir.join("roles")];
        places.extend(self.settings.roles_path.iter().cloned());
        places.extend(beside);
        places.extend([around.play_dir.join("../roles"), around.play_dir.clone()]);
        places
    }

    /// `main.yml`, or every file of a directory `main/` in order.
    fn role_vars(&self, dir: &Path, from: Option<&str>) -> Arc<Map> {
        let Some(path) = main_file(dir, from.unwrap_or("main")).or_else(|| from.map(|f| dir.join(f)).filter(|p| p.is_file())) else {
            return Arc::default();
        };
        if path.is_file() {
            return self.vars_file(&path, None);
        }
        let mut merged = Map::default();
        for file in files_below(&path) {
            merged.extend(self.vars_file(&file, None).iter().map(|(k, v)| (k.clone(), v.clone())));
        }
        Arc::new(merged)
    }

    /// The tasks of a role, with its keywords.
    pub fn role_tasks(&self, role: &Arc<Role>, files: &RoleFiles, around: &Surroundings, at: &Place) -> Vec<Item> {
        let dir = role.path.join("tasks");
        let inside = Surroundings { role: Some(role.clone()), handlers: false, ..around.clone() };
        match self.role_file(&dir, files.tasks.as_deref()) {
            Some(path) => {
                let mut items: Vec<Item> = self.validation(role, files, around, at).into_iter().collect();
                items.extend(self.task_file(&path, &inside, Some(at)));
                items
            }
            None if files.tasks.is_some() => {
                let wanted = files.tasks.as_deref().unwrap_or("main");
                self.report(Diagnostic::new(format!("could not find the file '{wanted}' of tasks in {}", dir.display())).at(at));
                Vec::new()
            }
            None => Vec::new(),
        }
    }

    /// The task that holds the role's arguments to its specification, where there is one for these tasks.
    fn validation(&self, role: &Arc<Role>, files: &RoleFiles, around: &Surroundings, at: &Place) -> Option<Item> {
        let meta = role.path.join("meta");
        let file =
            main_file(&meta, "argument_specs").or_else(|| main_file(&meta, "main")).filter(|path| path.is_file() && !files.unchecked)?;
        let entry = files.tasks.as_deref().unwrap_or("main");
        let document = self.file(&file, None)?;
        let spec = document.get("argument_specs")?.get(entry)?;
        let text = |value: &str| Value::from(value);
        let context = [
            ("type", text("role")),
            ("name", text(&role.name)),
            ("argument_spec_name", text(entry)),
            ("path", text(&role.path.display().to_string())),
        ];
        let context = Value::map(context.into_iter().map(|(key, value)| (Key::from(key), value)).collect());
        if spec.as_map().is_none_or(<[_]>::is_empty) {
            return None;
        }
        let options = spec.get("options").map_or_else(|| Value::map(Map::default()), |options| self.value(options));
        let args =
            [("argument_spec", options), ("provided_arguments", Value::Map(role.params.clone())), ("validate_args_context", context)];
        let args = args.into_iter().map(|(key, value)| (Key::from(key), value)).collect();
        let short = spec.get("short_description").and_then(Node::as_str).map(|text| format!(" - {text}"));
        let name = format!("Validating arguments against arg spec '{entry}'{}", short.unwrap_or_default());
        let action =
            Action { module: "ansible.builtin.validate_argument_spec".into(), args, whole: None, places: Vec::new(), place: at.clone() };
        let mut keywords = Keywords::default();
        keywords.tags.push("always".into());
        let keywords = keywords.within(&around.keywords);
        let dir = role.path.join("tasks");
        Some(Item::Task(Arc::new(Task::implied(&name, action, keywords, Some(role.clone()), dir))))
    }

    /// The handlers of a role.
    pub fn role_handlers(&self, role: &Arc<Role>, files: &RoleFiles, around: &Surroundings) -> Vec<Arc<Task>> {
        let inside = Surroundings { role: Some(role.clone()), handlers: true, ..around.clone() };
        let path = self.role_file(&role.path.join("handlers"), files.handlers.as_deref());
        path.map_or_else(Vec::new, |path| flat(self.task_file(&path, &inside, None)))
    }

    fn role_file(&self, dir: &Path, from: Option<&str>) -> Option<PathBuf> {
        let name = from.unwrap_or("main");
        Some(dir.join(name)).filter(|p| p.is_file()).or_else(|| main_file(dir, name).filter(|p| p.is_file()))
    }
}

/// Handlers have no blocks: their tasks in order.
pub(super) fn flat(items: Vec<Item>) -> Vec<Arc<Task>> {
    let mut tasks = Vec::new();
    for item in items {
        match item {
            Item::Task(task) => tasks.push(task),
            Item::Block(block) => tasks.extend(flat(block.block.clone())),
            Item::Role(role) => tasks.extend(flat(role.items.clone())),
            Item::Flush => {}
        }
    }
    tasks
}

fn files_below(dir: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(dir).into_iter().flatten().flatten().map(|e| e.path()).collect();
    entries.sort();
    entries.into_iter().flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}
