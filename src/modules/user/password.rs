//! The hash of an account's password.

use std::process::Command;

use super::super::{Failure, Writer};

/// Kinds of hashes and the length of what follows the last dollar sign.
const LENGTHS: &[(&str, usize)] = &[("1", 22), ("5", 43), ("6", 86), ("y", 43)];

/// Whether `text` looks like the hash of a password, or like one of the marks for none.
pub fn is_hash(text: &str) -> bool {
    if matches!(text, "*" | "!" | "*************") {
        return true;
    }
    let parts: Vec<&str> = text.split('$').collect();
    let [_, kind, .., hash] = parts[..] else { return false };
    let fits = LENGTHS.iter().all(|(of, length)| *of != kind || hash.len() == *length);
    fits && !text.contains([':', '*', '!']) && hash.bytes().all(|b| b.is_ascii_alphanumeric() || b"./".contains(&b))
}

/// Gives the account the hash, locked on demand. It travels over a pipe: arguments can be read by everybody on the host.
pub fn set(writer: &mut Writer, name: &str, hash: &str, locked: bool) -> Result<(), Failure> {
    let lock = if locked { "!" } else { "" };
    let mut command = Command::new("chpasswd");
    command.arg("-e");
    writer
        .run(command, Some(format!("{name}:{lock}{hash}\n").as_bytes()))?
        .success(&format!("could not set the password of {name}"))
        .map(drop)
}

#[cfg(test)]
mod tests {
    use super::is_hash;

    #[test]
    fn tells_hashes_from_passwords() {
        let sha512 = format!("$6$rounds=5000$salt${}", "a".repeat(86));
        for text in ["!", "*", &sha512, "$1$salt$aaaaaaaaaaaaaaaaaaaaaa", "$2b$12$abcd"] {
            assert!(is_hash(text), "{text}");
        }
        for text in ["secret", "$6$salt$short", "pa$s$wo:rd", "$x", "$5$salt$bad char"] {
            assert!(!is_hash(text), "{text}");
        }
    }
}
