//! Filters that call other filters and tests.

use super::{Family, attribute, python};
use crate::language::template::{Call, tests};
use crate::language::{Diagnostic, Map, Value};

pub(super) const FAMILY: Family = &[
    ("map", map),
    ("select", |call| choose(call, false, true)),
    ("reject", |call| choose(call, false, false)),
    ("selectattr", |call| choose(call, true, true)),
    ("rejectattr", |call| choose(call, true, false)),
];

/// `map(filter, …)` or `map(attribute=, default=)`.
fn map(call: &Call) -> Result<Value, Diagnostic> {
    let items = call.items()?;
    if let (None, Some(path)) = (call.args.get(1), call.kwargs.get("attribute")) {
        return items.iter().map(|item| member_or_default(item, path, call)).collect();
    }
    let name = call.args.get(1).and_then(Value::as_str).ok_or_else(|| call.error("map requires a filter argument"))?;
    let filter = super::find(name).ok_or_else(|| Diagnostic::new(format!("No filter named '{name}'.")))?;
    items.into_iter().map(|item| filter(&inner(call, name, item, 2))).collect()
}

/// The member of `item` at `path`, or the `default` of the call; null is none.
fn member_or_default(item: &Value, path: &Value, call: &Call) -> Result<Value, Diagnostic> {
    let found = attribute::member(item, path)?;
    let default = call.kwargs.get("default").filter(|default| found.is_undefined() && !matches!(default, Value::Null));
    Ok(default.cloned().unwrap_or(found))
}

/// The call of another plugin on `item` with the arguments of `call` from position `from`.
fn inner<'a>(call: &Call<'a>, name: &'a str, item: Value, from: usize) -> Call<'a> {
    let args = std::iter::once(item).chain(call.args.iter().skip(from).cloned()).collect();
    Call { name, args, kwargs: call.kwargs.clone(), scope: call.scope }
}

/// The items that pass a test (or its negation), themselves or in one member; without a test, the true ones.
fn choose(call: &Call, by_member: bool, wanted: bool) -> Result<Value, Diagnostic> {
    let path = if by_member { Some(call.need(1, "attribute")?) } else { None };
    let at = if by_member { 2 } else { 1 };
    let name = call.args.get(at).map(python::text);
    let test = match &name {
        None => None,
        Some(name) => Some((name, tests::find(name).ok_or_else(|| Diagnostic::new(format!("No test named '{name}'.")))?)),
    };
    let mut chosen = Vec::new();
    for item in call.items()? {
        let subject = path.map_or_else(|| Ok(item.clone()), |path| attribute::member(&item, path))?;
        let passes = match test {
            None => python::truthy(&subject),
            Some((name, test)) => {
                let args = std::iter::once(subject).chain(call.args.iter().skip(at + 1).cloned()).collect();
                test(&Call { name, args, kwargs: Map::clone(&call.kwargs), scope: call.scope })?
            }
        };
        if passes == wanted {
            chosen.push(item);
        }
    }
    Ok(chosen.into())
}

#[cfg(test)]
mod unit {
    use super::super::testing::{check, filter};
    use serde_json::json;

    #[test]
    fn maps_and_choices() {
        check(vec![
            ("map", json!([["/a/b", "/c/d"], "basename"]), json!({}), json!(["b", "d"])),
            ("map", json!([[{"a": {"b": 1}}, {}]]), json!({"attribute": "a.b", "default": "q"}), json!([1, "q"])),
            ("map", json!([["a", "b"], "extract", {"a": {"x": 1}, "b": {"x": 2}}, "x"]), json!({}), json!([1, 2])),
            ("select", json!([[0, 1, 2, null, "", "a"]]), json!({}), json!([1, 2, "a"])),
            ("reject", json!([[0, 1]]), json!({}), json!([0])),
            ("selectattr", json!([[{"a": 1, "b": true}, {"a": 2, "b": false}], "b"]), json!({}), json!([{"a": 1, "b": true}])),
        ]);
        assert!(filter("map", json!([["a"], "nofilter"]), json!({})).is_err());
    }
}
