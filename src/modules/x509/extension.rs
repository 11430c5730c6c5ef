//! Extensions of requests and certificates, as the bytes they are.

use x509_parser::prelude::X509Extension;
use yasna::{DERWriter, DERWriterSeq, Tag, construct_der};

use super::oid;

pub const SUBJECT_KEY_IDENTIFIER: &str = "2.5.29.14";
pub const KEY_USAGE: &str = "2.5.29.15";
pub const SUBJECT_ALT_NAME: &str = "2.5.29.17";
pub const BASIC_CONSTRAINTS: &str = "2.5.29.19";
pub const NAME_CONSTRAINTS: &str = "2.5.29.30";
pub const CRL_DISTRIBUTION_POINTS: &str = "2.5.29.31";
pub const AUTHORITY_KEY_IDENTIFIER: &str = "2.5.29.35";
pub const EXTENDED_KEY_USAGE: &str = "2.5.29.37";
pub const TLS_FEATURE: &str = "1.3.6.1.5.5.7.1.24";

/// What a key may be used for: the name in requests, the name in results. The place is the bit.
pub const KEY_USAGES: [(&str, &str); 9] = [
    ("digitalSignature", "Digital Signature"),
    ("nonRepudiation", "Non Repudiation"),
    ("keyEncipherment", "Key Encipherment"),
    ("dataEncipherment", "Data Encipherment"),
    ("keyAgreement", "Key Agreement"),
    ("keyCertSign", "Certificate Sign"),
    ("cRLSign", "CRL Sign"),
    ("encipherOnly", "Encipher Only"),
    ("decipherOnly", "Decipher Only"),
];

/// One extension.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Extension {
    /// Its identifier.
    pub oid: String,
    /// Whether who does not know it must refuse the certificate.
    pub critical: bool,
    /// Its value in DER.
    pub value: Vec<u8>,
}

impl Extension {
    /// An extension whose value `write` writes.
    pub fn new(oid: &str, critical: bool, write: impl FnOnce(DERWriter)) -> Extension {
        Extension { oid: oid.to_string(), critical, value: construct_der(write) }
    }

    /// An extension that was read.
    pub fn of(read: &X509Extension) -> Extension {
        Extension { oid: read.oid.to_id_string(), critical: read.critical, value: read.value.to_vec() }
    }

    /// The identifier of the subject's key.
    pub fn subject_key(identifier: &[u8]) -> Extension {
        Extension::new(SUBJECT_KEY_IDENTIFIER, false, |writer| writer.write_bytes(identifier))
    }

    /// The identifier of the issuer's key.
    pub fn authority_key(identifier: &[u8]) -> Extension {
        Extension::new(AUTHORITY_KEY_IDENTIFIER, false, |writer| {
            writer.write_sequence(|writer| writer.next().write_tagged_implicit(Tag::context(0), |writer| writer.write_bytes(identifier)));
        })
    }

    /// The same with the members in order where their order means nothing.
    fn sorted(mut self) -> Extension {
        if matches!(self.oid.as_str(), SUBJECT_ALT_NAME | EXTENDED_KEY_USAGE)
            && let Ok(mut members) = yasna::parse_der(&self.value, |reader| reader.collect_sequence_of(|reader| reader.read_der()))
        {
            members.sort();
            members.dedup();
            self.value = construct_der(|writer| write_members(writer, &members));
        }
        self
    }
}

/// Whether two sets of extensions say the same.
pub fn same(left: &[Extension], right: &[Extension]) -> bool {
    let sorted = |extensions: &[Extension]| {
        let mut sorted: Vec<Extension> = extensions.iter().cloned().map(Extension::sorted).collect();
        sorted.sort();
        sorted
    };
    sorted(left) == sorted(right)
}

/// Writes a sequence of what is DER already.
pub fn write_members(writer: DERWriter, members: &[Vec<u8>]) {
    writer.write_sequence(|writer| members.iter().for_each(|member| writer.next().write_der(member)));
}

/// Writes extensions as requests and certificates hold them.
pub fn write(writer: DERWriter, extensions: &[Extension]) {
    let one = |writer: &mut DERWriterSeq, extension: &Extension| {
        oid::write(writer.next(), &extension.oid);
        if extension.critical {
            writer.next().write_bool(true);
        }
        writer.next().write_bytes(&extension.value);
    };
    writer.write_sequence(|writer| extensions.iter().for_each(|extension| writer.next().write_sequence(|writer| one(writer, extension))));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usages(oids: &[&str], critical: bool) -> Extension {
        let members: Vec<Vec<u8>> = oids.iter().map(|id| construct_der(|writer| oid::write(writer, id))).collect();
        Extension::new(EXTENDED_KEY_USAGE, critical, |writer| write_members(writer, &members))
    }

    #[test]
    fn the_order_of_extensions_and_usages_does_not_matter() {
        let (a, b, key) = (usages(&["1.2.3", "1.2.4"], false), usages(&["1.2.4", "1.2.3"], false), Extension::subject_key(&[1]));
        assert!(same(&[a.clone(), key.clone()], &[key, b]));
        let a = [a];
        assert!(!same(&a, &[usages(&["1.2.3"], false)]));
        assert!(!same(&a, &[usages(&["1.2.3", "1.2.4"], true)]));
        assert!(!same(&a, &[]));
    }
}
