//! Public keys: their kinds, their DER, and what results say of them.

use serde_json::{Value as Json, json};
use x509_parser::num_bigint::BigUint;
use x509_parser::prelude::{FromDer, SubjectPublicKeyInfo};
use x509_parser::public_key::PublicKey;
use yasna::{BERReader, DERWriter, construct_der};

use super::oid;

const RSA: &str = "1.2.840.113549.1.1.1";
const EC: &str = "1.2.840.10045.2.1";
const ED25519: &str = "1.3.101.112";

/// Curves: identifier, name, bits.
const CURVES: [(&str, &str, u32); 8] = [
    ("1.2.840.10045.3.1.7", "secp256r1", 256),
    ("1.3.132.0.34", "secp384r1", 384),
    ("1.3.132.0.35", "secp521r1", 521),
    ("1.3.132.0.33", "secp224r1", 224),
    ("1.3.132.0.10", "secp256k1", 256),
    ("1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1", 256),
    ("1.3.36.3.3.2.8.1.1.11", "brainpoolP384r1", 384),
    ("1.3.36.3.3.2.8.1.1.13", "brainpoolP512r1", 512),
];

/// The kinds of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    Rsa,
    /// On the curve with that identifier.
    Ec(String),
    Ed25519,
}

impl Kind {
    /// The kind as the parameter `type` calls it.
    pub fn name(&self) -> &'static str {
        match self {
            Kind::Rsa => "RSA",
            Kind::Ec(_) => "ECC",
            Kind::Ed25519 => "Ed25519",
        }
    }

    /// The name of the curve.
    pub fn curve(&self) -> Option<&str> {
        match self {
            Kind::Ec(curve) => Some(CURVES.iter().find(|row| row.0 == curve).map_or(curve, |row| row.1)),
            _ => None,
        }
    }
}

/// Writes the identifier of a kind of keys.
pub fn write_algorithm(writer: DERWriter, kind: &Kind) {
    writer.write_sequence(|writer| match kind {
        Kind::Rsa => {
            oid::write(writer.next(), RSA);
            writer.next().write_null();
        }
        Kind::Ec(curve) => {
            oid::write(writer.next(), EC);
            oid::write(writer.next(), curve);
        }
        Kind::Ed25519 => oid::write(writer.next(), ED25519),
    });
}

/// The kind of keys that an algorithm's identifier stands for.
pub fn read_algorithm(der: &[u8]) -> Option<Kind> {
    let read = |reader: BERReader| {
        reader.read_sequence(|reader| {
            let algorithm = reader.next().read_oid()?.to_string();
            Ok((algorithm, reader.read_optional(|reader| reader.read_der())?))
        })
    };
    let (algorithm, parameters) = yasna::parse_der(der, read).ok()?;
    match (algorithm.as_str(), parameters) {
        (RSA, _) => Some(Kind::Rsa),
        (EC, Some(curve)) => Some(Kind::Ec(yasna::parse_der(&curve, |reader| reader.read_oid()).ok()?.to_string())),
        (ED25519, None) => Some(Kind::Ed25519),
        _ => None,
    }
}

/// A public key of `kind` whose bits are `bits`, as `SubjectPublicKeyInfo`.
pub fn encode(kind: &Kind, bits: &[u8]) -> Vec<u8> {
    construct_der(|writer| {
        writer.write_sequence(|writer| {
            write_algorithm(writer.next(), kind);
            writer.next().write_bitvec_bytes(bits, bits.len() * 8);
        });
    })
}

/// The bits of a public key, whose digest identifies it.
pub fn bits(public: &[u8]) -> Vec<u8> {
    SubjectPublicKeyInfo::from_der(public).map(|(_, key)| key.subject_public_key.data.to_vec()).unwrap_or_default()
}

/// How many bits an RSA key has.
pub fn size(public: &[u8]) -> Option<u64> {
    let (_, key) = SubjectPublicKeyInfo::from_der(public).ok()?;
    match key.parsed().ok()? {
        PublicKey::RSA(rsa) => Some(BigUint::from_bytes_be(rsa.modulus).bits()),
        _ => None,
    }
}

/// What `public_key_type` and `public_key_data` say. Numbers of more than 64 bits are texts.
pub fn describe(key: &SubjectPublicKeyInfo) -> (String, Json) {
    let number = |bytes: &[u8]| BigUint::from_bytes_be(bytes);
    match (key.parsed(), read_algorithm(&algorithm(key))) {
        (Ok(PublicKey::RSA(rsa)), _) => {
            let modulus = number(rsa.modulus);
            let exponent = json_number(&number(rsa.exponent));
            ("RSA".into(), json!({"size": modulus.bits(), "modulus": json_number(&modulus), "exponent": exponent}))
        }
        (Ok(PublicKey::EC(point)), Some(kind @ Kind::Ec(_))) => {
            let coordinates = point.data().get(1..).unwrap_or_default();
            let (x, y) = coordinates.split_at(coordinates.len() / 2);
            let bits = CURVES.iter().find(|row| kind.curve() == Some(row.1)).map(|row| row.2);
            let data = json!({"curve": kind.curve(), "x": json_number(&number(x)), "y": json_number(&number(y)), "exponent_size": bits});
            ("ECC".into(), data)
        }
        (_, Some(kind)) => (kind.name().into(), json!({})),
        _ => (format!("unknown ({})", key.algorithm.algorithm.to_id_string()), json!({})),
    }
}

/// The identifier of a key's algorithm, which stands first in its DER.
fn algorithm(key: &SubjectPublicKeyInfo) -> Vec<u8> {
    let first = |reader: BERReader| {
        reader.read_sequence(|reader| {
            let first = reader.next().read_der()?;
            reader.next().read_der()?;
            Ok(first)
        })
    };
    yasna::parse_der(key.raw, first).unwrap_or_default()
}

/// A number as JSON: as text where 64 bits do not hold it.
pub fn json_number(number: &BigUint) -> Json {
    match u64::try_from(number) {
        Ok(small) => small.into(),
        Err(_) => number.to_string().into(),
    }
}
