//! Authorities and what they sign, made by the modules and checked by others: x509-parser, and openssl where it is installed.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::AtomicBool;

use rplay::modules::host::{Controller, Mode};
use rplay::modules::{Args, Failure, Host, find};
use serde_json::{Value as Json, json};
use x509_parser::pem::Pem;

/// A controller with nothing to give.
struct Alone;

impl Controller for Alone {
    fn blob(&mut self, hash: &str) -> Result<std::path::PathBuf, Failure> {
        Err(Failure::new(format!("no content {hash}")))
    }
    fn output(&mut self, _bytes: &[u8]) {}
}

/// Runs a module, which must succeed.
fn run(module: &str, args: Json) -> Json {
    let found = find(module).expect("a module");
    let (mode, mut controller, cancel) = (Mode::default(), Alone, AtomicBool::new(false));
    let mut host = Host::new(&mode, &mut controller, &cancel);
    let outcome = Args::bind(found, args.as_object().cloned().unwrap_or_default()).and_then(|args| (found.run)(&args, &mut host));
    let result = Json::Object(host.finish(outcome));
    assert_ne!(result["failed"], true, "{module}: {result}");
    result
}

/// The kinds of keys, as parameters.
fn kinds() -> [Json; 4] {
    [
        json!({"type": "ECC", "curve": "secp256r1"}),
        json!({"type": "ECC", "curve": "secp384r1"}),
        json!({"type": "Ed25519"}),
        json!({"type": "RSA", "size": 2048}),
    ]
}

fn key(path: &Path, kind: &Json) -> Json {
    let mut args = kind.clone();
    args["path"] = json!(path);
    run("community.crypto.openssl_privatekey", args)
}

/// Makes an authority with a key of one kind in `dir`, and a certificate it signed for a key of another.
fn chain(dir: &Path, authority: &Json, leaf: &Json) {
    let [ca_key, ca, leaf_key, cert] = ["ca.key", "ca.crt", "leaf.key", "leaf.crt"].map(|name| dir.join(name));
    key(&ca_key, authority);
    let made = key(&leaf_key, leaf);
    let request = run(
        "openssl_csr_pipe",
        json!({"privatekey_path": ca_key, "subject": {"commonName": "ca"}, "use_common_name_for_san": false,
            "basic_constraints": ["CA:TRUE"], "basic_constraints_critical": true, "key_usage": ["keyCertSign"], "key_usage_critical": true}),
    );
    run("x509_certificate", json!({"path": ca, "provider": "selfsigned", "privatekey_path": ca_key, "csr_content": request["csr"]}));
    let request = run("openssl_csr_pipe", json!({"privatekey_path": leaf_key, "common_name": "leaf.example"}));
    let signed = run(
        "x509_certificate_pipe",
        json!({"provider": "ownca", "csr_content": request["csr"], "ownca_path": ca, "ownca_privatekey_path": ca_key, "ownca_not_after": "+30d"}),
    );
    std::fs::write(&cert, signed["certificate"].as_str().expect("a certificate")).expect("a file");
    let seen = run("x509_certificate_info", json!({"path": cert, "valid_at": {"soon": "+29d", "late": "+31d"}}));
    assert_eq!(seen["valid_at"], json!({"soon": true, "late": false}));
    assert_eq!(seen["subject_alt_name"], json!(["DNS:leaf.example"]));
    assert_eq!(seen["public_key_fingerprints"], made["fingerprint"], "the certificate is for another key");
}

/// Whether the certificate in one file was signed by the key of the certificate in the other.
fn vouches(authority: &Path, leaf: &Path) -> bool {
    let read = |path: &Path| Pem::iter_from_buffer(&std::fs::read(path).expect("a file")).next().expect("a block").expect("PEM");
    let (authority, leaf) = (read(authority), read(leaf));
    let (authority, leaf) = (authority.parse_x509().expect("a certificate"), leaf.parse_x509().expect("a certificate"));
    assert_eq!(leaf.issuer(), authority.subject());
    leaf.verify_signature(Some(authority.public_key())).is_ok()
}

#[test]
fn authorities_vouch_for_what_they_sign() {
    let kinds = kinds();
    for (index, authority) in kinds.iter().enumerate() {
        let root = tempfile::tempdir().expect("a directory");
        let dir = root.path();
        chain(dir, authority, &kinds[(index + 1) % kinds.len()]);
        let [ca, leaf] = ["ca.crt", "leaf.crt"].map(|name| dir.join(name));
        assert!(vouches(&ca, &leaf), "{authority}");
        assert!(vouches(&ca, &ca), "{authority} does not vouch for itself");
        // openssl is not everywhere; where it is, it has to agree.
        if let Ok(seen) = Command::new("openssl").args(["verify", "-x509_strict", "-CAfile"]).args([&ca, &leaf]).output() {
            assert!(seen.status.success(), "{authority}: {}", String::from_utf8_lossy(&seen.stderr));
        }
    }
}

#[test]
fn another_authority_of_the_same_name_does_not_vouch() {
    let [one, other] = [0, 1].map(|_| tempfile::tempdir().expect("a directory"));
    let kind = &kinds()[0];
    chain(one.path(), kind, kind);
    chain(other.path(), kind, kind);
    assert!(!vouches(&one.path().join("ca.crt"), &other.path().join("leaf.crt")));
}
