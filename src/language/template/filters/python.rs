//! What the filters need of Python: truth, text, equality and order of values.

use std::cmp::Ordering;

use crate::language::Value;
use crate::language::template::compare;

pub use crate::language::template::compare::{equal, truthy};
pub use crate::language::template::numbers::{float as number, integer};
pub use crate::language::template::python_text::{float, repr, str as text};

/// How `a` stands to `b`; the error is Python's sentence for what has no order.
pub fn compare(a: &Value, b: &Value) -> Result<Ordering, String> {
    compare::order(a, b, "<").map(|order| order.unwrap_or(Ordering::Equal))
}
