//! Private keys under a passphrase.

use aes::{Aes128, Aes192, Aes256};
use cbc::Decryptor;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, KeyIvInit};
use md5::{Digest, Md5};
use pem::Pem;
use pkcs8::{EncryptedPrivateKeyInfoRef, PrivateKeyInfoRef};
use zeroize::Zeroizing;

use super::fingerprint::unhex;
use crate::modules::Failure;

/// The label of a key that PKCS#8 protects.
pub const LABEL: &str = "ENCRYPTED PRIVATE KEY";

type Decrypt = fn(&[u8], &[u8], &[u8]) -> Option<Vec<u8>>;

/// The ciphers that protect keys from before PKCS#8, with the length of their keys.
const CIPHERS: [(&str, usize, Decrypt); 3] = [
    ("AES-128-CBC", 16, decrypt::<Decryptor<Aes128>>),
    ("AES-192-CBC", 24, decrypt::<Decryptor<Aes192>>),
    ("AES-256-CBC", 32, decrypt::<Decryptor<Aes256>>),
];

/// The DER of a key's PEM block; a protected one needs its passphrase, another must not have one.
pub fn open(block: &Pem, passphrase: Option<&str>) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let cipher = block.headers().get("DEK-Info");
    let protected = block.tag() == LABEL || cipher.is_some();
    let opened = match (protected, passphrase, cipher) {
        (false, None, _) => return Ok(Zeroizing::new(block.contents().to_vec())),
        (false, Some(_), _) => return Err(Failure::new("the private key is not protected by a passphrase, but one is given")),
        (true, None, _) => return Err(Failure::new("the private key is protected by a passphrase, and none is given")),
        (true, Some(passphrase), Some(cipher)) => older(cipher, block.contents(), passphrase),
        (true, Some(passphrase), None) => newer(block.contents(), passphrase),
    };
    opened.map(Zeroizing::new).ok_or_else(|| Failure::new("the passphrase of the private key is wrong, or its encryption is not supported"))
}

/// Decrypts as PKCS#8 does.
fn newer(der: &[u8], passphrase: &str) -> Option<Vec<u8>> {
    let decrypted = EncryptedPrivateKeyInfoRef::try_from(der).ok()?.decrypt(passphrase).ok()?;
    Some(decrypted.as_bytes().to_vec())
}

/// Decrypts by what `DEK-Info` says: a cipher and its first vector, which is also the salt of the key.
fn older(info: &str, content: &[u8], passphrase: &str) -> Option<Vec<u8>> {
    let (name, vector) = info.split_once(',')?;
    let vector = unhex(vector.trim())?;
    let (_, length, decrypt) = CIPHERS.iter().find(|row| row.0 == name.trim())?;
    let salt = vector.get(..8)?;
    let mut key = Zeroizing::new(Vec::with_capacity(*length));
    let mut last = Vec::new();
    while key.len() < *length {
        last = Md5::new().chain_update(&last).chain_update(passphrase).chain_update(salt).finalize().to_vec();
        let missing = length - key.len();
        key.extend(last.iter().take(missing));
    }
    decrypt(&key, &vector, content)
}

fn decrypt<C: KeyIvInit + BlockModeDecrypt>(key: &[u8], vector: &[u8], content: &[u8]) -> Option<Vec<u8>> {
    C::new_from_slices(key, vector).ok()?.decrypt_padded_vec::<Pkcs7>(content).ok()
}

/// A key in PKCS#8 under a passphrase, in PEM.
pub fn seal(der: &[u8], passphrase: &str) -> Result<Zeroizing<String>, Failure> {
    let failed = |e: pkcs8::Error| Failure::new(format!("could not protect the private key: {e}"));
    let key = PrivateKeyInfoRef::try_from(der).map_err(failed)?;
    let sealed = key.encrypt_with_rng(&mut rand::rng(), passphrase).map_err(failed)?;
    Ok(Zeroizing::new(super::pem::encode(LABEL, sealed.as_bytes())))
}
