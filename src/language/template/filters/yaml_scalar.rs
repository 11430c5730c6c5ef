//! Which forms of writing a text has in YAML, as PyYAML's emitter judges them.

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
