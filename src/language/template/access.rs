//! Attributes, items and slices, templates as they stand. What is not there is undefined, and stays so however deep one
//! looks into it.

use std::sync::Arc;

use crate::language::{Key, Value};

use super::fail::{Eval, Fail};
use super::methods;
use super::objects::Function;

/// `container.name`: a method, or the member of that name.
pub fn attribute(container: &Value, name: &str) -> Eval<Value> {
    if container.is_undefined() {
        return Ok(container.clone());
    }
    if name.starts_with("__") && name.ends_with("__") {
        return Err(Fail::new(format!("access to attribute '{name}' of '{}' object is unsafe.", container.type_name())));
    }
    if methods::exists(container, name) {
        return Ok(Value::Object(Arc::new(Function::Method(container.clone(), name.into()))));
    }
    if let Some(half) = half_of_group(container, name) {
        return Ok(half.clone());
    }
    Ok(member(container, &Key::from(name))?.unwrap_or_else(|| missing(container, &Value::from(name))))
}

/// The halves of a pair that `groupby` gives have names.
fn half_of_group<'v>(container: &'v Value, name: &str) -> Option<&'v Value> {
    match (container.as_list()?, name) {
        ([grouper, Value::List(_)], "grouper") => Some(grouper),
        ([_, list @ Value::List(_)], "list") => Some(list),
        _ => None,
    }
}

/// The attribute `name` of `container` and never a member of a mapping: what the filter `attr` gives.
pub fn python_attribute(container: &Value, name: &str) -> Eval<Value> {
    let absent = || missing(container, &Value::from(name));
    match container {
        _ if methods::exists(container, name) => Ok(Value::Object(Arc::new(Function::Method(container.clone(), name.into())))),
        Value::Object(object) => Ok(object.get(&Key::from(name))?.unwrap_or_else(absent)),
        _ => Ok(absent()),
    }
}

/// `container[key]`: the item, or failing that the method of that name.
pub fn item(container: &Value, key: &Value) -> Eval<Value> {
    let found = match (container, key) {
        (Value::List(items), Value::Int(i)) => place(*i, items.len()).map(|i| items[i].clone()),
        (Value::Str(text), Value::Int(i)) => {
            place(*i, text.chars().count()).and_then(|i| text.chars().nth(i)).map(|c| Value::from(c.to_string()))
        }
        _ => match Key::from_value(key) {
            Some(key) => member(container, &key)?,
            None => None,
        },
    };
    match (found, key) {
        (Some(value), _) => Ok(value),
        (None, Value::Str(name)) => attribute(container, name),
        (None, _) => Ok(missing(container, key)),
    }
}

fn member(container: &Value, key: &Key) -> Eval<Option<Value>> {
    Ok(match container {
        Value::Map(map) => map.get(key).cloned(),
        Value::Object(object) => object.get(key)?,
        _ => None,
    })
}

/// The undefined value that says what `container` lacks.
pub fn missing(container: &Value, key: &Value) -> Value {
    let kind = container.type_name();
    let message = match key {
        Value::Str(name) => format!("object of type '{kind}' has no attribute '{name}'"),
        other => format!("object of type '{kind}' has no attribute {}", super::python_text::repr(other)),
    };
    Value::Undefined(message.into())
}

/// The position that Python's index `i` means in `length` items.
pub fn place(i: i128, length: usize) -> Option<usize> {
    let i = if i < 0 { i + length as i128 } else { i };
    usize::try_from(i).ok().filter(|i| *i < length)
}

/// `container[start:stop:step]`.
pub fn slice(container: &Value, start: Option<Value>, stop: Option<Value>, step: Option<Value>) -> Eval<Value> {
    let (start, stop, step) = (bound(start)?, bound(stop)?, bound(step)?.unwrap_or(1));
    if step == 0 {
        return Err(Fail::new("slice step cannot be zero"));
    }
    match container {
        Value::List(items) => Ok(places(items.len(), start, stop, step).map(|i| items[i].clone()).collect()),
        Value::Str(text) => {
            let chars: Vec<char> = text.chars().collect();
            Ok(Value::from(places(chars.len(), start, stop, step).map(|i| chars[i]).collect::<String>()))
        }
        other => Err(Fail::new(format!("'{}' object is not subscriptable", other.type_name()))),
    }
}

fn bound(value: Option<Value>) -> Eval<Option<i128>> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(value) => super::numbers::integer(&value).map(Some).ok_or_else(|| Fail::new("slice indices must be integers or None")),
    }
}

/// The positions a slice takes from `length` items, in order.
fn places(length: usize, start: Option<i128>, stop: Option<i128>, step: i128) -> impl Iterator<Item = usize> {
    let length = length as i128;
    let (lowest, highest) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let clamp = |bound: i128| if bound < 0 { bound + length } else { bound }.clamp(lowest, highest);
    let (first, last) = if step > 0 { (lowest, highest) } else { (highest, lowest) };
    let start = start.map_or(first, clamp);
    let stop = stop.map_or(last, clamp);
    std::iter::successors(Some(start), move |at| at.checked_add(step))
        .take_while(move |at| if step > 0 { *at < stop } else { *at > stop })
        .map(|at| at as usize)
}
