//! Texts that are never shown.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

/// A password or a passphrase: its content is reached through [`Secret::reveal`] alone and never printed.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Secret(String);

impl Secret {
    /// Keeps `text`.
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    /// The text itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Secret {
        Secret(text)
    }
}

/// What stands in for a secret.
const HIDDEN: &str = "********";
/// Hiding what is shorter would hide more than the secret.
const SHORTEST: usize = 4;
/// What is found in an encrypted file counts as secret from this length on: beside passwords it holds ports and flags.
const SHORTEST_IN_FILE: usize = 8;

/// The secrets of a run, told as they become known. A clone shares them.
#[derive(Clone, Default)]
pub struct Register(Arc<RwLock<Vec<Secret>>>);

impl Register {
    /// Keeps a secret; one of several lines also line by line, as it may be shown so.
    pub fn add(&self, text: &str) {
        self.add_from(text, SHORTEST);
    }

    /// Keeps what is long enough to be a secret in `text`, which comes from an encrypted file.
    pub fn add_from_file(&self, text: &str) {
        self.add_from(text, SHORTEST_IN_FILE);
    }

    fn add_from(&self, text: &str, shortest: usize) {
        // Every task that becomes another user tells its password again.
        let known = |part: &&str| self.0.read().unwrap_or_else(PoisonError::into_inner).iter().any(|secret| secret.reveal() == *part);
        let parts = std::iter::once(text.trim()).chain(text.lines().map(str::trim));
        let new: Vec<Secret> = parts.filter(|part| part.len() >= shortest && !known(part)).map(Secret::new).collect();
        if new.is_empty() {
            return;
        }
        let mut secrets = self.0.write().unwrap_or_else(PoisonError::into_inner);
        secrets.extend(new);
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.reveal().len()));
        secrets.dedup();
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// `text` without secrets.
    pub fn hide(&self, text: &str) -> String {
        let secrets = self.0.read().unwrap_or_else(PoisonError::into_inner);
        secrets.iter().fold(text.to_string(), |text, secret| match text.contains(secret.reveal()) {
            true => text.replace(secret.reveal(), HIDDEN),
            false => text,
        })
    }
}

impl fmt::Debug for Register {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Register(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::{Register, Secret};

    #[test]
    fn hides_what_it_was_told_the_longest_first() {
        let register = Register::default();
        register.add("pass");
        register.add("password\nsecond line\n");
        register.add("abc");
        assert_eq!(register.hide("password, pass, second line, abc"), "********, ********, ********, abc");
    }

    #[test]
    fn never_shows_its_content() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret(…)");
    }
}
