//! Static imports: what they name takes their place while the playbook is read.

use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use crate::language::{Diagnostic, Map, Value};

use super::load_role::{RoleFiles, RoleUse};
use super::load_task::Surroundings;
use super::loader::Loader;
use super::task::{Item, Task};

impl Loader {
    /// The tasks of the file that `import_tasks` names.
    pub(super) fn import_tasks(&self, task: Task, around: &Surroundings) -> Vec<Item> {
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

    /// The tasks of the role that `import_role` names.
    pub(super) fn import_role(&self, task: Task, around: &Surroundings) -> Vec<Item> {
        let args = &task.action.args;
        let at = &task.action.place;
        let text = |name: &str| args.get(name).and_then(|v| self.static_text(v, &Map::default(), at));
        let Some(name) = text("name").or_else(|| text("role")).or_else(|| text("_raw_params")) else {
            self.report(Diagnostic::new("import_role needs the name of a role").at(at));
            return Vec::new();
        };
        let files = RoleFiles::of(text, matches!(args.get("rolespec_validate"), Some(Value::Bool(false))));
        let again = !matches!(args.get("allow_duplicates"), Some(Value::Bool(false)));
        let inside = around.with(task.keywords);
        let usage = RoleUse { name, files, ..RoleUse::default() };
        let mut gathered = self.gather(&usage, &inside, at, again);
        let items = std::mem::take(&mut gathered.items);
        around.imported.lock().unwrap_or_else(PoisonError::into_inner).extend(gathered);
        items
    }
}
