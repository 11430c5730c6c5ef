//! `truthy` and `falsy`.

use super::Family;
use crate::language::template::{Call, compare};
use crate::language::{Diagnostic, Value};

pub(super) const FAMILY: Family = &[("falsy", |call| Ok(!truth(call)?)), ("truthy", truth)];

/// `truthy(convert_bool=False)`: Python's truth, the words for booleans converted first when asked for.
fn truth(call: &Call) -> Result<bool, Diagnostic> {
    let input = call.defined_input()?;
    let convert = call.arg(1, "convert_bool").is_some_and(compare::truthy);
    Ok(convert.then(|| word(input)).flatten().unwrap_or_else(|| compare::truthy(input)))
}

fn word(value: &Value) -> Option<bool> {
    match value.as_str()?.to_lowercase().as_str() {
        "y" | "yes" | "on" | "1" | "true" | "t" => Some(true),
        "n" | "no" | "off" | "0" | "false" | "f" => Some(false),
        _ => None,
    }
}
