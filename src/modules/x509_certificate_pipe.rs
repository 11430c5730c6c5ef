//! `x509_certificate_pipe`: a certificate, in the result alone.

use super::x509::issue::{self, Issue};
use super::x509::params::{CERTIFICATE, join};
use super::x509_certificate::EXCLUSIVE;
use super::{Args, Failure, Host, Module, Outcome, Param, Spec};

const PARAMS: [Param; 26] = join([Param::str("content"), Param::bool("force").default("false")], CERTIFICATE);

/// The parameters of `x509_certificate` without those of a file, and `content`, the certificate as it was. Gives `certificate` and what
/// `x509_certificate` does. Nothing on the host changes; `changed` says that `certificate` is not `content`.
/// Source: community.crypto.x509_certificate_pipe.
pub const MODULE: Module = Module {
    names: &["x509_certificate_pipe"],
    collection: "community.crypto",
    spec: Spec { mutually_exclusive: EXCLUSIVE, ..Spec::of(&PARAMS) },
    run,
};

fn run(args: &Args, host: &mut Host) -> Outcome {
    if args.str("provider").is_none() {
        return Err(Failure::new("missing required arguments: provider"));
    }
    let issue = Issue::read(args, host)?;
    let mut fields = issue::fields(args);
    let content = args.str("content");
    let text = match content.filter(|text| issue.is_met_by(text.as_bytes())) {
        Some(content) => {
            host.unchanged("the certificate is as asked for");
            content.to_string()
        }
        None => {
            let text = issue.sign()?;
            let change = issue::change(host, "certificate in the result".into(), content.map(str::as_bytes), &text);
            host.change(change, |_| Ok(()))?;
            text
        }
    };
    issue::describe(&mut fields, text.as_bytes())?;
    fields.insert("certificate".into(), text.into());
    Ok(fields)
}
