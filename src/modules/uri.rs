//! `uri`: one HTTP request.

use std::time::Instant;

use serde_json::{Value as Json, json};
use ureq::http::HeaderMap;

use super::args::text;
use super::files::{self, Wanted};
use super::http::{self, Call};
use super::{Args, Change, Content, Failure, Fields, Host, IoContext, Kind, Module, Outcome, Param, Spec, with_file_common};

const PARAMS: [Param; 36] = with_file_common([
    Param::str("url").required(),
    Param::path("dest"),
    Param::str("method").default("GET"),
    Param::new("body", Kind::Raw),
    Param::str("body_format").default("raw").choices(&["form-urlencoded", "json", "raw", "form-multipart"]),
    Param::path("src"),
    Param::bool("return_content").default("false"),
    Param::str("follow_redirects").default("safe").choices(&["all", "no", "none", "safe", "urllib2", "yes"]),
    Param::path("creates"),
    Param::path("removes"),
    Param::list("status_code").default("200"),
    Param::int("timeout").default("30"),
    Param::dict("headers"),
    Param::bool("validate_certs").default("true"),
    Param::path("client_cert"),
    Param::path("client_key"),
    Param::path("ca_path"),
    Param::str("url_username").aliases(&["user"]),
    Param::str("url_password").aliases(&["password"]).secret(),
    Param::bool("force_basic_auth").default("false"),
    Param::str("http_agent").default("ansible-httpget"),
    Param::bool("use_proxy").default("true"),
    Param::bool("force").default("false"),
    Param::bool("remote_src").default("false"),
    Param::path("unix_socket"),
    Param::list("ciphers"),
    Param::bool("use_netrc").default("true"),
]);

/// `url` `method` `body` `body_format` `src` `dest` `headers` `status_code` `return_content` `follow_redirects` `timeout`
/// `creates` `removes` `validate_certs` `client_cert` `client_key` `ca_path` `url_username` `url_password`. Gives `status msg
/// url content json redirected elapsed` and the headers. Source: ansible.builtin.uri.
pub const MODULE: Module = Module {
    names: &["uri"],
    collection: "ansible.builtin",
    spec: Spec { mutually_exclusive: &[&["body", "src"]], ..Spec::of(&PARAMS) },
    run,
};

fn run(args: &Args, host: &mut Host) -> Outcome {
    if let Some(reason) = settled(args, host) {
        host.unchanged(reason.as_str());
        return Ok(Fields::from_iter([("stdout".to_string(), reason.into())]));
    }
    let (method, url) = (args.need("method")?.to_uppercase(), args.need("url")?);
    if host.is_check() {
        host.opaque(&format!("{method} {url}"), |_| Ok(()))?;
        return Ok(Fields::new());
    }
    let (body, kind) = body(args, host)?;
    let named = args.dict("headers").is_some_and(|headers| headers.keys().any(|name| name.eq_ignore_ascii_case("content-type")));
    let headers = kind.filter(|_| !named).map(|kind| ("Content-Type".to_string(), kind.to_string())).into_iter().collect();
    let redirects = match args.str("follow_redirects").unwrap_or_default() {
        "no" | "none" => 0,
        "safe" | "urllib2" if !matches!(method.as_str(), "GET" | "HEAD") => 0,
        _ => 10,
    };
    let started = Instant::now();
    let mut answer = http::send(args, host, Call { method: &method, url, headers, body, redirects })?;
    let status = answer.status();
    let mut fields = head(answer.headers());
    fields.extend([
        ("status".to_string(), Json::from(status.as_u16())),
        ("url".to_string(), url.into()),
        ("redirected".to_string(), false.into()),
    ]);
    let bytes = answer.body_mut().with_config().limit(1 << 30).read_to_vec().context("read the answer of", url)?;
    fields.insert("elapsed".into(), started.elapsed().as_secs().into());
    let reason = status.canonical_reason().unwrap_or_default();
    let fine = args.strings("status_code").iter().any(|code| *code == status.as_u16().to_string());
    fields.insert(
        "msg".into(),
        if status.is_success() { format!("OK ({} bytes)", bytes.len()) } else { format!("HTTP Error {}: {reason}", status.as_u16()) }
            .into(),
    );
    let text = String::from_utf8_lossy(&bytes);
    let is_json = fields.get("content_type").and_then(Json::as_str).is_some_and(|kind| kind.contains("json"));
    if let Some(json) = is_json.then(|| serde_json::from_str::<Json>(&text).ok()).flatten() {
        fields.insert("json".into(), json);
    }
    if args.bool("return_content") || !fine {
        fields.insert("content".into(), text.as_ref().into());
    }
    if !fine {
        let wanted = args.strings("status_code").join(", ");
        let msg = format!("Status code was {} and not [{wanted}]: {}", status.as_u16(), text_of(&fields, "msg"));
        return Err(Failure { fields, ..Failure::new(msg) });
    }
    if args.str("dest").is_some() {
        save(args, host, &bytes, &mut fields)?;
    }
    Ok(fields)
}

fn text_of(fields: &Fields, key: &str) -> String {
    fields.get(key).map(text).unwrap_or_default()
}

/// Why `creates` or `removes` make the request unnecessary.
fn settled(args: &Args, host: &Host) -> Option<String> {
    let there = |name: &str| args.str(name).map(|path| (path, files::expand(host, path).exists()));
    match (there("creates"), there("removes")) {
        (Some((path, true)), _) => Some(format!("skipped, since '{path}' exists")),
        (_, Some((path, false))) => Some(format!("skipped, since '{path}' does not exist")),
        _ => None,
    }
}

/// The headers as fields: lower case, underscores.
fn head(headers: &HeaderMap) -> Fields {
    let entries = headers.iter().filter_map(|(name, value)| Some((name.as_str().replace('-', "_"), Json::from(value.to_str().ok()?))));
    entries.collect()
}

/// The body and its type.
fn body(args: &Args, host: &Host) -> Result<(Vec<u8>, Option<&'static str>), Failure> {
    if let Some(src) = args.str("src").map(|src| files::expand(host, src)) {
        return std::fs::read(&src).context("read", &src).map(|bytes| (bytes, None));
    }
    let Some(body) = args.get("body") else { return Ok((Vec::new(), None)) };
    match args.need("body_format")? {
        "json" => {
            let text = body.as_str().map_or_else(|| body.to_string(), str::to_string);
            Ok((text.into_bytes(), Some("application/json")))
        }
        "form-urlencoded" => Ok((form(body)?.into_bytes(), Some("application/x-www-form-urlencoded"))),
        "raw" => Ok((body.as_str().map_or_else(|| body.to_string(), str::to_string).into_bytes(), None)),
        other => Err(Failure::new(format!("body_format {other} is not supported"))),
    }
}

fn form(body: &Json) -> Result<String, Failure> {
    let pairs: Vec<(String, &Json)> = match body {
        Json::String(text) => return Ok(text.clone()),
        Json::Object(map) => map.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Json::Array(list) => list.iter().filter_map(|pair| Some((text(pair.get(0)?), pair.get(1)?))).collect(),
        _ => return Err(Failure::new("failed to parse body as form_urlencoded: it is neither a mapping nor a list of pairs")),
    };
    let each = |(key, value): (String, &Json)| match value {
        Json::Array(values) => values.iter().map(|value| format!("{}={}", quote(&key), quote(&text(value)))).collect::<Vec<_>>(),
        value => vec![format!("{}={}", quote(&key), quote(&text(value)))],
    };
    Ok(pairs.into_iter().flat_map(each).collect::<Vec<_>>().join("&"))
}

fn quote(text: &str) -> String {
    let byte = |b: u8| match b {
        b' ' => "+".to_string(),
        b if b.is_ascii_alphanumeric() || b"-._~".contains(&b) => char::from(b).to_string(),
        b => format!("%{b:02X}"),
    };
    text.bytes().map(byte).collect()
}

fn save(args: &Args, host: &mut Host, bytes: &[u8], fields: &mut Fields) -> Result<(), Failure> {
    let mut path = files::path(args, host, "dest")?;
    if path.is_dir() {
        let name = args.need("url")?.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("index.html");
        path.push(name);
    }
    let wanted = Wanted::read(args, host)?;
    let old = std::fs::metadata(&path).ok();
    if host.read(&path)?.as_deref() != Some(bytes) {
        let how = wanted.install(old.as_ref());
        host.change(Change::new(format!("content of {}", path.display())), |w| w.install(&path, Content::Bytes(bytes), &how))?;
    }
    wanted.apply(host, &path)?;
    fields.insert("path".into(), json!(path.to_string_lossy()));
    Ok(())
}
