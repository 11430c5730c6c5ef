//! The ansible-vault format: encrypted files and strings, and the passwords that open them.

mod secrets;

pub use secrets::Secrets;

/// Whether `text` is an ansible-vault envelope.
pub fn is_encrypted(text: &str) -> bool {
    text.starts_with("$ANSIBLE_VAULT;")
}
