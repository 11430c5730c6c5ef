//! Values evaluated at every depth.

use std::sync::Arc;

use crate::language::{Map, Value};

use super::evaluator::{downcast, settle};
use super::fail::{Eval, Fail};
use super::objects::Function;
use super::{Scope, guard};

/// Whether anything in `value` is still a template or undefined.
fn unfinished(value: &Value) -> bool {
    match value {
        Value::Template(_) | Value::Undefined(_) => true,
        Value::List(items) => items.iter().any(unfinished),
        Value::Map(map) => map.values().any(unfinished),
        _ => false,
    }
}

/// Evaluates every member; one that fails becomes undefined, with the reason.
pub fn lenient(value: Value, scope: &dyn Scope) -> Value {
    if !value.has_templates() {
        return value;
    }
    match walk(&value, scope, false) {
        Ok(result) => result,
        Err(Fail::Undefined(what)) => Value::Undefined(what),
        Err(Fail::Error(diagnostic)) => Value::Undefined(diagnostic.to_string().into()),
    }
}

/// Evaluates every member; an undefined one is an error.
pub fn strict(value: &Value, scope: &dyn Scope) -> Eval<Value> {
    if unfinished(value) { walk(value, scope, true) } else { Ok(value.clone()) }
}

fn walk(value: &Value, scope: &dyn Scope, strict: bool) -> Eval<Value> {
    let _level = guard::deeper()?;
    let member = |member: &Value| match (strict, member) {
        (true, member) => walk(member, scope, true),
        (false, member) => Ok(lenient(member.clone(), scope)),
    };
    match value {
        Value::Template(_) => match settle(value.clone(), scope)? {
            Value::Undefined(what) if strict => Err(Fail::Undefined(what)),
            settled if strict => self::strict(&settled, scope),
            settled => Ok(lenient(settled, scope)),
        },
        Value::Undefined(what) if strict => Err(Fail::Undefined(what.clone())),
        Value::List(items) => Ok(Value::list(items.iter().map(member).collect::<Eval<_>>()?)),
        Value::Map(map) => {
            let members = map.iter().map(|(key, value)| Ok((key.clone(), member(value)?)));
            Ok(Value::map(members.collect::<Eval<Map>>()?))
        }
        other => Ok(other.clone()),
    }
}

/// The value as it leaves the language: plain data, members that are `omit` left out.
pub fn finish(value: &Value, scope: &dyn Scope) -> Eval<Value> {
    let settled = settle(value.clone(), scope)?;
    if is_plain(&settled) {
        return Ok(settled);
    }
    plain(&strict(&settled, scope)?, scope)
}

/// Whether `value` is data at every depth.
fn is_plain(value: &Value) -> bool {
    match value {
        Value::Template(_) | Value::Undefined(_) | Value::Omit | Value::Object(_) => false,
        Value::List(items) => items.iter().all(is_plain),
        Value::Map(map) => map.values().all(is_plain),
        _ => true,
    }
}

/// The value as it is printed: evaluated at every depth, members that are `omit` left out.
pub fn shown(value: &Value, scope: &dyn Scope) -> Eval<Value> {
    let value = strict(value, scope)?;
    if omits(&value) { plain(&value, scope) } else { Ok(value) }
}

fn omits(value: &Value) -> bool {
    match value {
        Value::Omit => true,
        Value::List(items) => items.iter().any(omits),
        Value::Map(map) => map.values().any(omits),
        _ => false,
    }
}

/// Whether anything in `value` is `omit` or an object.
fn loose(value: &Value) -> bool {
    match value {
        Value::Omit | Value::Object(_) => true,
        Value::List(items) => items.iter().any(loose),
        Value::Map(map) => map.values().any(loose),
        _ => false,
    }
}

fn plain(value: &Value, scope: &dyn Scope) -> Eval<Value> {
    if !loose(value) {
        return Ok(value.clone());
    }
    let _level = guard::deeper()?;
    match value {
        Value::List(items) => {
            let kept = items.iter().filter(|item| !matches!(item, Value::Omit));
            Ok(Value::list(kept.map(|item| plain(item, scope)).collect::<Eval<_>>()?))
        }
        Value::Map(map) => {
            let kept = map.iter().filter(|(_, value)| !matches!(value, Value::Omit));
            let kept = kept.map(|(key, value)| Ok((key.clone(), plain(value, scope)?)));
            Ok(Value::map(kept.collect::<Eval<Map>>()?))
        }
        Value::Object(object) if downcast::<Function>(object).is_none() => {
            if let Some(data) = object.data() {
                return Ok(data);
            }
            let mut map = Map::new();
            for key in object.keys() {
                if let Some(member) = object.get(&key)? {
                    map.insert(key, finish(&member, scope)?);
                }
            }
            Ok(Value::Map(Arc::new(map)))
        }
        other => Ok(other.clone()),
    }
}
