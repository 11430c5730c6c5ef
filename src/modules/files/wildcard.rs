//! Wildcards for names, as Python's `fnmatch` reads them: nothing is special but `*`, `?` and `[…]`, and nothing is an error.

use fancy_regex::{Regex, escape};

use crate::modules::Failure;

/// Compiles a wildcard for whole names.
pub fn compile(wildcard: &str) -> Result<Regex, Failure> {
    let mut out = String::from(r"(?s)\A");
    let mut rest = wildcard;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '*' => out.push_str(".*"),
            '?' => out.push('.'),
            '[' => rest = class(rest, &mut out),
            c => out.push_str(&escape(c.encode_utf8(&mut [0; 4]))),
        }
    }
    out.push_str(r"\z");
    Regex::new(&out).map_err(|e| Failure::new(format!("the pattern {wildcard:?} cannot be read: {e}")))
}

/// Writes the class that begins here; gives what comes after it. A bracket that is never closed means itself.
fn class<'t>(rest: &'t str, out: &mut String) -> &'t str {
    let negated = rest.starts_with('!');
    let body = &rest[usize::from(negated)..];
    let first = usize::from(body.starts_with(']'));
    let Some(end) = body[first..].find(']').map(|at| at + first) else {
        out.push_str(r"\[");
        return rest;
    };
    out.push_str(if negated { "[^" } else { "[" });
    for c in body[..end].chars() {
        if matches!(c, '\\' | '[' | ']' | '^' | '&' | '~') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push(']');
    &body[end + 1..]
}

#[cfg(test)]
mod tests {
    use super::compile;

    #[test]
    fn wildcards_match_whole_names() {
        let rows = [
            ("*.log", "a.log", true),
            ("*.log", "a.log.gz", false),
            ("a?c", "abc", true),
            ("[!a-c]*", "dx", true),
            ("[!a-c]*", "ax", false),
            ("[]x]", "]", true),
            ("[x", "[x", true),
            ("a**b", "a/b", true),
            ("a.b+", "a.b+", true),
            ("a.b", "axb", false),
        ];
        for (wildcard, name, fits) in rows {
            assert_eq!(compile(wildcard).ok().and_then(|regex| regex.is_match(name).ok()), Some(fits), "{wildcard} {name}");
        }
    }
}
