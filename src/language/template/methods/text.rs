//! The methods of strings.

use std::sync::Arc;

use crate::language::Value;
use crate::language::template::expressions::Arguments;

use super::{Method, Outcome, format, given, optional_integer, optional_text, range, required, text_argument, text_split};

type Text = Arc<str>;

/// The method `name`.
pub fn find(name: &str) -> Option<Method<Text>> {
    Some(match name {
        "capitalize" => |text, _| Ok(capitalize(text).into()),
        "casefold" | "lower" => |text, _| Ok(text.to_lowercase().into()),
        "center" => |text, arguments| pad(text, arguments, |missing| missing / 2 + missing % 2),
        "count" => count,
        "decode" => |text, _| Ok(Value::Str(text.clone())),
        "encode" => |text, _| Ok(Value::Str(text.clone())),
        "endswith" => |text, arguments| affix(arguments, |end| text.ends_with(end)),
        "expandtabs" => expandtabs,
        "find" => |text, arguments| Ok(Value::Int(position(text, arguments, |text, part| text.find(part))?.unwrap_or(-1))),
        "format" => |text, (args, kwargs)| format::format(text, args, kwargs).map(Value::from),
        "format_map" => |text, arguments| match required(arguments, 0, "mapping")? {
            Value::Map(map) => format::format(text, &[], map).map(Value::from),
            other => Err(format!("format_map() needs a mapping, not {}", other.type_name())),
        },
        "index" => |text, arguments| found(position(text, arguments, |text, part| text.find(part))?),
        "isalnum" => |text, _| all(text, char::is_alphanumeric),
        "isalpha" => |text, _| all(text, char::is_alphabetic),
        "isascii" => |text, _| Ok(text.is_ascii().into()),
        "isdecimal" | "isdigit" | "isnumeric" => |text, _| all(text, char::is_numeric),
        "isidentifier" => |text, _| Ok(is_identifier(text).into()),
        "islower" => |text, _| Ok((has_case(text) && text.to_lowercase() == **text).into()),
        "isspace" => |text, _| all(text, char::is_whitespace),
        "istitle" => |text, _| Ok((has_case(text) && title(text) == **text).into()),
        "isupper" => |text, _| Ok((has_case(text) && text.to_uppercase() == **text).into()),
        "join" => join,
        "ljust" => |text, arguments| pad(text, arguments, |_| 0),
        "lstrip" => |text, arguments| strip(text, arguments, true, false),
        "partition" => text_split::partition,
        "removeprefix" => |text, arguments| {
            let prefix = text_argument(arguments, 0, "prefix")?;
            Ok(text.strip_prefix(prefix).unwrap_or(text).into())
        },
        "removesuffix" => |text, arguments| {
            let suffix = text_argument(arguments, 0, "suffix")?;
            Ok(text.strip_suffix(suffix).unwrap_or(text).into())
        },
        "replace" => replace,
        "rfind" => |text, arguments| Ok(Value::Int(position(text, arguments, |text, part| text.rfind(part))?.unwrap_or(-1))),
        "rindex" => |text, arguments| found(position(text, arguments, |text, part| text.rfind(part))?),
        "rjust" => |text, arguments| pad(text, arguments, |missing| missing),
        "rpartition" => text_split::rpartition,
        "rsplit" => text_split::rsplit,
        "rstrip" => |text, arguments| strip(text, arguments, false, true),
        "split" => text_split::split,
        "splitlines" => text_split::splitlines,
        "startswith" => |text, arguments| affix(arguments, |start| text.starts_with(start)),
        "strip" => |text, arguments| strip(text, arguments, true, true),
        "swapcase" => |text, _| Ok(swapcase(text).into()),
        "title" => |text, _| Ok(title(text).into()),
        "upper" => |text, _| Ok(text.to_uppercase().into()),
        "zfill" => zfill,
        _ => return None,
    })
}

/// The first letter upper, the rest lower.
pub fn capitalize(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars.as_str().to_lowercase().chars()).collect())
}

/// Every letter that follows no letter upper, the rest lower.
fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for c in text.chars() {
        if inside {
            out.extend(c.to_lowercase())
        } else {
            out.extend(c.to_uppercase())
        }
        inside = c.is_alphabetic();
    }
    out
}

fn swapcase(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            if c.is_uppercase() { c.to_lowercase().to_string() } else { c.to_uppercase().to_string() }.chars().collect::<Vec<_>>()
        })
        .collect()
}

fn all(text: &str, holds: fn(char) -> bool) -> Outcome {
    Ok((!text.is_empty() && text.chars().all(holds)).into())
}

fn has_case(text: &str) -> bool {
    text.chars().any(|c| c.is_lowercase() || c.is_uppercase())
}

fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_') && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// The text between the optional positions of `arguments`, and how many characters stand before it.
fn window<'t>(text: &'t str, arguments: &Arguments, position: usize) -> Result<(&'t str, usize), String> {
    let range = range(arguments, position, text.chars().count())?;
    let byte = |i: usize| text.char_indices().nth(i).map_or(text.len(), |(at, _)| at);
    Ok((&text[byte(range.start)..byte(range.end)], range.start))
}

fn count(text: &Text, arguments: &Arguments) -> Outcome {
    let (window, _) = window(text, arguments, 1)?;
    let part = text_argument(arguments, 0, "sub")?;
    Ok(Value::from(if part.is_empty() { window.chars().count() + 1 } else { window.matches(part).count() }))
}

fn position(text: &str, arguments: &Arguments, find: for<'a, 'b> fn(&'a str, &'b str) -> Option<usize>) -> Result<Option<i128>, String> {
    let (window, before) = window(text, arguments, 1)?;
    let at = find(window, text_argument(arguments, 0, "sub")?);
    Ok(at.map(|at| (window[..at].chars().count() + before) as i128))
}

fn found(position: Option<i128>) -> Outcome {
    position.map(Value::Int).ok_or_else(|| "substring not found".to_string())
}

fn affix(arguments: &Arguments, holds: impl Fn(&str) -> bool) -> Outcome {
    match required(arguments, 0, "prefix")? {
        Value::List(choices) => Ok(choices.iter().filter_map(Value::as_str).any(holds).into()),
        Value::Str(text) => Ok(holds(text).into()),
        other => Err(format!("first arg must be str or a tuple of str, not {}", other.type_name())),
    }
}

fn strip(text: &str, arguments: &Arguments, left: bool, right: bool) -> Outcome {
    let chars = optional_text(arguments, 0, "chars")?;
    let stripped = |c: char| chars.map_or_else(|| c.is_whitespace(), |chars| chars.contains(c));
    let text = if left { text.trim_start_matches(stripped) } else { text };
    Ok(if right { text.trim_end_matches(stripped) } else { text }.into())
}

fn replace(text: &Text, arguments: &Arguments) -> Outcome {
    let (old, new) = (text_argument(arguments, 0, "old")?, text_argument(arguments, 1, "new")?);
    Ok(match optional_integer(arguments, 2, "count")? {
        Some(count) if count >= 0 => text.replacen(old, new, usize::try_from(count).unwrap_or(usize::MAX)),
        _ => text.replace(old, new),
    }
    .into())
}

fn join(text: &Text, arguments: &Arguments) -> Outcome {
    let parts = match required(arguments, 0, "iterable")? {
        Value::List(items) => items.to_vec(),
        Value::Map(map) => map.keys().map(|key| key.to_value()).collect(),
        Value::Str(chars) => chars.chars().map(|c| Value::from(c.to_string())).collect(),
        other => return Err(format!("can only join an iterable, not {}", other.type_name())),
    };
    let part = |(i, value): (usize, &Value)| match value {
        Value::Str(part) => Ok(part.to_string()),
        Value::Undefined(what) => Err(what.to_string()),
        other => Err(format!("sequence item {i}: expected str instance, {} found", other.type_name())),
    };
    Ok(parts.iter().enumerate().map(part).collect::<Result<Vec<_>, _>>()?.join(text).into())
}

fn pad(text: &str, arguments: &Arguments, left: fn(usize) -> usize) -> Outcome {
    let width = optional_integer(arguments, 0, "width")?.ok_or("a width is missing")?;
    let width = crate::language::template::numbers::width(width)?;
    let fill = optional_text(arguments, 1, "fillchar")?.unwrap_or(" ");
    let missing = width.saturating_sub(text.chars().count());
    let left = left(missing);
    Ok(format!("{}{text}{}", fill.repeat(left), fill.repeat(missing - left)).into())
}

fn zfill(text: &Text, arguments: &Arguments) -> Outcome {
    let width = optional_integer(arguments, 0, "width")?.ok_or("a width is missing")?;
    let width = crate::language::template::numbers::width(width)?;
    let zeros = "0".repeat(width.saturating_sub(text.chars().count()));
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let sign = &text[..text.len() - digits.len()];
    Ok(format!("{sign}{zeros}{digits}").into())
}

fn expandtabs(text: &Text, arguments: &Arguments) -> Outcome {
    let size = given(arguments, 0, "tabsize").map_or(Ok(Some(8)), |_| optional_integer(arguments, 0, "tabsize"))?;
    let size = crate::language::template::numbers::width(size.unwrap_or(8))?;
    let (mut out, mut column) = (String::new(), 0usize);
    for c in text.chars() {
        match c {
            '\t' if size == 0 => {}
            '\t' => {
                let blanks = size - column % size;
                out.push_str(&" ".repeat(blanks));
                column += blanks;
            }
            c => {
                out.push(c);
                column = if c == '\n' || c == '\r' { 0 } else { column + 1 };
            }
        }
    }
    Ok(out.into())
}
