//! Signing requests and certificates.

use rcgen::{
    KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PKCS_RSA_SHA256, PKCS_RSA_SHA384, PKCS_RSA_SHA512,
    SignatureAlgorithm, SigningKey,
};
use yasna::{DERWriter, construct_der};

use super::key::PrivateKey;
use super::oid;
use super::public::Kind;
use crate::modules::Failure;

/// Key, digest, the identifier of the signature, whether it has an empty parameter. A curve comes with its own digest.
const ALGORITHMS: [(&str, &str, &str, bool); 6] = [
    ("RSA", "sha256", "1.2.840.113549.1.1.11", true),
    ("RSA", "sha384", "1.2.840.113549.1.1.12", true),
    ("RSA", "sha512", "1.2.840.113549.1.1.13", true),
    ("secp256r1", "", "1.2.840.10045.4.3.2", false),
    ("secp384r1", "", "1.2.840.10045.4.3.3", false),
    ("Ed25519", "", "1.3.101.112", false),
];

/// ring's algorithms, in the order of [`ALGORITHMS`].
static RING: [&SignatureAlgorithm; 6] =
    [&PKCS_RSA_SHA256, &PKCS_RSA_SHA384, &PKCS_RSA_SHA512, &PKCS_ECDSA_P256_SHA256, &PKCS_ECDSA_P384_SHA384, &PKCS_ED25519];

/// What signs with one key.
pub struct Signer {
    pair: KeyPair,
    oid: &'static str,
    null: bool,
}

impl Signer {
    /// A signer for `key`; the digest counts for RSA keys.
    pub fn new(key: &PrivateKey, digest: &str) -> Result<Signer, Failure> {
        let name = key.kind().curve().unwrap_or(key.kind().name());
        let matches = |row: &&(&str, &str, &str, bool)| row.0 == name && (row.1 == digest || row.1.is_empty());
        let Some((row, ring)) = ALGORITHMS.iter().zip(RING).find(|(row, _)| matches(row)) else {
            return Err(match key.kind() {
                Kind::Rsa => Failure::new(format!("The digest {digest} is not supported; sha256, sha384 and sha512 are")),
                _ => Failure::new(format!("keys on the curve {name} cannot sign here; keys on secp256r1 and secp384r1 can")),
            });
        };
        let pair = KeyPair::from_pkcs8_der_and_sign_algo(&key.pkcs8().as_slice().into(), ring);
        let pair = pair.map_err(|e| Failure::new(format!("the private key cannot sign: {e}; RSA keys need 2048 bits or more")))?;
        Ok(Signer { pair, oid: row.2, null: row.3 })
    }

    /// Writes the identifier of the signature.
    pub fn write_algorithm(&self, writer: DERWriter) {
        writer.write_sequence(|writer| {
            oid::write(writer.next(), self.oid);
            if self.null {
                writer.next().write_null();
            }
        });
    }

    /// `body` with its signature, in DER.
    pub fn seal(&self, body: &[u8]) -> Result<Vec<u8>, Failure> {
        let signature = self.pair.sign(body).map_err(|e| Failure::new(format!("could not sign: {e}")))?;
        Ok(construct_der(|writer| {
            writer.write_sequence(|writer| {
                writer.next().write_der(body);
                self.write_algorithm(writer.next());
                writer.next().write_bitvec_bytes(&signature, signature.len() * 8);
            });
        }))
    }
}
