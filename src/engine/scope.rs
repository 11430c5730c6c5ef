//! The variables that one task on one host sees, in Ansible's order of precedence.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use indexmap::IndexSet;

use crate::language::playbook::{Keyword, Play, Role, Task};
use crate::language::template::{self, Scope};
use crate::language::{Diagnostic, Edition, Key, Map, Object, Value};

use super::host::{HostState, HostVars};
use super::run::Run;

/// What all tasks of a stage see alike.
#[derive(Debug)]
pub struct StageVars {
    /// The play.
    pub play: Arc<Play>,
    /// `vars_files` and the answers to `vars_prompt`, above the play's `vars`.
    pub files: Arc<Map>,
    /// What the play's roles show to all of it.
    pub roles: RwLock<Arc<Exposed>>,
    /// The hosts of the play.
    pub hosts: Vec<Arc<str>>,
    /// The hosts of the batch.
    pub batch: Vec<Arc<HostState>>,
}

/// The variables that the roles of a play show to all of it, the last one's winning.
#[derive(Debug, Clone, Default)]
pub struct Exposed {
    /// Their `vars`.
    pub vars: Map,
    /// Their `defaults`.
    pub defaults: Map,
    /// The names of those the play itself names.
    pub names: Vec<Arc<str>>,
    /// The names of those they depend on.
    pub dependent: Vec<Arc<str>>,
}

impl Exposed {
    /// Adds the variables of `roles`.
    pub fn add(&mut self, roles: &[Arc<Role>]) {
        let copy = |map: &Arc<Map>| map.iter().map(|(k, v)| (k.clone(), v.clone())).collect::<Vec<_>>();
        for role in roles {
            self.vars.extend(copy(&role.vars));
            self.defaults.extend(copy(&role.defaults));
            match role.parent {
                None => self.names.push(role.name.clone()),
                Some(_) if self.dependent.contains(&role.name) => {}
                Some(_) => self.dependent.push(role.name.clone()),
            }
        }
    }
}

impl StageVars {
    /// Shows the variables of `roles` to the whole play.
    pub fn expose(&self, roles: &[Arc<Role>]) {
        if !roles.is_empty() {
            Arc::make_mut(&mut self.roles.write().unwrap_or_else(PoisonError::into_inner)).add(roles);
        }
    }

    fn exposed(&self) -> Arc<Exposed> {
        self.roles.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

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
    vars: HostVars,
    exposed: Arc<Exposed>,
}

impl TaskScope {
    /// The scope of `task` on `host`.
    pub fn new(run: &Arc<Run>, host: &Arc<HostState>, stage: &Arc<StageVars>, task: &Arc<Task>, params: &Arc<Vec<Arc<Map>>>) -> TaskScope {
        TaskScope {
            run: run.clone(),
            host: host.clone(),
            stage: Some(stage.clone()),
            task: Some(task.clone()),
            params: params.clone(),
            locals: Map::default(),
            delegate: None,
            vars: host.vars(),
            exposed: stage.exposed(),
        }
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

    /// The name of the task as people see it; what cannot be evaluated yet stays as it was written.
    pub fn title(&self, task: &Task) -> String {
        let Some(name @ Value::Template(_)) = &task.name else { return task.title() };
        let own = template::resolve(name, self).map_or_else(|_| task.title(), |value| template::text(&value));
        match &task.role {
            Some(role) if !own.contains(" : ") => format!("{} : {own}", role.name),
            _ => own,
        }
    }

    fn role(&self) -> Option<&Arc<Role>> {
        self.task.as_ref()?.role.as_ref()
    }

    fn lineage(&self) -> impl Iterator<Item = &Arc<Role>> {
        std::iter::successors(self.role(), |role| role.parent.as_ref())
    }

    fn layered(&self, name: &str) -> Option<&Value> {
        let stage = self.stage.as_deref();
        self.run
            .options
            .extra_vars
            .get(name)
            .or_else(|| self.params.iter().rev().find_map(|map| map.get(name)))
            .or_else(|| self.lineage().find_map(|role| role.params.get(name)))
            .or_else(|| self.vars.set.get(name))
            .or_else(|| self.vars.included.get(name))
            .or_else(|| self.task.as_ref()?.keywords.vars.iter().rev().find_map(|map| map.get(name)))
            .or_else(|| self.lineage().find_map(|role| role.entry.get(name).or_else(|| role.vars.get(name))))
            .or_else(|| self.exposed.vars.get(name))
            .or_else(|| stage?.files.get(name))
            .or_else(|| stage?.play.vars.get(name))
            .or_else(|| self.vars.facts.get(name))
            .or_else(|| self.vars.inventory.get(name))
            .or_else(|| self.lineage().find_map(|role| role.defaults.get(name)))
            .or_else(|| self.exposed.defaults.get(name))
    }

    fn magic(&self, name: &str) -> Option<Value> {
        let names = |list: &[Arc<str>]| list.iter().map(|n| Value::Str(n.clone())).collect::<Value>();
        let path = |path: &std::path::Path| Value::from(path.display().to_string());
        let options = &self.run.options;
        Some(match name {
            "inventory_hostname" => Value::Str(self.host.name.clone()),
            "inventory_hostname_short" => Value::from(self.host.name.split('.').next().unwrap_or_default()),
            "groups" => self.run.groups(),
            "group_names" => self.run.group_names(&self.host.name),
            "hostvars" => Value::Object(Arc::new(AllHosts(self.run.clone()))),
            "vars" => Value::Object(Arc::new(Everything(self.clone()))),
            "inventory_dir" => match self.run.inventory_file(&self.host.name) {
                Some(file) => file.parent().map_or(Value::Null, path),
                None => options.inventory_dir.as_deref().map_or(Value::Null, path),
            },
            "inventory_file" => {
                self.run.inventory_file(&self.host.name).or(options.inventory_file.clone()).as_deref().map_or(Value::Null, path)
            }
            "ansible_facts" if !self.vars.set.contains_key(name) => self.facts(),
            "environment" => self.task.as_ref()?.keywords.environment.iter().cloned().collect(),
            "ansible_check_mode" => Value::Bool(options.check),
            "ansible_diff_mode" => Value::Bool(options.diff),
            "ansible_verbosity" => Value::Int(options.verbosity.into()),
            "ansible_forks" => Value::from(options.forks),
            "ansible_run_tags" => options.tags.only().iter().map(|t| Value::from(t.as_str())).collect(),
            "ansible_skip_tags" => options.tags.skip().iter().map(|t| Value::from(t.as_str())).collect(),
            "ansible_limit" => Value::from(options.limit.as_deref()?),
            "ansible_version" => version(),
            "ansible_delegated_vars" => self.delegated()?,
            "playbook_dir" => path(&std::path::absolute(&self.stage.as_ref()?.play.dir).ok()?),
            "ansible_play_name" => {
                let play = &self.stage.as_ref()?.play;
                play.name.clone().unwrap_or_else(|| play.title().into())
            }
            "ansible_play_hosts_all" => names(&self.stage.as_ref()?.hosts),
            "ansible_play_hosts" => {
                let hosts = self.stage.as_ref()?.hosts.iter().filter(|name| self.run.host(name).is_some_and(|h| !h.is_out()));
                hosts.map(|name| Value::Str(name.clone())).collect()
            }
            "play_hosts" | "ansible_play_batch" => {
                let hosts = self.stage.as_ref()?.batch.iter().filter(|host| !host.is_out());
                hosts.map(|host| Value::Str(host.name.clone())).collect()
            }
            "ansible_play_role_names" => names(&self.exposed.names),
            "ansible_dependent_role_names" => names(&self.exposed.dependent),
            "ansible_role_names" => names(
                &self.exposed.names.iter().chain(&self.exposed.dependent).cloned().collect::<IndexSet<_>>().into_iter().collect::<Vec<_>>(),
            ),
            "role_name" | "ansible_role_name" => Value::Str(self.role()?.name.clone()),
            "role_path" => path(&std::path::absolute(&self.role()?.path).ok()?),
            "ansible_parent_role_names" => {
                self.role()?.parent.as_ref().filter(|_| self.role().is_some_and(|role| !role.depended_on))?;
                self.lineage().skip(1).map(|r| Value::Str(r.name.clone())).collect()
            }
            "ansible_search_path" => self.search_path().iter().map(|p| path(p)).collect(),
            _ => return None,
        })
    }

    /// `ansible_facts`: the facts without their prefix.
    fn facts(&self) -> Value {
        let plain = |key: &Key| key.as_str().and_then(|k| k.strip_prefix("ansible_")).map_or_else(|| key.clone(), Key::from);
        Value::map(self.vars.facts.iter().map(|(key, value)| (plain(key), value.clone())).collect())
    }
}

fn version() -> Value {
    let fields = [
        ("full", "2.19.14".into()),
        ("string", "2.19.14".into()),
        ("major", 2i64.into()),
        ("minor", 19i64.into()),
        ("revision", 14i64.into()),
    ];
    Value::map(fields.into_iter().map(|(k, v): (&str, Value)| (Key::from(k), v)).collect())
}

impl TaskScope {
    /// The variable `name`, unless only the engine itself would give it.
    pub fn given(&self, name: &str) -> Option<Value> {
        self.locals.get(name).cloned().or_else(|| self.magic(name)).or_else(|| self.layered(name).cloned())
    }

    /// How the host is reached, for tasks that ask and variables that do not say.
    fn connection(&self, name: &str) -> Option<Value> {
        let task = self.task.as_ref()?;
        let at = self.delegate.as_ref().unwrap_or(&self.host);
        match name {
            "ansible_host" => {
                let own = self.delegate.as_ref().and_then(|delegate| TaskScope::of_host(&self.run, delegate).given(name));
                Some(own.unwrap_or_else(|| Value::Str(at.name.clone())))
            }
            "ansible_connection" => {
                let keyword = task.keywords.get(Keyword::Connection).cloned();
                let otherwise = || self.run.options.connect.connection.as_deref().unwrap_or("ssh").into();
                Some(keyword.unwrap_or_else(otherwise))
            }
            _ => None,
        }
    }

    /// `ansible_delegated_vars`.
    fn delegated(&self) -> Option<Value> {
        let delegate = self.delegate.as_ref()?;
        // The tasks stay those of their own host, so that is the name seen there as well.
        let mut seen = TaskScope::of_host(&self.run, delegate);
        seen.local("inventory_hostname", Value::Str(self.host.name.clone()));
        let vars = Value::Object(Arc::new(Everything(seen)));
        Some(Value::map(Map::from_iter([(Key::Str(delegate.name.clone()), vars)])))
    }
}

impl Scope for TaskScope {
    fn variable(&self, name: &str) -> Option<Value> {
        self.given(name).or_else(|| self.connection(name))
    }

    fn names(&self) -> Vec<Arc<str>> {
        let mut names: Vec<Arc<str>> = Vec::new();
        let stage = self.stage.as_deref();
        let stage_maps = stage.iter().flat_map(|s| [s.play.vars.as_ref(), &s.files]).chain([&self.exposed.vars, &self.exposed.defaults]);
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

    fn search_path(&self) -> Vec<PathBuf> {
        let play_dir = self.stage.as_ref().map(|stage| stage.play.dir.as_path());
        match (&self.task, play_dir) {
            (Some(task), dir) => task.search_path(dir.unwrap_or(&task.dir)),
            (None, dir) => dir.map(PathBuf::from).into_iter().collect(),
        }
    }
}

/// The names of the controller, which is a host even where no inventory has it.
const LOCAL: &[&str] = &["localhost", "127.0.0.1", "::1"];

/// `hostvars`.
struct AllHosts(Arc<Run>);

impl fmt::Debug for AllHosts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("hostvars")
    }
}

impl Object for AllHosts {
    fn get(&self, key: &Key) -> Result<Option<Value>, Diagnostic> {
        let host = key.as_str().and_then(|name| self.0.host(name).or_else(|| LOCAL.contains(&name).then(|| self.0.host_or_new(name))));
        Ok(host.map(|host| Value::Object(Arc::new(Everything(TaskScope::of_host(&self.0, &host))))))
    }

    fn keys(&self) -> Vec<Key> {
        self.0.host_names().into_iter().map(Key::Str).collect()
    }
}

/// All variables of a scope, each evaluated in it when it is asked for: `vars` and `hostvars[host]`.
struct Everything(TaskScope);

impl fmt::Debug for Everything {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "variables of {}", self.0.host.name)
    }
}

impl Object for Everything {
    fn get(&self, key: &Key) -> Result<Option<Value>, Diagnostic> {
        let value = key.as_str().and_then(|name| self.0.variable(name));
        value.map(|value| template::resolve(&value, &self.0)).transpose()
    }

    fn keys(&self) -> Vec<Key> {
        self.0.names().into_iter().map(Key::Str).collect()
    }
}
