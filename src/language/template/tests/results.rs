//! Tests of registered results: `failed`, `changed`, `skipped` and their like.

use super::Family;
use crate::language::template::{Call, compare};
use crate::language::{Diagnostic, Value};

pub(super) const FAMILY: Family = &[
    ("change", changed),
    ("changed", changed),
    ("failed", failed),
    ("failure", failed),
    ("finished", |call| flag(call, "finished", true)),
    ("reachable", |call| Ok(!flag(call, "unreachable", false)?)),
    ("skip", |call| flag(call, "skipped", false)),
    ("skipped", |call| flag(call, "skipped", false)),
    ("started", |call| flag(call, "started", true)),
    ("succeeded", |call| Ok(!failed(call)?)),
    ("success", |call| Ok(!failed(call)?)),
    ("successful", |call| Ok(!failed(call)?)),
    ("timedout", |call| Ok(member(result(call)?, "timedout").is_some_and(|timeout| compare::truthy(&timeout)))),
    ("unreachable", |call| flag(call, "unreachable", false)),
];

fn result<'c>(call: &'c Call) -> Result<&'c Value, Diagnostic> {
    match call.defined_input()? {
        value @ (Value::Map(_) | Value::Object(_)) => Ok(value),
        _ => Err(call.error(format!("The '{}' test expects a dictionary", call.name))),
    }
}

fn member(result: &Value, name: &str) -> Option<Value> {
    match result {
        Value::Object(object) => object.get(&name.into()).ok().flatten(),
        other => other.get(name).cloned(),
    }
}

/// The truth of a member, `absent` when it is not there.
fn flag(call: &Call, name: &str, absent: bool) -> Result<bool, Diagnostic> {
    Ok(member(result(call)?, name).map_or(absent, |value| compare::truthy(&value)))
}

fn failed(call: &Call) -> Result<bool, Diagnostic> {
    flag(call, "failed", false)
}

/// A loop's result has changed when one of its items has, whatever it says itself.
fn changed(call: &Call) -> Result<bool, Diagnostic> {
    let result = result(call)?;
    match (member(result, "changed"), member(result, "results")) {
        (None, Some(Value::List(results))) => Ok(results.iter().any(|item| member(item, "changed").is_some_and(|v| compare::truthy(&v)))),
        (changed, _) => Ok(changed.is_some_and(|value| compare::truthy(&value))),
    }
}
