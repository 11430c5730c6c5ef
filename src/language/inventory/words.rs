//! A line in words, as a POSIX shell would split it; an unquoted `#` ends it, even within a word.

use crate::language::Diagnostic;

/// The words of `line`.
pub(super) fn split(line: &str) -> Result<Vec<String>, Diagnostic> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            '#' => break,
            '\'' => single(&mut chars, word.get_or_insert_default())?,
            '"' => double(&mut chars, word.get_or_insert_default())?,
            '\\' => word.get_or_insert_default().push(chars.next().ok_or_else(|| open("backslash"))?),
            c if c.is_whitespace() => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

fn single(chars: &mut std::str::Chars<'_>, word: &mut String) -> Result<(), Diagnostic> {
    loop {
        match chars.next().ok_or_else(|| open("single quote"))? {
            '\'' => return Ok(()),
            c => word.push(c),
        }
    }
}

fn double(chars: &mut std::str::Chars<'_>, word: &mut String) -> Result<(), Diagnostic> {
    loop {
        match chars.next().ok_or_else(|| open("double quote"))? {
            '"' => return Ok(()),
            '\\' => match chars.next().ok_or_else(|| open("double quote"))? {
                c @ ('"' | '\\') => word.push(c),
                c => word.extend(['\\', c]),
            },
            c => word.push(c),
        }
    }
}

fn open(what: &str) -> Diagnostic {
    Diagnostic::new(format!("a {what} is not closed on this line"))
}
