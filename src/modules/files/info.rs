//! What every result about a file says of it: owner, group, mode, size, state.

use std::fs::{self, Metadata};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

use serde_json::Value as Json;

use super::owner::Database;
use crate::modules::{Failure, Fields, Host};

/// Adds `uid gid owner group mode state size` of `path` to a result; nothing of what is not there, or of a link to nothing.
pub fn add(fields: &mut Fields, host: &mut Host, path: &Path) -> Result<(), Failure> {
    let Some(meta) = fs::symlink_metadata(path).ok().filter(|_| path.exists()) else { return Ok(()) };
    let row: [(&str, Json); 7] = [
        ("uid", meta.uid().into()),
        ("gid", meta.gid().into()),
        ("owner", Database::Users.name(host, meta.uid())?.into()),
        ("group", Database::Groups.name(host, meta.gid())?.into()),
        ("mode", octal(meta.mode()).into()),
        ("state", state(&meta).into()),
        ("size", meta.size().into()),
    ];
    fields.extend(row.map(|(key, value)| (key.to_string(), value)));
    Ok(())
}

/// The permission bits as results write them: `0644`.
pub fn octal(mode: u32) -> String {
    format!("{:04o}", mode & 0o7777)
}

/// The state that `file` calls what `meta` describes.
pub fn state(meta: &Metadata) -> &'static str {
    let kind = meta.file_type();
    match () {
        _ if kind.is_symlink() => "link",
        _ if kind.is_dir() => "directory",
        _ if kind.is_file() && meta.nlink() > 1 => "hard",
        _ if kind.is_fifo() || kind.is_socket() || kind.is_block_device() || kind.is_char_device() => "file",
        _ => "file",
    }
}
