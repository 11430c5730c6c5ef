//! Regular expressions with Python's syntax.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use fancy_regex::{Captures, Regex};

use super::{Family, python};
use crate::language::template::Call;
use crate::language::{Diagnostic, Value};

pub(super) const FAMILY: Family =
    &[("regex_replace", replace), ("regex_search", search), ("regex_findall", findall), ("regex_escape", escape)];

/// How many compiled expressions are kept.
const KEPT: usize = 1000;

/// Expressions that were compiled before, by their flags and text.
static COMPILED: LazyLock<RwLock<HashMap<String, Arc<Regex>>>> = LazyLock::new(Default::default);

/// A regular expression of Python's, compiled once.
pub fn compile(pattern: &str, ignorecase: bool, multiline: bool) -> Result<Arc<Regex>, Diagnostic> {
    let flags = match (ignorecase, multiline) {
        (true, true) => "(?im)",
        (true, false) => "(?i)",
        (false, true) => "(?m)",
        (false, false) => "",
    };
    let name = format!("{flags}{pattern}");
    if let Some(known) = COMPILED.read().unwrap_or_else(PoisonError::into_inner).get(&name) {
        return Ok(known.clone());
    }
    let regex = Regex::new(&format!("{flags}{}", translate(pattern, multiline)))
        .map_err(|e| Diagnostic::new(format!("the regular expression '{pattern}' is not valid: {e}")))?;
    let regex = Arc::new(regex);
    let mut compiled = COMPILED.write().unwrap_or_else(PoisonError::into_inner);
    if compiled.len() >= KEPT {
        compiled.clear();
    }
    compiled.insert(name, regex.clone());
    Ok(regex)
}

/// Rewrites what Python reads differently: `$` stands before a last newline too, `\Z` is the very end,
/// and brackets and set operators within a class are plain characters.
fn translate(pattern: &str, multiline: bool) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut chars = pattern.chars().peekable();
    let mut class = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('Z') if !class => out.push_str("\\z"),
                Some(next) => out.extend(['\\', next]),
                None => out.push('\\'),
            },
            '[' if !class => {
                class = true;
                out.push('[');
                if chars.next_if_eq(&'^').is_some() {
                    out.push('^');
                }
                if chars.next_if_eq(&']').is_some() {
                    out.push_str("\\]");
                }
            }
            '[' | '&' | '~' if class => out.extend(['\\', c]),
            ']' if class => {
                class = false;
                out.push(']');
            }
            '$' if !class && !multiline => out.push_str("(?=\\n?\\z)"),
            c => out.push(c),
        }
    }
    out
}

/// The expression of a call: `ignorecase` and `multiline` stand at `flags` and after, or are keywords.
fn expression(call: &Call, flags: usize) -> Result<Arc<Regex>, Diagnostic> {
    let pattern = call.text_arg(1, if call.name.ends_with("replace") { "pattern" } else { "regex" })?.unwrap_or_default();
    let (multiline_at, ignorecase_at) = if call.name.ends_with("findall") { (flags, flags + 1) } else { (flags + 1, flags) };
    let ignorecase = call.flag_arg(ignorecase_at, "ignorecase", false)?;
    compile(&pattern, ignorecase, call.flag_arg(multiline_at, "multiline", false)?).map_err(|e| call.error(e.message))
}

/// A failure while matching, such as too much backtracking.
fn failed(call: &Call, error: fancy_regex::Error) -> Diagnostic {
    call.error(error)
}

/// `regex_replace(pattern, replacement, ignorecase, multiline, count, mandatory_count)`.
fn replace(call: &Call) -> Result<Value, Diagnostic> {
    let text = call.text()?;
    let regex = expression(call, 3)?;
    let replacement = call.text_arg(2, "replacement")?.unwrap_or_default();
    let count = call.size_arg(5, "count", 0)?;
    let wanted = call.size_arg(6, "mandatory_count", 0)?;
    let (mut out, mut end, mut done) = (String::new(), 0, 0);
    for captures in regex.captures_iter(text.as_str()) {
        let captures = captures.map_err(|e| failed(call, e))?;
        let Some(whole) = captures.get(0) else { continue };
        out.push_str(&text[end..whole.start()]);
        expand(&mut out, &replacement, &captures);
        end = whole.end();
        done += 1;
        if done == count {
            break;
        }
    }
    if wanted > 0 && done != wanted {
        return Err(call.error(format!("'{replacement}' should match {wanted} times, but matches {done} times in '{text}'")));
    }
    out.push_str(&text[end..]);
    Ok(out.into())
}

/// Appends the replacement with `\1`, `\g<name>` and the usual escapes filled in.
fn expand(out: &mut String, replacement: &str, captures: &Captures<str>) {
    let mut chars = replacement.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('g') if chars.next_if_eq(&'<').is_some() => {
                let name: String = chars.by_ref().take_while(|c| *c != '>').collect();
                out.push_str(group(captures, &name).unwrap_or_default());
            }
            Some(digit) if digit.is_ascii_digit() => {
                let mut number = String::from(digit);
                number.extend(chars.next_if(char::is_ascii_digit));
                out.push_str(group(captures, &number).unwrap_or_default());
            }
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('\\') | None => out.push('\\'),
            Some(other) => out.extend(['\\', other]),
        }
    }
}

/// The text of a group by number or name.
fn group<'t>(captures: &Captures<'t, str>, name: &str) -> Option<&'t str> {
    let found = match name.parse() {
        Ok(number) => captures.get(number),
        Err(_) => captures.name(name),
    };
    found.map(|m| m.as_str())
}

/// `regex_search(regex, '\\1', '\\g<name>', …, ignorecase, multiline)`: the match, or the groups asked for.
fn search(call: &Call) -> Result<Value, Diagnostic> {
    let text = call.text()?;
    let regex = expression(call, usize::MAX - 1)?;
    let Some(captures) = regex.captures(text.as_str()).map_err(|e| failed(call, e))? else { return Ok(Value::Null) };
    let wanted = call.args.get(2..).unwrap_or_default();
    if wanted.is_empty() {
        return Ok(group(&captures, "0").map_or(Value::Null, Value::from));
    }
    wanted
        .iter()
        .map(|reference| {
            let reference = python::text(reference);
            let name = reference.strip_prefix("\\g<").and_then(|r| r.strip_suffix('>')).or_else(|| reference.strip_prefix('\\'));
            let name = name.ok_or_else(|| call.error("unknown argument: only \\1 and \\g<name> are"))?;
            Ok(group(&captures, name).map_or(Value::Null, Value::from))
        })
        .collect()
}

/// `regex_findall(regex, multiline, ignorecase)`: matches, or their groups when the expression has any.
fn findall(call: &Call) -> Result<Value, Diagnostic> {
    let text = call.text()?;
    let regex = expression(call, 2)?;
    let mut found = Vec::new();
    for captures in regex.captures_iter(text.as_str()) {
        let captures = captures.map_err(|e| failed(call, e))?;
        let groups: Vec<Value> = captures.iter().map(|m| Value::from(m.map_or("", |m| m.as_str()))).collect();
        found.push(match groups.as_slice() {
            [one] | [_, one] => one.clone(),
            many => many.iter().skip(1).cloned().collect(),
        });
    }
    Ok(found.into())
}

/// `regex_escape(re_type='python')`.
fn escape(call: &Call) -> Result<Value, Diagnostic> {
    let basic = call.text_arg(1, "re_type")?.as_deref() == Some("posix_basic");
    let special = if basic { "[].^$*\\" } else { "()[]{}?*+-|^$\\.&~# \t\n\r\u{b}\u{c}" };
    let text = call.text()?;
    Ok(text.chars().flat_map(|c| special.contains(c).then_some('\\').into_iter().chain([c])).collect::<String>().into())
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use serde_json::json;

    #[test]
    fn python_expressions() {
        check(vec![
            ("regex_findall", json!(["a1b22", "[0-9]+"]), json!({}), json!(["1", "22"])),
            ("regex_findall", json!(["l1\nl2", "^l."]), json!({"multiline": true}), json!(["l1", "l2"])),
            ("regex_findall", json!(["k=v", "(\\w)=(\\w)"]), json!({}), json!([["k", "v"]])),
            ("regex_search", json!(["foo=bar", "(\\w+)=(\\w+)"]), json!({}), json!("foo=bar")),
            ("regex_search", json!(["foo=bar", "(\\w+)=(\\w+)", "\\2", "\\1"]), json!({}), json!(["bar", "foo"])),
            ("regex_search", json!(["foo=bar", "(?P<k>\\w+)=", "\\g<k>"]), json!({}), json!(["foo"])),
            ("regex_search", json!(["x", "y"]), json!({}), json!(null)),
            ("regex_search", json!(["x\n", "x$"]), json!({}), json!("x")),
            ("regex_search", json!(["a[b", "[[]b"]), json!({}), json!("[b")),
            ("regex_replace", json!(["ABC", "b", "-"]), json!({"ignorecase": true}), json!("A-C")),
            ("regex_replace", json!(["aaa", "a", "b"]), json!({"count": 2}), json!("bba")),
            ("regex_replace", json!(["ab", "(?P<x>a)(b)", "\\2\\g<x>"]), json!({}), json!("ba")),
            ("regex_escape", json!("a.b*c"), json!({}), json!("a\\.b\\*c")),
        ]);
    }
}
