//! Values as Python writes them: `str()` for output, `repr()` inside lists and mappings.

use std::fmt::Write;

use crate::language::Value;

use super::objects;

/// What `str(value)` gives; `None` for `null` (output drops a lone `null` before it comes here).
pub fn str(value: &Value) -> String {
    match value {
        Value::Str(s) => s.to_string(),
        Value::Template(t) => t.source().to_string(),
        Value::Object(object) => match object.data() {
            Some(Value::Str(text)) => objects::time_text(object).unwrap_or_else(|| text.to_string()),
            _ => repr(value),
        },
        other => repr(other),
    }
}

/// What `repr(value)` gives.
pub fn repr(value: &Value) -> String {
    let mut out = String::new();
    write_repr(&mut out, value);
    out
}

fn write_repr(out: &mut String, value: &Value) {
    match value {
        Value::Undefined(_) => out.push_str("Undefined"),
        Value::Omit => out.push_str("<<Omit>>"),
        Value::Null => out.push_str("None"),
        Value::Bool(true) => out.push_str("True"),
        Value::Bool(false) => out.push_str("False"),
        Value::Int(i) => out.push_str(&i.to_string()),
        Value::Float(f) => out.push_str(&float(*f)),
        Value::Str(s) => write_quoted(out, s),
        Value::Template(t) => write_quoted(out, t.source()),
        Value::List(items) => write_members(out, ['[', ']'], items.iter(), write_repr),
        Value::Map(map) => write_members(out, ['{', '}'], map.iter(), |out, (key, value)| {
            write_entry(out, &key.to_value(), value);
        }),
        Value::Object(object) => match object.data() {
            Some(Value::List(members)) => write_members(out, ['{', '}'], members.iter(), write_repr),
            Some(data) => write_repr(out, &data),
            None => write_members(out, ['{', '}'], object.keys().iter(), |out, key| {
                let value = object.get(key).ok().flatten().unwrap_or(Value::Null);
                write_entry(out, &key.to_value(), &value);
            }),
        },
    }
}

fn write_entry(out: &mut String, key: &Value, value: &Value) {
    write_repr(out, key);
    out.push_str(": ");
    write_repr(out, value);
}

fn write_members<T>(out: &mut String, [open, close]: [char; 2], members: impl Iterator<Item = T>, write: impl Fn(&mut String, T)) {
    out.push(open);
    for (i, member) in members.enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        write(out, member);
    }
    out.push(close);
}

/// A string in Python's quotes: single ones unless it holds those and no double ones.
fn write_quoted(out: &mut String, s: &str) {
    let quote = if s.contains('\'') && !s.contains('"') { '"' } else { '\'' };
    out.push(quote);
    for c in s.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if (c as u32) < 0x20 || (0x7f..=0xa0).contains(&(c as u32)) => {
                let _ = write!(out, "\\x{:02x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push(quote);
}

/// A float as `repr` writes it: the shortest digits that read back, an exponent beyond `1e16` and below `1e-4`.
pub fn float(f: f64) -> String {
    if f.is_nan() {
        return "nan".to_string();
    }
    if f.is_infinite() {
        return if f > 0.0 { "inf" } else { "-inf" }.to_string();
    }
    let magnitude = f.abs();
    if magnitude != 0.0 && !(1e-4..1e16).contains(&magnitude) {
        let text = format!("{f:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = match exponent.strip_prefix('-') {
            Some(rest) => ('-', rest),
            None => ('+', exponent),
        };
        return format!("{digits}e{sign}{exponent:0>2}");
    }
    let text = format!("{f}");
    if text.contains('.') { text } else { format!("{text}.0") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_written_as_python_does() {
        for (f, text) in [
            (1.0, "1.0"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1e16, "1e+16"),
            (1e15, "1000000000000000.0"),
            (1e20, "1e+20"),
            (1e-7, "1e-07"),
            (0.0001, "0.0001"),
            (-2.5, "-2.5"),
            (1.5e300, "1.5e+300"),
        ] {
            assert_eq!(float(f), text);
        }
    }

    #[test]
    fn strings_choose_their_quotes() {
        let list: Value = ["it's", "a\"b", "x\\ny", "both'\"", "\u{1}"].into_iter().map(Value::from).collect();
        assert_eq!(str(&list), r#"["it's", 'a"b', 'x\\ny', 'both\'"', '\x01']"#);
    }
}
