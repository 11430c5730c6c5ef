//! The methods of lists.

use std::cmp::Ordering;

use crate::language::Value;
use crate::language::template::expressions::Arguments;
use crate::language::template::{access, compare};

use super::{Change, Method, Outcome, given, optional_integer, range, required};

/// The reading method `name`.
pub fn find(name: &str) -> Option<Method<[Value]>> {
    Some(match name {
        "copy" => |items, _| Ok(Value::list(items.to_vec())),
        "count" => count,
        "index" => index,
        _ => return None,
    })
}

/// The changing method `name`.
pub fn find_change(name: &str) -> Option<Change<Vec<Value>>> {
    Some(match name {
        "append" => append,
        "clear" => |items, _| {
            items.clear();
            Ok(Value::Null)
        },
        "extend" => extend,
        "insert" => insert,
        "pop" => pop,
        "remove" => remove,
        "reverse" => |items, _| {
            items.reverse();
            Ok(Value::Null)
        },
        "sort" => |items, arguments| sort(items, arguments),
        _ => return None,
    })
}

fn count(items: &[Value], arguments: &Arguments) -> Outcome {
    let wanted = required(arguments, 0, "value")?;
    Ok(Value::from(items.iter().filter(|item| compare::equal(item, wanted)).count()))
}

fn index(items: &[Value], arguments: &Arguments) -> Outcome {
    let wanted = required(arguments, 0, "value")?;
    let mut range = range(arguments, 1, items.len())?;
    range
        .find(|i| compare::equal(&items[*i], wanted))
        .map(Value::from)
        .ok_or_else(|| format!("{} is not in list", crate::language::template::python_text::repr(wanted)))
}

fn append(items: &mut Vec<Value>, arguments: &Arguments) -> Outcome {
    items.push(required(arguments, 0, "object")?.clone());
    Ok(Value::Null)
}

fn extend(items: &mut Vec<Value>, arguments: &Arguments) -> Outcome {
    match required(arguments, 0, "iterable")? {
        Value::List(more) => items.extend(more.iter().cloned()),
        Value::Map(map) => items.extend(map.keys().map(|key| key.to_value())),
        Value::Str(text) => items.extend(text.chars().map(|c| Value::from(c.to_string()))),
        other => return Err(format!("'{}' object is not iterable", other.type_name())),
    }
    Ok(Value::Null)
}

fn insert(items: &mut Vec<Value>, arguments: &Arguments) -> Outcome {
    let at = optional_integer(arguments, 0, "index")?.ok_or("insert expected 2 arguments")?;
    let length = items.len() as i128;
    let at = if at < 0 { at + length } else { at }.clamp(0, length) as usize;
    items.insert(at, required(arguments, 1, "object")?.clone());
    Ok(Value::Null)
}

fn pop(items: &mut Vec<Value>, arguments: &Arguments) -> Outcome {
    if items.is_empty() {
        return Err("pop from empty list".to_string());
    }
    let at = optional_integer(arguments, 0, "index")?.unwrap_or(-1);
    access::place(at, items.len()).map(|at| items.remove(at)).ok_or_else(|| "pop index out of range".to_string())
}

fn remove(items: &mut Vec<Value>, arguments: &Arguments) -> Outcome {
    let wanted = required(arguments, 0, "value")?;
    match items.iter().position(|item| compare::equal(item, wanted)) {
        Some(at) => {
            items.remove(at);
            Ok(Value::Null)
        }
        None => Err("list.remove(x): x not in list".to_string()),
    }
}

fn sort(items: &mut [Value], arguments: &Arguments) -> Outcome {
    let mut problem = None;
    items.sort_by(|a, b| match compare::order(a, b, "<") {
        Ok(order) => order.unwrap_or(Ordering::Equal),
        Err(message) => {
            problem.get_or_insert(message);
            Ordering::Equal
        }
    });
    if given(arguments, usize::MAX, "reverse").is_some_and(compare::truthy) {
        items.reverse();
    }
    problem.map_or(Ok(Value::Null), Err)
}
