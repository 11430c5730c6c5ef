//! What a filter, test, lookup or method receives.

use super::Scope;
use crate::language::{Diagnostic, Map, Value};

/// One call: the input first among the arguments (`x | f(a)` has the arguments `x, a`), and the scope it happens in.
///
/// Arguments arrive evaluated at every depth, except that a member whose template failed is a [`Value::Undefined`]
/// that says why: it is an error only for those who use it.
pub struct Call<'a> {
    /// The name it was called by, for messages.
    pub name: &'a str,
    /// Positional arguments.
    pub args: Vec<Value>,
    /// Keyword arguments.
    pub kwargs: Map,
    /// The variables in sight.
    pub scope: &'a dyn Scope,
}

impl Call<'_> {
    /// The argument at `position`, or called `name`; `None` when it was not given.
    pub fn arg(&self, position: usize, name: &str) -> Option<&Value> {
        self.args.get(position).or_else(|| self.kwargs.get(name))
    }

    /// The input: the value the filter or test stands behind.
    pub fn input(&self) -> Result<&Value, Diagnostic> {
        self.args.first().ok_or_else(|| self.error("an input is missing"))
    }

    /// The input, which must be defined.
    pub fn defined_input(&self) -> Result<&Value, Diagnostic> {
        match self.input()? {
            Value::Undefined(what) => Err(Diagnostic::new(what.to_string())),
            value => Ok(value),
        }
    }

    /// An error of this call.
    pub fn error(&self, message: impl std::fmt::Display) -> Diagnostic {
        Diagnostic::new(format!("{}: {message}", self.name))
    }
}
