//! The methods of Python's strings, lists and mappings, a file per type.

mod format;
mod list;
mod map;
mod text;
mod text_split;

use crate::language::Value;

pub use map::from_pairs;

use super::expressions::Arguments;

/// A method's outcome.
type Outcome = Result<Value, String>;
/// A method that reads its receiver.
type Method<T> = fn(&T, &Arguments) -> Outcome;
/// A method that changes its receiver.
type Change<T> = fn(&mut T, &Arguments) -> Outcome;

/// Whether a value like `receiver` has the method `name`.
pub fn exists(receiver: &Value, name: &str) -> bool {
    match receiver {
        Value::Str(_) => text::find(name).is_some(),
        Value::List(_) => list::find(name).is_some() || list::find_change(name).is_some(),
        Value::Map(_) => map::find(name).is_some() || map::find_change(name).is_some(),
        Value::Object(_) => matches!(name, "keys" | "items" | "values" | "get") && has_members(receiver),
        _ => false,
    }
}

/// Whether `name` is a method that changes its receiver, on some type.
pub fn mutates(name: &str) -> bool {
    list::find_change(name).is_some() || map::find_change(name).is_some()
}

/// Calls a method; one that changes its receiver changes a passing copy.
pub fn call(receiver: &Value, name: &str, arguments: &Arguments) -> Outcome {
    let found = match receiver {
        Value::Str(text) => text::find(name).map(|method| method(text, arguments)),
        Value::List(items) => list::find(name).map(|method| method(items, arguments)),
        Value::Map(map) => map::find(name).map(|method| method(map, arguments)),
        Value::Object(object) => map::call_object(&**object, name, arguments),
        _ => None,
    };
    found
        .or_else(|| change(&mut receiver.clone(), name, arguments))
        .unwrap_or_else(|| Err(format!("'{}' object has no attribute '{name}'", receiver.type_name())))
}

/// Calls a method that changes `receiver`; `None` when its type has no such method.
pub fn change(receiver: &mut Value, name: &str, arguments: &Arguments) -> Option<Outcome> {
    use std::sync::Arc;
    match receiver {
        Value::List(items) => list::find_change(name).map(|method| method(Arc::make_mut(items), arguments)),
        Value::Map(map) => map::find_change(name).map(|method| method(Arc::make_mut(map), arguments)),
        _ => None,
    }
}

/// Whether an object is a mapping of the user's, rather than a helper of the language.
fn has_members(receiver: &Value) -> bool {
    matches!(receiver, Value::Object(object) if !super::objects::is_helper(object))
}

/// The argument at `position` or called `name`.
fn given<'a>((args, kwargs): &'a Arguments, position: usize, name: &str) -> Option<&'a Value> {
    args.get(position).or_else(|| kwargs.get(name))
}

/// An argument that must be there.
fn required<'a>(arguments: &'a Arguments, position: usize, name: &str) -> Result<&'a Value, String> {
    match given(arguments, position, name) {
        Some(Value::Undefined(what)) => Err(what.to_string()),
        Some(value) => Ok(value),
        None => Err(format!("missing required argument: '{name}' (pos {})", position + 1)),
    }
}

/// A string argument that must be there.
fn text_argument<'a>(arguments: &'a Arguments, position: usize, name: &str) -> Result<&'a str, String> {
    let value = required(arguments, position, name)?;
    value.as_str().ok_or_else(|| format!("must be str, not {}", value.type_name()))
}

/// A string argument that may be missing or null.
fn optional_text<'a>(arguments: &'a Arguments, position: usize, name: &str) -> Result<Option<&'a str>, String> {
    match given(arguments, position, name) {
        None | Some(Value::Null) => Ok(None),
        Some(_) => text_argument(arguments, position, name).map(Some),
    }
}

/// An integer argument that may be missing.
fn optional_integer(arguments: &Arguments, position: usize, name: &str) -> Result<Option<i128>, String> {
    match given(arguments, position, name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => super::numbers::integer(value)
            .map(Some)
            .ok_or_else(|| format!("'{}' object cannot be interpreted as an integer", value.type_name())),
    }
}

/// The part of `length` that Python's optional `start` and `end` arguments leave.
fn range(arguments: &Arguments, position: usize, length: usize) -> Result<std::ops::Range<usize>, String> {
    let clamp = |bound: i128| {
        let bound = if bound < 0 { bound + length as i128 } else { bound };
        bound.clamp(0, length as i128) as usize
    };
    let start = optional_integer(arguments, position, "start")?.map_or(0, clamp);
    let end = optional_integer(arguments, position + 1, "end")?.map_or(length, clamp);
    Ok(start..end.max(start))
}
