//! The providers of certificates: a key that signs for itself, an authority of one's own.

use jiff::Timestamp;

use super::certificate::{self, Certificate};
use super::extension::{self, AUTHORITY_KEY_IDENTIFIER, Extension, SUBJECT_KEY_IDENTIFIER};
use super::key::PrivateKey;
use super::request::Request;
use super::sign::Signer;
use super::{fingerprint, info, pem, public, time};
use crate::modules::{Args, Change, Failure, Fields, Host};

/// A certificate a task asks for, with what can sign it.
pub struct Issue {
    wanted: Certificate,
    /// The public key of who signs.
    issuer: Vec<u8>,
    signer: Signer,
    force: bool,
    ignore_timestamps: bool,
}

impl Issue {
    /// Reads the parameters of the task's provider.
    pub fn read(args: &Args, host: &Host) -> Result<Issue, Failure> {
        let provider = args.need("provider")?;
        let key = PrivateKey::given(args, host, "")?;
        let request = request(args, host)?;
        if let (Some(key), Some(request)) = (&key, &request)
            && key.public() != request.public
        {
            return Err(Failure::new("The private key does not belong to the certificate signing request"));
        }
        let option = |end: &str| format!("{provider}_{end}");
        let digest = args.str(&option("digest")).unwrap_or("sha256");
        let (wanted, issuer, signer) = match (provider, key, request) {
            ("selfsigned", None, _) => {
                return Err(Failure::new("One of privatekey_path and privatekey_content must be specified for the selfsigned provider."));
            }
            ("selfsigned", Some(key), request) => {
                let request = request.map_or_else(|| Request::of(&key, Vec::new(), Vec::new()), Ok)?;
                (wanted(args, &request, request.subject.clone(), None)?, request.public, Signer::new(&key, digest)?)
            }
            (_, _, None) => return Err(Failure::new("csr_path or csr_content is required for ownca provider")),
            (_, _, Some(request)) => {
                let (authority, key) = authority(args, host)?;
                let identifier = args.bool("ownca_create_authority_key_identifier").then(|| authority.key_identifier());
                (wanted(args, &request, authority.subject, identifier)?, authority.public, Signer::new(&key, digest)?)
            }
        };
        Ok(Issue { wanted, issuer, signer, force: args.bool("force"), ignore_timestamps: args.bool("ignore_timestamps") })
    }

    /// Whether the certificate at hand is what the task asks for.
    pub fn is_met_by(&self, text: &[u8]) -> bool {
        let Ok(der) = certificate::decode(text, false) else { return false };
        let Ok(parsed) = certificate::parse(&der) else { return false };
        let (found, wanted) = (Certificate::of(&parsed), &self.wanted);
        let names = found.subject == wanted.subject && found.issuer == wanted.issuer && found.public == wanted.public;
        let times = self.ignore_timestamps || (found.not_before == wanted.not_before && found.not_after == wanted.not_after);
        let extensions = extension::same(&found.extensions, &wanted.extensions);
        !self.force && names && times && extensions && certificate::is_signed_by(&parsed, &self.issuer)
    }

    /// Signs the certificate; gives it in PEM.
    pub fn sign(&self) -> Result<String, Failure> {
        self.wanted.pem(&self.signer)
    }
}

/// What a change from one certificate to another is called and looks like.
pub fn change(host: &Host, what: String, before: Option<&[u8]>, after: &str) -> Change {
    match host.wants_diff() {
        true => Change::new(what).states(info::certificate_state(before), info::certificate_state(Some(after.as_bytes()))),
        false => Change::new(what),
    }
}

/// The fields that every result about a certificate has.
pub fn fields(args: &Args) -> Fields {
    let mut rows = vec![("privatekey", "privatekey_path"), ("csr", "csr_path")];
    if args.str("provider") == Some("ownca") {
        rows.extend([("ca_cert", "ownca_path"), ("ca_privatekey", "ownca_privatekey_path")]);
    }
    rows.into_iter().map(|(field, parameter)| (field.to_string(), args.str(parameter).into())).collect()
}

/// The fields that say what a certificate holds.
pub fn describe(fields: &mut Fields, text: &[u8]) -> Result<(), Failure> {
    let der = certificate::decode(text, false)?;
    let parsed = certificate::parse(&der)?;
    let (not_before, not_after) = certificate::validity(&parsed);
    fields.insert("notBefore".into(), time::show(not_before).into());
    fields.insert("notAfter".into(), time::show(not_after).into());
    fields.insert("serial_number".into(), public::json_number(&parsed.tbs_certificate.serial));
    Ok(())
}

fn request(args: &Args, host: &Host) -> Result<Option<Request>, Failure> {
    let Some(text) = pem::given(args, host, "csr_path", "csr_content")? else { return Ok(None) };
    let source = args.str("csr_path").unwrap_or("csr_content");
    Request::read(&text).map(Some).map_err(|failure| Failure::new(format!("{source}: {}", failure.msg)))
}

/// The authority's certificate and its key.
fn authority(args: &Args, host: &Host) -> Result<(Certificate, PrivateKey), Failure> {
    let missing =
        |what: &str| Failure::new(format!("One of ownca_{what}path and ownca_{what}content must be specified for the ownca provider."));
    let text = pem::given(args, host, "ownca_path", "ownca_content")?.ok_or_else(|| missing(""))?;
    let source = args.str("ownca_path").unwrap_or("ownca_content");
    let placed = |failure: Failure| Failure::new(format!("{source}: {}", failure.msg));
    let der = certificate::decode(&text, false).map_err(placed)?;
    let certificate = Certificate::of(&certificate::parse(&der).map_err(placed)?);
    let key = PrivateKey::given(args, host, "ownca_")?.ok_or_else(|| missing("privatekey_"))?;
    match key.public() == certificate.public {
        true => Ok((certificate, key)),
        false => Err(Failure::new("The CA private key does not belong to the CA certificate")),
    }
}

/// The certificate for `request` from `issuer`, whose key has the identifier `authority` if that is to be said.
fn wanted(args: &Args, request: &Request, issuer: Vec<u8>, authority: Option<Vec<u8>>) -> Result<Certificate, Failure> {
    let provider = args.need("provider")?;
    let now = Timestamp::now();
    let at = |end: &str| {
        let parameter = format!("{provider}_{end}");
        time::read(args.need(&parameter)?, &parameter, now)
    };
    let policy = args.str(&format!("{provider}_create_subject_key_identifier")).unwrap_or("create_if_not_provided");
    let mut extensions = request.extensions.clone();
    if policy == "always_create" {
        extensions.retain(|extension| extension.oid != SUBJECT_KEY_IDENTIFIER);
    }
    if policy != "never_create" && !extensions.iter().any(|extension| extension.oid == SUBJECT_KEY_IDENTIFIER) {
        extensions.push(Extension::subject_key(&fingerprint::key_identifier(&public::bits(&request.public))));
    }
    if let Some(identifier) = authority {
        extensions.retain(|extension| extension.oid != AUTHORITY_KEY_IDENTIFIER);
        extensions.push(Extension::authority_key(&identifier));
    }
    let (not_before, not_after) = (at("not_before")?, at("not_after")?);
    if not_after < not_before {
        return Err(Failure::new(format!("{provider}_not_after lies before {provider}_not_before")));
    }
    Ok(Certificate { issuer, subject: request.subject.clone(), public: request.public.clone(), extensions, not_before, not_after })
}
