//! Filters, a file per family.

use super::Call;
use crate::language::{Diagnostic, Value};

/// A filter.
pub type Filter = fn(&Call) -> Result<Value, Diagnostic>;

/// The filter called `name`, with or without its collection.
pub fn find(_name: &str) -> Option<Filter> {
    None
}
