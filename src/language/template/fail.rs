//! Why an evaluation stopped.

use std::sync::Arc;

use crate::language::Diagnostic;

/// An evaluation's outcome.
pub type Eval<T> = Result<T, Fail>;

/// Why an evaluation stopped.
#[derive(Debug)]
pub enum Fail {
    /// Something undefined was used: `default` and `is defined` may still save the variable that did so.
    Undefined(Arc<str>),
    /// Anything else.
    Error(Box<Diagnostic>),
}

impl Fail {
    /// A failure that says `message`.
    pub fn new(message: impl Into<String>) -> Fail {
        Fail::Error(Box::new(Diagnostic::new(message)))
    }
}

impl From<Diagnostic> for Fail {
    fn from(diagnostic: Diagnostic) -> Fail {
        Fail::Error(Box::new(diagnostic))
    }
}

impl From<Fail> for Diagnostic {
    fn from(fail: Fail) -> Diagnostic {
        match fail {
            Fail::Undefined(what) => Diagnostic::undefined(&*what),
            Fail::Error(diagnostic) => *diagnostic,
        }
    }
}
