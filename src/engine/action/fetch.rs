//! `fetch`: a file of a host's that comes to the controller.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value as Json;
use sha1::Sha1;
use sha2::Digest;

use crate::engine::outcome::{Outcome, fields};

use super::content::hex;
use super::{Call, remote};

/// Brings a file of the host's to the controller. Source: ansible.builtin.fetch.
pub async fn fetch(call: Call<'_>) -> Outcome {
    let (Some(src), Some(dest)) = (call.text("src"), call.text("dest")) else { return Outcome::failed("src and dest are required") };
    if call.check {
        let reason =
            [("changed", false.into()), ("skipped", true.into()), ("msg", "check mode not (yet) supported for this module".into())];
        return Outcome::of(fields(reason));
    }
    let read = remote::run(&call, "slurp", fields([("src", src.clone().into())])).await;
    if !read.goes_on() {
        let missing = read.result.get("msg").and_then(Json::as_str).is_some_and(|m| m.contains("not found"));
        if missing && call.flag("fail_on_missing") == Some(false) {
            return Outcome::of(fields([
                ("changed", false.into()),
                ("msg", "the remote file does not exist, not transferring, ignored".into()),
                ("file", src.into()),
            ]));
        }
        return read;
    }
    let content = read.result.get("content").and_then(Json::as_str).unwrap_or_default();
    let Ok(bytes) = BASE64.decode(content) else { return Outcome::failed("the host sent content that is not base64") };
    let path = destination(&call, &src, &dest);
    let (sum, md5) = (hex(&Sha1::digest(&bytes)), hex(&md5::Md5::digest(&bytes)));
    let same = tokio::fs::read(&path).await.is_ok_and(|old| old == bytes);
    if !same && let Err(message) = write(&path, &bytes).await {
        return Outcome::failed(message);
    }
    let known = [
        ("changed", (!same).into()),
        ("dest", path.display().to_string().into()),
        ("checksum", sum.clone().into()),
        ("md5sum", md5.into()),
    ];
    let mut result = fields(known);
    result.extend(match same {
        true => fields([("file", src.into())]),
        false => fields([("remote_checksum", sum.into()), ("remote_md5sum", Json::Null)]),
    });
    Outcome::of(result)
}

fn destination(call: &Call, src: &str, dest: &str) -> PathBuf {
    let base = Path::new(src).file_name().map_or_else(PathBuf::new, PathBuf::from);
    let dest_path = match Path::new(dest).is_absolute() {
        true => PathBuf::from(dest),
        false => call.scope.stage.as_ref().map_or_else(PathBuf::new, |s| s.play.dir.clone()).join(dest),
    };
    match call.flag("flat") {
        Some(true) if dest.ends_with('/') => dest_path.join(base),
        Some(true) => dest_path,
        _ => dest_path.join(call.scope.host.name.as_ref()).join(src.trim_start_matches('/')),
    }
}

async fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let explain = |e: std::io::Error| format!("could not write {}: {e}", path.display());
    if let Some(dir) = path.parent() {
        tokio::fs::create_dir_all(dir).await.map_err(explain)?;
    }
    tokio::fs::write(path, bytes).await.map_err(explain)
}
