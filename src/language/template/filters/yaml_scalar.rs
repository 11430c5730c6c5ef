//! Scalars in YAML: their text, and which forms of writing it has, as PyYAML's emitter judges them.

use std::sync::LazyLock;

use fancy_regex::Regex;

use super::python;
use crate::language::Value;

/// The forms that are open to a text.
#[derive(Clone, Copy)]
pub struct Shape {
    /// Whether it holds line breaks.
    pub multiline: bool,
    /// Whether it may stand plain within brackets.
    pub flow_plain: bool,
    /// Whether it may stand plain outside of brackets.
    pub block_plain: bool,
    /// Whether it may stand in single quotes.
    pub single_quoted: bool,
}

const BLANKS: &[char] = &['\0', ' ', '\t', '\r', '\n', '\u{85}', '\u{2028}', '\u{2029}'];
const BREAKS: &[char] = &['\n', '\u{85}', '\u{2028}', '\u{2029}'];

/// What was seen in a text.
#[derive(Default)]
struct Seen {
    flow_indicators: bool,
    block_indicators: bool,
    line_breaks: bool,
    special: bool,
    edge: bool,
    break_then_space: bool,
    space_then_break: bool,
}

/// Judges a text.
pub fn shape(text: &str, unicode: bool) -> Shape {
    if text.is_empty() {
        return Shape { multiline: false, flow_plain: false, block_plain: true, single_quoted: true };
    }
    let seen = look(text, unicode);
    let plain = !(seen.edge || seen.break_then_space || seen.space_then_break || seen.special || seen.line_breaks);
    Shape {
        multiline: seen.line_breaks,
        flow_plain: plain && !seen.flow_indicators,
        block_plain: plain && !seen.block_indicators,
        single_quoted: !(seen.break_then_space || seen.space_then_break || seen.special),
    }
}

/// Goes over the text once.
fn look(text: &str, unicode: bool) -> Seen {
    let chars: Vec<char> = text.chars().collect();
    let mut seen = Seen::default();
    let marker = text.starts_with("---") || text.starts_with("...");
    (seen.flow_indicators, seen.block_indicators) = (marker, marker);
    let mut before = None;
    for (at, c) in chars.iter().copied().enumerate() {
        let blank_follows = chars.get(at + 1).is_none_or(|next| BLANKS.contains(next));
        let blank_before = before.is_none_or(|before| BLANKS.contains(&before));
        indicators(&mut seen, c, at == 0, blank_before, blank_follows);
        seen.line_breaks |= BREAKS.contains(&c);
        seen.special |= !(c == '\n' || (' '..='~').contains(&c) || unicode && is_printable(c));
        let (blank, line_break) = (c == ' ', BREAKS.contains(&c));
        seen.edge |= (at == 0 || at + 1 == chars.len()) && (blank || line_break);
        seen.break_then_space |= blank && before.is_some_and(|before| BREAKS.contains(&before));
        seen.space_then_break |= line_break && before == Some(' ');
        before = Some(c);
    }
    seen
}

/// Notes a character that means something in YAML where it stands.
fn indicators(seen: &mut Seen, c: char, first: bool, blank_before: bool, blank_follows: bool) {
    let (flow, block) = match c {
        '#' if first || blank_before => (true, true),
        ',' | '[' | ']' | '{' | '}' => (true, first),
        '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' if first => (true, true),
        ':' => (true, blank_follows),
        '?' => (true, first && blank_follows),
        '-' if first && blank_follows => (true, true),
        _ => (false, false),
    };
    seen.flow_indicators |= flow;
    seen.block_indicators |= block;
}

/// What may stand in a YAML text beyond ASCII.
fn is_printable(c: char) -> bool {
    c == '\u{85}' || c >= '\u{a0}' && c != '\u{feff}' && !matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// The escape of a character within double quotes, when it needs one.
pub fn escape(c: char, unicode: bool) -> Option<String> {
    Some(match c {
        '"' => "\\\"".into(),
        '\\' => "\\\\".into(),
        '\0' => "\\0".into(),
        '\u{7}' => "\\a".into(),
        '\u{8}' => "\\b".into(),
        '\t' => "\\t".into(),
        '\n' => "\\n".into(),
        '\u{b}' => "\\v".into(),
        '\u{c}' => "\\f".into(),
        '\r' => "\\r".into(),
        '\u{1b}' => "\\e".into(),
        '\u{85}' => "\\N".into(),
        '\u{a0}' if !unicode => "\\_".into(),
        '\u{2028}' => "\\L".into(),
        '\u{2029}' => "\\P".into(),
        ' '..='~' => return None,
        c if unicode && matches!(c, '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}') => return None,
        c if u32::from(c) <= 0xff => format!("\\x{:02X}", u32::from(c)),
        c if u32::from(c) <= 0xffff => format!("\\u{:04X}", u32::from(c)),
        c => format!("\\U{:08X}", u32::from(c)),
    })
}

/// The text of a scalar, and whether it is a string.
pub fn scalar_text(value: &Value) -> (String, bool) {
    match value {
        Value::Null | Value::Omit | Value::Undefined(_) => ("null".into(), false),
        Value::Bool(b) => (b.to_string(), false),
        Value::Int(i) => (i.to_string(), false),
        Value::Float(f) => (float(*f), false),
        // A time is written plainly, to be read back as one.
        Value::Object(object) => (python::text(value), object.type_name() == "bytes"),
        other => (python::text(other), true),
    }
}

/// A float as YAML 1.1 reads it back.
fn float(f: f64) -> String {
    match f {
        f if f.is_nan() => ".nan".into(),
        f if f.is_infinite() => if f > 0.0 { ".inf" } else { "-.inf" }.into(),
        f => {
            let text = python::float(f);
            if text.contains('.') { text } else { text.replace('e', ".0e") }
        }
    }
}

/// What YAML 1.1 reads as something other than a string.
const IMPLICIT: &str = r"^(?:|~|null|Null|NULL|=|<<|yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF|[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+|[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}-[0-9][0-9]?-[0-9][0-9]?(?:[Tt]|[ \t]+)[0-9][0-9]?:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9][0-9]?(?::[0-9][0-9])?))?)$";

/// Whether the plain text would be read as something other than a string.
pub fn is_implicit(text: &str) -> bool {
    static PATTERN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(IMPLICIT).ok());
    PATTERN.as_ref().is_none_or(|pattern| pattern.is_match(text).unwrap_or(true))
}
