//! Text as other text: base64, URLs, HTML.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use super::{Family, python};
use crate::language::template::Call;
use crate::language::{Diagnostic, Key, Map, Value};

pub(super) const FAMILY: Family =
    &[("b64encode", b64encode), ("b64decode", b64decode), ("urlencode", urlencode), ("urldecode", urldecode), ("urlsplit", urlsplit)];

/// `b64encode(encoding='utf-8', urlsafe=false)`.
fn b64encode(call: &Call) -> Result<Value, Diagnostic> {
    let text = call.text()?;
    let bytes = match call.text_arg(1, "encoding")?.as_deref().map(str::to_lowercase).as_deref() {
        Some("utf-16-le") => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Some("utf-16-be") => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        _ => text.into_bytes(),
    };
    let engine = if call.flag_arg(2, "urlsafe", false)? { &URL_SAFE } else { &STANDARD };
    Ok(engine.encode(bytes).into())
}

/// `b64decode(encoding='utf-8', urlsafe=false)`.
fn b64decode(call: &Call) -> Result<Value, Diagnostic> {
    let text: String = call.text()?.split_whitespace().collect();
    let engine = if call.flag_arg(2, "urlsafe", false)? { &URL_SAFE } else { &STANDARD };
    let bytes = engine.decode(text).map_err(|e| call.error(format!("the text is not base64: {e}")))?;
    let units = |from: fn([u8; 2]) -> u16| bytes.chunks_exact(2).map(|pair| from([pair[0], pair[1]])).collect::<Vec<_>>();
    Ok(match call.text_arg(1, "encoding")?.as_deref().map(str::to_lowercase).as_deref() {
        Some("utf-16-le") => String::from_utf16_lossy(&units(u16::from_le_bytes)).into(),
        Some("utf-16-be") => String::from_utf16_lossy(&units(u16::from_be_bytes)).into(),
        _ => String::from_utf8_lossy(&bytes).into_owned().into(),
    })
}

/// Percent-encodes all but letters, digits, `_.-~` and `safe`.
fn percent(text: &str, safe: &str) -> String {
    text.bytes()
        .map(|b| match char::from(b) {
            c if c.is_ascii_alphanumeric() || "_.-~".contains(c) || safe.contains(c) => c.to_string(),
            _ => format!("%{b:02X}"),
        })
        .collect()
}

/// `urlencode`: of a text, or of a mapping or a list of pairs as a query.
fn urlencode(call: &Call) -> Result<Value, Diagnostic> {
    let field = |value: &Value| percent(&python::text(value), "").replace("%20", "+");
    let pairs: Vec<(Value, Value)> = match call.defined_input()? {
        Value::Map(map) => map.iter().map(|(k, v)| (k.to_value(), v.clone())).collect(),
        Value::List(items) => {
            items.iter().filter_map(|pair| Some((pair.as_list()?.first()?.clone(), pair.as_list()?.get(1)?.clone()))).collect()
        }
        other => return Ok(percent(&python::text(other), "/").into()),
    };
    Ok(pairs.iter().map(|(k, v)| format!("{}={}", field(k), field(v))).collect::<Vec<_>>().join("&").into())
}

/// `urldecode`: the inverse, a plus is a blank.
fn urldecode(call: &Call) -> Result<Value, Diagnostic> {
    let text = call.text()?.replace('+', " ");
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::new(), 0);
    while let Some(byte) = bytes.get(at) {
        let code = text.get(at + 1..at + 3).filter(|_| *byte == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(code.unwrap_or(*byte));
        at += if code.is_some() { 3 } else { 1 };
    }
    Ok(String::from_utf8_lossy(&out).into_owned().into())
}

/// `urlsplit(query)`: the parts of a URL, or one of them.
fn urlsplit(call: &Call) -> Result<Value, Diagnostic> {
    let parts = url_parts(&call.text()?);
    match call.text_arg(1, "query")?.filter(|q| !q.is_empty()) {
        None => Ok(Value::map(parts)),
        Some(part) => parts.get(part.as_str()).cloned().ok_or_else(|| call.error(format!("unknown URL component: {part}"))),
    }
}

fn url_parts(url: &str) -> Map {
    let (rest, fragment) = url.split_once('#').unwrap_or((url, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let is_scheme =
        |s: &str| s.starts_with(|c: char| c.is_ascii_alphabetic()) && s.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    let (scheme, rest) = rest.split_once(':').filter(|(s, _)| is_scheme(s)).unwrap_or(("", rest));
    let (netloc, path) = match rest.strip_prefix("//") {
        Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
        None => ("", rest),
    };
    let (user, host) = netloc.rsplit_once('@').map_or((None, netloc), |(user, host)| (Some(user), host));
    let (username, password) =
        user.map_or((None, None), |user| user.split_once(':').map_or((Some(user), None), |(u, p)| (Some(u), Some(p))));
    let (hostname, port) = match host.strip_prefix('[').and_then(|h| h.split_once(']')) {
        Some((name, rest)) => (name, rest.strip_prefix(':')),
        None => host.split_once(':').map_or((host, None), |(name, port)| (name, Some(port))),
    };
    let optional = |part: Option<&str>| part.filter(|p| !p.is_empty()).map_or(Value::Null, Value::from);
    [
        ("fragment", fragment.into()),
        ("hostname", optional(Some(&hostname.to_lowercase()))),
        ("netloc", netloc.into()),
        ("password", optional(password)),
        ("path", path.into()),
        ("port", port.and_then(|p| p.parse::<i64>().ok()).map_or(Value::Null, Value::from)),
        ("query", query.into()),
        ("scheme", scheme.to_lowercase().into()),
        ("username", optional(username)),
    ]
    .into_iter()
    .map(|(name, part)| (Key::from(name), part))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use serde_json::json;

    #[test]
    fn encodings() {
        check(vec![
            ("b64encode", json!("é"), json!({}), json!("w6k=")),
            ("b64decode", json!("w6k="), json!({}), json!("é")),
            ("b64encode", json!("a"), json!({"encoding": "utf-16-le"}), json!("YQA=")),
            ("urlencode", json!("a b/ü"), json!({}), json!("a%20b/%C3%BC")),
            ("urlencode", json!([{"a": "x y", "b": 1}]), json!({}), json!("a=x+y&b=1")),
            ("urldecode", json!("a%20b+%C3%BC"), json!({}), json!("a b ü")),
            ("urlsplit", json!(["https://u:p@Host.x:8443/a/b?q=1#f", "hostname"]), json!({}), json!("host.x")),
            ("urlsplit", json!(["https://u:p@Host.x:8443/a/b?q=1#f", "port"]), json!({}), json!(8443)),
        ]);
    }
}
