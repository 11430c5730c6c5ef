//! `match`, `search` and `regex`, with Python's regular expressions.

use super::Family;
use crate::language::Diagnostic;
use crate::language::template::filters::regex;
use crate::language::template::{Call, compare, python_text};

pub(super) const FAMILY: Family = &[
    ("match", |call| matches(call, "match")),
    ("regex", |call| {
        let kind = call.arg(4, "match_type").map_or("search".to_string(), python_text::str);
        matches(call, &kind)
    }),
    ("search", |call| matches(call, "search")),
];

/// `NAME(pattern, ignorecase=False, multiline=False)`; `match` stands at the beginning, `fullmatch` fills the text.
fn matches(call: &Call, kind: &str) -> Result<bool, Diagnostic> {
    let text = python_text::str(call.defined_input()?);
    let pattern = call.arg(1, "pattern").ok_or_else(|| call.error("a pattern is missing"))?;
    if let crate::language::Value::Undefined(what) = pattern {
        return Err(Diagnostic::new(what.to_string()));
    }
    let pattern = python_text::str(pattern);
    let pattern = match kind {
        "match" => format!("\\A(?:{pattern})"),
        "fullmatch" => format!("\\A(?:{pattern})\\Z"),
        _ => pattern,
    };
    let flag = |position, name| call.arg(position, name).is_some_and(compare::truthy);
    let compiled = regex::compile(&pattern, flag(2, "ignorecase"), flag(3, "multiline"))?;
    compiled.is_match(&text).map_err(|error| call.error(error))
}
