//! `fetch`, the host's half: reads a file for the controller, piece by piece.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::files::{self, checksum};
use super::{Args, Failure, Fields, Host, IoContext, Module, Outcome, Param, Spec};

/// One piece is at most this long.
const PIECE: u64 = 8 << 20;

/// `src`. From the controller: `_rplay_checksum`, the SHA-1 of what it holds already (then no content comes), and
/// `_rplay_offset`, where the piece begins. Gives `content` (base64), `size`, `offset`, `checksum` (with the first piece)
/// and `source`. Source: ansible.builtin.fetch.
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
    let shown = path.to_string_lossy().into_owned();
    if path.is_dir() {
        return Err(Failure::new("remote file is a directory, fetch cannot work on directories").with("file", shown));
    }
    let offset = args.int("_rplay_offset").and_then(|n| u64::try_from(n).ok()).unwrap_or(0);
    let mut file = match File::open(&path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound && !args.bool("fail_on_missing") => {
            host.unchanged(format!("{shown} does not exist"));
            let msg = "the remote file does not exist, not transferring, ignored";
            return Ok(Fields::from_iter([("msg".to_string(), msg.into()), ("file".to_string(), shown.into())]));
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            return Err(Failure::new("the remote file does not exist").with("file", shown));
        }
        opened => opened.context("read", &path)?,
    };
    let size = file.metadata().context("look at", &path)?.len();
    let mut fields = Fields::from_iter([("source".to_string(), shown.into()), ("size".to_string(), size.into())]);
    if offset == 0 {
        let sum = checksum::file("sha1", &path)?;
        let known = args.get("_rplay_checksum").and_then(|sum| sum.as_str()) == Some(sum.as_str());
        fields.insert("checksum".into(), sum.into());
        if known {
            return Ok(fields);
        }
    }
    let mut piece = Vec::new();
    file.seek(SeekFrom::Start(offset)).context("read", &path)?;
    file.take(PIECE).read_to_end(&mut piece).context("read", &path)?;
    fields.insert("offset".into(), offset.into());
    fields.insert("content".into(), STANDARD.encode(piece).into());
    Ok(fields)
}
