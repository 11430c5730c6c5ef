//! `x509_certificate`: a certificate in a file.

use super::x509::issue::{self, Issue};
use super::x509::params::{CERTIFICATE, FILE, join};
use super::x509::target::Target;
use super::{Args, Fields, Host, Module, Outcome, Param, Spec, with_file_common};

const OWN: [Param; 29] = join(FILE, CERTIFICATE);
const PARAMS: [Param; 38] = with_file_common(OWN);

/// What excludes what in a certificate.
pub(super) const EXCLUSIVE: &[&[&str]] = &[
    &["csr_path", "csr_content"],
    &["privatekey_path", "privatekey_content"],
    &["ownca_path", "ownca_content"],
    &["ownca_privatekey_path", "ownca_privatekey_content"],
];

/// `path` `provider` (selfsigned, ownca) `csr_path` or `csr_content`, `privatekey_…`, `ownca_path` or `ownca_content`, `ownca_privatekey_…`,
/// `…_not_before` `…_not_after` `…_digest` `…_create_subject_key_identifier` `ownca_create_authority_key_identifier` `ignore_timestamps`
/// `force` `backup` `return_content` `state`, and mode, owner, group. Gives `filename privatekey csr ca_cert ca_privatekey notBefore notAfter
/// serial_number backup_file`, and `certificate` if `return_content` asks for it. Source: community.crypto.x509_certificate.
pub const MODULE: Module = Module {
    names: &["x509_certificate"],
    collection: "community.crypto",
    spec: Spec { mutually_exclusive: EXCLUSIVE, required_if: &[("state", "present", &["provider"])], ..Spec::of(&PARAMS) },
    run,
};

fn run(args: &Args, host: &mut Host) -> Outcome {
    let target = Target::read(args, host, None)?;
    let mut fields = issue::fields(args);
    fields.insert("filename".into(), target.shown().into());
    let content = match args.str("state") {
        Some("absent") => {
            target.remove(host, &mut fields)?;
            None
        }
        _ => Some(present(args, host, &target, &mut fields)?).flatten(),
    };
    if args.bool("return_content") {
        fields.insert("certificate".into(), content.map(|text| String::from_utf8_lossy(&text).into_owned()).into());
    }
    Ok(fields)
}

/// Brings the certificate into its place; gives it, if it is there (in check mode it may not be).
fn present(args: &Args, host: &mut Host, target: &Target, fields: &mut Fields) -> Result<Option<Vec<u8>>, super::Failure> {
    let issue = Issue::read(args, host)?;
    let before = target.content(host)?;
    let mut content = before.clone();
    if !before.as_deref().is_some_and(|text| issue.is_met_by(text)) {
        let text = issue.sign()?;
        issue::describe(fields, text.as_bytes())?;
        let change = issue::change(host, format!("certificate {}", target.shown()), before.as_deref(), &text);
        if target.put(host, fields, change, || Ok((text.clone().into_bytes(), ())))?.is_some() {
            content = Some(text.into_bytes());
        }
    } else if let Some(text) = &content {
        issue::describe(fields, text)?;
    }
    target.dress(host)?;
    Ok(content)
}
