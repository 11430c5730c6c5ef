//! The passwords that open vaults, each under a label.

use std::fmt;
use std::sync::Arc;

use super::{Password, cipher, envelope};
use crate::language::Diagnostic;
use crate::language::secret::Register;

/// The label of a password that was given none.
const DEFAULT: &str = "default";

/// Labelled vault passwords. They cannot be printed; a clone shares them.
#[derive(Default, Clone)]
pub struct Secrets {
    passwords: Vec<(Arc<str>, Arc<Password>)>,
    register: Register,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.passwords.iter().map(|(label, _)| label)).finish()
    }
}

impl Secrets {
    /// Adds `password` under `label` (`default` when there is none).
    pub fn add(&mut self, label: Option<&str>, password: Password) {
        self.passwords.push((label.unwrap_or(DEFAULT).into(), Arc::new(password)));
    }

    /// Where secrets are told that must not be shown, what vaults hold among them.
    pub fn register(&self) -> &Register {
        &self.register
    }

    /// Whether there is no password at all.
    pub fn is_empty(&self) -> bool {
        self.passwords.is_empty()
    }

    /// What `text` holds, opened with the password its label names, or else the first that fits.
    pub fn decrypt(&self, text: &str) -> Result<Vec<u8>, Diagnostic> {
        if self.is_empty() {
            return Err(Diagnostic::new("the text is encrypted and no vault password was given")
                .hint("give one with --vault-password-file or --ask-vault-pass"));
        }
        let envelope = envelope::parse(text)?;
        let (named, others): (Vec<_>, Vec<_>) = self.passwords.iter().partition(|(label, _)| Some(label.as_ref()) == envelope.label);
        for (_, password) in named.into_iter().chain(others) {
            if let Some(plain) = cipher::open(&envelope.sealed, password)? {
                return Ok(plain);
            }
        }
        let label = envelope.label.map(|label| format!(" (its label is {label})")).unwrap_or_default();
        Err(Diagnostic::new(format!("none of the vault passwords opens the encrypted text{label}")))
    }

    /// As [`Secrets::decrypt`], for content that is text.
    pub fn decrypt_text(&self, text: &str) -> Result<String, Diagnostic> {
        String::from_utf8(self.decrypt(text)?).map_err(|_| Diagnostic::new("the decrypted content is not UTF-8"))
    }

    /// The envelope of `plain`, sealed with the password `label`, or with the first one.
    pub fn encrypt(&self, plain: &[u8], label: Option<&str>) -> Result<String, Diagnostic> {
        let wanted = |name: &Arc<str>| label.is_none_or(|label| **name == *label);
        let found = self.passwords.iter().find(|(name, _)| wanted(name));
        let (name, password) = found.ok_or_else(|| match label {
            Some(label) => Diagnostic::new(format!("there is no vault password with the label {label}")),
            None => Diagnostic::new("no vault password was given"),
        })?;
        let shown = (**name != *DEFAULT).then_some(&**name);
        Ok(envelope::format(&cipher::seal(plain, password)?, shown))
    }
}
