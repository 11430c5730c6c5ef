//! Filters about what is defined and what is true.

use super::{Family, python};
use crate::language::template::Call;
use crate::language::{Diagnostic, Value};

pub(super) const FAMILY: Family =
    &[("default", default), ("d", default), ("mandatory", mandatory), ("ternary", ternary), ("bool", boolean), ("type_debug", type_debug)];

/// `default(value='', boolean=false)`: the value for what is undefined, or false when `boolean`.
fn default(call: &Call) -> Result<Value, Diagnostic> {
    let input = call.input()?;
    if !(input.is_undefined() || call.flag_arg(2, "boolean", false)? && !python::truthy(input)) {
        return Ok(input.clone());
    }
    Ok(call.arg(1, "default_value").cloned().unwrap_or_else(|| Value::str("")))
}

/// `mandatory(msg)`: the input, or an error when it is undefined.
fn mandatory(call: &Call) -> Result<Value, Diagnostic> {
    let Value::Undefined(what) = call.input()? else { return Ok(call.input()?.clone()) };
    if let Some(message) = call.text_arg(1, "msg")? {
        return Err(Diagnostic::new(message));
    }
    let name = what.strip_suffix(" is undefined").unwrap_or(what);
    Err(Diagnostic::new(format!("Mandatory variable {name} not defined.")))
}

/// `ternary(true_val, false_val, none_val)`.
fn ternary(call: &Call) -> Result<Value, Diagnostic> {
    let input = call.defined_input()?;
    let none = call.arg(3, "none_val").filter(|v| !matches!(v, Value::Null));
    let chosen = match (input, none) {
        (Value::Null, Some(_)) => none,
        (value, _) if python::truthy(value) => call.arg(1, "true_val"),
        _ => call.arg(2, "false_val"),
    };
    chosen.cloned().ok_or_else(|| call.error("true_val and false_val are needed"))
}

/// `bool`: whether the value is one of the words for true.
fn boolean(call: &Call) -> Result<Value, Diagnostic> {
    Ok(Value::Bool(match call.defined_input()? {
        Value::Bool(b) => *b,
        Value::Int(i) => *i == 1,
        Value::Float(f) => *f == 1.0,
        Value::Str(s) => matches!(s.trim().to_lowercase().as_str(), "yes" | "on" | "1" | "true"),
        _ => false,
    }))
}

/// `type_debug`: Python's name of the type.
fn type_debug(call: &Call) -> Result<Value, Diagnostic> {
    Ok(match call.input()? {
        Value::Undefined(_) => "UndefinedMarker",
        other => other.type_name(),
    }
    .into())
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::*;
    use crate::language::Map;
    use crate::language::template::MapScope;
    use serde_json::json;

    #[test]
    fn words_for_true() {
        let words = json!(["yes", "no", "on", "off", "true", "True", "1", 1, 0, "0", "y", "t", "", "foo", null, 1.0, 2]);
        let wanted = [true, false, true, false, true, true, true, true, false, false, false, false, false, false, false, true, false];
        for (word, wanted) in words.as_array().into_iter().flatten().zip(wanted) {
            check(vec![("bool", word.clone(), json!({}), json!(wanted))]);
        }
    }

    #[test]
    fn ternaries() {
        check(vec![
            ("ternary", json!([true, "a", "b"]), json!({}), json!("a")),
            ("ternary", json!(["", "a", "b"]), json!({}), json!("b")),
            ("ternary", json!([null, "a", "b", "n"]), json!({}), json!("n")),
            ("ternary", json!([null, "a", "b"]), json!({}), json!("b")),
            ("ternary", json!(["false", "a", "b"]), json!({}), json!("a")),
        ]);
    }

    #[test]
    fn what_is_missing() {
        let scope = MapScope(Map::new());
        let call = |args| Call { name: "f", args, kwargs: Map::new(), scope: &scope };
        let missing = || Value::Undefined("'nope' is undefined".into());
        assert_eq!(default(&call(vec![missing(), "dd".into()])).map(|v| v.to_json()), Ok(json!("dd")));
        assert_eq!(default(&call(vec![Value::Null, "dd".into(), true.into()])).map(|v| v.to_json()), Ok(json!("dd")));
        assert_eq!(default(&call(vec![Value::Null, "dd".into()])).map(|v| v.to_json()), Ok(json!(null)));
        assert!(default(&call(vec!["x".into(), missing()])).is_ok());
        let error = mandatory(&call(vec![missing()])).err().map(|e| e.message);
        assert_eq!(error.as_deref(), Some("Mandatory variable 'nope' not defined."));
    }
}
