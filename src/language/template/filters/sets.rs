//! Lists as sets: the order of first appearance is kept.

use super::{Family, attribute, python};
use crate::language::template::Call;
use crate::language::{Diagnostic, Value};

pub(super) const FAMILY: Family = &[
    ("unique", unique),
    ("union", |call| two(call, |a, b| [a, b].concat())),
    ("intersect", |call| two(call, |a, b| kept(a, |x| has(b, x)))),
    ("difference", |call| two(call, |a, b| kept(a, |x| !has(b, x)))),
    ("symmetric_difference", |call| two(call, |a, b| [kept(a, |x| !has(b, x)), kept(b, |x| !has(a, x))].concat())),
];

fn has(items: &[Value], wanted: &Value) -> bool {
    items.iter().any(|item| python::equal(item, wanted))
}

fn kept(items: &[Value], keep: impl Fn(&Value) -> bool) -> Vec<Value> {
    items.iter().filter(|item| keep(item)).cloned().collect()
}

/// Each value once.
fn distinct(items: Vec<Value>) -> Value {
    let mut seen: Vec<Value> = Vec::new();
    for item in items {
        if !has(&seen, &item) {
            seen.push(item);
        }
    }
    seen.into()
}

/// A set operation on the input and one more list.
fn two(call: &Call, operation: fn(&[Value], &[Value]) -> Vec<Value>) -> Result<Value, Diagnostic> {
    let other = call.iterate(call.need(1, "b")?)?;
    Ok(distinct(operation(&call.items()?, &other)))
}

/// `unique(case_sensitive, attribute)`: strings of different case differ unless told otherwise.
fn unique(call: &Call) -> Result<Value, Diagnostic> {
    let fold = !call.flag_arg(1, "case_sensitive", true)?;
    let path = call.given(2, "attribute")?;
    let (mut seen, mut kept) = (Vec::new(), Vec::new());
    for item in call.items()? {
        let key = path.map_or_else(|| Ok(item.clone()), |path| attribute::member(&item, path))?;
        let key = match &key {
            Value::Str(s) if fold => Value::str(s.to_lowercase()),
            _ => key,
        };
        if !has(&seen, &key) {
            seen.push(key);
            kept.push(item);
        }
    }
    Ok(kept.into())
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use serde_json::json;

    #[test]
    fn operations() {
        check(vec![
            ("unique", json!([[3, 1, 2, 1]]), json!({}), json!([3, 1, 2])),
            ("unique", json!([[{"a": 1}, {"a": 1, "b": 2}]]), json!({"attribute": "a"}), json!([{"a": 1}])),
            ("union", json!([[1, 2, 2, 3], [3, 4]]), json!({}), json!([1, 2, 3, 4])),
            ("intersect", json!([[3, 1, 2], [2, 3]]), json!({}), json!([3, 2])),
            ("difference", json!([[1, 2, 3, 3], [1]]), json!({}), json!([2, 3])),
            ("symmetric_difference", json!([[1, 2], [2, 3]]), json!({}), json!([1, 3])),
        ]);
    }
}
