//! The names of object identifiers.

use crate::modules::Failure;

/// Identifier, the name results use, the short name.
const NAMES: [(&str, &str, &str); 54] = [
    ("2.5.4.3", "commonName", "CN"),
    ("2.5.4.4", "surname", "SN"),
    ("2.5.4.5", "serialNumber", "serialNumber"),
    ("2.5.4.6", "countryName", "C"),
    ("2.5.4.7", "localityName", "L"),
    ("2.5.4.8", "stateOrProvinceName", "ST"),
    ("2.5.4.9", "streetAddress", "street"),
    ("2.5.4.10", "organizationName", "O"),
    ("2.5.4.11", "organizationalUnitName", "OU"),
    ("2.5.4.12", "title", "title"),
    ("2.5.4.13", "description", "description"),
    ("2.5.4.15", "businessCategory", "businessCategory"),
    ("2.5.4.17", "postalCode", "postalCode"),
    ("2.5.4.20", "telephoneNumber", "telephoneNumber"),
    ("2.5.4.41", "name", "name"),
    ("2.5.4.42", "givenName", "GN"),
    ("2.5.4.43", "initials", "initials"),
    ("2.5.4.44", "generationQualifier", "generationQualifier"),
    ("2.5.4.46", "dnQualifier", "dnQualifier"),
    ("2.5.4.65", "pseudonym", "pseudonym"),
    ("2.5.4.72", "role", "role"),
    ("2.5.4.97", "organizationIdentifier", "organizationIdentifier"),
    ("0.9.2342.19200300.100.1.1", "userId", "UID"),
    ("0.9.2342.19200300.100.1.25", "domainComponent", "DC"),
    ("1.2.840.113549.1.9.1", "emailAddress", "emailAddress"),
    ("1.3.6.1.4.1.311.60.2.1.1", "jurisdictionLocalityName", "jurisdictionL"),
    ("1.3.6.1.4.1.311.60.2.1.2", "jurisdictionStateOrProvinceName", "jurisdictionST"),
    ("1.3.6.1.4.1.311.60.2.1.3", "jurisdictionCountryName", "jurisdictionC"),
    ("1.3.6.1.5.5.7.3.1", "TLS Web Server Authentication", "serverAuth"),
    ("1.3.6.1.5.5.7.3.2", "TLS Web Client Authentication", "clientAuth"),
    ("1.3.6.1.5.5.7.3.3", "Code Signing", "codeSigning"),
    ("1.3.6.1.5.5.7.3.4", "E-mail Protection", "emailProtection"),
    ("1.3.6.1.5.5.7.3.5", "IPSec End System", "ipsecEndSystem"),
    ("1.3.6.1.5.5.7.3.6", "IPSec Tunnel", "ipsecTunnel"),
    ("1.3.6.1.5.5.7.3.7", "IPSec User", "ipsecUser"),
    ("1.3.6.1.5.5.7.3.8", "Time Stamping", "timeStamping"),
    ("1.3.6.1.5.5.7.3.9", "OCSP Signing", "OCSPSigning"),
    ("1.3.6.1.5.5.7.3.10", "dvcs", "DVCS"),
    ("1.3.6.1.5.5.7.3.17", "ipsec Internet Key Exchange", "ipsecIKE"),
    ("1.3.6.1.5.2.3.4", "PKINIT Client Auth", "pkInitClientAuth"),
    ("1.3.6.1.5.2.3.5", "Signing KDC Response", "pkInitKDC"),
    ("1.3.6.1.4.1.311.10.3.4", "Microsoft Encrypted File System", "msEFS"),
    ("1.3.6.1.4.1.311.20.2.2", "Microsoft Smartcardlogin", "msSmartcardLogin"),
    ("2.5.29.37.0", "Any Extended Key Usage", "anyExtendedKeyUsage"),
    ("1.2.840.113549.1.1.1", "rsaEncryption", "rsaEncryption"),
    ("1.2.840.113549.1.1.5", "sha1WithRSAEncryption", "RSA-SHA1"),
    ("1.2.840.113549.1.1.10", "rsassaPss", "RSASSA-PSS"),
    ("1.2.840.113549.1.1.11", "sha256WithRSAEncryption", "RSA-SHA256"),
    ("1.2.840.113549.1.1.12", "sha384WithRSAEncryption", "RSA-SHA384"),
    ("1.2.840.113549.1.1.13", "sha512WithRSAEncryption", "RSA-SHA512"),
    ("1.2.840.10045.4.3.2", "ecdsa-with-SHA256", "ecdsa-with-SHA256"),
    ("1.2.840.10045.4.3.3", "ecdsa-with-SHA384", "ecdsa-with-SHA384"),
    ("1.2.840.10045.4.3.4", "ecdsa-with-SHA512", "ecdsa-with-SHA512"),
    ("1.3.101.112", "ED25519", "ED25519"),
];

/// The identifier that `name` means: a long or short name, or the identifier itself.
pub fn find(name: &str) -> Result<&str, Failure> {
    let known = NAMES.iter().find(|(_, long, short)| name == *long || name == *short || (name == "userID" && *short == "UID"));
    match known {
        Some((oid, ..)) => Ok(oid),
        None if numbers(name).is_some() => Ok(name),
        None => Err(Failure::new(format!("Cannot find OID for \"{name}\""))),
    }
}

/// The name results use for an identifier; the identifier itself when it has none.
pub fn long(oid: &str) -> &str {
    NAMES.iter().find(|row| row.0 == oid).map_or(oid, |row| row.1)
}

/// The short name of an identifier.
pub fn short(oid: &str) -> &str {
    NAMES.iter().find(|row| row.0 == oid).map_or(oid, |row| row.2)
}

/// The numbers of an identifier, if it is one.
pub fn numbers(oid: &str) -> Option<Vec<u64>> {
    let numbers: Vec<u64> = oid.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let valid = matches!(numbers[..], [0 | 1, second, ..] if second < 40) || matches!(numbers[..], [2, second, ..] if second < 1 << 32);
    valid.then_some(numbers)
}

/// Writes an identifier, which [`find`] gave or which stands in a table.
pub fn write(writer: yasna::DERWriter, oid: &str) {
    writer.write_oid(&yasna::models::ObjectIdentifier::new(numbers(oid).unwrap_or_default()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_both_ways() {
        for name in ["CN", "commonName", "2.5.4.3"] {
            assert_eq!(find(name).ok(), Some("2.5.4.3"));
        }
        assert_eq!(long("1.3.6.1.5.5.7.3.1"), "TLS Web Server Authentication");
        assert_eq!(find("1.2.3.4").ok(), Some("1.2.3.4"));
        assert!(NAMES.iter().all(|(oid, ..)| numbers(oid).is_some()));
    }

    #[test]
    fn what_is_no_identifier_is_refused() {
        for name in ["commonname", "1", "3.1", "1.40", "1..2", "1.-2", "1.2.99999999999999999999", ""] {
            assert!(find(name).is_err(), "{name}");
        }
    }
}
