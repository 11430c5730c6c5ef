//! The functions every template has, unless a variable of the same name hides them.

use std::sync::Arc;

use jiff::Zoned;
use jiff::tz::TimeZone;

use crate::language::{Diagnostic, Map, Object, Value};

use super::calls::no_keywords;
use super::evaluator::Evaluator;
use super::fail::{Eval, Fail};
use super::methods;
use super::objects::{Cycler, Function, Joiner, Kind, Moment, Namespace};
use super::{Call, compare, lookups, memo, numbers, python_text};

type Global = fn(&Evaluator, Vec<Value>, Map) -> Eval<Value>;

/// The longest `range`.
const MAX_RANGE: i128 = 100_000;

const GLOBALS: [(&str, Global); 12] = [
    ("cycler", |_, args, _| Ok(object(Cycler::new(args)))),
    ("dict", dict),
    ("joiner", joiner),
    ("lipsum", |_, _, _| Ok(Value::from(LIPSUM))),
    ("lookup", lookup),
    ("namespace", |evaluator, args, kwargs| match dict(evaluator, args, kwargs)? {
        Value::Map(map) => Ok(object(Namespace::new(Arc::unwrap_or_clone(map)))),
        other => Ok(other),
    }),
    ("now", now),
    ("q", query),
    ("query", query),
    ("range", range),
    ("undef", undef),
    ("zip", zip),
];

const LIPSUM: &str = "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt \
ut labore et dolore magna aliqua.";

fn object(object: impl Object) -> Value {
    Value::Object(Arc::new(object))
}

/// The global called `name`: a function, or `omit`.
pub fn find(name: &str) -> Option<Value> {
    if name == "omit" {
        return Some(Value::Omit);
    }
    GLOBALS.iter().find(|(n, _)| *n == name).map(|(n, _)| object(Function::Global(n)))
}

/// Calls the global function `name`.
pub fn call(name: &str, evaluator: &Evaluator, args: Vec<Value>, kwargs: Map) -> Eval<Value> {
    match GLOBALS.iter().find(|(n, _)| *n == name) {
        Some((_, global)) => global(evaluator, args, kwargs),
        None => Err(Fail::new(format!("there is no function '{name}'"))),
    }
}

/// Whether literal arguments of the function may hold templates.
pub fn templates_literals(name: &str) -> bool {
    matches!(name, "lookup" | "query" | "q")
}

fn dict(_: &Evaluator, args: Vec<Value>, kwargs: Map) -> Eval<Value> {
    let mut map = match args.into_iter().next() {
        None => Map::new(),
        Some(Value::Map(map)) => Arc::unwrap_or_clone(map),
        Some(Value::Undefined(what)) => return Err(Fail::Undefined(what)),
        Some(pairs) => methods::from_pairs(&pairs).map_err(Fail::new)?,
    };
    map.extend(kwargs);
    Ok(Value::map(map))
}

fn joiner(_: &Evaluator, args: Vec<Value>, kwargs: Map) -> Eval<Value> {
    let separator = args.first().or_else(|| kwargs.get("sep")).map_or(", ".to_string(), python_text::str);
    Ok(object(Joiner::new(&separator)))
}

fn range(_: &Evaluator, args: Vec<Value>, kwargs: Map) -> Eval<Value> {
    no_keywords(&kwargs, "range")?;
    let bound = |value: &Value| match value {
        Value::Undefined(what) => Err(Fail::Undefined(what.clone())),
        value => {
            numbers::integer(value).ok_or_else(|| Fail::new(format!("'{}' object cannot be interpreted as an integer", value.type_name())))
        }
    };
    let (start, stop, step) = match args.iter().map(bound).collect::<Eval<Vec<_>>>()?[..] {
        [stop] => (0, stop, 1),
        [start, stop] => (start, stop, 1),
        [start, stop, step] if step != 0 => (start, stop, step),
        [_, _, _] => return Err(Fail::new("range() arg 3 must not be zero")),
        _ => return Err(Fail::new("range expected 1 to 3 arguments")),
    };
    let distance = if step > 0 { stop.saturating_sub(start) } else { start.saturating_sub(stop) }.max(0);
    let step_size = step.saturating_abs();
    let length = distance / step_size + i128::from(distance % step_size != 0);
    if length > MAX_RANGE {
        return Err(Fail::new(format!("Range too big. The sandbox blocks ranges larger than MAX_RANGE ({MAX_RANGE}).")));
    }
    Ok((0..length).map(|i| Value::Int(start + i * step)).collect())
}

fn zip(evaluator: &Evaluator, args: Vec<Value>, _: Map) -> Eval<Value> {
    let lists = args.into_iter().map(|list| evaluator.iterate(list)).collect::<Eval<Vec<_>>>()?;
    let shortest = lists.iter().map(Vec::len).min().unwrap_or(0);
    Ok((0..shortest).map(|i| lists.iter().map(|list| list[i].clone()).collect()).collect())
}

fn undef(_: &Evaluator, args: Vec<Value>, kwargs: Map) -> Eval<Value> {
    let hint = args.first().or_else(|| kwargs.get("hint")).filter(|hint| !matches!(hint, Value::Null));
    let hint = hint.map_or("Mandatory variable has not been overridden".to_string(), python_text::str);
    Ok(Value::Undefined(hint.into()))
}

fn now(_: &Evaluator, args: Vec<Value>, kwargs: Map) -> Eval<Value> {
    memo::changing();
    let utc = args.first().or_else(|| kwargs.get("utc")).is_some_and(compare::truthy);
    let moment = Moment(if utc { Zoned::now().with_time_zone(TimeZone::UTC) } else { Zoned::now() }, Kind::Naive);
    match args.get(1).or_else(|| kwargs.get("fmt")) {
        Some(Value::Str(format)) => Ok(moment.format(format)?),
        _ => Ok(object(moment)),
    }
}

fn query(evaluator: &Evaluator, args: Vec<Value>, mut kwargs: Map) -> Eval<Value> {
    kwargs.insert("wantlist".into(), Value::Bool(true));
    lookup(evaluator, args, kwargs)
}

fn lookup(evaluator: &Evaluator, args: Vec<Value>, mut kwargs: Map) -> Eval<Value> {
    memo::changing();
    let mut args = args.into_iter();
    let name = match args.next() {
        Some(Value::Str(name)) => name,
        Some(Value::Undefined(what)) => return Err(Fail::Undefined(what)),
        _ => return Err(Fail::new("lookup needs the name of a lookup plugin")),
    };
    let wantlist = kwargs.shift_remove("wantlist").is_some_and(|value| compare::truthy(&value));
    let errors = kwargs.shift_remove("errors").map_or_else(|| "strict".to_string(), |v| python_text::str(&v));
    let plugin = lookups::find(&name).ok_or_else(|| Fail::new(format!("The lookup plugin '{name}' was not found.")))?;
    let call = Call { name: &name, args: args.collect(), kwargs, scope: evaluator.scope };
    match plugin(&call) {
        Ok(results) if wantlist => Ok(Value::list(results)),
        Ok(results) => Ok(joined(results)),
        Err(_) if matches!(errors.as_str(), "ignore" | "warn") => Ok(if wantlist { Value::list(Vec::new()) } else { Value::Null }),
        Err(error) => Err(failed(&name, &call, error)),
    }
}

fn failed(name: &str, call: &Call, error: Diagnostic) -> Fail {
    if let Some(Value::Undefined(what)) = call.args.iter().find(|arg| arg.is_undefined())
        && **what == *error.message
    {
        return Fail::Undefined(what.clone());
    }
    let cause = error.message.strip_prefix(&format!("{name}: ")).unwrap_or(&error.message);
    Diagnostic { message: format!("The lookup plugin '{name}' failed: {cause}"), ..error }.into()
}

/// What `lookup` makes of a plugin's results: the only one, several strings joined, others as a list.
fn joined(mut results: Vec<Value>) -> Value {
    let texts: Option<Vec<&str>> = results.iter().map(Value::as_str).collect();
    match (results.len(), texts) {
        (1, _) => results.pop().unwrap_or(Value::Null),
        (2.., Some(texts)) => Value::from(texts.join(",")),
        _ => Value::list(results),
    }
}
