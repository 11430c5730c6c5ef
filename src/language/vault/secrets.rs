//! The passwords that open vaults.

use crate::language::Diagnostic;

/// Labelled vault passwords. They cannot be printed.
#[derive(Default, Clone)]
pub struct Secrets {
}

impl Secrets {
    /// Whether there is no password at all.
    pub fn is_empty(&self) -> bool {
        true
    }

    /// What `envelope` holds, opened with the first password that fits.
    pub fn decrypt(&self, _envelope: &str) -> Result<Vec<u8>, Diagnostic> {
        Err(Diagnostic::new("the text is encrypted and no vault password was given"))
    }

    /// As [`Secrets::decrypt`], for content that is text.
    pub fn decrypt_text(&self, envelope: &str) -> Result<String, Diagnostic> {
        String::from_utf8(self.decrypt(envelope)?).map_err(|_| Diagnostic::new("the decrypted content is not UTF-8"))
    }
}
