//! Variables that nobody sets: what the engine knows of the run, the play, the role and the host.

use std::sync::Arc;

use indexmap::IndexSet;

use crate::language::playbook::Keyword;
use crate::language::template::Scope;
use crate::language::{Key, Map, Value};

use super::hostvars::{AllHosts, Everything, Facts};
use super::scope::TaskScope;

impl TaskScope {
    /// The magic variable `name`.
    pub(super) fn magic(&self, name: &str) -> Option<Value> {
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
            "inventory_dir" | "inventory_file" if self.run.is_implicit(&self.host.name) => return None,
            "inventory_dir" => match self.run.inventory_file(&self.host.name) {
                Some(file) => file.parent().map_or(Value::Null, path),
                None => options.inventory_dir.as_deref().map_or(Value::Null, path),
            },
            "inventory_file" => {
                self.run.inventory_file(&self.host.name).or(options.inventory_file.clone()).as_deref().map_or(Value::Null, path)
            }
            "ansible_facts" if !self.vars.set.contains_key(name) => Value::Object(Arc::new(Facts(self.vars.facts.clone()))),
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

    /// How the host is reached, for tasks that ask and variables that do not say.
    pub(super) fn connection(&self, name: &str) -> Option<Value> {
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
