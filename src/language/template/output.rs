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
pub struct Output {
    nodes: Vec<Value>,
    /// How many failures stand among the nodes, for people to read; `None` when a failure ends the evaluation.
    marks: Option<usize>,
}

impl Output {
    /// Where undefined values say why instead of failing.
    pub fn describing() -> Output {
        Output { marks: Some(0), ..Output::default() }
    }

    /// Emits why something failed.
    pub fn mark(&mut self, why: &str) {
        let number = self.marks.unwrap_or(0) + 1;
        self.marks = Some(number);
        self.raw(&format!("<< error {number} - {why} >>"));
    }

    /// Emits literal text.
    pub fn raw(&mut self, text: &str) {
        self.nodes.push(Value::from(text));
    }

    /// Emits the result of an expression; an undefined one is an error.
    pub fn value(&mut self, value: Value) -> Eval<()> {
        match &value {
            Value::Undefined(what) if !is_silent(&value) && self.marks.is_some() => {
                self.mark(what);
                Ok(())
            }
            Value::Undefined(what) if !is_silent(&value) => Err(Fail::Undefined(what.clone())),
            _ => {
                self.nodes.push(value);
                Ok(())
            }
        }
    }

    /// Everything another template emitted.
    pub fn append(&mut self, other: Output) {
        self.nodes.extend(other.nodes);
    }

    /// The native result: the one node that was emitted, several as text, nothing as `null`.
    pub fn native(self, scope: &dyn Scope) -> Eval<Value> {
        let mut nodes = self.nodes;
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
        match self.nodes.as_slice() {
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
