//! What `!!set` gives: Python's `set`.

use crate::language::{Diagnostic, Key, Object, Value};

/// Members in order of insertion, each once; they are what one iterates over.
#[derive(Debug)]
pub struct Set(pub Vec<Key>);

impl Object for Set {
    fn get(&self, _: &Key) -> Result<Option<Value>, Diagnostic> {
        Ok(None)
    }

    fn keys(&self) -> Vec<Key> {
        self.0.clone()
    }

    fn data(&self) -> Option<Value> {
        Some(self.0.iter().map(Key::to_value).collect())
    }

    fn type_name(&self) -> &'static str {
        "set"
    }
}
