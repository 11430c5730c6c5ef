//! `fetch`: a file of a host's that comes to the controller.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value as Json;

use crate::engine::outcome::{Outcome, fields};
use crate::language::template::normal_path;
use crate::modules::expand_path;

use super::incoming::{Incoming, Sums, blocking};
use super::{Call, remote};

/// Brings a file of the host's to the controller, piece by piece: `src` to `dest`, below the host's name unless `flat`. What
/// is there already is not sent again; readers of `dest` see the old file or the new one. Source: ansible.builtin.fetch.
pub async fn fetch(call: Call<'_>) -> Outcome {
    let (Some(src), Some(dest)) = (call.text("src"), call.text("dest")) else { return Outcome::failed("src and dest are required") };
    if call.check {
        let reason =
            [("changed", false.into()), ("skipped", true.into()), ("msg", "check mode not (yet) supported for this module".into())];
        return Outcome::of(fields(reason));
    }
    let there = remote::run(&call, "fetch", call.args.clone()).await;
    let (Some(source), Some(checksum)) = (text(&there, "source"), text(&there, "checksum")) else { return there };
    let fetched = async {
        let path = expanded(&src, source).and_then(|source| destination(&call, source, &dest)).map_err(Outcome::failed)?;
        bring(&call, source, checksum, path).await
    };
    fetched.await.unwrap_or_else(|outcome| outcome)
}

/// Makes `path` hold the host's `source`, whose SHA-1 is `checksum`.
async fn bring(call: &Call<'_>, source: &str, checksum: &str, path: PathBuf) -> Result<Outcome, Outcome> {
    let dest = path.display().to_string();
    let looked = path.clone();
    let sums = |sums: Sums| [("md5sum", sums.md5.into()), ("checksum", sums.sha1.into()), ("dest", dest.clone().into())];
    if let Some(old) = blocking(move || Sums::of(&looked)).await?.filter(|old| old.sha1 == checksum) {
        let mut result = fields(sums(old));
        result.extend(fields([("changed", false.into()), ("file", source.into())]));
        return Ok(Outcome::of(result));
    }
    let incoming = receive(call, blocking(move || Incoming::at(path)).await?).await?;
    let same = incoming.sums().sha1 == checksum || call.flag("validate_checksum") == Some(false);
    let mut result = fields([("remote_checksum", checksum.into()), ("remote_md5sum", Json::Null)]);
    result.extend(fields(sums(incoming.sums())));
    result.extend(match same {
        true => fields([("changed", true.into())]),
        false => fields([("failed", true.into()), ("changed", false.into()), ("msg", "checksum mismatch".into()), ("file", source.into())]),
    });
    if same {
        blocking(move || incoming.place()).await?;
    }
    Ok(Outcome::of(result))
}

/// Every piece of the host's file, one after the other.
async fn receive(call: &Call<'_>, mut incoming: Incoming) -> Result<Incoming, Outcome> {
    loop {
        let mut args = call.args.clone();
        args.insert("_rplay_offset".into(), incoming.len().into());
        let piece = remote::run(call, "fetch", args).await;
        let Some(content) = text(&piece, "content") else { return Err(piece) };
        let bytes = BASE64.decode(content).map_err(|_| Outcome::failed("the host sent content that is not base64"))?;
        let last = bytes.is_empty() || piece.result.get("last").and_then(Json::as_bool) != Some(false);
        incoming = blocking(move || incoming.add(&bytes)).await?;
        if last {
            return Ok(incoming);
        }
    }
}

fn text<'o>(outcome: &'o Outcome, name: &str) -> Option<&'o str> {
    outcome.result.get(name).and_then(Json::as_str).filter(|_| outcome.goes_on())
}

/// The path that the host made of `src`. A host has a say in it only where a home or a variable stands in `src`, and cannot
/// lead out of the destination with it.
fn expanded<'s>(src: &'s str, source: &'s str) -> Result<&'s str, String> {
    match source == src || src.contains(['~', '$']) && source.starts_with('/') && normal_path(source) == source {
        true => Ok(source),
        false => Err(format!("the host made {source} of {src}, which is no place to fetch from")),
    }
}

/// Where the file comes to lie.
fn destination(call: &Call, source: &str, dest: &str) -> Result<PathBuf, String> {
    let play = call.scope.stage.as_ref().map_or(Path::new(""), |stage| &stage.play.dir);
    let base = play.join(expand_path(dest, &BTreeMap::new()));
    let normal = |path: PathBuf| PathBuf::from(normal_path(&path.to_string_lossy()));
    if call.flag("flat") != Some(true) {
        let below = format!("{}/{source}", call.scope.host.name);
        return Ok(normal(base.join(below)));
    }
    if !dest.ends_with('/') {
        return match base.is_dir() {
            true => Err("dest is an existing directory, use a trailing slash if you want to fetch src into that directory".into()),
            false => Ok(normal(base)),
        };
    }
    let path = base.join(Path::new(source).file_name().unwrap_or_default());
    match path.is_dir() {
        true => Err(format!(
            "calculated dest '{}' is an existing directory, use another path that does not point to an existing directory",
            path.display()
        )),
        false => Ok(normal(path)),
    }
}

#[cfg(test)]
mod tests {
    use super::expanded;

    #[test]
    fn a_host_expands_homes_and_variables_and_nothing_else() {
        let accepted = |src, source| expanded(src, source).is_ok_and(|path| path == source);
        assert!(accepted("/etc/../x", "/etc/../x") && accepted("~/x", "/root/x") && accepted("$HOME/x", "/root/x"));
        for (src, source) in [("/x", "/y"), ("~/x", "/root/../../x"), ("~/x", "x")] {
            assert!(!accepted(src, source), "{src}: {source}");
        }
    }
}
