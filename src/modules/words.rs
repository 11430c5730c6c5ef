//! A command line as words, the way `command` reads it: shell quoting, `~` and `$NAME`, nothing else of a shell.

use std::collections::BTreeMap;

use super::accounts::passwd;

/// Splits `line` by the rules of Python's `shlex.split`; the error says what was left open.
pub fn split(line: &str) -> Result<Vec<String>, &'static str> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            ' ' | '\t' | '\r' | '\n' => words.extend(word.take()),
            '\'' => single_quoted(&mut chars, word.get_or_insert_default())?,
            '"' => double_quoted(&mut chars, word.get_or_insert_default())?,
            '\\' => word.get_or_insert_default().push(chars.next().ok_or("No escaped character")?),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

fn single_quoted(chars: &mut std::str::Chars, word: &mut String) -> Result<(), &'static str> {
    loop {
        match chars.next().ok_or("No closing quotation")? {
            '\'' => return Ok(()),
            c => word.push(c),
        }
    }
}

/// Within double quotes a backslash escapes only `"` and itself.
fn double_quoted(chars: &mut std::str::Chars, word: &mut String) -> Result<(), &'static str> {
    loop {
        match chars.next().ok_or("No closing quotation")? {
            '"' => return Ok(()),
            '\\' => match chars.next().ok_or("No closing quotation")? {
                c @ ('"' | '\\') => word.push(c),
                c => word.extend(['\\', c]),
            },
            c => word.push(c),
        }
    }
}

/// Expands `$NAME`, `${NAME}` and a leading `~` or `~user`; what is not known stays as it is.
/// `task` is the task's environment, which wins over the agent's own.
pub fn expand(word: &str, task: &BTreeMap<String, String>) -> String {
    let variable = |name: &str| task.get(name).cloned().or_else(|| std::env::var(name).ok());
    home(&variables(word, &variable), &variable)
}

fn variables(word: &str, variable: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (whole, name) = reference(rest);
        match (!name.is_empty()).then(|| variable(name)).flatten() {
            Some(value) => out.push_str(&value),
            None => out.push_str(&rest[..whole]),
        }
        rest = &rest[whole..];
    }
    out + rest
}

/// The length of the reference that `text`, which starts with `$`, begins with, and the name it holds.
fn reference(text: &str) -> (usize, &str) {
    if let Some(braced) = text.strip_prefix("${") {
        return braced.find('}').map_or((1, ""), |end| (end + 3, &braced[..end]));
    }
    let name = &text[1..];
    let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(name.len());
    (end + 1, &name[..end])
}

fn home(word: &str, variable: &dyn Fn(&str) -> Option<String>) -> String {
    let Some(tail) = word.strip_prefix('~') else { return word.to_string() };
    let (user, path) = tail.split_at(tail.find('/').unwrap_or(tail.len()));
    let home = match user {
        "" => variable("HOME").or_else(|| passwd::by_uid(rustix::process::getuid().as_raw()).map(|u| u.home)),
        name => passwd::by_name(name).map(|u| u.home),
    };
    match home {
        Some(home) => format!("{}{path}", home.trim_end_matches('/')),
        None => word.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_as_a_shell_quotes() {
        let words = |line| split(line).unwrap_or_default();
        assert_eq!(words(r#"echo a=b c='d e' "f g""#), ["echo", "a=b", "c=d e", "f g"]);
        assert_eq!(words(r#"a\ b "c\nd" "e\"f" '' #x"#), ["a b", r"c\nd", "e\"f", "", "#x"]);
        assert_eq!(words(" one\n two\t"), ["one", "two"]);
    }

    #[test]
    fn says_what_was_left_open() {
        assert_eq!(split("echo \"x"), Err("No closing quotation"));
        assert_eq!(split("echo x\\"), Err("No escaped character"));
    }

    #[test]
    fn expands_what_is_known() {
        let env = BTreeMap::from([("FOO".to_string(), "v".to_string()), ("HOME".to_string(), "/h/".to_string())]);
        let cases = [
            ("$FOO/${FOO}x", "v/vx"),
            ("$NOPE_X ${NOPE_X} $", "$NOPE_X ${NOPE_X} $"),
            ("~/x", "/h/x"),
            ("a~", "a~"),
            ("${", "${"),
            ("~no such/x", "~no such/x"),
        ];
        for (word, expanded) in cases {
            assert_eq!(expand(word, &env), expanded);
        }
    }
}
