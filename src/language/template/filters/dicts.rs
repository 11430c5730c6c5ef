//! Filters about mappings.

use super::{Family, attribute, python};
use crate::language::template::{Call, access, resolve_top};
use crate::language::{Diagnostic, Key, Map, Value};

pub(super) const FAMILY: Family = &[
    ("combine", combine),
    ("dict2items", dict2items),
    ("items2dict", items2dict),
    ("items", items),
    ("extract", extract),
    ("attr", |call| Ok(access::python_attribute(call.defined_input()?, &call.text_arg(1, "name")?.unwrap_or_default())?)),
    ("rekey_on_member", rekey_on_member),
    ("dict", dict),
    ("dict_kv", |call| Ok(Value::map([(call.key(call.need(1, "key")?)?, call.defined_input()?.clone())].into_iter().collect()))),
    ("keep_keys", |call| filter_keys(call, true)),
    ("remove_keys", |call| filter_keys(call, false)),
    ("replace_keys", replace_keys),
    ("groupby_as_dict", groupby_as_dict),
    ("counter", counter),
];

/// `combine(…, recursive=false, list_merge='replace')`: later mappings win.
fn combine(call: &Call) -> Result<Value, Diagnostic> {
    let recursive = call.flag_arg(usize::MAX, "recursive", false)?;
    let how = call.text_arg(usize::MAX, "list_merge")?.unwrap_or_else(|| "replace".into());
    let mut result = Map::new();
    for map in flat_maps(call, &call.args)? {
        result = merge(result, map, recursive, &how);
    }
    Ok(Value::map(result))
}

/// The mappings among `values`, lists of mappings included.
fn flat_maps(call: &Call, values: &[Value]) -> Result<Vec<Map>, Diagnostic> {
    let mut maps = Vec::new();
    for value in values {
        match value {
            Value::List(inner) => maps.extend(flat_maps(call, inner)?),
            other => maps.push(call.mapping(other)?),
        }
    }
    Ok(maps)
}

/// `over` laid on `under`.
pub(in crate::language) fn merge(mut under: Map, over: Map, recursive: bool, lists: &str) -> Map {
    for (key, new) in over {
        let merged = match (under.get(&key), new) {
            (Some(Value::Map(old)), Value::Map(new)) if recursive => {
                Value::map(merge(old.as_ref().clone(), new.as_ref().clone(), true, lists))
            }
            (Some(Value::List(old)), Value::List(new)) => Value::list(merge_lists(old, &new, lists)),
            (_, new) => new,
        };
        under.insert(key, merged);
    }
    under
}

fn merge_lists(old: &[Value], new: &[Value], how: &str) -> Vec<Value> {
    let absent = |from: &[Value], other: &[Value]| -> Vec<Value> {
        from.iter().filter(|x| !other.iter().any(|y| python::equal(x, y))).cloned().collect()
    };
    match how {
        "keep" => old.to_vec(),
        "append" => [old, new].concat(),
        "prepend" => [new, old].concat(),
        "append_rp" => [absent(old, new), new.to_vec()].concat(),
        "prepend_rp" => [new.to_vec(), absent(old, new)].concat(),
        _ => new.to_vec(),
    }
}

/// `dict2items(key_name='key', value_name='value')`.
fn dict2items(call: &Call) -> Result<Value, Diagnostic> {
    let key_name = call.text_arg(1, "key_name")?.unwrap_or_else(|| "key".into());
    let value_name = call.text_arg(2, "value_name")?.unwrap_or_else(|| "value".into());
    let map = call.mapping(call.defined_input()?)?;
    let defined = |value: Value| match resolve_top(&value, call.scope)? {
        Value::Undefined(what) => Err(Diagnostic::new(&*what)),
        value => Ok(value),
    };
    map.into_iter().map(|(key, value)| Ok(entry(&key_name, &value_name, &key, defined(value)?))).collect()
}

/// One entry as a mapping of its own.
pub(in crate::language::template) fn entry(key_name: &str, value_name: &str, key: &Key, value: Value) -> Value {
    Value::map([(Key::from(key_name), key.to_value()), (Key::from(value_name), value)].into_iter().collect())
}

/// `items2dict(key_name='key', value_name='value')`.
fn items2dict(call: &Call) -> Result<Value, Diagnostic> {
    let key_name = call.text_arg(1, "key_name")?.unwrap_or_else(|| "key".into());
    let value_name = call.text_arg(2, "value_name")?.unwrap_or_else(|| "value".into());
    let mut map = Map::new();
    for item in call.items()? {
        let (Some(key), Some(value)) = (item.get(&key_name), item.get(&value_name)) else {
            return Err(call.error(format!("each item needs the keys '{key_name}' and '{value_name}'")));
        };
        map.insert(call.key(key)?, value.clone());
    }
    Ok(Value::map(map))
}

/// `items`: pairs of key and value; of what is undefined, nothing.
fn items(call: &Call) -> Result<Value, Diagnostic> {
    if call.input()?.is_undefined() {
        return Ok(Value::list(Vec::new()));
    }
    let map = call.mapping(call.defined_input()?)?;
    Ok(map.into_iter().map(|(key, value)| Value::list(vec![key.to_value(), value])).collect())
}

/// `extract(container, morekeys)`: the member of `container` that the input names.
fn extract(call: &Call) -> Result<Value, Diagnostic> {
    let mut found = attribute::item(call.need(1, "container")?, call.defined_input()?)?;
    let more = match call.given(2, "morekeys")? {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::List(keys)) => keys.to_vec(),
        Some(one) => vec![one.clone()],
    };
    for key in &more {
        found = attribute::item(&found, key)?;
    }
    Ok(found)
}

/// `rekey_on_member(key, duplicates='error')`: the items in a mapping by one of their members.
fn rekey_on_member(call: &Call) -> Result<Value, Diagnostic> {
    let name = call.need(1, "key")?;
    let overwrite = call.text_arg(2, "duplicates")?.as_deref() == Some("overwrite");
    let items = match call.defined_input()? {
        Value::List(items) => items.to_vec(),
        other => call.mapping(other)?.into_values().collect(),
    };
    let mut map = Map::new();
    for item in items {
        let found = attribute::item(&item, name)?;
        if found.is_undefined() {
            return Err(call.error(format!("Key {} was not found in an item", python::text(name))));
        }
        let key = call.key(&found)?;
        if !overwrite && map.contains_key(&key) {
            return Err(call.error(format!("Key {key} is not unique, cannot convert to dict")));
        }
        map.insert(key, item);
    }
    Ok(Value::map(map))
}

/// `dict`: the mapping of a list of pairs.
fn dict(call: &Call) -> Result<Value, Diagnostic> {
    let mut map = Map::new();
    for pair in call.items()? {
        match pair.as_list() {
            Some([key, value]) => map.insert(call.key(key)?, value.clone()),
            _ => return Err(call.error("a list of pairs is needed")),
        };
    }
    Ok(Value::map(map))
}

/// `keep_keys` and `remove_keys` `(target, matching_parameter='equal')` on a list of mappings.
fn filter_keys(call: &Call, keep: bool) -> Result<Value, Diagnostic> {
    let targets: Vec<String> = match call.given(usize::MAX, "target")?.or(call.args.get(1)) {
        Some(Value::List(targets)) => targets.iter().map(python::text).collect(),
        Some(one) => vec![python::text(one)],
        None => return Err(call.error("the argument 'target' is missing")),
    };
    let how = call.text_arg(usize::MAX, "matching_parameter")?.unwrap_or_else(|| "equal".into());
    let mut kept = Vec::new();
    for item in call.items()? {
        let mut map = Map::new();
        for (key, value) in call.mapping(&item)? {
            if names(&targets, &key.to_string(), &how)? == keep {
                map.insert(key, value);
            }
        }
        kept.push(Value::map(map));
    }
    Ok(kept.into())
}

/// `replace_keys(target, matching_parameter='equal')`: the keys `before` become `after`.
fn replace_keys(call: &Call) -> Result<Value, Diagnostic> {
    let how = call.text_arg(usize::MAX, "matching_parameter")?.unwrap_or_else(|| "equal".into());
    let mut targets = Vec::new();
    for target in call.iterate(call.need(1, "target")?)? {
        let text = |name: &str| target.get(name).map(python::text).ok_or_else(|| call.error(format!("each target needs '{name}'")));
        targets.push((text("before")?, text("after")?));
    }
    let renamed = |key: Key| -> Result<Key, Diagnostic> {
        for (before, after) in &targets {
            if names(std::slice::from_ref(before), &key.to_string(), &how)? {
                return Ok(Key::from(after.as_str()));
            }
        }
        Ok(key)
    };
    let replaced = |item: Value| -> Result<Value, Diagnostic> {
        let entries = call.mapping(&item)?.into_iter().map(|(key, value)| Ok((renamed(key)?, value)));
        Ok(Value::map(entries.collect::<Result<_, Diagnostic>>()?))
    };
    call.items()?.into_iter().map(replaced).collect()
}

/// `groupby_as_dict(attribute)`: the items by their value of a member, which no two may share.
fn groupby_as_dict(call: &Call) -> Result<Value, Diagnostic> {
    let name = call.need(1, "attribute")?;
    let mut map = Map::new();
    for item in call.items()? {
        let key = call.key(&attribute::item(&item, name)?)?;
        if map.insert(key.clone(), item).is_some() {
            return Err(call.error(format!("Multiple sequence entries have attribute value '{key}'")));
        }
    }
    Ok(Value::map(map))
}

/// Whether one of the targets names the key.
fn names(targets: &[String], key: &str, how: &str) -> Result<bool, Diagnostic> {
    Ok(match how {
        "starts_with" => targets.iter().any(|t| key.starts_with(t.as_str())),
        "ends_with" => targets.iter().any(|t| key.ends_with(t.as_str())),
        "regex" => targets.iter().try_fold(false, |found, t| {
            Ok::<_, Diagnostic>(found || super::regex::compile(t, false, false)?.is_match(key).unwrap_or(false))
        })?,
        _ => targets.iter().any(|t| t == key),
    })
}

/// `counter`: how often each item occurs.
fn counter(call: &Call) -> Result<Value, Diagnostic> {
    let mut counts: indexmap::IndexMap<Key, i64> = indexmap::IndexMap::new();
    for item in call.items()? {
        *counts.entry(call.key(&item)?).or_default() += 1;
    }
    Ok(Value::map(counts.into_iter().map(|(key, count)| (key, count.into())).collect()))
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use serde_json::json;

    #[test]
    fn combines() {
        check(vec![
            (
                "combine",
                json!([{"a": {"x": 1, "l": [1]}, "b": 1}, {"a": {"y": 2, "l": [2]}}]),
                json!({}),
                json!({"a": {"y": 2, "l": [2]}, "b": 1}),
            ),
            (
                "combine",
                json!([{"a": {"x": 1, "l": [1]}}, {"a": {"y": 2, "l": [2]}}]),
                json!({"recursive": true}),
                json!({"a": {"x": 1, "l": [2], "y": 2}}),
            ),
            ("combine", json!([{"l": [1]}, {"l": [2]}]), json!({"recursive": true, "list_merge": "append"}), json!({"l": [1, 2]})),
            ("combine", json!([{"l": [1, 2]}, {"l": [2, 3]}]), json!({"list_merge": "append_rp"}), json!({"l": [1, 2, 3]})),
            ("combine", json!([{"l": [1, 2]}, {"l": [2, 3]}]), json!({"list_merge": "prepend"}), json!({"l": [2, 3, 1, 2]})),
        ]);
    }

    #[test]
    fn entries() {
        check(vec![
            ("dict2items", json!([{"a": 1}]), json!({"key_name": "k", "value_name": "v"}), json!([{"k": "a", "v": 1}])),
            ("items2dict", json!([[{"k": "a", "v": 1}], "k", "v"]), json!({}), json!({"a": 1})),
            ("extract", json!(["a", {"a": {"x": {"y": 1}}}, ["x", "y"]]), json!({}), json!(1)),
            ("community.general.dict_kv", json!([{"a": 1}, "x"]), json!({}), json!({"x": {"a": 1}})),
            ("keep_keys", json!([[{"a": 1, "b": 2}]]), json!({"target": ["a"]}), json!([{"a": 1}])),
            ("replace_keys", json!([[{"a": 1, "b": 2}]]), json!({"target": [{"before": "a", "after": "z"}]}), json!([{"z": 1, "b": 2}])),
            ("groupby_as_dict", json!([[{"a": "x", "k": 1}], "a"]), json!({}), json!({"x": {"a": "x", "k": 1}})),
            ("rekey_on_member", json!([[{"n": "x", "v": 1}], "n"]), json!({}), json!({"x": {"n": "x", "v": 1}})),
        ]);
    }
}
