//! What the parser does not read as Jinja does, rewritten before it: the escapes of literals, a plus for a
//! sign, tuples without brackets.

use std::borrow::Cow;

use minijinja::syntax::SyntaxConfig;

/// Where backslashes begin escapes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Escapes {
    /// In every literal: template files.
    Everywhere,
    /// Only in literals of `{% %}`: strings of YAML, where one level of escapes was already taken off.
    OnlyInBlocks,
}

/// The text without signs of plus and bare tuples, every literal rewritten so that only `\\` and the escaped quote remain as escapes.
pub fn normalise<'t>(text: &'t str, syntax: &SyntaxConfig, escapes: Escapes) -> Cow<'t, str> {
    if !text.contains(['\\', '+', ',']) {
        return Cow::Borrowed(text);
    }
    let mut scanner = Scanner { rest: text, out: String::with_capacity(text.len() + 8) };
    scanner.template(syntax, escapes);
    Cow::Owned(scanner.out)
}

/// The same for an expression without delimiters.
pub fn normalise_expression(text: &str) -> Cow<'_, str> {
    if !text.contains(['\\', '+']) {
        return Cow::Borrowed(text);
    }
    let mut scanner = Scanner { rest: text, out: String::with_capacity(text.len() + 8) };
    scanner.tag("", true);
    Cow::Owned(scanner.out)
}

struct Scanner<'t> {
    rest: &'t str,
    out: String,
}

impl Scanner<'_> {
    fn template(&mut self, syntax: &SyntaxConfig, escapes: Escapes) {
        let (block_start, block_end) = syntax.block_delimiters();
        let (variable_start, variable_end) = syntax.variable_delimiters();
        let (comment_start, comment_end) = syntax.comment_delimiters();
        while !self.rest.is_empty() {
            if self.rest.starts_with(comment_start) {
                self.copy_past(comment_end);
            } else if self.rest.starts_with(variable_start) {
                self.copy(variable_start.len());
                self.tuple_in_tag(variable_end, escapes == Escapes::Everywhere, |_| Some(0));
            } else if self.rest.starts_with(block_start) {
                self.copy(block_start.len());
                if self.rest.trim_start_matches(['-', '+', ' ']).starts_with("raw") {
                    self.copy_past("endraw");
                }
                self.tuple_in_tag(block_end, true, iterated);
            } else {
                self.copy(self.rest.chars().next().map_or(1, char::len_utf8));
            }
        }
    }

    fn copy(&mut self, length: usize) {
        let (head, tail) = self.rest.split_at(length);
        self.out.push_str(head);
        self.rest = tail;
    }

    fn copy_past(&mut self, end: &str) {
        let length = self.rest.find(end).map_or(self.rest.len(), |i| i + end.len());
        self.copy(length);
    }

    /// Copies a tag; a tuple without brackets gets some, from where `begins` says that a tuple may begin.
    fn tuple_in_tag(&mut self, end: &str, escapes: bool, begins: fn(&str) -> Option<usize>) {
        let start = self.out.len();
        let comma = self.tag(end, escapes);
        let Some(content) = self.out[start..].strip_suffix(end) else { return };
        let content = content.trim_end_matches(['-', '+']);
        let first = content.len() - content.trim_start_matches(['-', '+']).len();
        if let (Some(comma), Some(from)) = (comma, begins(content))
            && comma > start + from
        {
            self.out.insert(start + content.len(), ')');
            self.out.insert(start + from.max(first), '(');
        }
    }

    /// Copies up to and with `end`, outside of brackets and literals, and says where the last comma there is.
    fn tag(&mut self, end: &str, escapes: bool) -> Option<usize> {
        let mut depth = 0usize;
        let mut comma = None;
        let start = self.out.len();
        while let Some(c) = self.rest.chars().next() {
            match c {
                _ if depth == 0 && !end.is_empty() && self.rest.starts_with(end) => {
                    self.copy(end.len());
                    return comma;
                }
                ',' if depth == 0 => comma = Some(self.out.len()),
                '\'' | '"' => {
                    self.literal(c, escapes);
                    continue;
                }
                '+' if is_sign(&self.out[start..]) => {
                    self.out.push(' ');
                    self.rest = &self.rest[1..];
                    continue;
                }
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.copy(c.len_utf8());
        }
        comma
    }

    fn literal(&mut self, quote: char, escapes: bool) {
        let Some(length) = literal_length(&self.rest[1..], quote) else {
            return self.copy(self.rest.len());
        };
        let content = &self.rest[1..=length];
        let content = if escapes { unescape(content) } else { content.to_string() };
        self.out.push(quote);
        for c in content.chars() {
            if c == '\\' || c == quote {
                self.out.push('\\');
            }
            self.out.push(c);
        }
        self.out.push(quote);
        self.rest = &self.rest[length + 2..];
    }
}

/// Where the list of a `for` begins that has no condition.
fn iterated(tag: &str) -> Option<usize> {
    let words = tag.trim_start_matches(['-', '+', ' ']);
    let at = tag.find(" in ")? + " in ".len();
    (words.starts_with("for ") && ![" if ", " recursive"].iter().any(|word| tag[at..].contains(word))).then_some(at)
}

/// Words after which an operand comes.
const BEFORE_OPERANDS: [&str; 9] = ["and", "elif", "else", "if", "in", "is", "not", "or", "until"];

/// Whether a `+` behind `before`, in the same tag, is a sign: an operand comes before a plus that adds. A `+` that
/// touches the delimiter controls white space.
fn is_sign(before: &str) -> bool {
    let code = before.trim_end();
    match code.chars().next_back() {
        None => !before.is_empty(),
        Some(c) if c.is_alphanumeric() || c == '_' => {
            let word = code.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
            BEFORE_OPERANDS.contains(&word)
        }
        Some(c) => !matches!(c, ')' | ']' | '}' | '\'' | '"'),
    }
}

/// The length of a literal's content up to its closing quote.
fn literal_length(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (i, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return Some(i),
            _ => {}
        }
    }
    None
}

/// Python's escapes; a backslash before any other character stands for itself.
fn unescape(content: &str) -> String {
    let mut out = String::with_capacity(content.len());
    let mut rest = content.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match rest.next() {
            Some('\n') => {}
            Some('a') => out.push('\u{7}'),
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('v') => out.push('\u{b}'),
            Some(c @ ('\\' | '\'' | '"')) => out.push(c),
            Some(c @ ('x' | 'u' | 'U')) => hexadecimal(c, &mut rest, &mut out),
            Some(c @ '0'..='7') => octal(c, &mut rest, &mut out),
            Some(c) => out.extend(['\\', c]),
            None => out.push('\\'),
        }
    }
    out
}

fn hexadecimal(kind: char, rest: &mut std::str::Chars, out: &mut String) {
    let length = match kind {
        'x' => 2,
        'u' => 4,
        _ => 8,
    };
    let digits = rest.as_str().get(..length);
    match digits.and_then(|d| u32::from_str_radix(d, 16).ok()).and_then(char::from_u32) {
        Some(c) => {
            out.push(c);
            rest.nth(length - 1);
        }
        None => out.extend(['\\', kind]),
    }
}

fn octal(first: char, rest: &mut std::str::Chars, out: &mut String) {
    let mut value = first.to_digit(8).unwrap_or(0);
    for _ in 0..2 {
        let Some(digit) = rest.as_str().chars().next().and_then(|c| c.to_digit(8)) else { break };
        value = value * 8 + digit;
        rest.next();
    }
    out.extend(char::from_u32(value));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_of_a_yaml_string_keep_their_backslashes() {
        let syntax = SyntaxConfig::default();
        let text = r#"{{ "a\nb" }} \d {% set x = "a\tb" %}{# '\ #}{{ 'it\'s' }}"#;
        let normal = normalise(text, &syntax, Escapes::OnlyInBlocks);
        assert_eq!(normal, "{{ \"a\\\\nb\" }} \\d {% set x = \"a\tb\" %}{# '\\ #}{{ 'it\\\\\\'s' }}");
    }

    #[test]
    fn a_plus_without_a_left_operand_is_dropped() {
        for (text, normal) in [
            ("{{ +1 }}", "{{  1 }}"),
            ("{{ 1 + +2 }}", "{{ 1 +  2 }}"),
            ("{{ x+1 }} + {{ f(+1) + 'a+' + [1] + y }}", "{{ x+1 }} + {{ f( 1) + 'a+' + [1] + y }}"),
            ("{%+ if +x %}{% endif +%}", "{%+ if  x %}{% endif +%}"),
        ] {
            assert_eq!(normalise(text, &SyntaxConfig::default(), Escapes::Everywhere), normal);
        }
        assert_eq!(normalise_expression("x == +1"), "x ==  1");
    }

    #[test]
    fn bare_tuples_get_brackets() {
        for (text, normal) in [
            ("{{ 1, 2 }}", "{{( 1, 2 )}}"),
            ("{{- f(1, 2), [3, 4] -}}", "{{-( f(1, 2), [3, 4] )-}}"),
            ("{{ f(1, 2) }}, {{ ',' }}", "{{ f(1, 2) }}, {{ ',' }}"),
            ("{% for x, y in 1, 2 -%}", "{% for x, y in (1, 2 )-%}"),
            ("{% for x, y in z %}", "{% for x, y in z %}"),
            ("{% set x = 1, 2 %}", "{% set x = 1, 2 %}"),
        ] {
            assert_eq!(normalise(text, &SyntaxConfig::default(), Escapes::Everywhere), normal);
        }
    }

    #[test]
    fn escapes_are_pythons() {
        assert_eq!(unescape(r"\d\x41\u00e9\101\/\q\\"), "\\dA\u{e9}A\\/\\q\\");
    }
}
