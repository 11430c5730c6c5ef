//! What results say about a certificate or a request.

use serde_json::{Map, Value as Json, json};
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::{X509Certificate, X509Extension, X509Name};

use super::extension::{KEY_USAGES, TLS_FEATURE};
use super::fingerprint::{self, hex};
use super::public::{self, json_number};
use super::{certificate, general, name, oid, pem, time};
use crate::modules::{Failure, Fields};

const OCSP: &str = "1.3.6.1.5.5.7.48.1";
const CA_ISSUERS: &str = "1.3.6.1.5.5.7.48.2";

/// Everything about a certificate.
pub fn certificate(parsed: &X509Certificate) -> Result<Fields, Failure> {
    let (not_before, not_after) = certificate::validity(parsed);
    let key = parsed.public_key();
    let (kind, data) = public::describe(key);
    let mut fields = Fields::new();
    name_fields(&mut fields, "subject", parsed.subject());
    name_fields(&mut fields, "issuer", parsed.issuer());
    let rows: [(&str, Json); 11] = [
        ("version", (parsed.version().0 + 1).into()),
        ("serial_number", json_number(&parsed.tbs_certificate.serial)),
        ("signature_algorithm", oid::long(&parsed.signature_algorithm.algorithm.to_id_string()).into()),
        ("not_before", time::show(not_before).into()),
        ("not_after", time::show(not_after).into()),
        ("expired", (not_after < jiff::Timestamp::now()).into()),
        ("public_key", pem::encode("PUBLIC KEY", key.raw).into()),
        ("public_key_type", kind.into()),
        ("public_key_data", data),
        ("public_key_fingerprints", fingerprint::all(key.raw)?),
        ("fingerprints", fingerprint::all(parsed.as_raw())?),
    ];
    fields.extend(rows.map(|(key, value)| (key.to_string(), value)));
    extension_fields(&mut fields, parsed.extensions());
    Ok(fields)
}

/// A name as a mapping and in order; of what is repeated the mapping has the last.
fn name_fields(fields: &mut Fields, key: &str, name: &X509Name) {
    let attributes = name::attributes(name);
    let pairs = attributes.iter().map(|(id, value)| (oid::long(id).to_string(), Json::from(value.as_str())));
    fields.insert(format!("{key}_ordered"), pairs.clone().map(|(name, value)| json!([name, value])).collect());
    fields.insert(key.to_string(), Json::Object(pairs.collect()));
}

/// The extensions, `null` where one is not there.
fn extension_fields(fields: &mut Fields, extensions: &[X509Extension]) {
    for key in ["key_usage", "extended_key_usage", "basic_constraints", "ocsp_must_staple", "subject_alt_name"] {
        fields.insert(key.to_string(), Json::Null);
        fields.insert(format!("{key}_critical"), false.into());
    }
    for key in [
        "subject_key_identifier",
        "authority_key_identifier",
        "authority_cert_issuer",
        "authority_cert_serial_number",
        "ocsp_uri",
        "issuer_uri",
    ] {
        fields.insert(key.to_string(), Json::Null);
    }
    let mut by_oid = Map::new();
    for extension in extensions {
        use base64::Engine;
        let value = base64::engine::general_purpose::STANDARD.encode(extension.value);
        by_oid.insert(extension.oid.to_id_string(), json!({"critical": extension.critical, "value": value}));
        for (key, value) in describe(extension) {
            fields.insert(key.to_string(), value);
            fields.entry(format!("{key}_critical")).and_modify(|critical| *critical = extension.critical.into());
        }
    }
    fields.insert("extensions_by_oid".into(), by_oid.into());
}

/// What one extension adds to a result.
fn describe(extension: &X509Extension) -> Vec<(&'static str, Json)> {
    match extension.parsed_extension() {
        ParsedExtension::KeyUsage(usage) => {
            let set = KEY_USAGES.iter().enumerate().filter(|(bit, _)| usage.flags & (1 << bit) != 0);
            vec![("key_usage", sorted(set.map(|(_, (_, shown))| shown.to_string()).collect()))]
        }
        ParsedExtension::ExtendedKeyUsage(_) => vec![("extended_key_usage", usages(extension.value))],
        ParsedExtension::BasicConstraints(constraints) => {
            let authority = if constraints.ca { "CA:TRUE" } else { "CA:FALSE" };
            let length = constraints.path_len_constraint.map(|length| format!("pathlen:{length}"));
            vec![("basic_constraints", [authority.to_string()].into_iter().chain(length).collect())]
        }
        ParsedExtension::SubjectAlternativeName(names) => {
            vec![("subject_alt_name", names.general_names.iter().map(general::show).collect())]
        }
        ParsedExtension::SubjectKeyIdentifier(key) => vec![("subject_key_identifier", hex(key.0).into())],
        ParsedExtension::AuthorityKeyIdentifier(authority) => {
            let issuer = authority.authority_cert_issuer.as_ref().map(|names| names.iter().map(general::show).collect::<Json>());
            let serial = authority.authority_cert_serial.map(|bytes| json_number(&x509_parser::num_bigint::BigUint::from_bytes_be(bytes)));
            vec![
                ("authority_key_identifier", authority.key_identifier.as_ref().map(|key| hex(key.0)).into()),
                ("authority_cert_issuer", issuer.unwrap_or_default()),
                ("authority_cert_serial_number", serial.unwrap_or_default()),
            ]
        }
        ParsedExtension::AuthorityInfoAccess(access) => {
            let uri = |method: &str| {
                let found = access.accessdescs.iter().find(|place| place.access_method.to_id_string() == method);
                found.and_then(|place| if let GeneralName::URI(uri) = place.access_location { Some(uri) } else { None })
            };
            vec![("ocsp_uri", uri(OCSP).into()), ("issuer_uri", uri(CA_ISSUERS).into())]
        }
        _ if extension.oid.to_id_string() == TLS_FEATURE => {
            let features = yasna::parse_der(extension.value, |reader| reader.collect_sequence_of(|reader| reader.read_u64()));
            vec![("ocsp_must_staple", features.unwrap_or_default().contains(&5).into())]
        }
        _ => Vec::new(),
    }
}

fn usages(value: &[u8]) -> Json {
    let oids = yasna::parse_der(value, |reader| reader.collect_sequence_of(|reader| reader.read_oid())).unwrap_or_default();
    sorted(oids.iter().map(|id| oid::long(&id.to_string()).to_string()).collect())
}

fn sorted(mut texts: Vec<String>) -> Json {
    texts.sort();
    texts.into()
}

/// A certificate as a diff shows it.
pub fn certificate_state(text: Option<&[u8]>) -> Json {
    let Some(text) = text else { return json!({}) };
    let fields = certificate::decode(text, false).and_then(|der| certificate(&certificate::parse(&der)?));
    let parsed = fields.is_ok();
    let mut fields = fields.unwrap_or_default();
    fields.insert("can_parse_certificate".into(), parsed.into());
    fields.into()
}

/// A request as a diff shows it.
pub fn request_state(text: Option<&[u8]>) -> Json {
    let Some(text) = text else { return json!({}) };
    let Ok(request) = super::request::Request::read(text) else { return json!({"can_parse_csr": false}) };
    let subject: Json = request.attributes.iter().map(|(id, value)| json!([oid::long(id), value])).collect();
    let extensions: Map<String, Json> =
        request.extensions.iter().map(|e| (e.oid.clone(), json!({"critical": e.critical, "value": hex(&e.value)}))).collect();
    let public = pem::encode("PUBLIC KEY", &request.public);
    json!({"can_parse_csr": true, "subject_ordered": subject, "public_key": public, "extensions_by_oid": extensions})
}
