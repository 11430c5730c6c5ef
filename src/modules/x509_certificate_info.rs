//! `x509_certificate_info`: what a certificate says.

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::x509::params::{BACKEND_ONLY, join};
use super::x509::{certificate, info, pem, time};
use super::{Args, Failure, Host, Module, Outcome, Param, Spec};

const PARAMS: [Param; 5] = join(
    [
        Param::path("path"),
        Param::str("content"),
        Param::dict("valid_at"),
        Param::str("name_encoding").default("ignore").choices(&["ignore"]),
    ],
    BACKEND_ONLY,
);

/// `path` (PEM or DER) or `content` (PEM), `valid_at` (names of times, as `+3w` or `20300102030405Z`). Gives subject, issuer, key, validity,
/// extensions and fingerprints, and `valid_at`, whether the certificate is valid at each time. Numbers of more than 64 bits (`serial_number`)
/// are texts. Source: community.crypto.x509_certificate_info.
pub const MODULE: Module = Module {
    names: &["x509_certificate_info"],
    collection: "community.crypto",
    spec: Spec { mutually_exclusive: &[&["path", "content"]], required_one_of: &[&["path", "content"]], ..Spec::of(&PARAMS) },
    run,
};

fn run(args: &Args, host: &mut Host) -> Outcome {
    let text = pem::given(args, host, "path", "content")
        .map_err(|f| Failure::new(format!("Error while reading certificate file from disk: {}", f.msg)))?;
    let der = certificate::decode(&text.unwrap_or_default(), args.str("path").is_some())?;
    let parsed = certificate::parse(&der)?;
    let (not_before, not_after) = certificate::validity(&parsed);
    let mut fields = info::certificate(&parsed)?;
    let mut valid_at = Map::new();
    for (name, time) in args.dict("valid_at").unwrap_or(&Map::new()) {
        let Some(text) = time.as_str() else {
            return Err(Failure::new(format!("The value for valid_at.{name} must be of type string (got {time})")));
        };
        let time = time::read(text, &format!("valid_at.{name}"), Timestamp::now())?;
        valid_at.insert(name.clone(), Json::from((not_before..=not_after).contains(&time)));
    }
    fields.insert("valid_at".into(), valid_at.into());
    Ok(fields)
}
