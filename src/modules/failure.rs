//! Why a module failed.

use std::fmt::Display;
use std::path::Path;

use super::Fields;

/// A module's failure: the message people see and fields for those who look closer.
#[derive(Debug, Clone)]
pub struct Failure {
    /// What went wrong, in a sentence.
    pub msg: String,
    /// Further fields of the result (`rc`, `stderr` …).
    pub fields: Fields,
    /// A program could not be started; the system's number for why.
    pub unstarted: Option<i32>,
    /// Whether something is not there that an earlier task may be meant to make: in a check it may be no failure.
    pub missing: bool,
}

impl Failure {
    /// A failure with a message alone.
    pub fn new(msg: impl Into<String>) -> Self {
        Failure { msg: msg.into(), fields: Fields::new(), unstarted: None, missing: false }
    }

    /// A failure because something is not there that an earlier task may be meant to make.
    pub fn missing(msg: impl Into<String>) -> Self {
        Failure { missing: true, ..Failure::new(msg) }
    }

    /// The same failure with another message.
    pub fn reworded(self, msg: impl Into<String>) -> Self {
        Failure { msg: msg.into(), ..self }
    }

    /// The same failure with one more field in its result.
    pub fn with(mut self, key: &str, value: impl Into<serde_json::Value>) -> Self {
        self.fields.insert(key.to_string(), value.into());
        self
    }
}

impl<S: Into<String>> From<S> for Failure {
    fn from(msg: S) -> Self {
        Failure::new(msg)
    }
}

/// Turns an I/O error into a failure that names what was done to which path.
pub trait IoContext<T> {
    /// `doing` is a verb phrase: "read", "create the directory".
    fn context(self, doing: &str, path: impl AsRef<Path>) -> Result<T, Failure>;
}

impl<T, E: Display> IoContext<T> for Result<T, E> {
    fn context(self, doing: &str, path: impl AsRef<Path>) -> Result<T, Failure> {
        self.map_err(|e| Failure::new(format!("could not {doing} {}: {e}", path.as_ref().display())))
    }
}
