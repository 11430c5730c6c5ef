//! General names: `DNS:example.org`, `IP:10.0.0.1`, `email:…`, `URI:…`, `RID:…`, `otherName:…`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use x509_parser::prelude::GeneralName;
use yasna::{Tag, construct_der};

use super::fingerprint::{hex, unhex};
use super::{name, oid};
use crate::modules::Failure;

/// The kinds that are text, with their tags.
const TEXTS: [(&str, u64); 3] = [("email:", 1), ("DNS:", 2), ("URI:", 6)];

/// The name in DER. `what` says in messages where it stands.
pub fn encode(text: &str, what: &str) -> Result<Vec<u8>, Failure> {
    let wrong = |why: &str| Failure::new(format!("Cannot parse {what} \"{text}\"{why}"));
    if let Some((prefix, tag)) = TEXTS.iter().find(|(prefix, _)| text.starts_with(prefix)) {
        let value = &text[prefix.len()..];
        if !value.is_ascii() {
            return Err(wrong(": it has to be ASCII; write an international name in its xn-- form"));
        }
        return Ok(tagged(*tag, value.as_bytes()));
    }
    match text.split_once(':') {
        Some(("IP", address)) => address_bytes(address).map(|bytes| tagged(7, &bytes)).ok_or_else(|| wrong(": it is no address")),
        Some(("RID", id)) if oid::numbers(id).is_some() => {
            Ok(construct_der(|writer| writer.write_tagged_implicit(Tag::context(8), |writer| oid::write(writer, id))))
        }
        Some(("otherName", rest)) => other_name(rest).ok_or_else(|| wrong(": it has to be <OID>;<hex string> or <OID>;UTF8:<text>")),
        Some(_) => Err(wrong(" (potentially unsupported)")),
        None => Err(wrong(" (forgot \"DNS:\" prefix?)")),
    }
}

fn tagged(tag: u64, bytes: &[u8]) -> Vec<u8> {
    construct_der(|writer| writer.write_tagged_implicit(Tag::context(tag), |writer| writer.write_bytes(bytes)))
}

/// An address, or a network as its address and mask.
fn address_bytes(text: &str) -> Option<Vec<u8>> {
    let octets = |address: IpAddr| match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    };
    if !text.contains('/') {
        return text.parse().ok().map(octets);
    }
    let network: IpNet = text.parse().ok()?;
    (network.addr() == network.network()).then(|| [octets(network.addr()), octets(network.netmask())].concat())
}

fn other_name(text: &str) -> Option<Vec<u8>> {
    let (id, value) = text.split_once(';')?;
    oid::numbers(id)?;
    let value = match value.strip_prefix("UTF8:").or(value.strip_prefix("UTF8String:")) {
        Some(text) => construct_der(|writer| writer.write_utf8_string(text)),
        None => unhex(value).filter(|der| yasna::parse_der(der, |reader| reader.read_der()).is_ok())?,
    };
    Some(construct_der(|writer| {
        writer.write_tagged_implicit(Tag::context(0), |writer| {
            writer.write_sequence(|writer| {
                oid::write(writer.next(), id);
                writer.next().write_tagged(Tag::context(0), |writer| writer.write_der(&value));
            });
        });
    }))
}

/// A name that was read, as text.
pub fn show(name: &GeneralName) -> String {
    match name {
        GeneralName::DNSName(name) => format!("DNS:{name}"),
        GeneralName::RFC822Name(name) => format!("email:{name}"),
        GeneralName::URI(uri) => format!("URI:{uri}"),
        GeneralName::IPAddress(bytes) => format!("IP:{}", show_address(bytes)),
        GeneralName::RegisteredID(id) => format!("RID:{}", id.to_id_string()),
        GeneralName::DirectoryName(name) => format!("dirName:{}", name::line(name)),
        GeneralName::OtherName(id, value) => format!("otherName:{};{}", id.to_id_string(), hex(inner(value))),
        GeneralName::X400Address(any) | GeneralName::EDIPartyName(any) => format!("unknown:{}", hex(any.data)),
        GeneralName::Invalid(_, bytes) => format!("invalid:{}", hex(bytes)),
    }
}

/// What an explicit tag holds.
fn inner(der: &[u8]) -> &[u8] {
    use x509_parser::asn1_rs::{Any, FromDer};
    Any::from_der(der).map_or(der, |(_, any)| any.data)
}

fn show_address(bytes: &[u8]) -> String {
    let address = |bytes: &[u8]| match (<[u8; 4]>::try_from(bytes), <[u8; 16]>::try_from(bytes)) {
        (Ok(octets), _) => Some(IpAddr::from(Ipv4Addr::from(octets))),
        (_, Ok(octets)) => Some(IpAddr::from(Ipv6Addr::from(octets))),
        _ => None,
    };
    if let Some(single) = address(bytes) {
        return single.to_string();
    }
    let (network, mask) = bytes.split_at(bytes.len() / 2);
    let both = address(network).zip(address(mask));
    both.and_then(|(network, mask)| IpNet::with_netmask(network, mask).ok()).map_or_else(|| hex(bytes), |network| network.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use x509_parser::prelude::FromDer;

    fn back(text: &str) -> Option<String> {
        let der = encode(text, "name").ok()?;
        GeneralName::from_der(&der).ok().map(|(_, name)| show(&name))
    }

    #[test]
    fn names_survive() {
        for text in [
            "DNS:*.example.org",
            "IP:10.0.0.1",
            "IP:fe80::1",
            "IP:10.0.0.0/8",
            "email:a@b.c",
            "URI:https://a/b",
            "RID:1.2.3",
            "otherName:1.2.3;0c:01:41",
        ] {
            assert_eq!(back(text).as_deref(), Some(text));
        }
        assert_eq!(back("otherName:1.2.3;UTF8:A").as_deref(), Some("otherName:1.2.3;0c:01:41"));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in
            ["example.org", "IP:10.0.0.256", "IP:10.0.0.1/8", "DNS:bücher.example", "RID:x", "otherName:1.2.3", "otherName:1.2.3;zz", "x:y"]
        {
            assert!(encode(text, "name").is_err(), "{text}");
        }
    }
}
