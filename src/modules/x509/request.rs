//! Requests for certificates.

use x509_parser::error::X509Error;
use x509_parser::prelude::{FromDer, ParsedCriAttribute, X509CertificationRequest};
use yasna::{Tag, construct_der};

use super::extension::{self, Extension};
use super::key::PrivateKey;
use super::name::{self, Attributes};
use super::pem;
use super::sign::Signer;
use crate::modules::Failure;

/// PKCS#9's `extensionRequest`.
const EXTENSION_REQUEST: &str = "1.2.840.113549.1.9.14";

/// A request that was read, or what one is made of.
#[derive(Debug, Clone)]
pub struct Request {
    /// Whom the certificate is for, in DER.
    pub subject: Vec<u8>,
    /// The same as attributes.
    pub attributes: Attributes,
    /// The subject's key, in DER.
    pub public: Vec<u8>,
    /// What the certificate is to say.
    pub extensions: Vec<Extension>,
}

impl Request {
    /// A request for what `key` signs.
    pub fn of(key: &PrivateKey, attributes: Attributes, extensions: Vec<Extension>) -> Result<Request, Failure> {
        Ok(Request { subject: name::encode(&attributes)?, attributes, public: key.public().to_vec(), extensions })
    }

    /// Reads a request in PEM, and makes sure that its key signed it.
    pub fn read(text: &[u8]) -> Result<Request, Failure> {
        let der = pem::decode(text, &["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"]);
        let der = der.ok_or_else(|| Failure::new("this is no certificate signing request in PEM"))?;
        let read = X509CertificationRequest::from_der(&der);
        let (_, read) = read.map_err(|e| Failure::new(format!("the certificate signing request is damaged: {e}")))?;
        if let Err(X509Error::SignatureVerificationError) = read.verify_signature() {
            return Err(Failure::new("the signature of the certificate signing request is invalid"));
        }
        let info = &read.certification_request_info;
        let requested = info.iter_attributes().filter_map(|attribute| match attribute.parsed_attribute() {
            ParsedCriAttribute::ExtensionRequest(requested) => Some(&requested.extensions),
            _ => None,
        });
        Ok(Request {
            subject: info.subject.as_raw().to_vec(),
            attributes: name::attributes(&info.subject),
            public: info.subject_pki.raw.to_vec(),
            extensions: requested.flatten().map(Extension::of).collect(),
        })
    }

    /// The request in PEM, signed.
    pub fn pem(&self, signer: &Signer) -> Result<String, Failure> {
        let body = construct_der(|writer| {
            writer.write_sequence(|writer| {
                writer.next().write_u8(0);
                writer.next().write_der(&self.subject);
                writer.next().write_der(&self.public);
                writer.next().write_tagged_implicit(Tag::context(0), |writer| {
                    writer.write_set(|writer| {
                        if !self.extensions.is_empty() {
                            writer.next().write_sequence(|writer| {
                                super::oid::write(writer.next(), EXTENSION_REQUEST);
                                writer.next().write_set(|writer| extension::write(writer.next(), &self.extensions));
                            });
                        }
                    });
                });
            });
        });
        Ok(pem::encode("CERTIFICATE REQUEST", &signer.seal(&body)?))
    }

    /// Whether this asks for the same as `other`. The order of the subject's attributes counts when it is `ordered`.
    pub fn same(&self, other: &Request, ordered: bool) -> bool {
        let subject = |request: &Request| {
            let mut attributes = request.attributes.clone();
            if !ordered {
                attributes.sort();
                attributes.dedup();
            }
            attributes
        };
        subject(self) == subject(other) && self.public == other.public && extension::same(&self.extensions, &other.extensions)
    }
}
