//! Order: sorting, extremes, sums and groups.

use std::cmp::Ordering;

use super::{Family, attribute, python};
use crate::language::template::Call;
use crate::language::{Diagnostic, Value};

pub(super) const FAMILY: Family = &[
    ("sort", sort),
    ("dictsort", dictsort),
    ("groupby", groupby),
    ("min", |call| extreme(call, Ordering::Less)),
    ("max", |call| extreme(call, Ordering::Greater)),
    ("sum", sum),
    ("version_sort", version_sort),
];

/// What an item is ordered by: itself or a member, folded to lower case unless case counts.
fn sort_key(item: &Value, path: Option<&Value>, case_sensitive: bool) -> Result<Value, Diagnostic> {
    let key = path.map_or_else(|| Ok(item.clone()), |path| attribute::member(item, path))?;
    match &key {
        Value::Undefined(what) => Err(Diagnostic::new(what.to_string())),
        Value::Str(s) if !case_sensitive => Ok(Value::str(s.to_lowercase())),
        _ => Ok(key),
    }
}

/// Sorts by key, stably; the first failed comparison is the error.
fn sort_by_keys(call: &Call, mut keyed: Vec<(Value, Value)>, reverse: bool) -> Result<Vec<Value>, Diagnostic> {
    let mut failure = None;
    keyed.sort_by(|(a, _), (b, _)| {
        let order = python::compare(a, b).unwrap_or_else(|e| {
            failure.get_or_insert(e);
            Ordering::Equal
        });
        if reverse { order.reverse() } else { order }
    });
    failure.map_or_else(|| Ok(keyed.into_iter().map(|(_, item)| item).collect()), |e| Err(call.error(e)))
}

/// `sort(reverse, case_sensitive, attribute)`; an attribute may name several, split by commas.
fn sort(call: &Call) -> Result<Value, Diagnostic> {
    let case_sensitive = call.flag_arg(2, "case_sensitive", false)?;
    let paths: Vec<Value> = match call.given(3, "attribute")? {
        Some(Value::Str(paths)) => paths.split(',').map(Value::from).collect(),
        Some(other) => vec![other.clone()],
        None => Vec::new(),
    };
    let mut keyed = Vec::new();
    for item in call.items()? {
        let key = match paths.as_slice() {
            [] => sort_key(&item, None, case_sensitive)?,
            paths => paths.iter().map(|path| sort_key(&item, Some(path), case_sensitive)).collect::<Result<Value, _>>()?,
        };
        keyed.push((key, item));
    }
    Ok(sort_by_keys(call, keyed, call.flag_arg(1, "reverse", false)?)?.into())
}

/// `dictsort(case_sensitive, by='key', reverse)`: the entries as pairs.
fn dictsort(call: &Call) -> Result<Value, Diagnostic> {
    let case_sensitive = call.flag_arg(1, "case_sensitive", false)?;
    let by_value = call.text_arg(2, "by")?.as_deref() == Some("value");
    let mut keyed = Vec::new();
    for (key, value) in call.mapping(call.defined_input()?)? {
        let subject = if by_value { value.clone() } else { key.to_value() };
        keyed.push((sort_key(&subject, None, case_sensitive)?, Value::list(vec![key.to_value(), value])));
    }
    Ok(sort_by_keys(call, keyed, call.flag_arg(3, "reverse", false)?)?.into())
}

/// `groupby(attribute, default, case_sensitive)`: pairs of a value and the items that have it, sorted.
fn groupby(call: &Call) -> Result<Value, Diagnostic> {
    let path = call.need(1, "attribute")?;
    let default = call.given(2, "default")?;
    let case_sensitive = call.flag_arg(3, "case_sensitive", false)?;
    let mut groups: Vec<(Value, Value, Vec<Value>)> = Vec::new();
    for item in call.items()? {
        let found = attribute::member(&item, path)?;
        let found = default.filter(|_| found.is_undefined()).cloned().unwrap_or(found);
        let key = sort_key(&found, None, case_sensitive)?;
        match groups.iter_mut().find(|(known, ..)| python::equal(known, &key)) {
            Some((.., members)) => members.push(item),
            None => groups.push((key, found, vec![item])),
        }
    }
    let keyed = groups.into_iter().map(|(key, shown, items)| (key, Value::list(vec![shown, items.into()]))).collect();
    Ok(sort_by_keys(call, keyed, false)?.into())
}

/// `min` and `max` `(case_sensitive, attribute)`; of nothing, undefined.
fn extreme(call: &Call, wanted: Ordering) -> Result<Value, Diagnostic> {
    let case_sensitive = call.flag_arg(1, "case_sensitive", false)?;
    let path = call.given(2, "attribute")?;
    let mut best: Option<(Value, Value)> = None;
    for item in call.items()? {
        let key = sort_key(&item, path, case_sensitive)?;
        let better = match &best {
            None => true,
            Some((known, _)) => python::compare(&key, known).map_err(|e| call.error(e))? == wanted,
        };
        if better {
            best = Some((key, item));
        }
    }
    Ok(best.map_or_else(|| Value::Undefined("No aggregated item, sequence was empty.".into()), |(_, item)| item))
}

/// `sum(attribute, start=0)`.
fn sum(call: &Call) -> Result<Value, Diagnostic> {
    let path = call.given(1, "attribute")?;
    let mut total = call.given(2, "start")?.cloned().unwrap_or(Value::Int(0));
    for item in call.items()? {
        let item = path.map_or_else(|| Ok(item.clone()), |path| attribute::member(&item, path))?;
        total = add(&total, &item).ok_or_else(|| match &item {
            Value::Undefined(what) => Diagnostic::new(what.to_string()),
            _ => call.error(format!("unsupported operand type(s) for +: '{}' and '{}'", total.type_name(), item.type_name())),
        })?;
    }
    Ok(total)
}

fn add(a: &Value, b: &Value) -> Option<Value> {
    if let (Value::List(a), Value::List(b)) = (a, b) {
        return Some(a.iter().chain(b.iter()).cloned().collect());
    }
    match (python::integer(a), python::integer(b)) {
        (Some(a), Some(b)) => a.checked_add(b).map(Value::Int),
        _ => Some(Value::Float(python::number(a)? + python::number(b)?)),
    }
}

/// `version_sort(reverse)`: numbers within the strings count as numbers.
fn version_sort(call: &Call) -> Result<Value, Diagnostic> {
    let mut items = call.items()?;
    items.sort_by_key(|item| version_parts(&python::text(item)));
    if call.flag_arg(1, "reverse", false)? {
        items.reverse();
    }
    Ok(items.into())
}

/// The runs of digits and letters of a version; a letter run stands after every number.
fn version_parts(version: &str) -> Vec<(bool, u64, String)> {
    let mut parts: Vec<String> = Vec::new();
    let mut last = None;
    for c in version.chars() {
        let kind = if c.is_ascii_digit() {
            0
        } else if c.is_alphabetic() {
            1
        } else {
            2
        };
        match parts.last_mut() {
            Some(part) if last == Some(kind) => part.push(c),
            _ => parts.push(c.to_string()),
        }
        last = Some(kind);
    }
    let runs = parts.into_iter().filter(|part| part.chars().all(char::is_alphanumeric));
    runs.map(|part| part.parse().map_or((true, 0, part.clone()), |n| (false, n, String::new()))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, filter};
    use serde_json::json;

    #[test]
    fn sorts() {
        check(vec![
            ("sort", json!([["b", "A", "a", "B"]]), json!({}), json!(["A", "a", "b", "B"])),
            ("sort", json!([["b", "A", "a"]]), json!({"case_sensitive": true}), json!(["A", "a", "b"])),
            ("sort", json!([[{"n": 2}, {"n": 1}]]), json!({"attribute": "n", "reverse": true}), json!([{"n": 2}, {"n": 1}])),
            ("sort", json!([[10, 9, 2]]), json!({}), json!([2, 9, 10])),
            ("sort", json!([{"b": 1, "a": 2}]), json!({}), json!(["a", "b"])),
            ("dictsort", json!([{"b": 1, "a": 2}]), json!({}), json!([["a", 2], ["b", 1]])),
            ("version_sort", json!([["1.10", "1.9", "1.2"]]), json!({}), json!(["1.2", "1.9", "1.10"])),
        ]);
        assert!(filter("sort", json!([[1, "a"]]), json!({})).is_err());
    }

    #[test]
    fn aggregates() {
        check(vec![
            ("min", json!([[3, 1]]), json!({}), json!(1)),
            ("max", json!([[{"a": 3}, {"a": 1}]]), json!({"attribute": "a"}), json!({"a": 3})),
            ("min", json!([["b", "A"]]), json!({}), json!("A")),
            ("sum", json!([[true, false]]), json!({}), json!(1)),
            ("sum", json!([[{"a": 1}]]), json!({"attribute": "a", "start": 10}), json!(11)),
            (
                "groupby",
                json!([[{"t": "a", "v": 1}, {"t": "b", "v": 2}, {"t": "a", "v": 3}], "t"]),
                json!({}),
                json!([["a", [{"t": "a", "v": 1}, {"t": "a", "v": 3}]], ["b", [{"t": "b", "v": 2}]]]),
            ),
        ]);
    }
}
