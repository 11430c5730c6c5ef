//! What a run would read only when it gets there, read now where its name is already known:
//! included tasks and roles, templates, files of variables.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::language::place::shown;
use crate::language::playbook::{Item, Keywords, Loader, Play, RoleFiles, RoleUse, Surroundings, Task, find_file, tasks_of};
use crate::language::{Diagnostic, Diagnostics, Value, template, vault};

use super::check::{Actions, check_action, is_known};

/// The mistakes in everything that `plays` name literally.
pub fn ahead(plays: &[Arc<Play>], loader: &Loader, actions: Actions) -> Diagnostics {
    let mut ahead = Ahead { loader, actions, play: None, seen: HashSet::new(), problems: Diagnostics::new() };
    for play in plays {
        ahead.vars_files(play);
        ahead.play = Some(play);
        play.tasks().into_iter().chain(&play.handlers).for_each(|task| ahead.task(task));
    }
    ahead.problems
}

struct Ahead<'a> {
    loader: &'a Loader,
    actions: Actions<'a>,
    play: Option<&'a Play>,
    /// What has been followed: a role or file is read once, however often it is included.
    seen: HashSet<PathBuf>,
    problems: Diagnostics,
}

impl Ahead<'_> {
    fn vars_files(&mut self, play: &Play) {
        for (entry, place) in &play.vars_files {
            let single = std::slice::from_ref(entry);
            let candidates = if let Value::List(items) = entry { items } else { single };
            let Some(names) = candidates.iter().map(Value::as_str).collect::<Option<Vec<&str>>>() else { continue };
            match names.iter().map(|name| play.dir.join(name)).find(|path| path.is_file()) {
                Some(path) => drop(self.loader.vars_file(&path, Some(place))),
                None => {
                    self.problems.push(Diagnostic::new(format!("could not find the file of variables '{}'", names.join("', '"))).at(place))
                }
            }
        }
    }

    fn task(&mut self, task: &Task) {
        match task.action.short() {
            "include_tasks" => self.include_tasks(task),
            "include_role" => self.include_role(task),
            "include_vars" => self.include_vars(task),
            "template" => self.template(task),
            _ => {}
        }
    }

    fn include_tasks(&mut self, task: &Task) {
        let Some((name, place)) = literal(task, &["file", "_raw_params"]) else { return };
        let around = self.around(task);
        let Some(path) = self.loader.find_tasks(name, &around) else {
            self.problems.push(Diagnostic::new(format!("could not find the file of tasks '{name}'")).at(place));
            return;
        };
        if self.seen.insert(path.clone()) {
            let items = self.loader.task_file(&path, &around, Some(place));
            self.items(&items);
        }
    }

    fn include_role(&mut self, task: &Task) {
        let Some((name, place)) = literal(task, &["name", "role"]) else { return };
        let args = &task.action.args;
        if RoleFiles::PARAMS.iter().filter_map(|param| args.get(*param)).any(|value| value.as_str().is_none()) {
            return;
        }
        let files = RoleFiles::of(|param| Some(args.get(param)?.as_str()?.to_string()), false);
        let around = self.around(task);
        let usage = RoleUse { name: name.to_string(), files, ..RoleUse::default() };
        let Some(role) = self.loader.role(&usage, &around, place) else { return };
        if self.seen.insert(role.path.join(usage.files.tasks.as_deref().unwrap_or_default())) {
            let gathered = self.loader.gather(&usage, &around, place, true);
            self.items(&gathered.items);
            gathered.handlers.iter().for_each(|handler| self.found(handler));
        }
    }

    fn items(&mut self, items: &[Item]) {
        tasks_of(items).into_iter().for_each(|task| self.found(task));
    }

    /// A task of an include. A module that is not known is no mistake there: the include may be for other hosts.
    fn found(&mut self, task: &Task) {
        let problems = check_action(&task.action, self.actions);
        match is_known(&task.action, self.actions) {
            true => self.problems.extend(problems),
            false => problems.into_iter().for_each(|problem| self.loader.warn(problem)),
        }
        self.task(task);
    }

    fn include_vars(&mut self, task: &Task) {
        let Some((name, place)) = literal(task, &["file", "_raw_params"]) else { return };
        if let Ok(path) = find_file(&self.search_path(task), "vars", name)
            && path.is_file()
        {
            self.loader.vars_file(&path, Some(place));
        }
    }

    fn template(&mut self, task: &Task) {
        let Some((name, place)) = literal(task, &["src"]) else { return };
        match find_file(&self.search_path(task), "templates", name) {
            Ok(path) => self.problems.extend(mistake_in(&path)),
            Err(searched) => {
                let searched: Vec<String> = searched.iter().map(|path| shown(path)).collect();
                let problem = Diagnostic::new(format!("could not find the template '{name}'")).at(place);
                self.problems.push(problem.hint(format!("looked for {}", searched.join(", "))));
            }
        }
    }

    fn search_path(&self, task: &Task) -> Vec<PathBuf> {
        task.search_path(self.play.map_or(Path::new(""), |play| &play.dir))
    }

    fn around(&self, task: &Task) -> Surroundings {
        Surroundings {
            keywords: Arc::new(Keywords::default()),
            role: task.role.clone(),
            play_dir: self.play.map(|play| play.dir.clone()).unwrap_or_default(),
            dir: task.dir.clone(),
            handlers: false,
            importing: Vec::new(),
            imported: Arc::default(),
        }
    }
}

/// The first of `params` that is given, when it is plain text.
fn literal<'t>(task: &'t Task, params: &[&str]) -> Option<(&'t str, &'t crate::language::Place)> {
    let (name, value) = params.iter().find_map(|name| Some((*name, task.action.args.get(*name)?)))?;
    Some((value.as_str()?, task.action.place_of(name)))
}

/// The mistake in a template; one that is encrypted or no text is left for the run.
fn mistake_in(path: &Path) -> Option<Diagnostic> {
    let text = std::fs::read_to_string(path).ok()?;
    if vault::is_encrypted(&text) {
        return None;
    }
    template::check_file(&text, &shown(path)).err()
}
