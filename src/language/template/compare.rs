//! Equality, order, membership and truth, as Python has them.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::language::{Key, Map, Value};

use super::objects;

/// A number to compare with.
#[derive(Clone, Copy)]
enum Number {
    Int(i128),
    Float(f64),
}

fn number(value: &Value) -> Option<Number> {
    match value {
        Value::Bool(b) => Some(Number::Int(i128::from(*b))),
        Value::Int(i) => Some(Number::Int(*i)),
        Value::Float(f) => Some(Number::Float(*f)),
        _ => None,
    }
}

fn order_numbers(a: Number, b: Number) -> Option<Ordering> {
    match (a, b) {
        (Number::Int(a), Number::Int(b)) => Some(a.cmp(&b)),
        (Number::Int(a), Number::Float(b)) => (a as f64).partial_cmp(&b),
        (Number::Float(a), Number::Int(b)) => a.partial_cmp(&(b as f64)),
        (Number::Float(a), Number::Float(b)) => a.partial_cmp(&b),
    }
}

/// `a == b`. Numbers and booleans compare by value, mappings regardless of order; other types are never equal.
pub fn equal(a: &Value, b: &Value) -> bool {
    if let (Some(a), Some(b)) = (number(a), number(b)) {
        return order_numbers(a, b) == Some(Ordering::Equal);
    }
    match (a, b) {
        (Value::Null, Value::Null) | (Value::Omit, Value::Omit) => true,
        (Value::Str(a), Value::Str(b)) => a == b,
        (Value::List(a), Value::List(b)) => Arc::ptr_eq(a, b) || a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| equal(a, b)),
        (Value::Map(a), Value::Map(b)) => Arc::ptr_eq(a, b) || equal_maps(a, b),
        (Value::Object(a), Value::Object(b)) => {
            std::ptr::addr_eq(Arc::as_ptr(a), Arc::as_ptr(b)) || objects::order_times(a, b) == Some(Ordering::Equal)
        }
        _ => false,
    }
}

fn equal_maps(a: &Map, b: &Map) -> bool {
    a.len() == b.len() && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| equal(value, other)))
}

/// How `a` and `b` are ordered; an error for types Python does not order. `operator` is for the message.
/// `None` when they are numbers without an order (NaN).
pub fn order(a: &Value, b: &Value, operator: &str) -> Result<Option<Ordering>, String> {
    if let (Some(a), Some(b)) = (number(a), number(b)) {
        return Ok(order_numbers(a, b));
    }
    match (a, b) {
        (Value::Str(a), Value::Str(b)) => Ok(Some(a.as_ref().cmp(b.as_ref()))),
        (Value::List(a), Value::List(b)) => order_lists(a, b, operator),
        (Value::Object(left), Value::Object(right)) => objects::order_times(left, right).map(Some).ok_or_else(|| unordered(a, b, operator)),
        _ => Err(unordered(a, b, operator)),
    }
}

fn unordered(a: &Value, b: &Value, operator: &str) -> String {
    format!("'{operator}' not supported between instances of '{}' and '{}'", a.type_name(), b.type_name())
}

fn order_lists(a: &[Value], b: &[Value], operator: &str) -> Result<Option<Ordering>, String> {
    match a.iter().zip(b).find(|(a, b)| !equal(a, b)) {
        Some((a, b)) => order(a, b, operator),
        None => Ok(Some(a.len().cmp(&b.len()))),
    }
}

/// `item in container`.
pub fn contains(container: &Value, item: &Value) -> Result<bool, String> {
    match container {
        Value::List(items) => Ok(items.iter().any(|member| equal(member, item))),
        Value::Map(map) => Ok(Key::from_value(item).is_some_and(|key| map.contains_key(&key))),
        Value::Object(object) => match Key::from_value(item) {
            Some(key) => Ok(object.keys().contains(&key) || matches!(object.get(&key), Ok(Some(_)))),
            None => Ok(false),
        },
        Value::Str(text) => match item {
            Value::Str(part) => Ok(text.contains(part.as_ref())),
            other => Err(format!("'in <string>' requires string as left operand, not {}", other.type_name())),
        },
        other => Err(format!("argument of type '{}' is not iterable", other.type_name())),
    }
}

/// Whether Python takes the value for true.
pub fn truthy(value: &Value) -> bool {
    match value {
        Value::Undefined(_) | Value::Null => false,
        Value::Omit => true,
        Value::Bool(b) => *b,
        Value::Int(i) => *i != 0,
        Value::Float(f) => *f != 0.0,
        Value::Str(s) => !s.is_empty(),
        Value::Template(t) => !t.source().is_empty(),
        Value::List(items) => !items.is_empty(),
        Value::Map(map) => !map.is_empty(),
        Value::Object(object) => objects::is_helper(object) || !object.keys().is_empty(),
    }
}
