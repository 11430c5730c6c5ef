//! `uri`, `url` and `urn`.

use super::Family;
use crate::language::Diagnostic;
use crate::language::template::{Call, compare, python_text};

pub(super) const FAMILY: Family = &[("uri", uri), ("url", url), ("urn", urn)];

/// The scheme and what follows it, when the scheme is one.
fn parts(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let valid =
        scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    valid.then_some((scheme, rest))
}

/// Whether the scheme is among the `schemes` the call allows, all when it names none.
fn allowed(call: &Call, scheme: &str) -> bool {
    match call.arg(1, "schemes") {
        Some(schemes) if compare::truthy(schemes) => schemes.as_list().is_some_and(|list| list.iter().any(|s| s.as_str() == Some(scheme))),
        _ => true,
    }
}

/// `uri(schemes)`: any text, unless schemes are named: then it must begin with one.
fn uri(call: &Call) -> Result<bool, Diagnostic> {
    let text = python_text::str(call.defined_input()?);
    Ok(allowed(call, parts(&text).map_or("", |(scheme, _)| scheme)))
}

fn url(call: &Call) -> Result<bool, Diagnostic> {
    let text = python_text::str(call.defined_input()?);
    Ok(parts(&text).is_some_and(|(scheme, rest)| {
        let host = rest.strip_prefix("//").map(|rest| rest.split(['/', '?', '#']).next().unwrap_or(""));
        allowed(call, scheme) && host.is_some_and(|host| !host.is_empty())
    }))
}

fn urn(call: &Call) -> Result<bool, Diagnostic> {
    let text = python_text::str(call.defined_input()?);
    Ok(parts(&text).is_some_and(|(scheme, rest)| scheme.eq_ignore_ascii_case("urn") && !rest.is_empty()))
}
