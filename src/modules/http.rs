//! HTTP for the modules that speak it.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ureq::http::{Request, Response};
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body};

use super::args::text;
use super::files;
use super::{Args, Failure, Host, IoContext};

/// Where distributions keep the certificates they trust.
const BUNDLES: [&str; 4] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"];

/// One request's method, address and body; headers and the rest come from the task's parameters.
pub struct Call<'a> {
    /// `GET`, `POST` …
    pub method: &'a str,
    /// The address.
    pub url: &'a str,
    /// Headers beside those the task names.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// How many redirects are followed.
    pub redirects: u32,
}

/// Sends a request with the parameters `timeout headers url_username url_password force_basic_auth validate_certs
/// ca_path client_cert client_key http_agent use_proxy`. Every status is an answer, none an error.
pub fn send(args: &Args, host: &Host, call: Call) -> Result<Response<Body>, Failure> {
    let timeout = Duration::from_secs(args.int("timeout").and_then(|n| u64::try_from(n).ok()).unwrap_or(10));
    let mut config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(call.redirects)
        .max_redirects_will_error(false)
        .timeout_connect(Some(timeout))
        .timeout_recv_response(Some(timeout))
        .user_agent(args.str("http_agent").unwrap_or("ansible-httpget"))
        .tls_config(tls(args, host)?);
    if args.maybe_bool("use_proxy") == Some(false) {
        config = config.proxy(None);
    }
    let mut request = Request::builder().method(call.method).uri(call.url);
    for (name, value) in call.headers {
        request = request.header(name, value);
    }
    for (name, value) in args.dict("headers").into_iter().flatten() {
        request = request.header(name, text(value));
    }
    if let Some(user) = args.str("url_username") {
        let pair = format!("{user}:{}", args.str("url_password").unwrap_or_default());
        request = request.header("Authorization", format!("Basic {}", STANDARD.encode(pair)));
    }
    let wrong = |e: &dyn std::fmt::Display| Failure::new(format!("Request failed: {e}")).with("url", call.url).with("status", -1);
    let request = request.body(call.body).map_err(|e| wrong(&e))?;
    Agent::from(config.build()).run(request).map_err(|e| wrong(&e))
}

fn tls(args: &Args, host: &Host) -> Result<TlsConfig, Failure> {
    let mut config = TlsConfig::builder().disable_verification(args.maybe_bool("validate_certs") == Some(false));
    let given = args.str("ca_path").map(|path| files::expand(host, path));
    if let Some(path) = given {
        let bytes = std::fs::read(&path).context("read the certificates in", &path)?;
        config = config.root_certs(roots(&bytes));
    } else if let Some(bytes) = BUNDLES.iter().find_map(|path| std::fs::read(path).ok()) {
        config = config.root_certs(roots(&bytes));
    }
    if let Some(path) = args.str("client_cert").map(|path| files::expand(host, path)) {
        let key = args.str("client_key").map_or_else(|| path.clone(), |key| files::expand(host, key));
        let chain = certificates(&std::fs::read(&path).context("read the certificate", &path)?);
        let key = PrivateKey::from_pem(&std::fs::read(&key).context("read the key", &key)?).context("read the key", &key)?;
        config = config.client_cert(Some(ClientCert::new_with_certs(&chain, key)));
    }
    Ok(config.build())
}

fn roots(pem: &[u8]) -> RootCerts {
    RootCerts::Specific(Arc::new(certificates(pem)))
}

fn certificates(pem: &[u8]) -> Vec<Certificate<'static>> {
    parse_pem(pem)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect()
}
