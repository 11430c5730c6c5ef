//! Regular expressions as Python's `re` reads them.

use fancy_regex::{Captures, Regex};

use crate::modules::Failure;

/// Compiles a pattern; `flags` go in front, as `(?m)` does.
pub fn compile(pattern: &str, flags: &str) -> Result<Regex, Failure> {
    let text = format!("{flags}{}", translate(pattern));
    Regex::new(&text).map_err(|e| Failure::new(format!("the regular expression {pattern:?} cannot be read: {e}")))
}

/// Whether the pattern matches anywhere in `text`.
pub fn matches(pattern: &Regex, text: &str) -> Result<bool, Failure> {
    pattern.is_match(text).map_err(|e| Failure::new(format!("the regular expression {} failed: {e}", pattern.as_str())))
}

/// What Python takes literally where this engine would read more into it is escaped.
fn translate(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut class_start = None;
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        let tail = &rest[c.len_utf8()..];
        match c {
            '\\' => {
                let next = tail.chars().next();
                out.push('\\');
                out.extend(if next == Some('Z') { Some('z') } else { next });
                rest = &tail[next.map_or(0, char::len_utf8)..];
                continue;
            }
            '[' if class_start.is_none() => {
                out.push('[');
                rest = tail.strip_prefix('^').inspect(|_| out.push('^')).unwrap_or(tail);
                class_start = Some(rest.len());
                continue;
            }
            ']' if class_start == Some(rest.len()) => out.push_str("\\]"),
            ']' => {
                class_start = None;
                out.push(']');
            }
            '[' | '&' | '~' if class_start.is_some() => out.extend(['\\', c]),
            '{' if class_start.is_none() && !counts(tail) => out.push_str("\\{"),
            c => out.push(c),
        }
        rest = tail;
    }
    out
}

/// Whether what follows a `{` makes it a repetition: `3}`, `3,}`, `,3}`, `1,3}`.
fn counts(tail: &str) -> bool {
    tail.split_once('}').is_some_and(|(inner, _)| {
        inner.contains(|c: char| c.is_ascii_digit())
            && inner.chars().all(|c| c.is_ascii_digit() || c == ',')
            && inner.matches(',').count() < 2
    })
}

/// Fills `\1`, `\g<name>` and escapes such as `\n` in a replacement.
pub fn expand(template: &str, captures: &Captures<str>) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        rest = escape(after, captures, &mut out);
    }
    out + rest
}

/// Writes what an escape stands for; gives what comes after it.
fn escape<'t>(after: &'t str, captures: &Captures<str>, out: &mut String) -> &'t str {
    const CONTROLS: [(char, char); 7] = [('n', '\n'), ('t', '\t'), ('r', '\r'), ('a', '\x07'), ('f', '\x0c'), ('v', '\x0b'), ('\\', '\\')];
    if let Some((name, rest)) = after.strip_prefix("g<").and_then(|tail| tail.split_once('>')) {
        let group = name.parse().map_or_else(|_| captures.name(name), |number| captures.get(number));
        out.push_str(group.map_or("", |group| group.as_str()));
        return rest;
    }
    let digits = after.bytes().take(2).take_while(u8::is_ascii_digit).count();
    if digits > 0 {
        let group = after[..digits].parse().ok().and_then(|number| captures.get(number));
        out.push_str(group.map_or("", |group| group.as_str()));
        return &after[digits..];
    }
    let Some(c) = after.chars().next() else {
        out.push('\\');
        return after;
    };
    match CONTROLS.iter().find(|(letter, _)| *letter == c) {
        Some((_, control)) => out.push(*control),
        None => out.extend(['\\', c]),
    }
    &after[c.len_utf8()..]
}

#[cfg(test)]
mod tests {
    use super::{compile, expand, matches};

    #[test]
    fn pythons_literals_stay_literal() {
        for (pattern, text) in [
            ("^a {x", "a {x"),
            ("^{{ b }}$", "{{ b }}"),
            ("[[]x[]]", "[x]"),
            ("[^]]b", "ab"),
            ("[&&~~]", "&"),
            (r"a\Z", "a"),
            ("o{2}$", "foo"),
            (r"^(?P<k>\w+)=(?!1)", "k=2"),
        ] {
            let found = compile(pattern, "").and_then(|regex| matches(&regex, text));
            assert!(found.is_ok_and(|found| found), "{pattern}");
        }
    }

    #[test]
    fn replacements_are_filled() {
        let filled = compile(r"(\w)(?P<rest>\w+)", "").ok().and_then(|regex| {
            let captures = regex.captures("hello").ok()??;
            Some(expand(r"\2-\1 \g<rest>\g<1>0\t\\ \.", &captures))
        });
        assert_eq!(filled.as_deref(), Some("ello-h elloh0\t\\ \\."));
    }
}
