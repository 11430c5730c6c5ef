//! Digests of keys and certificates.

use serde_json::Value as Json;
use sha1::{Digest, Sha1};

use crate::modules::Failure;
use crate::modules::files::checksum;

/// The fingerprints of some DER by every algorithm at hand.
pub fn all(der: &[u8]) -> Result<Json, Failure> {
    let mut prints = serde_json::Map::new();
    for algorithm in ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"] {
        let digits = checksum::bytes(algorithm, der)?;
        let pairs: Vec<&str> = (0..digits.len()).step_by(2).map(|at| &digits[at..at + 2]).collect();
        prints.insert(algorithm.to_string(), pairs.join(":").into());
    }
    Ok(prints.into())
}

/// Bytes as `00:11:22`.
pub fn hex(bytes: &[u8]) -> String {
    let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    pairs.join(":")
}

/// The bytes of `00:11:22` or `001122`.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: String = text.chars().filter(|c| *c != ':').collect();
    let even = digits.len().is_multiple_of(2) && digits.is_ascii();
    even.then(|| (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).ok()).collect())?
}

/// The identifier of a public key: the SHA-1 of its bits.
pub fn key_identifier(bits: &[u8]) -> Vec<u8> {
    Sha1::digest(bits).to_vec()
}
