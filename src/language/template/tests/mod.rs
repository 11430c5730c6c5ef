//! Tests (`x is NAME`), a file per family.

use super::Call;
use crate::language::Diagnostic;

/// A test.
pub type Test = fn(&Call) -> Result<bool, Diagnostic>;

/// The test called `name`, with or without its collection.
pub fn find(_name: &str) -> Option<Test> {
    None
}
