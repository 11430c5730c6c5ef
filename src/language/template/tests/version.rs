//! `version`: compares version numbers by one of several schemes.

use std::cmp::Ordering;

use super::{Family, version_schemes};
use crate::language::template::{Call, compare, python_text};
use crate::language::{Diagnostic, Value};

pub(super) const FAMILY: Family = &[("version", version), ("version_compare", version)];

/// `version(other, operator='eq', strict=None, version_type=None)`.
fn version(call: &Call) -> Result<bool, Diagnostic> {
    let failed = |cause: String| call.error(format!("Version comparison failed: {cause}"));
    let text = |value: &Value| python_text::str(value);
    let input = text(call.defined_input()?);
    let other = match call.arg(1, "version") {
        Some(Value::Undefined(what)) => return Err(Diagnostic::new(what.to_string())),
        Some(value) => text(value),
        None => return Err(call.error("a version to compare with is missing")),
    };
    if input.is_empty() {
        return Err(call.error("Input version value cannot be empty"));
    }
    if other.is_empty() {
        return Err(call.error("Version parameter value cannot be empty"));
    }
    let operator = call.arg(2, "operator").map_or("eq".to_string(), text);
    let holds = predicate(&operator).ok_or_else(|| {
        call.error(format!("Invalid operator type ({operator}). Must be one of ==, =, eq, !=, ne, <, lt, <=, le, >, gt, >=, ge"))
    })?;
    let scheme = scheme(call)?;
    let order = version_schemes::order(&scheme, &input, &other).map_err(failed)?;
    Ok(holds(order))
}

fn scheme(call: &Call) -> Result<String, Diagnostic> {
    let strict = call.arg(3, "strict").filter(|value| !matches!(value, Value::Null));
    let kind = call.arg(4, "version_type").filter(|value| !matches!(value, Value::Null));
    match (strict, kind) {
        (Some(_), Some(_)) => Err(call.error("Cannot specify both 'strict' and 'version_type'")),
        (Some(strict), None) => Ok(if compare::truthy(strict) { "strict" } else { "loose" }.to_string()),
        (None, Some(kind)) => Ok(python_text::str(kind)),
        (None, None) => Ok("loose".to_string()),
    }
}

fn predicate(operator: &str) -> Option<fn(Ordering) -> bool> {
    Some(match operator {
        "==" | "=" | "eq" => Ordering::is_eq,
        "!=" | "<>" | "ne" => Ordering::is_ne,
        "<" | "lt" => Ordering::is_lt,
        "<=" | "le" => Ordering::is_le,
        ">" | "gt" => Ordering::is_gt,
        ">=" | "ge" => Ordering::is_ge,
        _ => return None,
    })
}
