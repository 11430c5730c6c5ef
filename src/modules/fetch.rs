//! `fetch`, the host's half: what the file is, and its content piece by piece.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;

use super::files::{self, checksum};
use super::{Args, Failure, Host, IoContext, Module, Outcome, Param, Spec};

/// One piece is at most this long.
const PIECE: u64 = 8 << 20;

/// `src`. The controller first asks what is there: `source` (the path with `~` expanded) and `checksum` (SHA-1). With
/// `_rplay_offset` it asks for the piece that begins there: `content` (base64), and whether it is the `last`.
/// Where there is no file, `fail_on_missing` decides between a failure and a result without a checksum.
/// Source: ansible.builtin.fetch.
pub const MODULE: Module = Module {
    names: &["fetch"],
    collection: "ansible.builtin",
    spec: Spec::of(&[
        Param::path("src").required(),
        Param::path("dest"),
        Param::bool("flat").default("false"),
        Param::bool("fail_on_missing").default("true"),
        Param::bool("validate_checksum").default("true"),
    ]),
    run,
};

fn run(args: &Args, host: &mut Host) -> Outcome {
    let path = files::path(args, host, "src")?;
    match args.get("_rplay_offset").and_then(Json::as_u64) {
        Some(offset) => piece(&path, offset),
        None => look(args, &path),
    }
}

fn look(args: &Args, path: &Path) -> Outcome {
    let shown = path.to_string_lossy();
    let reason = match File::open(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => "the remote file does not exist, not transferring, ignored".to_string(),
        Err(e) => format!("file is not readable: {shown}: {e}"),
        Ok(_) if path.is_dir() => return directory(args),
        Ok(_) => return result([("source", shown.as_ref().into()), ("checksum", checksum::file("sha1", path)?.into())]),
    };
    match args.bool("fail_on_missing") {
        true => Err(Failure::new(reason)),
        false => result([("msg", reason.into()), ("file", shown.as_ref().into())]),
    }
}

fn directory(args: &Args) -> Outcome {
    let reason = "remote file is a directory, fetch cannot work on directories";
    match args.bool("fail_on_missing") {
        true => Err(Failure::new(reason)),
        false => result([("msg", format!("{reason}, not transferring, ignored").into())]),
    }
}

fn piece(path: &Path, offset: u64) -> Outcome {
    let mut file = File::open(path).context("read", path)?;
    let mut piece = Vec::new();
    // What is not a regular file can be read from its beginning at least.
    if offset > 0 {
        file.seek(SeekFrom::Start(offset)).context("read", path)?;
    }
    let read = file.take(PIECE).read_to_end(&mut piece).context("read", path)?;
    result([("content", STANDARD.encode(piece).into()), ("last", ((read as u64) < PIECE).into())])
}

fn result<const N: usize>(entries: [(&str, Json); N]) -> Outcome {
    Ok(entries.into_iter().map(|(name, value)| (name.to_string(), value)).collect())
}
