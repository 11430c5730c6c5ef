//! Mappings whose members are looked up when they are asked for: `hostvars`, `vars`, `ansible_facts`.

use std::fmt;
use std::sync::Arc;

use crate::language::template::{self, Scope};
use crate::language::{Diagnostic, Key, Map, Object, Value};

use super::run::Run;
use super::scope::TaskScope;

/// The names of the controller, which is a host even where no inventory has it.
const LOCAL: &[&str] = &["localhost", "127.0.0.1", "::1"];

/// `hostvars`.
pub struct AllHosts(pub Arc<Run>);

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
pub struct Everything(pub TaskScope);

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

/// `ansible_facts`: the facts without their prefix.
pub struct Facts(pub Arc<Map>);

/// What facts begin with when they stand among other variables.
const PREFIX: &str = "ansible_";

impl fmt::Debug for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("facts")
    }
}

impl Object for Facts {
    fn get(&self, key: &Key) -> Result<Option<Value>, Diagnostic> {
        let prefixed = key.as_str().and_then(|name| self.0.get(format!("{PREFIX}{name}").as_str()));
        let plain = || self.0.get(key).filter(|_| key.as_str().is_none_or(|name| !name.starts_with(PREFIX)));
        Ok(prefixed.or_else(plain).cloned())
    }

    fn keys(&self) -> Vec<Key> {
        self.0.keys().map(|key| key.as_str().and_then(|name| name.strip_prefix(PREFIX)).map_or_else(|| key.clone(), Key::from)).collect()
    }
}
