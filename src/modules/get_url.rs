//! `get_url`: a file from the network.

use std::io;
use std::path::{Path, PathBuf};

use filetime::FileTime;
use jiff::Timestamp;
use ureq::http::StatusCode;

use super::files::{self, Wanted, backup, checksum, info};
use super::http::{self, Call};
use super::{Args, Change, Content, Failure, Fields, Host, Install, IoContext, Module, Outcome, Param, Spec, with_file_common};

const PARAMS: [Param; 30] = with_file_common([
    Param::str("url").required(),
    Param::path("dest").required(),
    Param::str("checksum").default(""),
    Param::bool("backup").default("false"),
    Param::bool("force").default("false"),
    Param::int("timeout").default("10"),
    Param::dict("headers"),
    Param::path("tmp_dest"),
    Param::bool("use_proxy").default("true"),
    Param::bool("validate_certs").default("true"),
    Param::str("url_username").aliases(&["username"]),
    Param::str("url_password").aliases(&["password"]).secret(),
    Param::bool("force_basic_auth").default("false"),
    Param::str("http_agent").default("ansible-httpget"),
    Param::path("client_cert"),
    Param::path("client_key"),
    Param::path("ca_path"),
    Param::list("ciphers"),
    Param::bool("decompress").default("true"),
    Param::bool("use_gssapi").default("false"),
    Param::bool("use_netrc").default("true"),
]);

/// `url` `dest` `checksum` (`ALGORITHM:HEX` or `ALGORITHM:URL`) `force` `backup` `timeout` `headers` `validate_certs`
/// `url_username` `url_password` `client_cert` `client_key` `ca_path` and mode, owner, group. Gives `url dest checksum_src
/// checksum_dest status_code msg size` and what the file is like. Source: ansible.builtin.get_url.
pub const MODULE: Module = Module { names: &["get_url"], collection: "ansible.builtin", spec: Spec::of(&PARAMS), run };

/// A checksum the file must have.
struct Sum {
    algorithm: String,
    hex: String,
}

fn run(args: &Args, host: &mut Host) -> Outcome {
    let url = args.need("url")?;
    let dest = destination(&files::path(args, host, "dest")?, url);
    let wanted = Wanted::read(args, host)?;
    let sum = sum(args, host, url)?;
    let mut fields = Fields::from_iter([("url".to_string(), url.into()), ("dest".to_string(), dest.to_string_lossy().into())]);
    let keep = if !dest.exists() || args.bool("force") {
        None
    } else if let Some(sum) = &sum {
        (checksum::file(&sum.algorithm, &dest)? == sum.hex).then_some("file already exists")
    } else {
        None
    };
    match keep {
        Some(msg) => {
            fields.insert("msg".into(), msg.into());
            host.unchanged(format!("{} has the wanted checksum", dest.display()));
            wanted.apply(host, &dest)?;
        }
        None => download(args, host, &dest, &wanted, sum.as_ref(), &mut fields)?,
    }
    info::add(&mut fields, host, &dest)?;
    Ok(fields)
}

/// A directory gets the last part of the address as the file's name.
fn destination(dest: &Path, url: &str) -> PathBuf {
    if !dest.is_dir() {
        return dest.to_path_buf();
    }
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let path = path.split_once("://").map_or(path, |(_, rest)| rest);
    let name = path.split_once('/').and_then(|(_, path)| path.rsplit('/').next()).filter(|name| !name.is_empty());
    dest.join(name.unwrap_or("index.html"))
}

fn sum(args: &Args, host: &Host, url: &str) -> Result<Option<Sum>, Failure> {
    let Some(given) = args.str("checksum").filter(|sum| !sum.is_empty()) else { return Ok(None) };
    let Some((algorithm, value)) = given.split_once(':') else {
        return Err(Failure::new("The checksum parameter has to be in format <algorithm>:<checksum>"));
    };
    let hex = match value.trim() {
        address if address.starts_with("http://") || address.starts_with("https://") => listed(args, host, address, url)?,
        hex => hex.to_lowercase(),
    };
    match hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        true => Ok(Some(Sum { algorithm: algorithm.trim().to_string(), hex })),
        false => Err(Failure::new("The checksum format is invalid")),
    }
}

/// The checksum that a file of checksums names for the file we fetch; a single one needs no name.
fn listed(args: &Args, host: &Host, address: &str, url: &str) -> Result<String, Failure> {
    let mut answer = http::send(args, host, Call { method: "GET", url: address, headers: Vec::new(), body: Vec::new(), redirects: 10 })?;
    if !answer.status().is_success() {
        return Err(refused(answer.status(), address));
    }
    let text = answer.body_mut().read_to_string().context("read", address)?;
    let name = url.split(['?', '#']).next().unwrap_or(url).rsplit('/').next().unwrap_or_default();
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).filter(|row: &Vec<_>| !row.is_empty()).collect();
    let found = match rows.as_slice() {
        [row] if row.len() == 1 => row.first(),
        rows => {
            rows.iter().find(|row| row.get(1).is_some_and(|f| f.trim_start_matches(['*', '.', '/']) == name)).and_then(|row| row.first())
        }
    };
    found.map(|hex| hex.to_lowercase()).ok_or_else(|| Failure::new(format!("Unable to find a checksum for file '{name}' in '{address}'")))
}

fn download(args: &Args, host: &mut Host, dest: &Path, wanted: &Wanted, sum: Option<&Sum>, fields: &mut Fields) -> Result<(), Failure> {
    let url = args.need("url")?;
    let old = std::fs::metadata(dest).ok();
    let mut headers = Vec::new();
    if let Some(meta) = old.as_ref().filter(|_| sum.is_none() && !args.bool("force")) {
        let seconds = FileTime::from_last_modification_time(meta).unix_seconds();
        if let Ok(time) = Timestamp::from_second(seconds) {
            headers.push(("If-Modified-Since".to_string(), time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()));
        }
    }
    if let Some(dir) = dest.parent().filter(|dir| !dir.as_os_str().is_empty() && !dir.is_dir()) {
        return Err(Failure::missing(format!("Destination {} does not exist", dir.display())).with("dest", dest.to_string_lossy()));
    }
    let mut answer = http::send(args, host, Call { method: "GET", url, headers, body: Vec::new(), redirects: 10 })?;
    let status = answer.status();
    fields.insert("status_code".into(), status.as_u16().into());
    if status.as_u16() == 304 {
        fields.insert("msg".into(), "HTTP Error 304: Not Modified".into());
        host.unchanged(format!("{url} was not modified"));
        return wanted.apply(host, dest);
    }
    if !status.is_success() {
        return Err(refused(status, url).with("dest", dest.to_string_lossy()));
    }
    let length = answer.headers().get("content-length").and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<u64>().ok());
    let mut temp = ::tempfile::NamedTempFile::new().context("create a file in", std::env::temp_dir())?;
    let got = io::copy(&mut answer.body_mut().as_reader(), temp.as_file_mut()).context("download", url)?;
    if length.is_some_and(|length| length > got) {
        return Err(Failure::new(format!("could not download {url}: the connection ended after {got} bytes")));
    }
    verify(temp.path(), sum)?;
    let sha1 = checksum::file("sha1", temp.path())?;
    let now = old.as_ref().map(|_| checksum::file("sha1", dest)).transpose()?;
    fields.insert("checksum_src".into(), sha1.as_str().into());
    fields.insert("checksum_dest".into(), now.clone().into());
    fields.insert("msg".into(), format!("OK ({got} bytes)").into());
    let plan = old.as_ref().map(|meta| wanted.plan(host, dest, meta)).transpose()?;
    if now.as_ref() != Some(&sha1) {
        let how = Install { sync: false, ..wanted.install(old.as_ref()) };
        let keep = args.bool("backup") && old.is_some();
        let kept = host.change(Change::new(format!("download {url} to {}", dest.display())), |w| {
            let kept = if keep { Some(backup::keep(w, dest)?) } else { None };
            w.install(dest, Content::File(temp.path()), &how)?;
            Ok(kept)
        })?;
        if let Some(path) = kept.flatten() {
            fields.insert("backup_file".into(), path.to_string_lossy().into());
        }
    }
    plan.map_or(Ok(()), |plan| plan.apply(host))
}

fn refused(status: StatusCode, url: &str) -> Failure {
    let msg = format!("HTTP Error {}: {}", status.as_u16(), status.canonical_reason().unwrap_or_default());
    Failure::new(format!("Request failed: {msg}")).with("status_code", status.as_u16()).with("url", url)
}

fn verify(path: &Path, sum: Option<&Sum>) -> Result<(), Failure> {
    let Some(sum) = sum else { return Ok(()) };
    match checksum::file(&sum.algorithm, path)? {
        found if found == sum.hex => Ok(()),
        found => Err(Failure::new(format!("The checksum for {} did not match {}; it was {found}.", path.display(), sum.hex))),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::sync::atomic::AtomicBool;

    use serde_json::{Map, json};

    use super::MODULE;
    use crate::modules::host::{Controller, Mode};
    use crate::modules::{Args, Failure, Host};

    struct Alone;

    impl Controller for Alone {
        fn blob(&mut self, hash: &str) -> Result<std::path::PathBuf, Failure> {
            Err(Failure::new(hash))
        }
        fn output(&mut self, _bytes: &[u8]) {}
    }

    /// A server that knows nothing; gives its address.
    fn knows_nothing() -> std::io::Result<String> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = format!("http://{}", listener.local_addr()?);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let _ = stream.read(&mut [0; 4096]);
                let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\nConnection: close\r\n\r\nabcd");
            }
        });
        Ok(address)
    }

    #[test]
    fn a_list_of_checksums_that_is_not_there_is_said_so() {
        let address = knows_nothing().expect("a server");
        let given = json!({"url": format!("{address}/a"), "checksum": format!("sha1:{address}/SUMS"), "dest": "/nowhere/a"});
        let given: Map<_, _> = given.as_object().cloned().unwrap_or_default();
        let mode = Mode { check: false, diff: false, environment: Default::default() };
        let (mut controller, cancel) = (Alone, AtomicBool::new(false));
        let mut host = Host::new(&mode, &mut controller, &cancel);
        let outcome = Args::bind(&MODULE, given).and_then(|args| (MODULE.run)(&args, &mut host));
        let result = host.finish(outcome);
        assert_eq!(result["msg"], "Request failed: HTTP Error 404: Not Found");
        assert_eq!(result["url"], format!("{address}/SUMS"));
    }
}
