//! Certificates.

use jiff::Timestamp;
use rand::Rng;
use x509_parser::prelude::{FromDer, SubjectPublicKeyInfo, X509Certificate};
use yasna::{Tag, construct_der};

use super::extension::{self, Extension};
use super::pem;
use super::sign::Signer;
use super::{public, time};
use crate::modules::Failure;

/// A certificate that was read, or what one is made of. Names and keys are in DER.
#[derive(Debug, Clone)]
pub struct Certificate {
    pub issuer: Vec<u8>,
    pub subject: Vec<u8>,
    pub public: Vec<u8>,
    pub extensions: Vec<Extension>,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
}

/// The DER of a certificate in PEM or, where `der` allows it, in DER.
pub fn decode(text: &[u8], der: bool) -> Result<Vec<u8>, Failure> {
    match pem::decode(text, &["CERTIFICATE", "X509 CERTIFICATE"]) {
        Some(decoded) => Ok(decoded),
        None if der && text.first() == Some(&0x30) => Ok(text.to_vec()),
        None => Err(Failure::new("this is no certificate in PEM")),
    }
}

/// Parses a certificate's DER.
pub fn parse(der: &[u8]) -> Result<X509Certificate<'_>, Failure> {
    match X509Certificate::from_der(der) {
        Ok((_, parsed)) => Ok(parsed),
        Err(e) => Err(Failure::new(format!("the certificate is damaged: {e}"))),
    }
}

/// When a certificate begins and ends to be valid.
pub fn validity(parsed: &X509Certificate) -> (Timestamp, Timestamp) {
    let time = |seconds: i64| Timestamp::from_second(seconds).unwrap_or_default();
    (time(parsed.validity().not_before.timestamp()), time(parsed.validity().not_after.timestamp()))
}

/// Whether the key signed the certificate.
pub fn is_signed_by(parsed: &X509Certificate, public: &[u8]) -> bool {
    SubjectPublicKeyInfo::from_der(public).is_ok_and(|(_, key)| parsed.verify_signature(Some(&key)).is_ok())
}

impl Certificate {
    /// What a parsed certificate says.
    pub fn of(parsed: &X509Certificate) -> Certificate {
        let (not_before, not_after) = validity(parsed);
        Certificate {
            issuer: parsed.issuer().as_raw().to_vec(),
            subject: parsed.subject().as_raw().to_vec(),
            public: parsed.public_key().raw.to_vec(),
            extensions: parsed.extensions().iter().map(Extension::of).collect(),
            not_before,
            not_after,
        }
    }

    /// The identifier of the certificate's key: the one it states, else the key's own.
    pub fn key_identifier(&self) -> Vec<u8> {
        let stated = self.extensions.iter().find(|extension| extension.oid == extension::SUBJECT_KEY_IDENTIFIER);
        let stated = stated.and_then(|extension| yasna::parse_der(&extension.value, |reader| reader.read_bytes()).ok());
        stated.unwrap_or_else(|| super::fingerprint::key_identifier(&public::bits(&self.public)))
    }

    /// The certificate in PEM under a new serial number, signed.
    pub fn pem(&self, signer: &Signer) -> Result<String, Failure> {
        let body = construct_der(|writer| {
            writer.write_sequence(|writer| {
                writer.next().write_tagged(Tag::context(0), |writer| writer.write_u8(2));
                writer.next().write_bigint_bytes(&serial(), true);
                signer.write_algorithm(writer.next());
                writer.next().write_der(&self.issuer);
                writer.next().write_sequence(|writer| {
                    time::write(writer.next(), self.not_before);
                    time::write(writer.next(), self.not_after);
                });
                writer.next().write_der(&self.subject);
                writer.next().write_der(&self.public);
                if !self.extensions.is_empty() {
                    writer.next().write_tagged(Tag::context(3), |writer| extension::write(writer, &self.extensions));
                }
            });
        });
        Ok(pem::encode("CERTIFICATE", &signer.seal(&body)?))
    }
}

/// A positive number nobody can guess, of 159 bits at most.
fn serial() -> [u8; 20] {
    let mut bytes = [0; 20];
    rand::rng().fill_bytes(&mut bytes);
    bytes[0] = bytes[0] & 0x7f | 0x40;
    bytes
}
