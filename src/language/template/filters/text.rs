//! Filters about text.

use super::{Family, python};
use crate::language::template::{Call, percent_format, percent_format_values};
use crate::language::{Diagnostic, Value};

pub(super) const FAMILY: Family = &[
    ("string", |call| Ok(call.text()?.into())),
    ("lower", |call| Ok(call.text()?.to_lowercase().into())),
    ("upper", |call| Ok(call.text()?.to_uppercase().into())),
    ("capitalize", |call| Ok(capital(&call.text()?).into())),
    ("title", title),
    ("trim", trim),
    ("replace", replace),
    ("split", split),
    ("quote", quote),
    ("wordcount", |call| Ok(call.text()?.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty()).count().into())),
    ("center", center),
    ("indent", indent),
    ("truncate", truncate),
    ("wordwrap", wordwrap),
    ("format", format),
    ("pprint", |call| Ok(python::repr(call.defined_input()?).into())),
];

/// The first letter in upper case, the others in lower case.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars.flat_map(char::to_lowercase)).collect()).unwrap_or_default()
}

/// `title`: each word begins with a capital; words end at blanks, hyphens and opening brackets.
fn title(call: &Call) -> Result<Value, Diagnostic> {
    let mut out = String::new();
    let mut start = true;
    for c in call.text()?.chars() {
        if start {
            out.extend(c.to_uppercase())
        } else {
            out.extend(c.to_lowercase())
        }
        start = c.is_whitespace() || "-({[<".contains(c);
    }
    Ok(out.into())
}

/// `trim(chars)`.
fn trim(call: &Call) -> Result<Value, Diagnostic> {
    let text = call.text()?;
    Ok(match call.text_arg(1, "chars")? {
        Some(chars) => text.trim_matches(|c| chars.contains(c)),
        None => text.trim(),
    }
    .into())
}

/// `format(values…)`: the input is a `%` format; keywords fill `%(name)s`.
fn format(call: &Call) -> Result<Value, Diagnostic> {
    let text = call.text()?;
    let filled = match call.args.get(1..).unwrap_or_default() {
        [] => percent_format(&text, &Value::map(call.kwargs.clone())),
        values => percent_format_values(&text, values),
    };
    filled.map(Value::from).map_err(|e| call.error(e))
}

/// `replace(old, new, count)`.
fn replace(call: &Call) -> Result<Value, Diagnostic> {
    let (text, old) = (call.text()?, python::text(call.need(1, "old")?));
    let new = python::text(call.need(2, "new")?);
    Ok(match call.int_arg(3, "count")?.and_then(|count| usize::try_from(count).ok()) {
        Some(count) => text.replacen(&old, &new, count),
        None => text.replace(&old, &new),
    }
    .into())
}

/// `split(sep, maxsplit)`: at blanks when there is no separator.
fn split(call: &Call) -> Result<Value, Diagnostic> {
    let text = call.text()?;
    let most = call.int_arg(2, "maxsplit")?.and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX - 1);
    let Some(separator) = call.text_arg(1, "sep")? else { return Ok(split_blanks(&text, most)) };
    if separator.is_empty() {
        return Err(call.error("empty separator"));
    }
    Ok(text.splitn(most + 1, &separator).map(Value::from).collect())
}

fn split_blanks(text: &str, most: usize) -> Value {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = if words.len() == most { rest.len() } else { rest.find(char::is_whitespace).unwrap_or(rest.len()) };
        words.push(Value::from(&rest[..end]));
        rest = rest[end..].trim_start();
    }
    words.into()
}

/// `quote`: safe as one word of a shell.
fn quote(call: &Call) -> Result<Value, Diagnostic> {
    let text = match call.defined_input()? {
        Value::Null => String::new(),
        other => python::text(other),
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    Ok(if !text.is_empty() && text.chars().all(plain) { text.into() } else { format!("'{}'", text.replace('\'', "'\"'\"'")).into() })
}

/// `center(width=80)`.
fn center(call: &Call) -> Result<Value, Diagnostic> {
    let text = call.text()?;
    let width = call.size_arg(1, "width", 80)?;
    let missing = width.saturating_sub(text.chars().count());
    // Python puts the odd blank to the left only when the width is odd.
    let left = missing / 2 + (missing & width & 1);
    Ok(format!("{}{text}{}", " ".repeat(left), " ".repeat(missing - left)).into())
}

/// `indent(width=4, first=false, blank=false)`: the width may be the text to put.
fn indent(call: &Call) -> Result<Value, Diagnostic> {
    let text = call.text()?;
    let margin = match call.given(1, "width")? {
        Some(Value::Str(margin)) => margin.to_string(),
        _ => " ".repeat(call.size_arg(1, "width", 4)?),
    };
    let blank = call.flag_arg(3, "blank", false)?;
    let first = call.flag_arg(2, "first", false)?;
    let lines: Vec<String> = text
        .split('\n')
        .enumerate()
        .map(|(index, line)| match index {
            0 if !first => line.to_string(),
            index if index > 0 && line.is_empty() && !blank => String::new(),
            _ => format!("{margin}{line}"),
        })
        .collect();
    Ok(lines.join("\n").into())
}

/// `truncate(length=255, killwords=false, end='...', leeway=5)`.
fn truncate(call: &Call) -> Result<Value, Diagnostic> {
    let text = call.text()?;
    let length = call.size_arg(1, "length", 255)?;
    let end = call.text_arg(3, "end")?.unwrap_or_else(|| "...".into());
    let leeway = call.size_arg(4, "leeway", 5)?;
    if text.chars().count() <= length + leeway {
        return Ok(text.into());
    }
    let kept: String = text.chars().take(length.saturating_sub(end.chars().count())).collect();
    if call.flag_arg(2, "killwords", false)? {
        return Ok((kept + &end).into());
    }
    let words = kept.rsplit_once(' ').map_or(kept.as_str(), |(words, _)| words);
    Ok(format!("{words}{end}").into())
}

/// `wordwrap(width=79, break_long_words=true, wrapstring, break_on_hyphens=true)`.
fn wordwrap(call: &Call) -> Result<Value, Diagnostic> {
    let text = call.text()?;
    let width = call.size_arg(1, "width", 79)?.max(1);
    let break_long = call.flag_arg(2, "break_long_words", true)?;
    let hyphens = call.flag_arg(4, "break_on_hyphens", true)?;
    let between = call.text_arg(3, "wrapstring")?.unwrap_or_else(|| "\n".into());
    let lines: Vec<String> = text.lines().map(|line| wrap(line, width, break_long, hyphens).join(&between)).collect();
    Ok(lines.join(&between).into())
}

/// One paragraph as lines of at most `width` characters.
fn wrap(paragraph: &str, width: usize, break_long: bool, hyphens: bool) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for mut chunk in chunks(paragraph, hyphens) {
        let size = |s: &str| s.chars().count();
        if size(&line) + size(&chunk) > width && !line.is_empty() {
            lines.push(std::mem::take(&mut line).trim_end().to_string());
        }
        if line.is_empty() && !lines.is_empty() {
            chunk = chunk.trim_start().to_string();
        }
        while break_long && size(&chunk) > width {
            let at = chunk.char_indices().nth(width).map_or(chunk.len(), |(at, _)| at);
            let rest = chunk.split_off(at);
            lines.push(std::mem::replace(&mut chunk, rest));
        }
        line.push_str(&chunk);
    }
    if !line.trim_end().is_empty() {
        lines.push(line.trim_end().to_string());
    }
    lines
}

/// The unbreakable parts of a paragraph: words, the blanks between them, halves of hyphenated words.
fn chunks(paragraph: &str, hyphens: bool) -> Vec<String> {
    let mut chunks: Vec<String> = Vec::new();
    let mut last = None;
    for c in paragraph.chars() {
        let blank = c.is_whitespace();
        let after_hyphen = hyphens && last == Some('-') && c.is_alphabetic();
        match (chunks.last_mut(), last) {
            (Some(chunk), Some(before)) if char::is_whitespace(before) == blank && !after_hyphen => chunk.push(c),
            _ => chunks.push(c.to_string()),
        }
        last = Some(c);
    }
    chunks
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use serde_json::json;

    #[test]
    fn words() {
        check(vec![
            ("string", json!([[1, "a", null, true, 1.0, {"k": "v"}]]), json!({}), json!("[1, 'a', None, True, 1.0, {'k': 'v'}]")),
            ("lower", json!(true), json!({}), json!("true")),
            ("capitalize", json!("heLLo"), json!({}), json!("Hello")),
            ("title", json!("hello wORLD-x"), json!({}), json!("Hello World-X")),
            ("trim", json!(["xax", "x"]), json!({}), json!("a")),
            ("wordcount", json!("foo bar"), json!({}), json!(2)),
            ("split", json!(["a  b"]), json!({}), json!(["a", "b"])),
            ("split", json!(["a-b-c", "-", 1]), json!({}), json!(["a", "b-c"])),
            ("quote", json!("a b"), json!({}), json!("'a b'")),
            ("quote", json!("it's"), json!({}), json!("'it'\"'\"'s'")),
            ("quote", json!(null), json!({}), json!("''")),
        ]);
    }

    #[test]
    fn layout() {
        check(vec![
            ("indent", json!(["a\nb\n\nc", 2]), json!({}), json!("a\n  b\n\n  c")),
            ("indent", json!(["a\nb", 2, true]), json!({}), json!("  a\n  b")),
            ("indent", json!(["a\n\nb"]), json!({"width": 2, "blank": true}), json!("a\n  \n  b")),
            ("indent", json!(["a\nb"]), json!({"width": "> "}), json!("a\n> b")),
            ("truncate", json!(["hello world", 8]), json!({}), json!("hello world")),
            ("truncate", json!(["foo bar baz", 5, true, ""]), json!({}), json!("foo b")),
            ("center", json!(["a", 5]), json!({}), json!("  a  ")),
            ("wordwrap", json!(["hello big world", 6]), json!({}), json!("hello\nbig\nworld")),
        ]);
    }
}
