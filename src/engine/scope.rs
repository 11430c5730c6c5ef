//! The variables that one task on one host sees, in Ansible's order of precedence.

use std::path::PathBuf;
use std::sync::Arc;

use crate::language::playbook::{Role, Task};
use crate::language::template::{self, Scope};
use crate::language::vault::Secrets;
use crate::language::{Edition, Key, Map, Value};

use super::host::{HostState, HostVars};
use super::layers;
use super::run::Run;
use super::stage_vars::{Exposed, StageVars};

/// The variables of one task on one host.
#[derive(Clone)]
pub struct TaskScope {
    pub run: Arc<Run>,
    pub host: Arc<HostState>,
    pub stage: Option<Arc<StageVars>>,
    pub task: Option<Arc<Task>>,
    /// Parameters of the includes around the task, the outermost first.
    pub params: Arc<Vec<Arc<Map>>>,
    /// Loop variables and the result of the try before.
    pub locals: Map,
    /// The host the task is delegated to.
    pub delegate: Option<Arc<HostState>>,
    pub(super) vars: HostVars,
    pub(super) exposed: Arc<Exposed>,
    /// `vars_files` and the answers to `vars_prompt`.
    pub(super) files: Arc<Map>,
}

impl TaskScope {
    /// The scope of `task` on `host`.
    pub fn new(run: &Arc<Run>, host: &Arc<HostState>, stage: &Arc<StageVars>, task: &Arc<Task>, params: &Arc<Vec<Arc<Map>>>) -> TaskScope {
        let mut scope = TaskScope {
            run: run.clone(),
            host: host.clone(),
            stage: Some(stage.clone()),
            task: Some(task.clone()),
            params: params.clone(),
            locals: Map::default(),
            delegate: None,
            vars: host.vars(),
            exposed: stage.exposed(),
            files: Arc::default(),
        };
        // The names of the files may be made of all other variables.
        scope.files = stage.files.seen(&scope);
        scope
    }

    /// What `hostvars[host]` shows: the host's own variables without any play's or task's.
    pub fn of_host(run: &Arc<Run>, host: &Arc<HostState>) -> TaskScope {
        TaskScope {
            run: run.clone(),
            host: host.clone(),
            stage: None,
            task: None,
            params: Arc::default(),
            locals: Map::default(),
            delegate: None,
            vars: host.vars(),
            exposed: Arc::default(),
            files: Arc::default(),
        }
    }

    /// Looks at the host's variables anew.
    pub fn refresh(&mut self) {
        self.vars = self.host.vars();
    }

    /// The same scope with one more loop variable.
    pub fn local(&mut self, name: &str, value: Value) {
        self.locals.insert(Key::from(name), value);
    }

    /// The name of the task as people see it; what cannot be evaluated says why in its place.
    pub fn title(&self, task: &Task) -> String {
        let Some(name @ Value::Template(_)) = &task.name else { return task.title() };
        let own = template::describe(name, self);
        match &task.role {
            Some(role) if !own.contains(" : ") => format!("{} : {own}", role.name),
            _ => own,
        }
    }

    pub(super) fn role(&self) -> Option<&Arc<Role>> {
        self.task.as_ref()?.role.as_ref()
    }

    pub(super) fn lineage(&self) -> impl Iterator<Item = &Arc<Role>> {
        std::iter::successors(self.role(), |role| role.parent.as_ref())
    }

    /// The variable `name`, unless only the engine itself would give it.
    pub fn given(&self, name: &str) -> Option<Value> {
        self.locals.get(name).cloned().or_else(|| self.magic(name)).or_else(|| layers::variable(self, name))
    }
}

impl Scope for TaskScope {
    fn variable(&self, name: &str) -> Option<Value> {
        self.given(name).or_else(|| self.connection(name))
    }

    fn names(&self) -> Vec<Arc<str>> {
        let mut names: Vec<Arc<str>> = Vec::new();
        let stage = self.stage.as_deref();
        let stage_maps =
            stage.iter().map(|s| s.play.vars.as_ref()).chain([self.files.as_ref(), &self.exposed.vars, &self.exposed.defaults]);
        let roles = self.lineage().flat_map(|r| [r.params.as_ref(), &r.entry, &r.vars, &r.defaults]);
        let own = [self.vars.set.as_ref(), &self.vars.included, &self.vars.facts, &self.vars.inventory, &self.run.options.extra_vars];
        let task = self.task.iter().flat_map(|t| &t.keywords.vars).map(Arc::as_ref);
        for map in stage_maps.chain(roles).chain(own).chain(task).chain(self.params.iter().map(Arc::as_ref)) {
            names.extend(map.keys().filter_map(Key::as_str).map(Arc::from));
        }
        names.extend(self.locals.keys().filter_map(Key::as_str).map(Arc::from));
        names.sort();
        names.dedup();
        names
    }

    fn edition(&self) -> Edition {
        self.run.options.edition
    }

    fn secrets(&self) -> Option<&Secrets> {
        Some(&self.run.loader.settings().secrets)
    }

    fn search_path(&self) -> Vec<PathBuf> {
        let play_dir = self.stage.as_ref().map(|stage| stage.play.dir.as_path());
        match (&self.task, play_dir) {
            (Some(task), dir) => task.search_path(dir.unwrap_or(&task.dir)),
            (None, dir) => dir.map(PathBuf::from).into_iter().collect(),
        }
    }
}
