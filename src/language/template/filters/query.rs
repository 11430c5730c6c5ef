//! JMESPath: `json_query`.

use super::Family;
use crate::language::template::Call;
use crate::language::{Diagnostic, Value};

pub(super) const FAMILY: Family = &[("json_query", json_query)];

/// `json_query(expr)`: what a JMESPath expression finds in the input.
fn json_query(call: &Call) -> Result<Value, Diagnostic> {
    let text = call.text_arg(1, "expr")?.unwrap_or_default();
    let expression = jmespath::compile(&quoted(&text)).map_err(|e| call.error(e.to_string().replace('\n', " ")))?;
    let found = expression.search(call.defined_input()?.to_json()).map_err(|e| call.error(e.to_string().replace('\n', " ")))?;
    serde_json::to_value(&found).map(Value::from).map_err(|e| call.error(e))
}

/// The expression with bare words in backquotes made JSON strings, as Python's implementation reads them.
fn quoted(expression: &str) -> String {
    let mut out = String::with_capacity(expression.len());
    let mut rest = expression;
    while let Some(at) = rest.find(['`', '\'', '"']) {
        let quote = &rest[at..=at];
        let Some(length) = closing(&rest[at + 1..], quote) else { break };
        let (literal, after) = (&rest[at + 1..at + 1 + length], &rest[at + 2 + length..]);
        out.push_str(&rest[..at]);
        let bare = quote == "`" && serde_json::from_str::<serde_json::Value>(&literal.replace("\\`", "`")).is_err();
        out.push_str(&if bare {
            format!("`{}`", serde_json::Value::from(literal.trim_start()))
        } else {
            format!("{quote}{literal}{quote}")
        });
        rest = after;
    }
    out + rest
}

/// The length of a literal up to its closing quote, past escaped ones.
fn closing(text: &str, quote: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let end = !escaped && text[at..].starts_with(quote);
        escaped = c == '\\' && !escaped;
        end.then_some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, filter};
    use serde_json::json;

    #[test]
    fn found() {
        let data = json!({"a": [{"n": 1, "t": "x"}, {"n": 2, "t": "y"}]});
        check(vec![
            ("json_query", json!([data, "a[?t==`y`].n"]), json!({}), json!([2])),
            ("json_query", json!([data, "a[].n | [0]"]), json!({}), json!(1)),
            ("json_query", json!([data, "a[?t=='x`' || n==`2` || t==`\"x\"`].t"]), json!({}), json!(["x", "y"])),
            ("json_query", json!([data, "b.c"]), json!({}), json!(null)),
            ("community.general.json_query", json!([data, "length(a)"]), json!({}), json!(2)),
        ]);
        assert!(filter("json_query", json!([data, "a["]), json!({})).is_err());
    }
}
