//! AES256 as ansible-vault means it: keys by PBKDF2, AES-CTR with padding, sealed by an HMAC over the ciphertext.

use aes::Aes256;
use ctr::Ctr128BE;
use ctr::cipher::{KeyIvInit, StreamCipher};
use hmac::{Hmac, KeyInit, Mac};
use rand::TryRng;
use rand::rngs::SysRng;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::Password;
use crate::language::Diagnostic;

const ROUNDS: u32 = 10_000;
const SALT: usize = 32;
const BLOCK: usize = 16;

/// The parts of a sealed text.
pub(super) struct Sealed {
    pub(super) salt: Vec<u8>,
    pub(super) mac: Vec<u8>,
    pub(super) ciphertext: Vec<u8>,
}

/// Two keys and the first counter, derived from a password and a salt.
struct Keys(Zeroizing<[u8; 80]>);

impl Keys {
    fn derive(password: &Password, salt: &[u8]) -> Keys {
        let mut keys = Zeroizing::new([0; 80]);
        pbkdf2::pbkdf2_hmac::<Sha256>(password.bytes(), salt, ROUNDS, keys.as_mut_slice());
        Keys(keys)
    }

    fn apply(&self, data: &mut [u8]) -> Result<(), Diagnostic> {
        let mut cipher = Ctr128BE::<Aes256>::new_from_slices(&self.0[..32], &self.0[64..]).map_err(internal)?;
        cipher.apply_keystream(data);
        Ok(())
    }

    fn mac(&self, ciphertext: &[u8]) -> Result<Hmac<Sha256>, Diagnostic> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0[32..64]).map_err(internal)?;
        mac.update(ciphertext);
        Ok(mac)
    }
}

/// The content of `sealed`; `None` when `password` is not the one it was sealed with.
pub(super) fn open(sealed: &Sealed, password: &Password) -> Result<Option<Vec<u8>>, Diagnostic> {
    let keys = Keys::derive(password, &sealed.salt);
    if keys.mac(&sealed.ciphertext)?.verify_slice(&sealed.mac).is_err() {
        return Ok(None);
    }
    let mut plain = sealed.ciphertext.clone();
    keys.apply(&mut plain)?;
    let padding = plain.last().map_or(0, |n| usize::from(*n));
    let kept = plain.len().checked_sub(padding).filter(|_| (1..=BLOCK).contains(&padding));
    plain.truncate(kept.ok_or_else(|| Diagnostic::new("the encrypted text is damaged: its padding is wrong"))?);
    Ok(Some(plain))
}

/// Seals `plain` with `password` and a fresh salt.
pub(super) fn seal(plain: &[u8], password: &Password) -> Result<Sealed, Diagnostic> {
    let mut salt = vec![0; SALT];
    SysRng.try_fill_bytes(&mut salt).map_err(internal)?;
    let keys = Keys::derive(password, &salt);
    let padding = BLOCK - plain.len() % BLOCK;
    let mut ciphertext = plain.to_vec();
    ciphertext.resize(plain.len() + padding, padding as u8);
    keys.apply(&mut ciphertext)?;
    let mac = keys.mac(&ciphertext)?.finalize().into_bytes().to_vec();
    Ok(Sealed { salt, mac, ciphertext })
}

fn internal(error: impl std::fmt::Display) -> Diagnostic {
    Diagnostic::new(format!("the cipher cannot be used: {error}"))
}
