//! Password hashes in the form of crypt(3).

use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use sha_crypt::{Params, sha256_crypt, sha512_crypt};

/// The alphabet of crypt(3).
const ALPHABET: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A random salt.
pub fn random_salt(size: usize) -> String {
    (0..size).map(|_| char::from(ALPHABET[rand::random_range(0..ALPHABET.len())])).collect()
}

/// The hash of `password`; `kind` is `bcrypt`, `sha256`, `sha512` or one of the two with `_crypt`. 5000 rounds
/// are not written down.
pub fn crypt(password: &str, kind: &str, salt: &str, rounds: Option<u32>) -> Result<String, String> {
    if matches!(kind, "bcrypt" | "blowfish") {
        return bcrypt(password, salt, rounds);
    }
    if !salt.bytes().all(|b| ALPHABET.contains(&b)) || salt.len() > 16 {
        return Err("the salt must be up to 16 letters, digits, dots and slashes".into());
    }
    let params = Params::new(rounds.unwrap_or(default_rounds(kind))).map_err(|e| format!("rounds: {e}"))?;
    let (id, digest) = match kind.strip_suffix("_crypt").unwrap_or(kind) {
        "sha256" => (5, sha256_crypt(password.as_bytes(), salt.as_bytes(), params).to_vec()),
        "sha512" => (6, sha512_crypt(password.as_bytes(), salt.as_bytes(), params).to_vec()),
        other => return Err(format!("unsupported hash type {other}: sha256, sha512 and bcrypt are known")),
    };
    let rounds = match rounds.unwrap_or(default_rounds(kind)) {
        IMPLICIT_ROUNDS => String::new(),
        rounds => format!("rounds={rounds}$"),
    };
    Ok(format!("${id}${rounds}{salt}${}", encode(&transposed(&digest))))
}

/// The number of rounds that is not written down.
const IMPLICIT_ROUNDS: u32 = Params::RECOMMENDED_ROUNDS;

/// As many rounds as passlib takes, which Ansible hashes with.
fn default_rounds(kind: &str) -> u32 {
    if kind.starts_with("sha256") { 535_000 } else { 656_000 }
}

/// How many letters a salt has by default.
pub fn salt_size(kind: &str) -> usize {
    if matches!(kind, "bcrypt" | "blowfish") { BCRYPT_SALT } else { 16 }
}

/// The length of a salt of bcrypt's: 16 bytes in its own base64.
const BCRYPT_SALT: usize = 22;

/// bcrypt's hash; 2 to the power of `rounds` turns.
fn bcrypt(password: &str, salt: &str, rounds: Option<u32>) -> Result<String, String> {
    let alphabet = &base64::alphabet::BCRYPT;
    let config = GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true).with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let bytes = GeneralPurpose::new(alphabet, config).decode(salt).ok().and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
    let bytes = bytes.ok_or("the salt must be 22 letters, digits, dots and slashes")?;
    let hash = bcrypt::hash_with_salt(password, rounds.unwrap_or(12), bytes).map_err(|e| e.to_string())?;
    Ok(hash.format_for_version(bcrypt::Version::TwoB))
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
