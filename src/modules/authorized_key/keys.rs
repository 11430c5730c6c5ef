//! The lines of an authorized keys file.

/// The kinds of keys that OpenSSH knows; the certificates among them add `-cert-v01@openssh.com`.
const KINDS: [&str; 12] = [
    "ssh-ed25519",
    "ssh-rsa",
    "ssh-dss",
    "rsa-sha2-256",
    "rsa-sha2-512",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
    "webauthn-sk-ecdsa-sha2-nistp256@openssh.com",
    "ssh-xmss@openssh.com",
];

/// One key with what goes with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    options: Vec<String>,
    kind: String,
    key: String,
    comment: String,
}

impl Key {
    /// Reads a line; `None` when it holds no key.
    pub fn parse(line: &str) -> Option<Key> {
        let line = line.replace("\\#", "#");
        let words: Vec<&str> = line.split_whitespace().collect();
        let at = words.iter().position(|word| is_kind(word)).filter(|_| !line.trim_start().starts_with('#'))?;
        let [kind, key, comment @ ..] = &words[at..] else { return None };
        Some(Key { options: options(&words[..at].join(" ")), kind: kind.to_string(), key: key.to_string(), comment: comment.join(" ") })
    }

    /// The key with other options and another comment, where they are given.
    pub fn with(mut self, given: Option<&str>, comment: Option<&str>) -> Key {
        if let Some(given) = given {
            self.options = options(given);
        }
        if let Some(comment) = comment {
            self.comment = comment.to_string();
        }
        self
    }

    fn line(&self) -> String {
        let parts = [&self.options.join(","), &self.kind, &self.key, &self.comment];
        parts.into_iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" ")
    }

    /// Whether both are the same in all; the order of options makes no difference.
    fn same(&self, other: &Key) -> bool {
        let sorted = |key: &Key| {
            let mut options = key.options.clone();
            options.sort();
            options
        };
        sorted(self) == sorted(other) && (&self.kind, &self.key, &self.comment) == (&other.kind, &other.key, &other.comment)
    }
}

fn is_kind(word: &str) -> bool {
    let plain = match word.strip_suffix("-cert-v01@openssh.com") {
        Some(plain) if KINDS.contains(&plain) => return true,
        Some(plain) => return KINDS.contains(&format!("{plain}@openssh.com").as_str()),
        None => word,
    };
    KINDS.contains(&plain)
}

/// The options of a key: separated by commas, of which those in quotes do not count.
fn options(text: &str) -> Vec<String> {
    let (mut found, mut current, mut quote) = (Vec::new(), String::new(), None);
    for c in text.chars() {
        match (c, quote) {
            (',', None) => found.push(std::mem::take(&mut current)),
            (c, Some(open)) if c == open => {
                quote = None;
                current.push(c);
            }
            ('"' | '\'', None) => {
                quote = Some(c);
                current.push(c);
            }
            _ => current.push(c),
        }
    }
    found.push(current);
    found.retain(|option| !option.is_empty());
    found
}

/// A file's lines in their order; those without a key stay as they are.
pub struct Keys<'t> {
    text: &'t str,
    lines: Vec<(String, Option<Key>)>,
    changed: bool,
}

impl<'t> Keys<'t> {
    /// Reads a file.
    pub fn parse(text: &'t str) -> Keys<'t> {
        Keys { text, lines: text.lines().map(|line| (line.to_string(), Key::parse(line))).collect(), changed: false }
    }

    /// Puts the key in, in place of one that differs only in what goes with it.
    pub fn put(&mut self, key: Key) {
        if self.lines.iter().any(|(_, known)| known.as_ref().is_some_and(|known| known.same(&key))) {
            return;
        }
        self.remove(&key);
        self.lines.push((key.line(), Some(key)));
        self.changed = true;
    }

    /// Takes the key out, whatever goes with it.
    pub fn remove(&mut self, key: &Key) {
        self.retain(|known| known.is_none_or(|known| known.key != key.key));
    }

    /// Takes out every line that is none of `keys`.
    pub fn keep_only(&mut self, keys: &[Key]) {
        self.retain(|known| known.is_some_and(|known| keys.iter().any(|key| key.key == known.key)));
    }

    fn retain(&mut self, stays: impl Fn(Option<&Key>) -> bool) {
        let before = self.lines.len();
        self.lines.retain(|(_, key)| stays(key.as_ref()));
        self.changed |= self.lines.len() != before;
    }

    /// The file's text.
    pub fn text(&self) -> String {
        if !self.changed {
            return self.text.to_string();
        }
        self.lines.iter().flat_map(|(line, _)| [line.as_str(), "\n"]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(line: &str) -> Key {
        Key::parse(line).unwrap_or_else(|| Key { options: Vec::new(), kind: String::new(), key: String::new(), comment: String::new() })
    }

    const TEXT: &str = "# mine\nssh-rsa AAA a@b\nno-pty,command=\"a, b\" ssh-ed25519 BBB c d\nnonsense";

    #[test]
    fn reads_keys() {
        let full = key("from=\"a,b\",no-pty ssh-ed25519-cert-v01@openssh.com AAA me at home");
        assert_eq!((full.options.len(), full.kind.as_str(), full.comment.as_str()), (2, "ssh-ed25519-cert-v01@openssh.com", "me at home"));
        assert_eq!(full.with(Some("no-pty"), Some("x")).line(), "no-pty ssh-ed25519-cert-v01@openssh.com AAA x");
        for line in ["# ssh-rsa AAA", "ssh-rsa", "", "hello there", "ssh-foo-cert-v01@openssh.com AAA"] {
            assert!(Key::parse(line).is_none(), "{line}");
        }
        assert!(is_kind("sk-ssh-ed25519-cert-v01@openssh.com"));
    }

    #[test]
    fn puts_and_takes() {
        let edit = |act: &dyn Fn(&mut Keys)| {
            let mut keys = Keys::parse(TEXT);
            act(&mut keys);
            keys.text()
        };
        assert_eq!(edit(&|keys| keys.put(key("ssh-rsa AAA a@b"))), TEXT);
        assert_eq!(edit(&|keys| keys.put(key("command=\"a, b\",no-pty ssh-ed25519 BBB c d"))), TEXT);
        assert!(edit(&|keys| keys.put(key("ssh-rsa AAA new"))).ends_with("nonsense\nssh-rsa AAA new\n"));
        assert_eq!(edit(&|keys| keys.remove(&key("ssh-rsa CCC"))), TEXT);
        assert!(!edit(&|keys| keys.remove(&key("ssh-rsa AAA other"))).contains("AAA"));
        assert_eq!(edit(&|keys| keys.keep_only(&[key("ssh-rsa AAA")])), "ssh-rsa AAA a@b\n");
    }
}
