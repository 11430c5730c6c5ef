//! Private keys: reading them in PKCS#1, PKCS#8 and SEC1, making new ones, writing them.

use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PublicKeyData, SignatureAlgorithm};
use rsa::pkcs1::EncodeRsaPrivateKey;
use yasna::{ASN1Error, ASN1Result, BERReader, BERReaderSeq, DERWriter, Tag, construct_der};
use zeroize::Zeroizing;

use super::public::{self, Kind};
use super::{oid, pem, protection};
use crate::modules::{Args, Failure, Host};

/// How a key is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The form of its kind: PKCS#1 or SEC1.
    Traditional,
    /// PKCS#8, which every kind has.
    Pkcs8,
}

/// The labels a private key may have in a PEM file.
const LABELS: [&str; 4] = ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", protection::LABEL];

/// A private key. Nothing shows what it holds.
pub struct PrivateKey {
    kind: Kind,
    /// What PKCS#8 wraps: an `RSAPrivateKey`, an `ECPrivateKey`, or the octets of another key.
    inner: Zeroizing<Vec<u8>>,
    public: Vec<u8>,
    form: Form,
}

impl PrivateKey {
    /// The key that the task's parameters give; `None` when they give none.
    pub fn given(args: &Args, host: &Host, prefix: &str) -> Result<Option<PrivateKey>, Failure> {
        let [path, content, passphrase] = ["path", "content", "passphrase"].map(|end| format!("{prefix}privatekey_{end}"));
        let Some(text) = pem::given(args, host, &path, &content)?.map(Zeroizing::new) else { return Ok(None) };
        let source = args.str(&path).unwrap_or(&content);
        PrivateKey::read(&text, args.str(&passphrase)).map(Some).map_err(|failure| Failure::new(format!("{source}: {}", failure.msg)))
    }

    /// Reads the first key of a PEM file, under `passphrase` if there is one.
    pub fn read(text: &[u8], passphrase: Option<&str>) -> Result<PrivateKey, Failure> {
        let blocks = ::pem::parse_many(text).map_err(|_| Failure::new("this is no private key in PEM"))?;
        let Some(block) = blocks.iter().find(|block| LABELS.contains(&block.tag())) else {
            return Err(Failure::new("this is no private key in PEM"));
        };
        let der = protection::open(block, passphrase)?;
        let read = match block.tag() {
            "RSA PRIVATE KEY" => PrivateKey::from_inner(Kind::Rsa, der, Form::Traditional),
            "EC PRIVATE KEY" => sec1_curve(&der).and_then(|curve| PrivateKey::from_inner(Kind::Ec(curve), der, Form::Traditional)),
            _ => pkcs8(&der).and_then(|(kind, inner)| PrivateKey::from_inner(kind, inner, Form::Pkcs8)),
        };
        read.ok_or_else(|| Failure::new("the private key is damaged, or of a kind that is not supported"))
    }

    /// A key from what PKCS#8 wraps; works out its public half.
    fn from_inner(kind: Kind, inner: Zeroizing<Vec<u8>>, form: Form) -> Option<PrivateKey> {
        let mut key = PrivateKey { kind, inner, public: Vec::new(), form };
        let bits = match &key.kind {
            Kind::Rsa => yasna::parse_der(&key.inner, rsa_public).ok()?,
            Kind::Ec(_) => yasna::parse_der(&key.inner, ec_public).ok()?,
            Kind::Ed25519 => KeyPair::try_from(key.pkcs8().as_slice()).ok()?.der_bytes().to_vec(),
        };
        key.public = public::encode(&key.kind, &bits);
        Some(key)
    }

    /// Makes an RSA key of `bits` bits.
    pub fn make_rsa(bits: usize) -> Result<PrivateKey, Failure> {
        if !(1024..=16384).contains(&bits) {
            return Err(Failure::new(format!("size must be from 1024 to 16384 for a key of type RSA, not {bits}")));
        }
        let failed = |e: &dyn std::fmt::Display| Failure::new(format!("could not make an RSA key of {bits} bits: {e}"));
        let made = rsa::RsaPrivateKey::new(&mut rand::rng(), bits).map_err(|e| failed(&e))?;
        let der = made.to_pkcs1_der().map_err(|e| failed(&e))?;
        let inner = Zeroizing::new(der.as_bytes().to_vec());
        PrivateKey::from_inner(Kind::Rsa, inner, Form::Traditional).ok_or_else(|| failed(&"it does not read back"))
    }

    /// Makes a key on the curve called `curve`.
    pub fn make_ec(curve: &str) -> Result<PrivateKey, Failure> {
        match curve {
            "secp256r1" => make(&PKCS_ECDSA_P256_SHA256, Form::Traditional),
            "secp384r1" => make(&PKCS_ECDSA_P384_SHA384, Form::Traditional),
            _ => Err(Failure::new(format!("keys on the curve {curve} cannot be made; secp256r1 and secp384r1 can"))),
        }
    }

    /// Makes an Ed25519 key.
    pub fn make_ed25519() -> Result<PrivateKey, Failure> {
        make(&PKCS_ED25519, Form::Pkcs8)
    }

    /// What kind of key it is.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// The form it was read in, or is written in when it is new.
    pub fn form(&self) -> Form {
        self.form
    }

    /// Its public half, a `SubjectPublicKeyInfo` in DER.
    pub fn public(&self) -> &[u8] {
        &self.public
    }

    /// The key in PKCS#8.
    pub fn pkcs8(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(construct_der(|writer| {
            writer.write_sequence(|writer| {
                writer.next().write_u8(0);
                public::write_algorithm(writer.next(), &self.kind);
                writer.next().write_bytes(&self.inner);
            });
        }))
    }

    /// The key in PEM.
    pub fn pem(&self, form: Form) -> Zeroizing<String> {
        Zeroizing::new(match (&self.kind, form) {
            (Kind::Rsa, Form::Traditional) => pem::encode("RSA PRIVATE KEY", &self.inner),
            (Kind::Ec(curve), Form::Traditional) => pem::encode("EC PRIVATE KEY", &self.sec1(curve)),
            _ => pem::encode("PRIVATE KEY", &self.pkcs8()),
        })
    }

    /// An `ECPrivateKey` that names its curve, which PKCS#8 may leave to its wrapping.
    fn sec1(&self, curve: &str) -> Zeroizing<Vec<u8>> {
        let Ok((secret, _, point)) = yasna::parse_der(&self.inner, ec_parts) else { return self.inner.clone() };
        Zeroizing::new(construct_der(|writer| {
            writer.write_sequence(|writer| {
                writer.next().write_u8(1);
                writer.next().write_bytes(&secret);
                writer.next().write_tagged(Tag::context(0), |writer| oid::write(writer, curve));
                if let Some(point) = point {
                    writer.next().write_tagged(Tag::context(1), |writer| writer.write_bitvec_bytes(&point, point.len() * 8));
                }
            });
        }))
    }
}

fn make(algorithm: &'static SignatureAlgorithm, form: Form) -> Result<PrivateKey, Failure> {
    let made = KeyPair::generate_for(algorithm).map_err(|e| Failure::new(format!("could not make a key: {e}")))?;
    let der = Zeroizing::new(made.serialize_der());
    let read = pkcs8(&der).and_then(|(kind, inner)| PrivateKey::from_inner(kind, inner, form));
    read.ok_or_else(|| Failure::new("could not make a key: it does not read back"))
}

/// The kind and content of a key in PKCS#8.
fn pkcs8(der: &[u8]) -> Option<(Kind, Zeroizing<Vec<u8>>)> {
    let parts = |reader: &mut BERReaderSeq| {
        reader.next().read_u8()?;
        let algorithm = reader.next().read_der()?;
        let inner = Zeroizing::new(reader.next().read_bytes()?);
        // Attributes and the public key may follow, and say nothing new.
        while reader.read_optional(|reader| reader.read_der())?.is_some() {}
        Ok((algorithm, inner))
    };
    let (algorithm, inner) = yasna::parse_der(der, |reader| reader.read_sequence(parts)).ok()?;
    Some((public::read_algorithm(&algorithm)?, inner))
}

/// The modulus and the exponent out of an `RSAPrivateKey`, as an `RSAPublicKey`.
fn rsa_public(reader: BERReader) -> ASN1Result<Vec<u8>> {
    reader.read_sequence(|reader| {
        reader.next().read_u8()?;
        let public = [reader.next().read_der()?, reader.next().read_der()?];
        for _ in 0..6 {
            reader.next().read_der().map(Zeroizing::new)?;
        }
        Ok(construct_der(|writer: DERWriter| writer.write_sequence(|writer| public.iter().for_each(|n| writer.next().write_der(n)))))
    })
}

/// The secret, the curve and the point of an `ECPrivateKey`.
type EcParts = (Zeroizing<Vec<u8>>, Option<String>, Option<Vec<u8>>);

fn ec_parts(reader: BERReader) -> ASN1Result<EcParts> {
    reader.read_sequence(|reader| {
        reader.next().read_u8()?;
        let secret = Zeroizing::new(reader.next().read_bytes()?);
        let curve = reader.read_optional(|reader| reader.read_tagged(Tag::context(0), |reader| reader.read_oid()))?;
        let point = reader.read_optional(|reader| reader.read_tagged(Tag::context(1), |reader| reader.read_bitvec_bytes()))?;
        Ok((secret, curve.map(|curve| curve.to_string()), point.map(|(bytes, _)| bytes)))
    })
}

fn ec_public(reader: BERReader) -> ASN1Result<Vec<u8>> {
    ec_parts(reader)?.2.ok_or_else(|| ASN1Error::new(yasna::ASN1ErrorKind::Invalid))
}

fn sec1_curve(der: &[u8]) -> Option<String> {
    yasna::parse_der(der, ec_parts).ok()?.1
}
