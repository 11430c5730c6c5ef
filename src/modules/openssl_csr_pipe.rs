//! `openssl_csr_pipe`: a request for a certificate, in the result alone.

use super::openssl_csr::{Asked, COMMON, EXCLUSIVE};
use super::x509::params::join;
use super::{Args, Host, Module, Outcome, Param, Spec};

const PARAMS: [Param; 36] = join([Param::str("content")], COMMON);

/// The parameters of `openssl_csr` without those of a file, and `content`, the request as it was. Gives `csr` and what `openssl_csr` does.
/// Nothing on the host changes; `changed` says that `csr` is not `content`. Source: community.crypto.openssl_csr_pipe.
pub const MODULE: Module = Module {
    names: &["openssl_csr_pipe"],
    collection: "community.crypto",
    spec: Spec { mutually_exclusive: EXCLUSIVE, required_one_of: &[&["privatekey_path", "privatekey_content"]], ..Spec::of(&PARAMS) },
    run,
};

fn run(args: &Args, host: &mut Host) -> Outcome {
    let asked = Asked::read(args, host)?;
    let mut fields = asked.fields(args);
    let content = args.str("content");
    if let Some(content) = content.filter(|text| asked.is_met_by(text.as_bytes())) {
        host.unchanged("the request is as asked for");
        fields.insert("csr".into(), content.into());
        return Ok(fields);
    }
    let text = asked.sign()?;
    let change = asked.change(host, "in the result".into(), content.map(str::as_bytes), &text);
    host.change(change, |_| Ok(()))?;
    fields.insert("csr".into(), text.into());
    Ok(fields)
}
