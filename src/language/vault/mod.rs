//! The ansible-vault format: encrypted files and strings, and the passwords that open them.

mod cipher;
mod envelope;
mod password;
mod secrets;

#[cfg(test)]
mod tests;

pub use envelope::is_encrypted;
pub use password::Password;
pub use secrets::Secrets;
