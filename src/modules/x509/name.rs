//! Distinguished names: the subject of a request, the issuer of a certificate.

use serde_json::{Map, Value as Json};
use x509_parser::prelude::X509Name;
use yasna::tags::{TAG_IA5STRING, TAG_PRINTABLESTRING, TAG_UTF8STRING};

use super::oid;
use crate::modules::{Args, Failure};

/// An identifier and its value, in order.
pub type Attributes = Vec<(String, String)>;

/// The parameters that stand for one attribute each, in the order they have in the subject.
const FIELDS: [(&str, &str); 7] = [
    ("country_name", "C"),
    ("state_or_province_name", "ST"),
    ("locality_name", "L"),
    ("organization_name", "O"),
    ("organizational_unit_name", "OU"),
    ("common_name", "CN"),
    ("email_address", "emailAddress"),
];

/// The subject a task asks for, with the names the task uses.
pub fn wanted(args: &Args) -> Result<Attributes, Failure> {
    let mut subject: Attributes = Vec::new();
    for (parameter, name) in FIELDS {
        subject.extend(args.str(parameter).filter(|value| !value.is_empty()).map(|value| (name.to_string(), value.to_string())));
    }
    collect(&mut subject, args.dict("subject").unwrap_or(&Map::new()), "subject")?;
    let ordered = args.list("subject_ordered").unwrap_or_default();
    if !ordered.is_empty() && !subject.is_empty() {
        return Err(Failure::new("subject_ordered cannot be combined with any other subject field"));
    }
    for (index, entry) in ordered.iter().enumerate() {
        match entry.as_object().filter(|entry| entry.len() == 1) {
            Some(entry) => collect(&mut subject, entry, "subject_ordered")?,
            None => {
                let msg = format!("Entry #{} in subject_ordered must be a dictionary with exactly one key-value pair", index + 1);
                return Err(Failure::new(msg));
            }
        }
    }
    Ok(subject)
}

/// Adds what a mapping holds: a value or a list of values under every name.
fn collect(subject: &mut Attributes, entries: &Map<String, Json>, field: &str) -> Result<(), Failure> {
    for (name, value) in entries {
        let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        for value in values {
            match value.as_str() {
                Some("") => return Err(Failure::new(format!("Value for {name} in {field} must not be an empty string"))),
                Some(value) => subject.push((name.clone(), value.to_string())),
                None => return Err(Failure::new(format!("Value for {name} in {field} must be either a string or a list of strings"))),
            }
        }
    }
    Ok(())
}

/// The attributes with identifiers in place of names.
pub fn resolve(attributes: &Attributes) -> Result<Attributes, Failure> {
    attributes.iter().map(|(name, value)| Ok((oid::find(name)?.to_string(), value.clone()))).collect()
}

/// The attributes of a name that was read.
pub fn attributes(name: &X509Name) -> Attributes {
    let text = |attribute: &x509_parser::x509::AttributeTypeAndValue| match attribute.as_str() {
        Ok(text) => text.to_string(),
        Err(_) => String::from_utf8_lossy(attribute.as_slice()).into_owned(),
    };
    name.iter_attributes().map(|attribute| (attribute.attr_type().to_id_string(), text(attribute))).collect()
}

/// The name in DER, every attribute a set of its own.
pub fn encode(attributes: &Attributes) -> Result<Vec<u8>, Failure> {
    attributes.iter().try_for_each(|(oid, value)| check(oid, value))?;
    Ok(yasna::construct_der(|writer| {
        writer.write_sequence(|writer| {
            for (oid, value) in attributes {
                writer.next().write_set(|writer| {
                    writer.next().write_sequence(|writer| {
                        oid::write(writer.next(), oid);
                        writer.next().write_tagged_implicit(tag(oid), |writer| writer.write_bytes(value.as_bytes()));
                    });
                });
            }
        });
    }))
}

/// The kind of string an attribute is written as.
fn tag(oid: &str) -> yasna::Tag {
    match oid::long(oid) {
        "countryName" | "jurisdictionCountryName" | "serialNumber" | "dnQualifier" => TAG_PRINTABLESTRING,
        "emailAddress" | "domainComponent" => TAG_IA5STRING,
        _ => TAG_UTF8STRING,
    }
}

fn check(oid: &str, value: &str) -> Result<(), Failure> {
    let name = oid::long(oid);
    if matches!(name, "countryName" | "jurisdictionCountryName") && value.len() != 2 {
        return Err(Failure::new(format!("{name} must be a country code of two letters, not \"{value}\"")));
    }
    if tag(oid) != TAG_UTF8STRING && !value.is_ascii() {
        return Err(Failure::new(format!("{name} may only hold ASCII characters, unlike \"{value}\"")));
    }
    Ok(())
}

/// The name as `CN=a,O=b`, last attribute first.
pub fn line(name: &X509Name) -> String {
    let parts: Vec<String> = attributes(name).iter().rev().map(|(oid, value)| format!("{}={}", oid::short(oid), escape(value))).collect();
    parts.join(",")
}

fn escape(value: &str) -> String {
    let last = value.chars().count().saturating_sub(1);
    let mut text = String::new();
    for (index, c) in value.chars().enumerate() {
        let outer = (index == 0 && matches!(c, ' ' | '#')) || (index == last && c == ' ');
        match c {
            '\0' => text.push_str("\\00"),
            '\\' | ',' | '+' | '<' | '>' | ';' | '"' => text.extend(['\\', c]),
            c if outer => text.extend(['\\', c]),
            c => text.push(c),
        }
    }
    text
}
