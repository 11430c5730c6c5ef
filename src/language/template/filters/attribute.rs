//! Reading members by a path such as `a.b.0`, as `map(attribute=…)` and its like take it.

use crate::language::{Diagnostic, Key, Value};

/// The member of `value` at `path`: a dotted string or an integer. A missing member is undefined.
pub fn member(value: &Value, path: &Value) -> Result<Value, Diagnostic> {
    let Value::Str(path) = path else { return item(value, path) };
    let mut found = value.clone();
    for part in path.split('.') {
        let key = part.parse::<i128>().map_or_else(|_| Value::str(part), Value::Int);
        found = item(&found, &key)?;
    }
    Ok(found)
}

/// `value[key]`; a missing member is undefined.
pub fn item(value: &Value, key: &Value) -> Result<Value, Diagnostic> {
    let missing = || {
        let shown = super::python::text(key);
        Value::Undefined(format!("object of type '{}' has no attribute '{shown}'", value.type_name()).into())
    };
    Ok(match value {
        Value::Undefined(_) => value.clone(),
        Value::Map(map) => Key::from_value(key)
            .and_then(|k| map.get(&k).or_else(|| map.get(super::python::text(key).as_str())))
            .cloned()
            .unwrap_or_else(missing),
        Value::Object(object) => match Key::from_value(key) {
            Some(k) => object.get(&k)?.unwrap_or_else(missing),
            None => missing(),
        },
        Value::List(items) => super::python::integer(key)
            .and_then(|i| usize::try_from(if i < 0 { i + items.len() as i128 } else { i }).ok())
            .and_then(|i| items.get(i).cloned())
            .unwrap_or_else(missing),
        _ => missing(),
    })
}
