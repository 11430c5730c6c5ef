//! Lookups that walk over lists, as the `with_*` loops use them.

use super::Family;
use crate::language::template::Call;
use crate::language::template::filters;
use crate::language::{Diagnostic, Map, Value};

pub(super) const FAMILY: Family = &[
    ("items", items),
    ("flattened", flattened),
    ("list", |call| Ok(call.args.clone())),
    ("indexed_items", indexed_items),
    ("dict", dict),
    ("nested", nested),
    ("cartesian", nested),
    ("together", together),
    ("subelements", subelements),
    ("random_choice", random_choice),
];

/// The terms, with lists among them opened by one level. Undefined terms are errors.
fn opened(call: &Call) -> Result<Vec<Value>, Diagnostic> {
    let mut all = Vec::new();
    for term in &call.args {
        match term {
            Value::List(inner) => all.extend(inner.iter().cloned()),
            Value::Undefined(what) => return Err(Diagnostic::new(what.to_string())),
            one => all.push(one.clone()),
        }
    }
    Ok(all)
}

/// The terms of a `with_*` loop: its one list counts as the terms themselves.
fn columns(call: &Call) -> Result<Vec<Vec<Value>>, Diagnostic> {
    let lone = match call.args.as_slice() {
        [Value::List(inner)] if inner.iter().all(|v| matches!(v, Value::List(_))) => inner.to_vec(),
        terms => terms.to_vec(),
    };
    lone.iter()
        .map(|term| match term {
            Value::List(inner) => Ok(inner.to_vec()),
            Value::Undefined(what) => Err(Diagnostic::new(what.to_string())),
            one => Ok(vec![one.clone()]),
        })
        .collect()
}

/// `items`: the members of the lists, one level deep.
fn items(call: &Call) -> Result<Vec<Value>, Diagnostic> {
    opened(call)
}

/// `flattened`: the members at every depth.
fn flattened(call: &Call) -> Result<Vec<Value>, Diagnostic> {
    let mut flat = Vec::new();
    let mut rest: Vec<Value> = call.args.iter().rev().cloned().collect();
    while let Some(value) = rest.pop() {
        match value {
            Value::List(inner) => rest.extend(inner.iter().rev().cloned()),
            Value::Null => {}
            one => flat.push(one),
        }
    }
    Ok(flat)
}

/// `indexed_items`: pairs of position and member.
fn indexed_items(call: &Call) -> Result<Vec<Value>, Diagnostic> {
    Ok(opened(call)?.into_iter().enumerate().map(|(index, item)| Value::list(vec![index.into(), item])).collect())
}

/// `dict`: the entries of mappings as `key` and `value`.
fn dict(call: &Call) -> Result<Vec<Value>, Diagnostic> {
    let mut entries = Vec::new();
    for term in opened(call)? {
        let map = call.mapping(&term)?;
        entries.extend(map.into_iter().map(|(key, value)| filters::entry("key", "value", &key, value)));
    }
    Ok(entries)
}

/// `nested`: every member of the first list with every one of the next, and so on.
fn nested(call: &Call) -> Result<Vec<Value>, Diagnostic> {
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for column in columns(call)? {
        rows = rows.iter().flat_map(|row| column.iter().map(move |item| row.iter().chain([item]).cloned().collect())).collect();
    }
    Ok(rows.into_iter().map(Value::from).collect())
}

/// `together`: the first members, the second ones, and so on; a shorter list is filled with null.
fn together(call: &Call) -> Result<Vec<Value>, Diagnostic> {
    let columns = columns(call)?;
    let rows = columns.iter().map(Vec::len).max().unwrap_or(0);
    let row = |at: usize| columns.iter().map(|c| c.get(at).cloned().unwrap_or(Value::Null)).collect();
    Ok((0..rows).map(row).collect())
}

/// `subelements`: pairs of an item, less a list in it, and each member of that list; the last term may be `{skip_missing: true}`.
fn subelements(call: &Call) -> Result<Vec<Value>, Diagnostic> {
    let terms = match call.args.as_slice() {
        [Value::List(terms)] => terms.to_vec(),
        terms => terms.to_vec(),
    };
    let (Some(source), Some(path)) = (terms.first(), terms.get(1)) else {
        return Err(call.error("a list and the name of a list in its items are needed"));
    };
    let items = match source {
        Value::List(items) => items.to_vec(),
        other => call.mapping(other)?.into_values().collect(),
    };
    let skip = terms.get(2).and_then(|flags| flags.get("skip_missing")).is_some_and(filters::python::truthy);
    let pairs = filters::pairs(call, &items, path, skip)?;
    let path: Vec<String> = filters::python::text(path).split('.').map(str::to_string).collect();
    Ok(pairs.as_list().unwrap_or_default().iter().map(|pair| without_list(pair, &path)).collect())
}

/// A pair whose item has lost the list its other half comes from.
fn without_list(pair: &Value, path: &[String]) -> Value {
    match pair.as_list() {
        Some([item, member]) => Value::list(vec![without(item, path), member.clone()]),
        _ => pair.clone(),
    }
}

fn without(item: &Value, path: &[String]) -> Value {
    let (Value::Map(map), Some((first, rest))) = (item, path.split_first()) else { return item.clone() };
    let mut map = Map::clone(map);
    match (rest, map.get_mut(first.as_str())) {
        ([], _) => drop(map.shift_remove(first.as_str())),
        (rest, Some(member)) => *member = without(member, rest),
        (_, None) => {}
    }
    Value::map(map)
}

/// `random_choice`: one of the terms.
fn random_choice(call: &Call) -> Result<Vec<Value>, Diagnostic> {
    match call.args.len() {
        0 => Ok(Vec::new()),
        count => Ok(vec![call.args[rand::random_range(0..count)].clone()]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::template::filters::testing;
    use serde_json::json;

    #[test]
    fn loops() {
        let rows = vec![
            ("items", json!([[1, [2]], 3]), json!([1, [2], 3])),
            ("items", json!([{"a": 1}]), json!([{"a": 1}])),
            ("indexed_items", json!([["a", "b"]]), json!([[0, "a"], [1, "b"]])),
            ("dict", json!([{"a": 1}]), json!([{"key": "a", "value": 1}])),
            ("nested", json!([["a", "b"], [1, 2]]), json!([["a", 1], ["a", 2], ["b", 1], ["b", 2]])),
            ("nested", json!([[["a"], [1, 2]]]), json!([["a", 1], ["a", 2]])),
            ("together", json!([["a", "b"], [1]]), json!([["a", 1], ["b", null]])),
            ("subelements", json!([[{"n": "u", "k": [1]}], "k"]), json!([[{"n": "u"}, 1]])),
            ("flattened", json!([[1, [2, [3]]], 4]), json!([1, 2, 3, 4])),
            ("random_choice", json!(["a", "a"]), json!(["a"])),
        ];
        for (name, args, wanted) in rows {
            let lookup = super::super::find(name).unwrap();
            let got = testing::call(name, lookup, args.clone(), json!({}), json!({}));
            assert_eq!(got.map(|items| Value::list(items).to_json()), Ok(wanted), "{name} {args}");
        }
    }
}
