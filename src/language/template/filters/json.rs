//! JSON: to and from text, as Python's `json` writes it.

use super::{Family, python};
use crate::language::template::Call;
use crate::language::template::objects::time_text;
use crate::language::{Diagnostic, Key, Value};

pub(super) const FAMILY: Family = &[
    ("to_json", |call| Ok(write(call, None, false)?.into())),
    ("tojson", |call| Ok(html_safe(&write(call, None, true)?).into())),
    ("to_nice_json", |call| Ok(write(call, Some(4), true)?.into())),
    ("from_json", from_json),
];

/// The shape of the text.
struct Style {
    indent: Option<String>,
    item: String,
    key: String,
    ascii: bool,
    sorted: bool,
}

/// The input as JSON; keywords: `indent`, `sort_keys`, `ensure_ascii`, `separators`.
fn write(call: &Call, indent: Option<usize>, sorted: bool) -> Result<String, Diagnostic> {
    let indent = match call.given(usize::MAX, "indent")? {
        Some(Value::Str(s)) => Some(s.to_string()),
        Some(Value::Null) => None,
        Some(_) => Some(" ".repeat(call.size_arg(usize::MAX, "indent", 0)?)),
        None => indent.map(|n| " ".repeat(n)),
    };
    let separators: Vec<String> = match call.given(usize::MAX, "separators")? {
        Some(list) => call.iterate(list)?.iter().map(python::text).collect(),
        None => Vec::new(),
    };
    let item = separators.first().cloned().unwrap_or_else(|| if indent.is_some() { "," } else { ", " }.into());
    let style = Style {
        indent,
        item,
        key: separators.get(1).cloned().unwrap_or_else(|| ": ".into()),
        ascii: call.flag_arg(usize::MAX, "ensure_ascii", true)?,
        sorted: call.flag_arg(usize::MAX, "sort_keys", sorted)?,
    };
    let mut out = String::new();
    put(&mut out, call.defined_input()?, &style, 0, call)?;
    Ok(out)
}

/// Appends one value.
fn put(out: &mut String, value: &Value, style: &Style, depth: usize, call: &Call) -> Result<(), Diagnostic> {
    match value {
        Value::Undefined(what) => return Err(Diagnostic::new(what.to_string())),
        Value::Null | Value::Omit => out.push_str("null"),
        Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Value::Int(i) => out.push_str(&i.to_string()),
        Value::Float(f) => out.push_str(&float(*f)),
        Value::Str(s) => quote(out, s, style.ascii),
        Value::Template(t) => quote(out, t.source(), style.ascii),
        Value::Object(object) if time_text(object).is_some() => {
            quote(out, &time_text(object).unwrap_or_default().replacen(' ', "T", 1), style.ascii);
        }
        Value::Object(object) if object.data().is_some() => put(out, &object.data().unwrap_or(Value::Null), style, depth, call)?,
        Value::List(items) => wrap(out, ('[', ']'), items.iter(), style, depth, |out, item| put(out, item, style, depth + 1, call))?,
        Value::Map(_) | Value::Object(_) => {
            let mut entries: Vec<(Key, Value)> = call.mapping(value)?.into_iter().collect();
            if style.sorted {
                entries.sort_by_key(|(key, _)| key.to_string());
            }
            wrap(out, ('{', '}'), entries.iter(), style, depth, |out, (key, member)| {
                quote(out, &key_text(key), style.ascii);
                out.push_str(&style.key);
                put(out, member, style, depth + 1, call)
            })?;
        }
    }
    Ok(())
}

/// Appends a container: brackets, separators and indentation.
fn wrap<T>(
    out: &mut String,
    brackets: (char, char),
    members: impl ExactSizeIterator<Item = T>,
    style: &Style,
    depth: usize,
    mut member: impl FnMut(&mut String, T) -> Result<(), Diagnostic>,
) -> Result<(), Diagnostic> {
    let line = |out: &mut String, depth: usize| {
        if let Some(indent) = &style.indent {
            out.push('\n');
            out.push_str(&indent.repeat(depth));
        }
    };
    let empty = members.len() == 0;
    out.push(brackets.0);
    for (index, one) in members.enumerate() {
        if index > 0 {
            out.push_str(&style.item);
        }
        line(out, depth + 1);
        member(out, one)?;
    }
    if !empty {
        line(out, depth);
    }
    out.push(brackets.1);
    Ok(())
}

fn key_text(key: &Key) -> String {
    match key {
        Key::Bool(b) => b.to_string(),
        Key::Null => "null".into(),
        other => other.to_string(),
    }
}

fn float(f: f64) -> String {
    match f {
        f if f.is_nan() => "NaN".into(),
        f if f.is_infinite() => if f > 0.0 { "Infinity" } else { "-Infinity" }.into(),
        f => python::float(f),
    }
}

/// Appends a quoted string; beyond ASCII as `\u` escapes when `ascii`.
fn quote(out: &mut String, s: &str, ascii: bool) {
    out.push('"');
    for c in s.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c if c < ' ' || ascii && c > '~' => {
                let mut units = [0; 2];
                c.encode_utf16(&mut units).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// Escapes what would end a script element.
fn html_safe(json: &str) -> String {
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026").replace('\'', "\\u0027")
}

/// `from_json`: the value of a JSON text.
fn from_json(call: &Call) -> Result<Value, Diagnostic> {
    let text = call.text()?;
    let json: serde_json::Value = serde_json::from_str(&text).map_err(|e| call.error(format!("the text is not JSON: {e}")))?;
    Ok(json.into())
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use serde_json::json;

    #[test]
    fn texts() {
        let data = json!([{"b": 1, "a": [true, null, 1.0, "é\""], "c": "<x>"}]);
        check(vec![
            ("to_json", data, json!({}), json!("{\"b\": 1, \"a\": [true, null, 1.0, \"\\u00e9\\\"\"], \"c\": \"<x>\"}")),
            (
                "to_nice_json",
                json!([{"b": 1, "a": [true, null]}]),
                json!({}),
                json!("{\n    \"a\": [\n        true,\n        null\n    ],\n    \"b\": 1\n}"),
            ),
            ("to_json", json!([{"b": 1, "a": 2}]), json!({"indent": 2}), json!("{\n  \"b\": 1,\n  \"a\": 2\n}")),
            ("to_nice_json", json!([[]]), json!({}), json!("[]")),
            ("to_json", json!("€"), json!({"ensure_ascii": false}), json!("\"€\"")),
            ("to_json", json!([[1, 2]]), json!({"separators": [",", ":"]}), json!("[1,2]")),
            ("from_json", json!("{\"a\": [1, 2.5]}"), json!({}), json!({"a": [1, 2.5]})),
        ]);
    }
}
