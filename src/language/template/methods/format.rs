//! `str.format`: `'{0}:{name:>5}'`.

use crate::language::template::numbers::{self, Spec};
use crate::language::template::{access, python_text};
use crate::language::{Key, Map, Value};

/// Fills the fields of `text`.
pub fn format(text: &str, args: &[Value], kwargs: &Map) -> Result<String, String> {
    let mut fields = Fields { args, kwargs, next: 0 };
    fields.fill(text, 0)
}

struct Fields<'a> {
    args: &'a [Value],
    kwargs: &'a Map,
    next: usize,
}

impl Fields<'_> {
    fn fill(&mut self, text: &str, depth: usize) -> Result<String, String> {
        if depth > 2 {
            return Err("Max string recursion exceeded".to_string());
        }
        let (mut out, mut rest) = (String::new(), text);
        while let Some(at) = rest.find(['{', '}']) {
            out.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            let after = &rest[at + 1..];
            if let Some(doubled) = after.strip_prefix(brace) {
                out.push_str(brace);
                rest = doubled;
            } else if brace == "{" {
                let length = field_length(after).ok_or("expected '}' before end of string")?;
                out.push_str(&self.field(&after[..length], depth)?);
                rest = &after[length + 1..];
            } else {
                return Err("Single '}' encountered in format string".to_string());
            }
        }
        out.push_str(rest);
        Ok(out)
    }

    fn field(&mut self, field: &str, depth: usize) -> Result<String, String> {
        let (target, spec) = field.split_once(':').unwrap_or((field, ""));
        let (target, conversion) = target.split_once('!').map_or((target, None), |(t, c)| (t, Some(c)));
        let value = self.value(target)?;
        let spec = self.fill(spec, depth + 1)?;
        let value = match conversion {
            None => value,
            Some("s") => python_text::str(&value).into(),
            Some("r" | "a") => python_text::repr(&value).into(),
            Some(other) => return Err(format!("Unknown conversion specifier '{other}'")),
        };
        if let Value::Undefined(what) = &value {
            return Err(what.to_string());
        }
        formatted(&value, &spec)
    }

    fn value(&mut self, target: &str) -> Result<Value, String> {
        let end = target.find(['.', '[']).unwrap_or(target.len());
        let (first, mut path) = target.split_at(end);
        let mut value = self.argument(first)?;
        while !path.is_empty() {
            let (key, rest) = match path.strip_prefix('[') {
                Some(item) => item.split_once(']').ok_or("Missing ']' in format string")?,
                None => {
                    let name = &path[1..];
                    name.split_at(name.find(['.', '[']).unwrap_or(name.len()))
                }
            };
            value = member(&value, key)?;
            path = rest;
        }
        Ok(value)
    }

    fn argument(&mut self, name: &str) -> Result<Value, String> {
        let index = if name.is_empty() {
            self.next += 1;
            Some(self.next - 1)
        } else {
            name.parse().ok()
        };
        match index {
            Some(index) => {
                self.args.get(index).cloned().ok_or_else(|| format!("Replacement index {index} out of range for positional args tuple"))
            }
            None => self.kwargs.get(name).cloned().ok_or_else(|| format!("'{name}'")),
        }
    }
}

/// The length of a field up to its closing brace.
fn field_length(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (i, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(i),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn member(value: &Value, key: &str) -> Result<Value, String> {
    let found = match (value, key.parse::<i128>()) {
        (Value::List(items), Ok(i)) => access::place(i, items.len()).map(|i| items[i].clone()),
        (Value::Map(map), Ok(i)) => map.get(&Key::Int(i)).or_else(|| map.get(key)).cloned(),
        (Value::Map(map), Err(_)) => map.get(key).cloned(),
        _ => None,
    };
    found.ok_or_else(|| format!("'{}' object has no attribute '{key}'", value.type_name()))
}

fn formatted(value: &Value, spec: &str) -> Result<String, String> {
    let (spec, kind) = parse(spec)?;
    let number = matches!(value, Value::Int(_) | Value::Float(_)) || matches!(value, Value::Bool(_)) && kind.is_some();
    if !number {
        return match kind {
            None | Some('s') => Ok(spec.text_aligned(&python_text::str(value), '<')),
            Some(kind) => Err(format!("Unknown format code '{kind}' for object of type '{}'", value.type_name())),
        };
    }
    match (kind, numbers::integer(value), numbers::float(value)) {
        (None | Some('d' | 'n'), Some(i), _) => Ok(spec.integer(i, 'd')),
        (Some(kind @ ('x' | 'X' | 'o' | 'b')), Some(i), _) => Ok(spec.integer(i, kind)),
        (Some(kind @ ('f' | 'F' | 'e' | 'E' | 'g' | 'G')), _, Some(f)) => Ok(spec.float(f, kind)),
        (Some('%'), _, Some(f)) => {
            let percent = Spec { width: None, ..spec.clone() }.float(f * 100.0, 'f') + "%";
            Ok(Spec { precision: None, ..spec }.text_aligned(&percent, '>'))
        }
        (None, None, Some(f)) if spec.precision.is_some() => Ok(spec.float(f, 'g')),
        (None, None, Some(f)) => {
            let text = python_text::float(f.abs());
            let signed = if f.is_sign_negative() { format!("-{text}") } else { text };
            Ok(spec.text_aligned(&signed, '>'))
        }
        (kind, ..) => Err(format!("Unknown format code '{}' for object of type '{}'", kind.unwrap_or('d'), value.type_name())),
    }
}

/// `[[fill]align][sign][#][0][width][,][.precision][type]`
fn parse(spec: &str) -> Result<(Spec, Option<char>), String> {
    let mut chars: Vec<char> = spec.chars().collect();
    let mut parsed = Spec { fill: ' ', ..Spec::default() };
    let is_align = |c: Option<&char>| c.is_some_and(|c| "<>^=".contains(*c));
    if is_align(chars.get(1)) {
        parsed.fill = chars[0];
        parsed.align = Some(chars[1]);
        chars.drain(..2);
    } else if is_align(chars.first()) {
        parsed.align = Some(chars.remove(0));
    }
    let text: String = chars.into_iter().collect();
    let mut rest = text.chars().peekable();
    parsed.sign = rest.next_if(|c| "+- ".contains(*c));
    parsed.alternate = rest.next_if_eq(&'#').is_some();
    parsed.zero = rest.next_if_eq(&'0').is_some();
    parsed.width = numbers::digits(&mut rest)?;
    parsed.grouping = rest.next_if(|c| ",_".contains(*c));
    if rest.next_if_eq(&'.').is_some() {
        parsed.precision = numbers::digits(&mut rest)?;
    }
    let kind = rest.next();
    if rest.next().is_some() {
        return Err(format!("Invalid format specifier '{spec}'"));
    }
    Ok((parsed, kind))
}
