//! Why a link does not work.

use std::fmt;

/// A host that cannot be reached, logged in to, or made to run the agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreachable {
    /// What went wrong.
    pub message: String,
    /// What would mend it.
    pub hint: Option<String>,
    /// Whether another try may help: a refused key stays refused.
    pub passing: bool,
}

impl Unreachable {
    /// A cause that will not pass by itself.
    pub fn new(message: impl Into<String>) -> Unreachable {
        Unreachable { message: message.into(), hint: None, passing: false }
    }

    /// A cause that may pass.
    pub fn passing(message: impl Into<String>) -> Unreachable {
        Unreachable { passing: true, ..Unreachable::new(message) }
    }

    /// The same with a hint.
    pub fn hint(mut self, hint: impl Into<String>) -> Unreachable {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Unreachable {}

/// Why a task brought no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkError {
    /// The host is unreachable.
    Unreachable(Unreachable),
    /// The host is there, but the task cannot run as the user it should: the task fails, the host stays.
    Become(String),
}

impl From<Unreachable> for LinkError {
    fn from(cause: Unreachable) -> LinkError {
        LinkError::Unreachable(cause)
    }
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LinkError::Unreachable(cause) => cause.fmt(f),
            LinkError::Become(cause) => f.write_str(cause),
        }
    }
}

impl std::error::Error for LinkError {}
