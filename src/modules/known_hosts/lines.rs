//! The lines of a file of known hosts.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use crate::modules::Failure;

/// How a hashed name begins.
const HASHED: &str = "|1|";

/// A line that says by which key some hosts are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<'t> {
    /// `@cert-authority` or `@revoked`, where there is one.
    marker: Option<&'t str>,
    /// The hosts, by name or hashed.
    pub hosts: &'t str,
    kind: &'t str,
    key: &'t str,
}

impl<'t> Entry<'t> {
    /// Reads a line; comments and what else is no entry give `None`.
    pub fn parse(line: &'t str) -> Option<Entry<'t>> {
        let mut words = line.split_whitespace().peekable();
        let marker = words.next_if(|word| word.starts_with('@'));
        let hosts = words.next().filter(|hosts| !hosts.starts_with('#'))?;
        Some(Entry { marker, hosts, kind: words.next()?, key: words.next()? })
    }

    /// The entry that a task gives.
    pub fn given(text: &'t str) -> Result<Entry<'t>, Failure> {
        let mut entries = text.lines().filter_map(Entry::parse);
        match (entries.next(), entries.next()) {
            (Some(entry), None) if STANDARD.decode(entry.key).is_ok() => Ok(entry),
            (Some(_), None) => Err("the key is not base64".into()),
            (Some(_), Some(_)) => Err("several keys were given; one task knows one key".into()),
            (None, _) => Err("the key must be a line of a name, the kind of the key and the key".into()),
        }
    }

    /// Whether `name` is one of its hosts.
    pub fn names(&self, name: &str) -> bool {
        match self.hosts.strip_prefix(HASHED).and_then(|rest| rest.split_once('|')) {
            Some((salt, hash)) => STANDARD.decode(salt).ok().and_then(|salt| digest(&salt, name)).as_deref() == Some(hash),
            None => self.hosts.split(',').any(|host| host.eq_ignore_ascii_case(name)),
        }
    }

    fn same_key(&self, other: &Entry) -> bool {
        (self.marker, self.kind, self.key) == (other.marker, other.kind, other.key)
    }

    fn line(&self, hosts: &str) -> String {
        let marker = self.marker.map(|marker| format!("{marker} ")).unwrap_or_default();
        format!("{marker}{hosts} {} {}\n", self.kind, self.key)
    }
}

/// `text` with the entry for `name`, in place of one with a key of its kind.
pub fn set(text: &str, name: &str, entry: &Entry, hash: bool) -> String {
    let fine = |line: &str| {
        rival(line, name, entry)
            .is_some_and(|e| e.same_key(entry) && e.hosts.starts_with(HASHED) == (hash || entry.hosts.starts_with(HASHED)))
    };
    if text.lines().any(fine) && !text.lines().any(|line| rival(line, name, entry).is_some_and(|e| !e.same_key(entry))) {
        return text.to_string();
    }
    let hosts = if hash && !entry.hosts.starts_with(HASHED) { hashed(name) } else { entry.hosts.to_string() };
    let mut new = Some(entry.line(&hosts));
    let mut after = String::new();
    for line in text.split_inclusive('\n') {
        match rival(line, name, entry) {
            Some(_) => after.extend(new.take()),
            None => after.push_str(line),
        }
    }
    if new.is_some() && !after.is_empty() && !after.ends_with('\n') {
        after.push('\n');
    }
    after.extend(new);
    after
}

/// The entry on a line when it gives `name` a key of the same kind.
fn rival<'l>(line: &'l str, name: &str, entry: &Entry) -> Option<Entry<'l>> {
    Entry::parse(line).filter(|other| other.names(name) && (other.marker, other.kind) == (entry.marker, entry.kind))
}

/// `text` without the entries for `name`, those with the key of `entry` alone when one is given.
pub fn remove(text: &str, name: &str, entry: Option<&Entry>) -> String {
    let goes = |line: &str| Entry::parse(line).is_some_and(|e| e.names(name) && entry.is_none_or(|entry| e.same_key(entry)));
    text.split_inclusive('\n').filter(|line| !goes(line)).collect()
}

fn hashed(name: &str) -> String {
    let salt: [u8; 20] = rand::random();
    format!("{HASHED}{}|{}", STANDARD.encode(salt), digest(&salt, name).unwrap_or_default())
}

fn digest(salt: &[u8], name: &str) -> Option<String> {
    let mut mac = Hmac::<Sha1>::new_from_slice(salt).ok()?;
    mac.update(name.as_bytes());
    Some(STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `ssh-keygen -H` wrote this for `example.org`.
    const HASH: &str = "|1|OzxfzNgIyyJ3G1wPQNb8W7C4YA8=|yVlYKILFZjjAAQwKiZb1ktuJ6Oc=";
    const TEXT: &str = "# ours\na.org,b.org ssh-ed25519 AAAA\nb.org ssh-rsa BBBB\n";

    fn entry(text: &str) -> Entry<'_> {
        Entry::parse(text).unwrap_or(Entry { marker: None, hosts: "", kind: "", key: "" })
    }

    #[test]
    fn knows_hashed_names() {
        assert!(entry(&format!("{HASH} ssh-rsa AAAA")).names("example.org"));
        assert!(!entry(&format!("{HASH} ssh-rsa AAAA")).names("example.com"));
        assert!(entry(&format!("{} ssh-rsa AAAA", hashed("[h]:22"))).names("[h]:22"));
    }

    #[test]
    fn sets_one_key_a_kind() {
        assert_eq!(set(TEXT, "b.org", &entry("b.org ssh-rsa BBBB"), false), TEXT);
        assert_eq!(set(TEXT, "b.org", &entry("b.org ssh-rsa CCCC"), false), TEXT.replace("BBBB", "CCCC"));
        assert_eq!(set(TEXT, "c.org", &entry("c.org ssh-rsa CCCC x"), false), format!("{TEXT}c.org ssh-rsa CCCC\n"));
        let after = set(TEXT, "b.org", &entry("b.org ssh-rsa BBBB"), true);
        assert!(after.contains("|1|") && set(&after, "b.org", &entry("b.org ssh-rsa BBBB"), true) == after, "{after}");
    }

    #[test]
    fn removes_keys() {
        assert_eq!(remove(TEXT, "b.org", None), "# ours\n");
        assert_eq!(remove(TEXT, "b.org", Some(&entry("b.org ssh-rsa BBBB"))), "# ours\na.org,b.org ssh-ed25519 AAAA\n");
        assert_eq!(remove(TEXT, "c.org", None), TEXT);
    }
}
