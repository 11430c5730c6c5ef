//! Parameters that several modules take.

use crate::modules::Param;

/// How private keys, requests and certificates are kept in files.
pub const FILE: [Param; 5] = [
    Param::path("path").required(),
    Param::str("state").default("present").choices(&["present", "absent"]),
    Param::bool("force").default("false"),
    Param::bool("backup").default("false"),
    Param::bool("return_content").default("false"),
];

/// Who else is asked for the work; there is nobody else.
const BACKEND: Param = Param::str("select_crypto_backend").default("auto").choices(&["auto", "cryptography"]);

/// What a new private key is like.
pub const PRIVATE_KEY: [Param; 9] = [
    Param::int("size").default("4096"),
    Param::str("type").default("RSA").choices(&["DSA", "ECC", "Ed25519", "Ed448", "RSA", "X25519", "X448"]),
    Param::str("curve"),
    Param::str("passphrase").secret(),
    Param::str("cipher").default("auto"),
    Param::str("format").default("auto_ignore").choices(&["pkcs1", "pkcs8", "raw", "auto", "auto_ignore"]),
    Param::str("format_mismatch").default("regenerate").choices(&["regenerate", "convert"]),
    Param::str("regenerate").default("full_idempotence").choices(&["never", "fail", "partial_idempotence", "full_idempotence", "always"]),
    BACKEND,
];

/// What a request asks for.
pub const REQUEST: [Param; 34] = [
    Param::str("digest").default("sha256"),
    Param::path("privatekey_path"),
    Param::str("privatekey_content").secret(),
    Param::str("privatekey_passphrase").secret(),
    Param::int("version").default("1"),
    Param::dict("subject"),
    Param::list("subject_ordered"),
    Param::str("country_name").aliases(&["C", "countryName"]),
    Param::str("state_or_province_name").aliases(&["ST", "stateOrProvinceName"]),
    Param::str("locality_name").aliases(&["L", "localityName"]),
    Param::str("organization_name").aliases(&["O", "organizationName"]),
    Param::str("organizational_unit_name").aliases(&["OU", "organizationalUnitName"]),
    Param::str("common_name").aliases(&["CN", "commonName"]),
    Param::str("email_address").aliases(&["E", "emailAddress"]),
    Param::list("subject_alt_name").aliases(&["subjectAltName"]),
    Param::bool("subject_alt_name_critical").aliases(&["subjectAltName_critical"]).default("false"),
    Param::bool("use_common_name_for_san").aliases(&["useCommonNameForSAN"]).default("true"),
    Param::list("key_usage").aliases(&["keyUsage"]),
    Param::bool("key_usage_critical").aliases(&["keyUsage_critical"]).default("false"),
    Param::list("extended_key_usage").aliases(&["extKeyUsage", "extendedKeyUsage"]),
    Param::bool("extended_key_usage_critical").aliases(&["extKeyUsage_critical", "extendedKeyUsage_critical"]).default("false"),
    Param::list("basic_constraints").aliases(&["basicConstraints"]),
    Param::bool("basic_constraints_critical").aliases(&["basicConstraints_critical"]).default("false"),
    Param::bool("ocsp_must_staple").aliases(&["ocspMustStaple"]).default("false"),
    Param::bool("ocsp_must_staple_critical").aliases(&["ocspMustStaple_critical"]).default("false"),
    Param::list("name_constraints_permitted"),
    Param::list("name_constraints_excluded"),
    Param::bool("name_constraints_critical").default("false"),
    Param::bool("create_subject_key_identifier").default("false"),
    Param::str("subject_key_identifier"),
    Param::str("authority_key_identifier"),
    Param::list("authority_cert_issuer"),
    Param::int("authority_cert_serial_number"),
    Param::list("crl_distribution_points"),
];

const KEY_IDENTIFIER: [&str; 3] = ["create_if_not_provided", "always_create", "never_create"];

/// What a certificate is like, and who signs it.
pub const CERTIFICATE: [Param; 24] = [
    Param::str("provider").choices(&["ownca", "selfsigned"]),
    Param::path("csr_path"),
    Param::str("csr_content"),
    Param::bool("ignore_timestamps").default("true"),
    Param::path("privatekey_path"),
    Param::str("privatekey_content").secret(),
    Param::str("privatekey_passphrase").secret(),
    Param::path("ownca_path"),
    Param::str("ownca_content"),
    Param::path("ownca_privatekey_path"),
    Param::str("ownca_privatekey_content").secret(),
    Param::str("ownca_privatekey_passphrase").secret(),
    Param::str("ownca_digest").default("sha256"),
    Param::int("ownca_version").default("3"),
    Param::str("ownca_not_before").default("+0s"),
    Param::str("ownca_not_after").default("+3650d"),
    Param::str("ownca_create_subject_key_identifier").default("create_if_not_provided").choices(&KEY_IDENTIFIER),
    Param::bool("ownca_create_authority_key_identifier").default("true"),
    Param::str("selfsigned_digest").default("sha256"),
    Param::int("selfsigned_version").default("3"),
    Param::str("selfsigned_not_before").aliases(&["selfsigned_notBefore"]).default("+0s"),
    Param::str("selfsigned_not_after").aliases(&["selfsigned_notAfter"]).default("+3650d"),
    Param::str("selfsigned_create_subject_key_identifier").default("create_if_not_provided").choices(&KEY_IDENTIFIER),
    BACKEND,
];

/// The choice of a backend alone.
pub const BACKEND_ONLY: [Param; 1] = [BACKEND];

/// `a` followed by `b`, so `N` is `A` and `B`.
pub const fn join<const A: usize, const B: usize, const N: usize>(a: [Param; A], b: [Param; B]) -> [Param; N] {
    assert!(N == A + B);
    let mut all = [BACKEND; N];
    let mut i = 0;
    while i < N {
        all[i] = if i < A { a[i] } else { b[i - A] };
        i += 1;
    }
    all
}
