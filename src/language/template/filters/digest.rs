//! Digests, identifiers and password hashes.

use sha1::Digest;

use super::Family;
use crate::language::template::{Call, memo};
use crate::language::{Diagnostic, Value};

pub(super) const FAMILY: Family = &[
    ("hash", hash),
    ("md5", |call| Ok(hex::<md5::Md5>(&call.text()?).into())),
    ("sha1", |call| Ok(hex::<sha1::Sha1>(&call.text()?).into())),
    ("checksum", |call| Ok(hex::<sha1::Sha1>(&call.text()?).into())),
    ("to_uuid", to_uuid),
    ("password_hash", password_hash),
];

/// The digest of a text in hexadecimal.
fn hex<D: Digest>(text: &str) -> String {
    D::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A digest of a text, in hexadecimal.
type Algorithm = fn(&str) -> String;

/// The digests `hash` knows.
const ALGORITHMS: &[(&str, Algorithm)] = &[
    ("md5", hex::<md5::Md5>),
    ("sha1", hex::<sha1::Sha1>),
    ("sha224", hex::<sha2::Sha224>),
    ("sha256", hex::<sha2::Sha256>),
    ("sha384", hex::<sha2::Sha384>),
    ("sha512", hex::<sha2::Sha512>),
    ("blake2b", hex::<blake2::Blake2b512>),
    ("blake2s", hex::<blake2::Blake2s256>),
    ("sha3_224", hex::<sha3::Sha3_224>),
    ("sha3_256", hex::<sha3::Sha3_256>),
    ("sha3_384", hex::<sha3::Sha3_384>),
    ("sha3_512", hex::<sha3::Sha3_512>),
];

/// `hash(hashtype='sha1')`.
fn hash(call: &Call) -> Result<Value, Diagnostic> {
    let wanted = call.text_arg(1, "hashtype")?.unwrap_or_else(|| "sha1".into());
    let found = ALGORITHMS.iter().find(|(name, _)| *name == wanted);
    let (_, digest) = found.ok_or_else(|| call.error(format!("unsupported hash type {wanted}")))?;
    Ok(digest(&call.text()?).into())
}

/// The namespace Ansible makes UUIDs in.
const NAMESPACE: uuid::Uuid = uuid::Uuid::from_u128(0x361E_6D51_FAEC_444A_9079_3413_86DA_8E2E);

/// `to_uuid(namespace)`: the name's UUID of version 5.
fn to_uuid(call: &Call) -> Result<Value, Diagnostic> {
    let namespace = match call.text_arg(1, "namespace")? {
        None => NAMESPACE,
        Some(text) => uuid::Uuid::parse_str(&text).map_err(|e| call.error(format!("invalid value '{text}' for namespace: {e}")))?,
    };
    Ok(uuid::Uuid::new_v5(&namespace, call.text()?.as_bytes()).to_string().into())
}

/// `password_hash(hashtype='sha512', salt, salt_size, rounds)`: crypt(3) text of `sha256`, `sha512` or `bcrypt`.
fn password_hash(call: &Call) -> Result<Value, Diagnostic> {
    let kind = call.text_arg(1, "hashtype")?.unwrap_or_else(|| "sha512".into());
    let salt = match call.text_arg(2, "salt")? {
        Some(salt) => salt,
        None => {
            memo::changing();
            super::crypt::random_salt(call.size_arg(3, "salt_size", super::crypt::salt_size(&kind))?)
        }
    };
    let rounds = call.int_arg(4, "rounds")?.and_then(|rounds| u32::try_from(rounds).ok());
    super::crypt::crypt(&call.text()?, &kind, &salt, rounds).map(Value::from).map_err(|e| call.error(e))
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use serde_json::json;

    #[test]
    fn digests() {
        check(vec![
            ("md5", json!("abc"), json!({}), json!("900150983cd24fb0d6963f7d28e17f72")),
            ("sha1", json!("abc"), json!({}), json!("a9993e364706816aba3e25717850c26c9cd0d89d")),
            ("hash", json!(["abc", "sha224"]), json!({}), json!("23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7")),
            ("to_uuid", json!("www.example.com"), json!({}), json!(UUID)),
            ("password_hash", json!(["secret", "sha256", "mysalt"]), json!({"rounds": 5000}), json!(SHA256)),
            ("password_hash", json!(["secret", "sha512", "mysalt"]), json!({"rounds": 5000}), json!(SHA512)),
        ]);
    }

    const UUID: &str = "69680a13-a686-5d20-a166-0e7b3b17ef84";
    const SHA256: &str = "$5$mysalt$I2SNajjJ3Gc5gIR/tkrLOGngF8wqv59buJCqxh.o9s8";
    const SHA512: &str = "$6$mysalt$UX6P1VKOf6dr0s2pg4pLNvIUB6hLXvP6M5f/Yj9hJgMPdAJ4oArvk5YUD9/XWtk1JOpVwt/JTsczMJr8sFVML1";
}
