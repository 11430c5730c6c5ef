//! The methods of mappings.

use crate::language::template::expressions::Arguments;
use crate::language::template::python_text;
use crate::language::{Key, Map, Object, Value};

use super::{Change, Method, Outcome, given, required};

/// The reading method `name`.
pub fn find(name: &str) -> Option<Method<Map>> {
    Some(match name {
        "copy" => |map, _| Ok(Value::map(map.clone())),
        "get" => get,
        "items" => |map, _| Ok(map.iter().map(|(key, value)| pair(key, value.clone())).collect()),
        "keys" => |map, _| Ok(map.keys().map(Key::to_value).collect()),
        "values" => |map, _| Ok(map.values().cloned().collect()),
        _ => return None,
    })
}

/// The changing method `name`.
pub fn find_change(name: &str) -> Option<Change<Map>> {
    Some(match name {
        "clear" => |map, _| {
            map.clear();
            Ok(Value::Null)
        },
        "pop" => pop,
        "popitem" => popitem,
        "setdefault" => setdefault,
        "update" => update,
        _ => return None,
    })
}

/// The reading methods of an object that stands for a mapping.
pub fn call_object(object: &dyn Object, name: &str, arguments: &Arguments) -> Option<Outcome> {
    let member = |key: &Key| object.get(key).map_err(|error| error.to_string());
    let value = |key: &Key| member(key).map(|value| value.unwrap_or(Value::Null));
    Some(match name {
        "keys" => Ok(object.keys().iter().map(Key::to_value).collect()),
        "values" => object.keys().iter().map(value).collect(),
        "items" => object.keys().iter().map(|key| Ok(pair(key, value(key)?))).collect(),
        "get" => key(arguments)
            .and_then(|key| Ok(member(&key)?.unwrap_or_else(|| given(arguments, 1, "default").cloned().unwrap_or(Value::Null)))),
        _ => return None,
    })
}

fn pair(key: &Key, value: Value) -> Value {
    Value::list(vec![key.to_value(), value])
}

fn key(arguments: &Arguments) -> Result<Key, String> {
    let value = required(arguments, 0, "key")?;
    Key::from_value(value).ok_or_else(|| format!("unhashable type: '{}'", value.type_name()))
}

fn get(map: &Map, arguments: &Arguments) -> Outcome {
    let found = map.get(&key(arguments)?).or_else(|| given(arguments, 1, "default"));
    Ok(found.cloned().unwrap_or(Value::Null))
}

fn pop(map: &mut Map, arguments: &Arguments) -> Outcome {
    let key = key(arguments)?;
    match (map.shift_remove(&key), given(arguments, 1, "default")) {
        (Some(value), _) => Ok(value),
        (None, Some(default)) => Ok(default.clone()),
        (None, None) => Err(python_text::repr(&key.to_value())),
    }
}

fn popitem(map: &mut Map, _: &Arguments) -> Outcome {
    match map.pop() {
        Some((key, value)) => Ok(pair(&key, value)),
        None => Err("popitem(): dictionary is empty".to_string()),
    }
}

fn setdefault(map: &mut Map, arguments: &Arguments) -> Outcome {
    let default = given(arguments, 1, "default").cloned().unwrap_or(Value::Null);
    Ok(map.entry(key(arguments)?).or_insert(default).clone())
}

fn update(map: &mut Map, arguments: &Arguments) -> Outcome {
    match arguments.0.first() {
        None => {}
        Some(Value::Undefined(what)) => return Err(what.to_string()),
        Some(Value::Map(other)) => map.extend(other.iter().map(|(key, value)| (key.clone(), value.clone()))),
        Some(pairs) => map.extend(from_pairs(pairs)?),
    }
    map.extend(arguments.1.iter().map(|(key, value)| (key.clone(), value.clone())));
    Ok(Value::Null)
}

/// A mapping from a list of pairs, as `dict()` and `update()` take it.
pub fn from_pairs(pairs: &Value) -> Result<Map, String> {
    let items = pairs.as_list().ok_or_else(|| format!("'{}' object is not iterable", pairs.type_name()))?;
    let entry = |(i, item): (usize, &Value)| match item.as_list() {
        Some([key, value]) => {
            Key::from_value(key).map(|key| (key, value.clone())).ok_or_else(|| format!("unhashable type: '{}'", key.type_name()))
        }
        _ => Err(format!("dictionary update sequence element #{i} is not a pair")),
    };
    items.iter().enumerate().map(entry).collect()
}
