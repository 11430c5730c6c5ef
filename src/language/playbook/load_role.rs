//! From a role's directory to its variables, tasks and handlers.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::language::yaml::Node;
use crate::language::{Diagnostic, Key, Map, Place, Value};

use super::fields::Fields;
use super::keywords::{Keywords, place};
use super::load_task::Surroundings;
use super::loader::Loader;
use super::role::{Role, main_file};
use super::task::{Item, Task};

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
}

/// What a play gathers from its roles.
#[derive(Default)]
pub(super) struct Gathered {
    pub items: Vec<Item>,
    pub handlers: Vec<Arc<Task>>,
    pub roles: Vec<Arc<Role>>,
    seen: Vec<String>,
}

impl Loader {
    /// One entry of `roles:` or of a role's dependencies, with the dependencies before it.
    pub(super) fn role_entry(&self, node: &Node, around: &Surroundings, parent: Option<&Arc<Role>>, gathered: &mut Gathered) {
        let Some((name, keywords, vars, params)) = self.read_entry(node) else { return };
        let mut around = Surroundings { keywords: Arc::new(keywords.within(&around.keywords)), ..around.clone() };
        around.role = parent.cloned();
        let files = RoleFiles::default();
        let Some(role) = self.role(&name, &files, &around, &node.place, vars, params) else { return };
        if role.lineage().iter().filter(|n| **n == role.name.as_ref()).count() > 1 {
            self.report(
                Diagnostic::new(format!("the roles {} depend on each other in a circle", role.lineage().join(" <- "))).at(&node.place),
            );
            return;
        }
        let meta = main_file(&role.path.join("meta"), "main").and_then(|path| self.file(&path, None));
        let allow_duplicates =
            meta.as_ref().and_then(|m| m.get("allow_duplicates")).is_some_and(|n| matches!(self.value(n), Value::Bool(true)));
        let mark =
            format!("{} {:?} {:?} {:?} {:?}", role.path.display(), role.params, role.vars, around.keywords.tags, around.keywords.when);
        if gathered.seen.contains(&mark) && !allow_duplicates {
            return;
        }
        gathered.seen.push(mark);
        let dependencies = meta.as_ref().and_then(|m| m.get("dependencies"));
        for dependency in dependencies.and_then(Node::as_list).unwrap_or_default() {
            self.role_entry(dependency, &around, Some(&role), gathered);
        }
        gathered.items.extend(self.role_tasks(&role, &files, &around, &node.place));
        gathered.handlers.extend(self.role_handlers(&role, &files, &around));
        gathered.roles.push(role);
    }

    fn read_entry(&self, node: &Node) -> Option<(String, Keywords, Arc<Map>, Arc<Map>)> {
        if let Some(name) = node.as_str() {
            let name = self.static_text(&self.template(name, &node.place), &Map::default(), &node.place)?;
            return Some((name, Keywords::default(), Arc::default(), Arc::default()));
        }
        let mut fields = Fields::of(self, node, "a role")?;
        let name = fields.take("role").or_else(|| fields.take("name"));
        let Some(name) = name.and_then(Node::as_str) else {
            self.report(Diagnostic::new("an entry of roles needs the name of a role").at(&node.place));
            return None;
        };
        let name = self.static_text(&self.template(name, &node.place), &Map::default(), &node.place)?;
        let _ = fields.take("name");
        let keywords = fields.keywords(place::ROLE);
        let vars = fields.take("vars").map(|n| self.vars(n, "vars")).unwrap_or_default();
        let params = fields.rest().iter().map(|(name, _, value)| (Key::from(*name), self.value(value))).collect();
        Some((name, keywords, vars, Arc::new(params)))
    }

    /// Finds a role and reads its variables.
    pub fn role(
        &self,
        name: &str,
        files: &RoleFiles,
        around: &Surroundings,
        at: &Place,
        vars: Arc<Map>,
        params: Arc<Map>,
    ) -> Option<Arc<Role>> {
        let searched = self.role_places(around);
        let Some(path) = searched.iter().map(|dir| dir.join(name)).chain([PathBuf::from(name)]).find(|p| p.is_dir()) else {
            let here = Path::new(".");
            let dirs = searched.iter().map(|dir| if dir.as_os_str().is_empty() { here } else { dir });
            let dirs: Vec<String> = dirs.map(|dir| dir.display().to_string()).collect();
            self.report(Diagnostic::new(format!("the role '{name}' was not found")).at(at).hint(format!("looked in {}", dirs.join(", "))));
            return None;
        };
        let read = |part: &str, from: &Option<String>| self.role_vars(&path.join(part), from.as_deref());
        let defaults = read("defaults", &files.defaults);
        let mut own = Map::clone(&read("vars", &files.vars));
        own.extend(vars.iter().map(|(k, v)| (k.clone(), v.clone())));
        Some(Arc::new(Role { name: name.into(), path: path.clone(), defaults, vars: Arc::new(own), params, parent: around.role.clone() }))
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
            Some(path) => self.task_file(&path, &inside, Some(at)),
            None if files.tasks.is_some() => {
                let wanted = files.tasks.as_deref().unwrap_or("main");
                self.report(Diagnostic::new(format!("could not find the file '{wanted}' of tasks in {}", dir.display())).at(at));
                Vec::new()
            }
            None => Vec::new(),
        }
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
