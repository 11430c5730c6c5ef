//! What `!!binary` gives: Python's `bytes`.

use crate::language::{Diagnostic, Key, Object, Value};

/// Bytes; as data they are the text they hold.
#[derive(Debug)]
pub struct Bytes(pub Vec<u8>);

impl Object for Bytes {
    fn get(&self, _: &Key) -> Result<Option<Value>, Diagnostic> {
        Ok(None)
    }

    fn keys(&self) -> Vec<Key> {
        Vec::new()
    }

    fn data(&self) -> Option<Value> {
        Some(Value::from(String::from_utf8_lossy(&self.0).into_owned()))
    }

    fn type_name(&self) -> &'static str {
        "bytes"
    }
}
