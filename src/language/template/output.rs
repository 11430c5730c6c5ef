//! What a template emits, and the value it comes to.

use std::sync::Arc;

use crate::language::Value;

use super::deep;
use super::fail::{Eval, Fail};
use super::{Scope, python_text};

/// The text of the undefined value that an inline `if` without `else` gives: it prints as nothing.
pub const SILENT: &str = "Type 'Undefined' is unsupported for variable storage.";

/// Whether `value` is the outcome of an inline `if` without `else`.
pub fn is_silent(value: &Value) -> bool {
    matches!(value, Value::Undefined(what) if &**what == SILENT)
}

/// The nodes a template emitted.
#[derive(Default)]
pub struct Output(Vec<Value>);

impl Output {
    /// Emits literal text.
    pub fn raw(&mut self, text: &str) {
        self.0.push(Value::from(text));
    }

    /// Emits the result of an expression; an undefined one is an error.
    pub fn value(&mut self, value: Value) -> Eval<()> {
        match &value {
            Value::Undefined(what) if !is_silent(&value) => Err(Fail::Undefined(what.clone())),
            _ => {
                self.0.push(value);
                Ok(())
            }
        }
    }

    /// Everything another template emitted.
    pub fn append(&mut self, other: Output) {
        self.0.extend(other.0);
    }

    /// The native result: the one node that was emitted, several as text, nothing as `null`.
    pub fn native(self, scope: &dyn Scope) -> Eval<Value> {
        let mut nodes = self.0;
        if nodes.len() > 1 {
            nodes.retain(|node| !prints_nothing(node));
        }
        if nodes.len() > 1 {
            return join(&nodes, scope).map(Value::from);
        }
        Ok(nodes.pop().unwrap_or(Value::Null))
    }

    /// The result as text, as files and macros have it.
    pub fn text(self, scope: &dyn Scope) -> Eval<Arc<str>> {
        match self.0.as_slice() {
            [Value::Str(text)] => Ok(text.clone()),
            nodes => join(nodes, scope).map(Arc::from),
        }
    }
}

fn prints_nothing(node: &Value) -> bool {
    matches!(node, Value::Null | Value::Omit) || is_silent(node)
}

fn join(nodes: &[Value], scope: &dyn Scope) -> Eval<String> {
    let mut text = String::new();
    for node in nodes.iter().filter(|node| !prints_nothing(node)) {
        match node {
            Value::Str(s) => text.push_str(s),
            other => text.push_str(&python_text::str(&deep::shown(other, scope)?)),
        }
    }
    Ok(text)
}
