//! Lookups, a file per family.

use super::Call;
use crate::language::{Diagnostic, Value};

/// A lookup: its terms are the positional arguments (the lookup's name is not among them), its options the keywords.
pub type Lookup = fn(&Call) -> Result<Vec<Value>, Diagnostic>;

/// The lookup called `name`, with or without its collection.
pub fn find(_name: &str) -> Option<Lookup> {
    None
}
