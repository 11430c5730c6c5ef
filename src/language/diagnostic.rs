//! A mistake the user can mend: its place, its cause and a hint.

use std::fmt;

use super::place::Place;

/// One problem found in what the user wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Where it stands, when it stands anywhere.
    pub place: Option<Place>,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What would mend it.
    pub hint: Option<String>,
    /// Whether the cause is a value that is not defined: it may still come to be.
    pub undefined: bool,
}

impl Diagnostic {
    /// A problem with no place yet.
    pub fn new(message: impl Into<String>) -> Self {
        Diagnostic { place: None, message: message.into(), hint: None, undefined: false }
    }

    /// A problem whose cause is a value that is not defined.
    pub fn undefined(message: impl Into<String>) -> Self {
        Diagnostic { undefined: true, ..Diagnostic::new(message) }
    }

    /// The same problem at `place`; a place it already has is kept, as the inner one is nearer to the cause.
    pub fn at(mut self, place: &Place) -> Self {
        self.place.get_or_insert_with(|| place.clone());
        self
    }

    /// The same problem with a hint.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.message)?;
        if let Some(hint) = &self.hint {
            write!(f, " ({hint})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostic {}

/// Several problems, reported together.
pub type Diagnostics = Vec<Diagnostic>;
