//! The lookup of what web addresses hold.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ureq::Agent;
use ureq::http::Request;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

use super::{Family, search};
use crate::language::template::Call;
use crate::language::template::filters::python;
use crate::language::{Diagnostic, Value};

pub(super) const FAMILY: Family = &[("url", url)];

/// An option that no argument has a position for.
const KEYWORD: usize = usize::MAX;

/// Where distributions keep the certificates they trust.
const BUNDLES: [&str; 4] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"];

/// `url`: what the addresses hold, by lines unless `split_lines` is false; options `username password headers timeout=10
/// validate_certs=true use_proxy=true ca_path http_agent`.
fn url(call: &Call) -> Result<Vec<Value>, Diagnostic> {
    let by_lines = call.flag_arg(KEYWORD, "split_lines", true)?;
    let agent = agent(call)?;
    let mut found = Vec::new();
    for address in search::terms(call)? {
        let text = body(call, &agent, &address)?;
        match by_lines {
            true => found.extend(text.lines().map(Value::from)),
            false => found.push(text.into()),
        }
    }
    Ok(found)
}

fn body(call: &Call, agent: &Agent, address: &str) -> Result<String, Diagnostic> {
    let failed = |e: &dyn std::fmt::Display| call.error(format!("cannot read {address}: {e}"));
    let mut request = Request::get(address);
    if let Some(user) = call.text_arg(KEYWORD, "username")? {
        let password = call.text_arg(KEYWORD, "password")?.unwrap_or_default();
        request = request.header("Authorization", format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))));
    }
    if let Some(headers) = call.given(KEYWORD, "headers")? {
        for (name, value) in call.mapping(headers)? {
            request = request.header(name.to_string(), python::text(&value));
        }
    }
    let request = request.body(()).map_err(|e| failed(&e))?;
    let mut response = agent.run(request).map_err(|e| failed(&e))?;
    response.body_mut().read_to_string().map_err(|e| failed(&e))
}

fn agent(call: &Call) -> Result<Agent, Diagnostic> {
    let timeout = Duration::from_secs(call.size_arg(KEYWORD, "timeout", 10)? as u64);
    let mut config = Agent::config_builder()
        .timeout_connect(Some(timeout))
        .timeout_recv_response(Some(timeout))
        .user_agent(call.text_arg(KEYWORD, "http_agent")?.unwrap_or_else(|| "ansible-httpget".into()))
        .tls_config(tls(call)?);
    if !call.flag_arg(KEYWORD, "use_proxy", true)? {
        config = config.proxy(None);
    }
    Ok(config.build().into())
}

fn tls(call: &Call) -> Result<TlsConfig, Diagnostic> {
    let config = TlsConfig::builder().disable_verification(!call.flag_arg(KEYWORD, "validate_certs", true)?);
    let bundle = match call.text_arg(KEYWORD, "ca_path")? {
        Some(path) => Some(std::fs::read(&path).map_err(|e| call.error(format!("{path}: {e}")))?),
        None => BUNDLES.iter().find_map(|path| std::fs::read(path).ok()),
    };
    let Some(pem) = bundle else { return Ok(config.build()) };
    let certificates = parse_pem(&pem).filter_map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(certificate),
        _ => None,
    });
    Ok(config.root_certs(RootCerts::Specific(Arc::new(certificates.collect()))).build())
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use serde_json::json;

    use crate::language::Value;
    use crate::language::template::filters::testing;

    /// Answers one request, and gives what was asked.
    fn serve(status: &'static str) -> (String, std::thread::JoinHandle<String>) {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/x", listener.local_addr().unwrap());
        let served = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 2048];
            let length = stream.read(&mut request).unwrap();
            write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 8\r\nConnection: close\r\n\r\none\ntwo\n").unwrap();
            String::from_utf8_lossy(&request[..length]).into_owned()
        });
        (address, served)
    }

    #[test]
    fn lines_of_an_address() {
        let run =
            |address: &str, kwargs| testing::call("url", super::url, json!([address]), kwargs, json!({})).map(|v| Value::list(v).to_json());
        let (address, served) = serve("200 OK");
        assert_eq!(run(&address, json!({"username": "u", "headers": {"X-A": "b"}})), Ok(json!(["one", "two"])));
        let asked = served.join().unwrap().to_lowercase();
        assert!(asked.starts_with("get /x ") && asked.contains("authorization: basic dto=") && asked.contains("x-a: b"), "{asked}");
        let (address, served) = serve("200 OK");
        assert_eq!(run(&address, json!({"split_lines": false})), Ok(json!(["one\ntwo\n"])));
        served.join().unwrap();
        let (address, served) = serve("404 Not Found");
        assert!(run(&address, json!({})).is_err_and(|e| e.to_string().contains("404")));
        served.join().unwrap();
    }
}
