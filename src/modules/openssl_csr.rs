//! `openssl_csr`: a request for a certificate in a file.

use serde_json::{Value as Json, json};

use super::x509::fingerprint::key_identifier;
use super::x509::key::PrivateKey;
use super::x509::name::{self, Attributes};
use super::x509::params::{BACKEND_ONLY, FILE, REQUEST, join};
use super::x509::request::Request;
use super::x509::sign::Signer;
use super::x509::target::Target;
use super::x509::{info, public, wanted};
use super::{Args, Change, Failure, Fields, Host, Module, Outcome, Param, Spec, with_file_common};

/// What the two modules for requests take.
pub(super) const COMMON: [Param; 35] = join(REQUEST, BACKEND_ONLY);
const OWN: [Param; 40] = join(FILE, COMMON);
const PARAMS: [Param; 49] = with_file_common(OWN);

/// What excludes what in a request.
pub(super) const EXCLUSIVE: &[&[&str]] = &[&["privatekey_path", "privatekey_content"], &["subject", "subject_ordered"]];

/// `path` `privatekey_path` or `privatekey_content`, `subject` `subject_ordered` `common_name`…, `subject_alt_name` `key_usage`
/// `extended_key_usage` `basic_constraints` `name_constraints_…` `ocsp_must_staple` `crl_distribution_points` `…_key_identifier`, most with
/// `…_critical`; `digest` `use_common_name_for_san` `force` `backup` `return_content` `state`, and mode, owner, group. Gives `privatekey
/// subject subjectAltName keyUsage extendedKeyUsage basicConstraints ocspMustStaple name_constraints_… filename backup_file`, and `csr` if
/// `return_content` asks for it. Source: community.crypto.openssl_csr.
pub const MODULE: Module = Module {
    names: &["openssl_csr"],
    collection: "community.crypto",
    spec: Spec { mutually_exclusive: EXCLUSIVE, ..Spec::of(&PARAMS) },
    run,
};

fn run(args: &Args, host: &mut Host) -> Outcome {
    let target = Target::read(args, host, None)?;
    if args.str("state") == Some("absent") {
        let mut fields = Fields::from_iter([("filename".to_string(), target.shown().into())]);
        target.remove(host, &mut fields)?;
        return Ok(fields);
    }
    let asked = Asked::read(args, host)?;
    let mut fields = asked.fields(args);
    fields.insert("filename".into(), target.shown().into());
    let before = target.content(host)?;
    let mut content = before.clone();
    if args.bool("force") || !before.as_deref().is_some_and(|text| asked.is_met_by(text)) {
        let text = asked.sign()?;
        let change = asked.change(host, target.shown(), before.as_deref(), &text);
        if target.put(host, &mut fields, change, || Ok((text.clone().into_bytes(), ())))?.is_some() {
            content = Some(text.into_bytes());
        }
    }
    target.dress(host)?;
    if args.bool("return_content") {
        fields.insert("csr".into(), content.map(|text| String::from_utf8_lossy(&text).into_owned()).into());
    }
    Ok(fields)
}

/// A request a task asks for, with what can sign it.
pub(super) struct Asked {
    request: Request,
    signer: Signer,
    subject: Attributes,
    names: Vec<String>,
    ordered: bool,
}

impl Asked {
    pub(super) fn read(args: &Args, host: &Host) -> Result<Asked, Failure> {
        let key = PrivateKey::given(args, host, "")?;
        let key = key.ok_or_else(|| Failure::new("one of the following is required: privatekey_path, privatekey_content"))?;
        let subject = name::wanted(args)?;
        let mut names = args.strings("subject_alt_name");
        if names.is_empty() && args.bool("use_common_name_for_san") {
            let common = subject.iter().find(|(name, _)| name == "commonName" || name == "CN");
            names.extend(common.map(|(_, value)| format!("DNS:{value}")));
        }
        let extensions = wanted::extensions(args, &names, &key_identifier(&public::bits(key.public())))?;
        let request = Request::of(&key, name::resolve(&subject)?, extensions)?;
        let signer = Signer::new(&key, args.need("digest")?)?;
        Ok(Asked { request, signer, subject, names, ordered: args.list("subject_ordered").is_some_and(|list| !list.is_empty()) })
    }

    /// Whether the request at hand asks for what the task does.
    pub(super) fn is_met_by(&self, text: &[u8]) -> bool {
        Request::read(text).is_ok_and(|found| self.request.same(&found, self.ordered))
    }

    /// The request in PEM.
    pub(super) fn sign(&self) -> Result<String, Failure> {
        self.request.pem(&self.signer)
    }

    /// What the change is called and looks like.
    pub(super) fn change(&self, host: &Host, place: String, before: Option<&[u8]>, after: &str) -> Change {
        let change = Change::new(format!("certificate signing request {place}"));
        match host.wants_diff() {
            true => change.states(info::request_state(before), info::request_state(Some(after.as_bytes()))),
            false => change,
        }
    }

    /// What the result says of the task itself.
    pub(super) fn fields(&self, args: &Args) -> Fields {
        let given = |parameter: &str| args.get(parameter).cloned().unwrap_or_default();
        let listed = |parameter: &str| args.get(parameter).cloned().unwrap_or_else(|| json!([]));
        let names = if self.names.is_empty() { given("subject_alt_name") } else { self.names.clone().into() };
        let rows: [(&str, Json); 9] = [
            ("privatekey", given("privatekey_path")),
            ("subject", self.subject.iter().map(|(name, value)| json!([name, value])).collect()),
            ("subjectAltName", names),
            ("keyUsage", given("key_usage")),
            ("extendedKeyUsage", given("extended_key_usage")),
            ("basicConstraints", given("basic_constraints")),
            ("ocspMustStaple", given("ocsp_must_staple")),
            ("name_constraints_permitted", listed("name_constraints_permitted")),
            ("name_constraints_excluded", listed("name_constraints_excluded")),
        ];
        rows.into_iter().map(|(key, value)| (key.to_string(), value)).collect()
    }
}
