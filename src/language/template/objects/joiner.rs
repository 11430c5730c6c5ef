//! `joiner(', ')`: nothing at the first call, its separator at every later one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::language::{Diagnostic, Key, Map, Object, Value};

/// A joiner.
#[derive(Debug)]
pub struct Joiner {
    separator: Arc<str>,
    used: AtomicBool,
}

impl Joiner {
    /// A joiner with `separator`.
    pub fn new(separator: &str) -> Joiner {
        Joiner { separator: separator.into(), used: AtomicBool::new(false) }
    }
}

impl Object for Joiner {
    fn get(&self, _: &Key) -> Result<Option<Value>, Diagnostic> {
        Ok(None)
    }

    fn keys(&self) -> Vec<Key> {
        Vec::new()
    }

    fn call(&self, _: &[Value], _: &Map) -> Result<Value, Diagnostic> {
        let used = self.used.swap(true, Ordering::Relaxed);
        Ok(if used { Value::Str(self.separator.clone()) } else { Value::from("") })
    }
}
