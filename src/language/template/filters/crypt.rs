//! Password hashes in the form of crypt(3).

use sha_crypt::{Params, sha256_crypt, sha512_crypt};

/// The alphabet of crypt(3).
const ALPHABET: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A random salt.
pub fn random_salt(size: usize) -> String {
    (0..size).map(|_| char::from(ALPHABET[rand::random_range(0..ALPHABET.len())])).collect()
}

/// The hash of `password`; `kind` is `sha256`, `sha512` or either with `_crypt`. The 5000 rounds of the default
/// are not written down.
pub fn crypt(password: &str, kind: &str, salt: &str, rounds: Option<u32>) -> Result<String, String> {
    if !salt.bytes().all(|b| ALPHABET.contains(&b)) || salt.len() > 16 {
        return Err("the salt must be up to 16 letters, digits, dots and slashes".into());
    }
    let params = Params::new(rounds.unwrap_or(Params::RECOMMENDED_ROUNDS)).map_err(|e| format!("rounds: {e}"))?;
    let (id, digest) = match kind.strip_suffix("_crypt").unwrap_or(kind) {
        "sha256" => (5, sha256_crypt(password.as_bytes(), salt.as_bytes(), params).to_vec()),
        "sha512" => (6, sha512_crypt(password.as_bytes(), salt.as_bytes(), params).to_vec()),
        other => return Err(format!("unsupported hash type {other}: sha256 and sha512 are known")),
    };
    let rounds = rounds.filter(|r| *r != Params::RECOMMENDED_ROUNDS).map(|r| format!("rounds={r}$")).unwrap_or_default();
    Ok(format!("${id}${rounds}{salt}${}", encode(&transposed(&digest))))
}

/// The bytes of the digest in the order crypt(3) writes them: three rows read together, turning by one each time.
fn transposed(digest: &[u8]) -> Vec<u8> {
    let row = digest.len() / 3;
    // The rows turn forwards for the short digest and backwards for the long one.
    let turn = if digest.len() == 32 { 2 } else { 1 };
    let mut out = Vec::new();
    for i in 0..row {
        let shift = i * turn % 3;
        out.extend((0..3).rev().map(|k| digest[i + row * ((k + shift) % 3)]));
    }
    out.extend(&digest[row * 3..]);
    out
}

/// Groups of three bytes, the lowest first, as four letters, the lowest six bits first.
fn encode(bytes: &[u8]) -> String {
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let mut bits = group.iter().enumerate().fold(0u32, |bits, (i, byte)| bits | u32::from(*byte) << (8 * i));
        for _ in 0..=group.len() {
            out.push(char::from(ALPHABET[(bits & 63) as usize]));
            bits >>= 6;
        }
    }
    out
}
