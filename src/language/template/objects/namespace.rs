//! `namespace(x=1)`: a mapping that inner blocks of a template can write to.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::language::template::fail::Eval;
use crate::language::{Diagnostic, Key, Map, Object, Value};

/// A namespace.
#[derive(Debug)]
pub struct Namespace(Mutex<Map>);

impl Namespace {
    /// A namespace that begins with `members`.
    pub fn new(members: Map) -> Namespace {
        Namespace(Mutex::new(members))
    }

    fn lock(&self) -> MutexGuard<'_, Map> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets a member.
    pub fn set(&self, name: &str, value: Value) {
        self.lock().insert(Key::from(name), value);
    }

    /// Changes a member; `None` when there is none.
    pub fn change(&self, key: &Key, change: &mut dyn FnMut(&mut Value) -> Eval<Value>) -> Option<Eval<Value>> {
        let mut value = std::mem::replace(self.lock().get_mut(key)?, Value::Null);
        let result = change(&mut value);
        self.lock().insert(key.clone(), value);
        Some(result)
    }
}

impl Object for Namespace {
    fn get(&self, key: &Key) -> Result<Option<Value>, Diagnostic> {
        Ok(self.lock().get(key).cloned())
    }

    fn keys(&self) -> Vec<Key> {
        self.lock().keys().cloned().collect()
    }
}
