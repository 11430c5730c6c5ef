//! Tests of types and of what is defined.

use super::Family;
use crate::language::Value;
use crate::language::template::is_callable;

pub(super) const FAMILY: Family = &[
    ("boolean", |call| Ok(matches!(call.defined_input()?, Value::Bool(_)))),
    ("callable", |call| Ok(is_callable(call.defined_input()?))),
    ("defined", |call| Ok(!call.input()?.is_undefined())),
    ("escaped", |call| call.defined_input().map(|_| false)),
    ("false", |call| Ok(matches!(call.defined_input()?, Value::Bool(false)))),
    ("float", |call| Ok(matches!(call.defined_input()?, Value::Float(_)))),
    ("integer", |call| Ok(matches!(call.defined_input()?, Value::Int(_)))),
    ("iterable", |call| Ok(is_sequence(call.defined_input()?))),
    ("lower", |call| Ok(cased(call.defined_input()?, char::is_uppercase, char::is_lowercase))),
    ("mapping", |call| Ok(is_mapping(call.defined_input()?))),
    ("none", |call| Ok(matches!(call.defined_input()?, Value::Null))),
    ("number", |call| Ok(matches!(call.defined_input()?, Value::Int(_) | Value::Float(_) | Value::Bool(_)))),
    ("sequence", |call| Ok(is_sequence(call.defined_input()?))),
    ("string", |call| Ok(matches!(call.defined_input()?, Value::Str(_)))),
    ("true", |call| Ok(matches!(call.defined_input()?, Value::Bool(true)))),
    ("undefined", |call| Ok(call.input()?.is_undefined())),
    ("upper", |call| Ok(cased(call.defined_input()?, char::is_lowercase, char::is_uppercase))),
];

fn is_mapping(value: &Value) -> bool {
    match value {
        Value::Map(_) => true,
        Value::Object(object) => object.data().is_none(),
        _ => false,
    }
}

fn is_sequence(value: &Value) -> bool {
    matches!(value, Value::Str(_) | Value::List(_) | Value::Map(_) | Value::Object(_))
}

/// Whether the text has letters of the case `wanted` and none of the other.
fn cased(value: &Value, other: fn(char) -> bool, wanted: fn(char) -> bool) -> bool {
    let text = crate::language::template::python_text::str(value);
    !text.contains(other) && text.contains(wanted)
}
