//! Comparisons: `eq`, `lt`, `in`, `sameas` and their like.

use std::cmp::Ordering;

use super::Family;
use crate::language::template::{Call, compare};
use crate::language::{Diagnostic, Value};

pub(super) const FAMILY: Family = &[
    ("!=", |call| Ok(!equal(call)?)),
    ("<", |call| ordered(call, "<", |order| order == Ordering::Less)),
    ("<=", |call| ordered(call, "<=", |order| order != Ordering::Greater)),
    ("==", equal),
    (">", |call| ordered(call, ">", |order| order == Ordering::Greater)),
    (">=", |call| ordered(call, ">=", |order| order != Ordering::Less)),
    ("eq", equal),
    ("equalto", equal),
    ("ge", |call| ordered(call, ">=", |order| order != Ordering::Less)),
    ("greaterthan", |call| ordered(call, ">", |order| order == Ordering::Greater)),
    ("gt", |call| ordered(call, ">", |order| order == Ordering::Greater)),
    ("in", |call| {
        let (item, container) = operands(call)?;
        compare::contains(container, item).map_err(|problem| call.error(problem))
    }),
    ("le", |call| ordered(call, "<=", |order| order != Ordering::Greater)),
    ("lessthan", |call| ordered(call, "<", |order| order == Ordering::Less)),
    ("lt", |call| ordered(call, "<", |order| order == Ordering::Less)),
    ("ne", |call| Ok(!equal(call)?)),
    ("sameas", same),
];

/// The input and the value it is compared with, both defined.
fn operands<'c>(call: &'c Call) -> Result<(&'c Value, &'c Value), Diagnostic> {
    match (call.defined_input()?, call.arg(1, "other").or_else(|| call.arg(1, "seq"))) {
        (_, Some(Value::Undefined(what))) => Err(Diagnostic::new(what.to_string())),
        (input, Some(other)) => Ok((input, other)),
        (_, None) => Err(call.error("a value to compare with is missing")),
    }
}

fn equal(call: &Call) -> Result<bool, Diagnostic> {
    let (a, b) = operands(call)?;
    Ok(compare::equal(a, b))
}

fn ordered(call: &Call, operator: &str, holds: fn(Ordering) -> bool) -> Result<bool, Diagnostic> {
    let (a, b) = operands(call)?;
    let order = compare::order(a, b, operator).map_err(|problem| call.error(problem))?;
    Ok(order.is_some_and(holds))
}

/// Python's `is`: the same object, which for scalars is the same type and value.
fn same(call: &Call) -> Result<bool, Diagnostic> {
    let (a, b) = operands(call)?;
    Ok(a.type_name() == b.type_name() && compare::equal(a, b))
}
