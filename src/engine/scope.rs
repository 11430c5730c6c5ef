//! The variables that one task on one host sees, in Ansible's order of precedence.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::language::playbook::{Play, Role, Task};
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
    /// Variables of all roles of the play, the last one's winning.
    pub role_vars: Arc<Map>,
    /// Defaults of all roles of the play, the last one's winning.
    pub role_defaults: Arc<Map>,
    /// The hosts of the play.
    pub hosts: Vec<Arc<str>>,
    /// The hosts of the batch.
    pub batch: Vec<Arc<HostState>>,
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
    vars: HostVars,
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
            vars: host.vars(),
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
            vars: host.vars(),
        }
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
            .or_else(|| self.lineage().find_map(|role| role.vars.get(name)))
            .or_else(|| stage?.role_vars.get(name))
            .or_else(|| stage?.files.get(name))
            .or_else(|| stage?.play.vars.get(name))
            .or_else(|| self.vars.facts.get(name))
            .or_else(|| self.vars.inventory.get(name))
            .or_else(|| self.lineage().find_map(|role| role.defaults.get(name)))
            .or_else(|| stage?.role_defaults.get(name))
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
            "inventory_dir" => options.inventory_dir.as_deref().map_or(Value::Null, path),
            "inventory_file" => options.inventory_file.as_deref().map_or(Value::Null, path),
            "ansible_facts" if !self.vars.set.contains_key(name) => self.facts(),
            "ansible_check_mode" => Value::Bool(options.check),
            "ansible_diff_mode" => Value::Bool(options.diff),
            "ansible_verbosity" => Value::Int(options.verbosity.into()),
            "ansible_forks" => Value::from(options.forks),
            "ansible_run_tags" => options.tags.only().iter().map(|t| Value::from(t.as_str())).collect(),
            "ansible_skip_tags" => options.tags.skip().iter().map(|t| Value::from(t.as_str())).collect(),
            "ansible_limit" => Value::from(options.limit.as_deref()?),
            "ansible_version" => version(),
            "playbook_dir" => path(&std::path::absolute(&self.stage.as_ref()?.play.dir).ok()?),
            "ansible_play_name" => Value::from(self.stage.as_ref()?.play.title()),
            "ansible_play_hosts_all" => names(&self.stage.as_ref()?.hosts),
            "play_hosts" | "ansible_play_batch" | "ansible_play_hosts" => {
                let active = self.stage.as_ref()?.batch.iter().filter(|h| h.standing() == super::host::Standing::Active);
                active.map(|h| Value::Str(h.name.clone())).collect()
            }
            "ansible_play_role_names" => self.stage.as_ref()?.play.roles.iter().map(|r| Value::Str(r.name.clone())).collect(),
            "role_name" | "ansible_role_name" => Value::Str(self.role()?.name.clone()),
            "role_path" => path(&std::path::absolute(&self.role()?.path).ok()?),
            "ansible_parent_role_names" => self.lineage().skip(1).map(|r| Value::Str(r.name.clone())).collect(),
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

impl Scope for TaskScope {
    fn variable(&self, name: &str) -> Option<Value> {
        self.locals.get(name).cloned().or_else(|| self.magic(name)).or_else(|| self.layered(name).cloned())
    }

    fn names(&self) -> Vec<Arc<str>> {
        let mut names: Vec<Arc<str>> = Vec::new();
        let stage = self.stage.as_deref();
        let stage_maps = stage.iter().flat_map(|s| [&s.play.vars, &s.files, &s.role_vars, &s.role_defaults]);
        let roles = self.lineage().flat_map(|r| [&r.params, &r.vars, &r.defaults]);
        let own = [&self.vars.set, &self.vars.included, &self.vars.facts, &self.vars.inventory, &self.run.options.extra_vars];
        let task = self.task.iter().flat_map(|t| &t.keywords.vars);
        for map in stage_maps.chain(roles).chain(own).chain(task).chain(self.params.iter()) {
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

/// `hostvars`.
struct AllHosts(Arc<Run>);

impl fmt::Debug for AllHosts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("hostvars")
    }
}

impl Object for AllHosts {
    fn get(&self, key: &Key) -> Result<Option<Value>, Diagnostic> {
        let host = key.as_str().and_then(|name| self.0.host(name));
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
