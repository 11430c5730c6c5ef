//! `k=v` arguments and free text on a module's line.

use std::sync::Arc;

/// Modules whose line is free text from which known options are taken out.
pub const FREE_FORM: &[&str] = &["command", "shell", "raw", "script"];

/// Modules that take a lone word as `_raw_params`.
pub const RAW_PARAMS: &[&str] =
    &["include_vars", "include_tasks", "import_tasks", "include_role", "import_role", "add_host", "group_by", "set_fact", "meta"];

/// The options that are taken out of free text.
const OPTIONS: &[&str] = &["creates", "removes", "chdir", "executable", "warn", "stdin", "stdin_add_newline", "strip_empty_ends"];

/// The text of a module's line, taken apart.
#[derive(Debug, Default, PartialEq)]
pub struct Line {
    /// `k=v` pairs; values are unquoted.
    pub options: Vec<(Arc<str>, String)>,
    /// What is left.
    pub rest: String,
}

/// Takes a line of free text apart: only known options are taken, the rest keeps its spelling.
pub fn free_text(text: &str) -> Result<Line, String> {
    let mut line = Line::default();
    for word in words(text)? {
        match option(&word.text).filter(|(key, _)| OPTIONS.contains(key)) {
            Some((key, value)) => line.options.push((key.into(), unquote(value))),
            None => {
                if !line.rest.is_empty() {
                    line.rest.push_str(&word.gap);
                }
                line.rest.push_str(&word.text.replacen("\\=", "=", 1));
            }
        }
    }
    // A block of text keeps the line break it ends with.
    if text.ends_with('\n') && !line.rest.is_empty() {
        line.rest.push('\n');
    }
    Ok(line)
}

/// Takes a line of `k=v` pairs apart; words without `=` are left in `rest`.
pub fn pairs(text: &str) -> Result<Line, String> {
    let mut line = Line::default();
    for word in words(text)? {
        match option(&word.text) {
            Some((key, value)) => line.options.push((key.into(), unescape(&unquote(value)))),
            None => {
                if !line.rest.is_empty() {
                    line.rest.push(' ');
                }
                line.rest.push_str(&unquote(&word.text));
            }
        }
    }
    Ok(line)
}

fn option(word: &str) -> Option<(&str, &str)> {
    let (key, value) = word.split_once('=')?;
    let plain = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    plain.then_some((key, value))
}

/// A word and the white space before it.
struct Word {
    gap: String,
    text: String,
}

/// Splits at white space outside quotes and outside `{{ }}`, `{% %}`, `{# #}`.
fn words(text: &str) -> Result<Vec<Word>, String> {
    let mut words = Vec::new();
    let (mut gap, mut word) = (String::new(), String::new());
    let (mut quote, mut depth) = (None, 0usize);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        if quote.is_none() && depth == 0 && c.is_whitespace() {
            if !word.is_empty() {
                words.push(Word { gap: std::mem::take(&mut gap), text: std::mem::take(&mut word) });
            }
            gap.push(c);
            continue;
        }
        word.push(c);
        match (c, quote) {
            ('\\', _) if depth == 0 => word.extend(chars.next()),
            ('{', _) if matches!(next, Some('{' | '%' | '#')) => {
                depth += 1;
                word.extend(chars.next());
            }
            ('}' | '%' | '#', _) if depth > 0 && next == Some('}') => {
                depth -= 1;
                word.extend(chars.next());
            }
            ('"' | '\'', None) if depth == 0 => quote = Some(c),
            (_, Some(open)) if c == open && depth == 0 => quote = None,
            _ => {}
        }
    }
    if quote.is_some() || depth > 0 {
        return Err("failed at splitting arguments, either an unbalanced jinja2 block or quotes".into());
    }
    if !word.is_empty() {
        words.push(Word { gap, text: word });
    }
    Ok(words)
}

fn unquote(text: &str) -> String {
    let quoted = |q: char| text.len() >= 2 && text.starts_with(q) && text.ends_with(q);
    if quoted('"') || quoted('\'') { text[1..text.len() - 1].to_string() } else { text.to_string() }
}

fn unescape(text: &str) -> String {
    text.replace("\\n", "\n").replace("\\t", "\t")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_leave_free_text_alone() {
        let line = free_text("echo foo creates=/nope bar").unwrap();
        assert_eq!(line.rest, "echo foo bar");
        assert_eq!(line.options, [("creates".into(), "/nope".to_string())]);
        assert_eq!(free_text("echo a=b c='d e' \"f g\"").unwrap().rest, "echo a=b c='d e' \"f g\"");
        assert_eq!(free_text("echo 'creates=/etc/passwd' x").unwrap().options, []);
    }

    #[test]
    fn pairs_are_unquoted_and_templates_kept_whole() {
        let line = pairs("msg=\"a b\" x={{ y | default('z w') }} word").unwrap();
        assert_eq!(line.options, [("msg".into(), "a b".to_string()), ("x".into(), "{{ y | default('z w') }}".to_string())]);
        assert_eq!(line.rest, "word");
    }

    #[test]
    fn unbalanced_quotes_are_an_error() {
        assert!(free_text("echo \"unbalanced").is_err());
    }
}
