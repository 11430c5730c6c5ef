//! `openssl_privatekey`: a private key in a file.

use serde_json::{Value as Json, json};
use zeroize::Zeroizing;

use super::x509::fingerprint;
use super::x509::key::{Form, PrivateKey};
use super::x509::params::{FILE, PRIVATE_KEY, join};
use super::x509::target::Target;
use super::x509::{protection, public};
use super::{Args, Change, Failure, Fields, Host, Module, Outcome, Param, Spec, with_file_common};

const OWN: [Param; 14] = join(FILE, PRIVATE_KEY);
const PARAMS: [Param; 23] = with_file_common(OWN);

/// `path` `type` (RSA, ECC, Ed25519) `size` `curve` (secp256r1, secp384r1) `passphrase` `format` (pkcs1, pkcs8, auto, auto_ignore)
/// `format_mismatch` `regenerate` `force` `backup` `return_content` `state`, and mode (0600), owner, group. Gives `type size curve
/// fingerprint filename backup_file`, and `privatekey` if `return_content` asks for it. Source: community.crypto.openssl_privatekey.
pub const MODULE: Module = Module {
    names: &["openssl_privatekey"],
    collection: "community.crypto",
    spec: Spec { required_if: &[("type", "ECC", &["curve"])], ..Spec::of(&PARAMS) },
    run,
};

fn run(args: &Args, host: &mut Host) -> Outcome {
    if args.str("cipher") != Some("auto") {
        return Err(Failure::new("cipher: only auto is supported"));
    }
    let target = Target::read(args, host, Some("0600"))?;
    let mut fields = Fields::from_iter([("filename".to_string(), target.shown().into())]);
    for parameter in ["type", "size"] {
        fields.extend(args.get(parameter).map(|value| (parameter.to_string(), value.clone())));
    }
    if args.str("type") == Some("ECC") {
        fields.insert("curve".into(), args.str("curve").into());
    }
    if args.str("state") == Some("absent") {
        fields.insert("fingerprint".into(), Json::Null);
        target.remove(host, &mut fields)?;
        return Ok(fields);
    }
    let now = target.content(host)?.map(Zeroizing::new);
    let key = match now.as_deref().map(|text| judge(args, text)) {
        Some((Verdict::Keep, Some(key))) => Some(key),
        Some((Verdict::Convert, Some(key))) => convert(args, host, &target, &mut fields, key)?,
        Some((Verdict::Fail(why), _)) => return Err(Failure::new(why)),
        Some((_, before)) => generate(args, host, &target, &mut fields, before.as_ref())?,
        None => generate(args, host, &target, &mut fields, None)?,
    };
    target.dress(host)?;
    fields.insert("fingerprint".into(), key.as_ref().map(|key| fingerprint::all(key.public())).transpose()?.unwrap_or_default());
    if args.bool("return_content") {
        let text = key.and(target.content(host)?.map(Zeroizing::new));
        fields.insert("privatekey".into(), text.map(|text| String::from_utf8_lossy(&text).into_owned()).into());
    }
    Ok(fields)
}

/// What is to be done with the key at hand.
#[derive(Debug, PartialEq)]
enum Verdict {
    Keep,
    Convert,
    Regenerate,
    Fail(String),
}

/// Judges the key at hand by `regenerate` and `format_mismatch`.
fn judge(args: &Args, text: &[u8]) -> (Verdict, Option<PrivateKey>) {
    let regenerate = if args.bool("force") { "always" } else { args.str("regenerate").unwrap_or("full_idempotence") };
    let refuse = |what: &str, remedy: &str| Verdict::Fail(format!("{what} Set regenerate to {remedy} to make a new key."));
    if regenerate == "always" {
        return (Verdict::Regenerate, None);
    }
    let key = match PrivateKey::read(text, args.str("passphrase")) {
        Ok(key) => key,
        Err(_) if regenerate == "full_idempotence" => return (Verdict::Regenerate, None),
        Err(failure) => return (refuse(&format!("Unable to read the key: {}.", failure.msg), "full_idempotence or always"), None),
    };
    let convert = args.str("format_mismatch") == Some("convert");
    let (kind, form) = (is_of_kind(args, &key), has_form(args, &key));
    let wrong = match (kind, form) {
        (false, _) => "Key has wrong type and/or size.",
        (true, false) if !convert => "Key has wrong format.",
        _ => "",
    };
    let verdict = match (wrong, regenerate) {
        ("", _) | (_, "never") if !form && convert => Verdict::Convert,
        ("", _) | (_, "never") => Verdict::Keep,
        (_, "fail") => refuse(wrong, "partial_idempotence, full_idempotence or always"),
        _ => Verdict::Regenerate,
    };
    (verdict, Some(key))
}

fn is_of_kind(args: &Args, key: &PrivateKey) -> bool {
    let size = args.int("size").and_then(|size| u64::try_from(size).ok());
    args.str("type") == Some(key.kind().name())
        && match key.kind().curve() {
            Some(curve) => args.str("curve") == Some(curve),
            None => public::size(key.public()).is_none_or(|bits| Some(bits) == size),
        }
}

fn has_form(args: &Args, key: &PrivateKey) -> bool {
    args.str("format") == Some("auto_ignore") || form(args, key.form()) == key.form()
}

/// The form the task wants; `auto_ignore` takes the one that is there, and a passphrase PKCS#8.
fn form(args: &Args, now: Form) -> Form {
    match (args.str("format"), args.str("type")) {
        (_, Some("Ed25519")) | (Some("pkcs8"), _) => Form::Pkcs8,
        (Some("auto"), _) if args.str("passphrase").is_some() => now,
        (Some("pkcs1" | "auto"), _) => Form::Traditional,
        _ => now,
    }
}

/// The key as the file is to hold it.
fn text(args: &Args, key: &PrivateKey) -> Result<Zeroizing<String>, Failure> {
    match (args.str("passphrase"), args.str("format")) {
        (Some(_), Some("pkcs1")) => {
            Err(Failure::new("format: a key under a passphrase is written in PKCS#8; leave format out or set it to pkcs8"))
        }
        (Some(passphrase), _) => protection::seal(&key.pkcs8(), passphrase),
        (None, _) => Ok(key.pem(form(args, key.form()))),
    }
}

/// What a diff shows of a key: nothing of what it holds.
fn state(key: &PrivateKey) -> Json {
    json!({"type": key.kind().name(), "curve": key.kind().curve(), "size": public::size(key.public())})
}

/// The same of the key that the task asks for.
fn asked(args: &Args) -> Json {
    let of = |kind: &str, parameter: &str| args.get(parameter).filter(|_| args.str("type") == Some(kind));
    json!({"type": args.get("type"), "curve": of("ECC", "curve"), "size": of("RSA", "size")})
}

/// Makes a key; `before` is the one whose place it takes, as far as that can be read.
fn generate(
    args: &Args,
    host: &mut Host,
    target: &Target,
    fields: &mut Fields,
    before: Option<&PrivateKey>,
) -> Result<Option<PrivateKey>, Failure> {
    let kind = args.need("type")?;
    if args.str("format") == Some("raw") || (kind == "Ed25519" && args.str("format") == Some("pkcs1")) {
        return Err(Failure::new(format!("a key of type {kind} cannot be written in this format")));
    }
    let size = args.int("size").and_then(|size| usize::try_from(size).ok()).unwrap_or_default();
    let curve = args.str("curve").unwrap_or_default();
    let make = || match kind {
        "RSA" => PrivateKey::make_rsa(size),
        "ECC" => PrivateKey::make_ec(curve),
        "Ed25519" => PrivateKey::make_ed25519(),
        _ => Err(Failure::new(format!("keys of type {kind} cannot be made; RSA, ECC and Ed25519 can"))),
    };
    let change = Change::new(format!("private key {}", target.shown())).states(before.map_or_else(|| json!({}), state), asked(args));
    target.put(host, fields, change, || {
        let key = make()?;
        Ok((text(args, &key)?.as_bytes().to_vec(), key))
    })
}

fn convert(args: &Args, host: &mut Host, target: &Target, fields: &mut Fields, key: PrivateKey) -> Result<Option<PrivateKey>, Failure> {
    let text = text(args, &key)?;
    target
        .put(host, fields, Change::new(format!("format of the private key {}", target.shown())), || Ok((text.as_bytes().to_vec(), ())))?;
    Ok(Some(key))
}
