//! Python's truth, text, equality and order for values.

use std::cmp::Ordering;

use crate::language::{Key, Value};

/// Whether Python takes the value for true.
pub fn truthy(value: &Value) -> bool {
    match value {
        Value::Undefined(_) | Value::Null => false,
        Value::Omit | Value::Template(_) => true,
        Value::Bool(b) => *b,
        Value::Int(i) => *i != 0,
        Value::Float(f) => *f != 0.0,
        Value::Str(s) => !s.is_empty(),
        Value::List(items) => !items.is_empty(),
        Value::Map(map) => !map.is_empty(),
        Value::Object(object) => !object.keys().is_empty(),
    }
}

/// `str(value)`.
pub fn text(value: &Value) -> String {
    match value {
        Value::Str(s) => s.to_string(),
        Value::Template(t) => t.source().to_string(),
        other => repr(other),
    }
}

/// `repr(value)`.
pub fn repr(value: &Value) -> String {
    match value {
        Value::Undefined(_) => "Undefined".into(),
        Value::Omit => "<<Omit>>".into(),
        Value::Null => "None".into(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::Int(i) => i.to_string(),
        Value::Float(f) => float(*f),
        Value::Str(s) => quoted(s),
        Value::Template(t) => quoted(t.source()),
        Value::List(items) => format!("[{}]", items.iter().map(repr).collect::<Vec<_>>().join(", ")),
        Value::Map(map) => entries(map.iter().map(|(k, v)| (k.clone(), v.clone()))),
        Value::Object(object) => entries(object.keys().into_iter().filter_map(|k| object.get(&k).ok().flatten().map(|v| (k, v)))),
    }
}

fn entries(pairs: impl Iterator<Item = (Key, Value)>) -> String {
    let shown: Vec<_> = pairs.map(|(k, v)| format!("{}: {}", repr(&k.to_value()), repr(&v))).collect();
    format!("{{{}}}", shown.join(", "))
}

/// `repr` of a float: the shortest text that reads back, with an exponent of two digits at least.
pub fn float(f: f64) -> String {
    if f.is_nan() {
        return "nan".into();
    }
    let shown = format!("{f:?}");
    match shown.split_once('e') {
        Some((digits, exponent)) => {
            let (sign, power) = exponent.strip_prefix('-').map_or(('+', exponent), |power| ('-', power));
            format!("{digits}e{sign}{power:0>2}")
        }
        None => shown,
    }
}

/// `repr` of a string.
pub fn quoted(s: &str) -> String {
    let quote = if s.contains('\'') && !s.contains('"') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for c in s.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            c if c == quote => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

/// The number a value counts as in arithmetic; a boolean is 0 or 1.
pub fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Bool(b) => Some(f64::from(u8::from(*b))),
        Value::Int(i) => Some(*i as f64),
        Value::Float(f) => Some(*f),
        _ => None,
    }
}

/// The integer a value is; a boolean is 0 or 1.
pub fn integer(value: &Value) -> Option<i128> {
    match value {
        Value::Bool(b) => Some(i128::from(*b)),
        Value::Int(i) => Some(*i),
        _ => None,
    }
}

/// `a == b`.
pub fn equal(a: &Value, b: &Value) -> bool {
    if let (Some(a), Some(b)) = (integer(a), integer(b)) {
        return a == b;
    }
    if let (Some(a), Some(b)) = (number(a), number(b)) {
        return a == b;
    }
    match (a, b) {
        (Value::Null, Value::Null) | (Value::Omit, Value::Omit) => true,
        (Value::Str(a), Value::Str(b)) => a == b,
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| equal(a, b)),
        (Value::Map(a), Value::Map(b)) => a.len() == b.len() && a.iter().all(|(k, v)| b.get(k).is_some_and(|other| equal(v, other))),
        _ => false,
    }
}

/// How `a` stands to `b`; the error is Python's sentence for what has no order.
pub fn compare(a: &Value, b: &Value) -> Result<Ordering, String> {
    let unordered = || format!("'<' not supported between instances of '{}' and '{}'", a.type_name(), b.type_name());
    if let (Some(a), Some(b)) = (integer(a), integer(b)) {
        return Ok(a.cmp(&b));
    }
    if let (Some(a), Some(b)) = (number(a), number(b)) {
        return Ok(a.partial_cmp(&b).unwrap_or(Ordering::Equal));
    }
    match (a, b) {
        (Value::Str(a), Value::Str(b)) => Ok(a.cmp(b)),
        (Value::List(a), Value::List(b)) => {
            if let Some((a, b)) = a.iter().zip(b.iter()).find(|(a, b)| !equal(a, b)) {
                return compare(a, b);
            }
            Ok(a.len().cmp(&b.len()))
        }
        _ => Err(unordered()),
    }
}
