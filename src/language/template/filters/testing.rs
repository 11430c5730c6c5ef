//! How the tests of filters and lookups call them: arguments as JSON, results as JSON.

use serde_json::{Value as Json, json};

use crate::language::template::{Call, MapScope};
use crate::language::{Diagnostic, Key, Map, Value};

/// A call made of JSON: `args` is a list (a lone value counts as one argument), `kwargs` an object.
pub fn call<T>(
    name: &str,
    function: impl Fn(&Call) -> Result<T, Diagnostic>,
    args: Json,
    kwargs: Json,
    variables: Json,
) -> Result<T, Diagnostic> {
    let args = match args {
        Json::Array(items) => items.into_iter().map(Value::from).collect(),
        one => vec![Value::from(one)],
    };
    let scope = MapScope(mapping(variables));
    function(&Call { name, args, kwargs: mapping(kwargs), scope: &scope })
}

/// The entries of a JSON object.
fn mapping(object: Json) -> Map {
    match object {
        Json::Object(entries) => entries.into_iter().map(|(k, v)| (Key::from(k), Value::from(v))).collect(),
        _ => Map::new(),
    }
}

/// What filter `name` gives for these arguments.
pub fn filter(name: &str, args: Json, kwargs: Json) -> Result<Value, Diagnostic> {
    let function = super::find(name).ok_or_else(|| Diagnostic::new(format!("no filter {name}")))?;
    call(name, function, args, kwargs, json!({}))
}

/// Checks rows of (filter, arguments, keywords, result).
pub fn check(rows: Vec<(&str, Json, Json, Json)>) {
    for (name, args, kwargs, wanted) in rows {
        let shown = format!("{name} {args} {kwargs}");
        let got = filter(name, args, kwargs).map(|v| v.to_json());
        assert_eq!(got, Ok(wanted), "{shown}");
    }
}
