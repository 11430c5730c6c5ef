//! Tests of what lists hold.

use super::Family;
use crate::language::template::{Call, compare};
use crate::language::{Diagnostic, Value};

pub(super) const FAMILY: Family = &[
    ("all", |call| Ok(items(call, call.defined_input()?)?.iter().all(compare::truthy))),
    ("any", |call| Ok(items(call, call.defined_input()?)?.iter().any(compare::truthy))),
    ("contains", |call| compare::contains(call.defined_input()?, other(call)?).map_err(|problem| call.error(problem))),
    ("issubset", |call| within(call, call.defined_input()?, other(call)?)),
    ("issuperset", |call| within(call, other(call)?, call.defined_input()?)),
    ("subset", |call| within(call, call.defined_input()?, other(call)?)),
    ("superset", |call| within(call, other(call)?, call.defined_input()?)),
];

fn other<'c>(call: &'c Call) -> Result<&'c Value, Diagnostic> {
    match call.args.get(1).or_else(|| call.kwargs.values().next()) {
        Some(Value::Undefined(what)) => Err(Diagnostic::new(what.to_string())),
        Some(value) => Ok(value),
        None => Err(call.error("an argument is missing")),
    }
}

fn items(call: &Call, value: &Value) -> Result<Vec<Value>, Diagnostic> {
    match value {
        Value::List(items) => match items.iter().find(|item| item.is_undefined()) {
            Some(Value::Undefined(what)) => Err(Diagnostic::new(what.to_string())),
            _ => Ok(items.to_vec()),
        },
        Value::Map(map) => Ok(map.keys().map(|key| key.to_value()).collect()),
        Value::Str(text) => Ok(text.chars().map(|c| Value::from(c.to_string())).collect()),
        other => Err(call.error(format!("'{}' object is not iterable", other.type_name()))),
    }
}

fn within(call: &Call, small: &Value, large: &Value) -> Result<bool, Diagnostic> {
    let large = items(call, large)?;
    Ok(items(call, small)?.iter().all(|item| large.iter().any(|other| compare::equal(item, other))))
}
