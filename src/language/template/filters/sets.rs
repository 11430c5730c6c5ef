//! Lists as sets: the order of first appearance is kept.

use std::collections::HashSet;

use super::{Family, attribute};
use crate::language::template::{Call, compare, numbers};
use crate::language::{Diagnostic, Key, Value};

pub(super) const FAMILY: Family = &[
    ("unique", unique),
    ("union", |call| two(call, |a, b| [a, b].concat())),
    ("intersect", |call| two(call, |a, b| kept(a, b, true))),
    ("difference", |call| two(call, |a, b| kept(a, b, false))),
    ("lists_union", |call| many(call, |a, b| [a, b].concat())),
    ("lists_intersect", |call| many(call, |a, b| kept(a, b, true))),
    ("lists_difference", |call| many(call, |a, b| kept(a, b, false))),
    ("lists_symmetric_difference", |call| many(call, |a, b| [kept(a, b, false), kept(b, a, false)].concat())),
    ("symmetric_difference", |call| two(call, |a, b| [kept(a, b, false), kept(b, a, false)].concat())),
];

/// Values seen so far. Those that can be keys are found by their hash, the others by comparison.
#[derive(Default)]
struct Seen {
    keys: HashSet<Key>,
    others: Vec<Value>,
}

impl Seen {
    fn of(items: &[Value]) -> Seen {
        let mut seen = Seen::default();
        for item in items {
            seen.add(item);
        }
        seen
    }

    fn has(&self, item: &Value) -> bool {
        match Key::from_value(item) {
            Some(key) => self.keys.contains(&key),
            None => self.others.iter().any(|other| compare::equal(other, item)),
        }
    }

    /// Adds `item`, unless it is there already.
    fn add(&mut self, item: &Value) -> bool {
        let new = !self.has(item);
        match Key::from_value(item) {
            _ if !new => {}
            Some(key) => drop(self.keys.insert(key)),
            None => self.others.push(item.clone()),
        }
        new
    }
}

/// The items that are (or are not) in `others`.
fn kept(items: &[Value], others: &[Value], wanted: bool) -> Vec<Value> {
    let others = Seen::of(others);
    items.iter().filter(|item| others.has(item) == wanted).cloned().collect()
}

/// A set operation on the input and one more list. Integers come in ascending order, as small ones do in Python's sets.
fn two(call: &Call, operation: fn(&[Value], &[Value]) -> Vec<Value>) -> Result<Value, Diagnostic> {
    let other = call.iterate(call.need(1, "b")?)?;
    let mut seen = Seen::default();
    let mut items: Vec<Value> = operation(&call.items()?, &other);
    items.retain(|item| seen.add(item));
    if items.iter().all(|item| matches!(item, Value::Int(_))) {
        items.sort_by_key(numbers::integer);
    }
    Ok(items.into())
}

/// A set operation on all lists of the call, one after the other; of `community.general`.
fn many(call: &Call, operation: fn(&[Value], &[Value]) -> Vec<Value>) -> Result<Value, Diagnostic> {
    let mut items = call.items()?;
    for other in call.args.iter().skip(1) {
        items = operation(&items, &call.iterate(other)?);
    }
    let mut seen = Seen::default();
    items.retain(|item| seen.add(item));
    Ok(items.into())
}

/// `unique(case_sensitive, attribute)`: strings of different case are the same unless told otherwise. Items that no set
/// can hold differ by case too.
fn unique(call: &Call) -> Result<Value, Diagnostic> {
    let items = call.items()?;
    let path = call.given(2, "attribute")?;
    let comparable = path.is_some() || items.iter().all(|item| Key::from_value(item).is_some());
    let fold = comparable && !call.flag_arg(1, "case_sensitive", false)?;
    let (mut seen, mut kept) = (Seen::default(), Vec::new());
    for item in items {
        let key = path.map_or_else(|| Ok(item.clone()), |path| attribute::member(&item, path))?;
        let key = match &key {
            Value::Str(s) if fold => Value::str(s.to_lowercase()),
            _ => key,
        };
        if seen.add(&key) {
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
            ("intersect", json!([[3, 1, 2], [2, 3]]), json!({}), json!([2, 3])),
            ("intersect", json!([["b", "a", "c"], ["c", "b"]]), json!({}), json!(["b", "c"])),
            ("unique", json!([["a", "A", "b"]]), json!({}), json!(["a", "b"])),
            ("unique", json!([["a", "A"], true]), json!({}), json!(["a", "A"])),
            ("lists_union", json!([[2, 1], [3], [1, 4]]), json!({}), json!([2, 1, 3, 4])),
            ("difference", json!([[1, 2, 3, 3], [1]]), json!({}), json!([2, 3])),
            ("symmetric_difference", json!([[1, 2], [2, 3]]), json!({}), json!([1, 3])),
        ]);
    }
}
