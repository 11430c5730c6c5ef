//! What every result that describes a path holds of its status.

use std::fs::Metadata;
use std::os::unix::fs::{FileTypeExt, MetadataExt};

use serde_json::Value as Json;

use super::info::octal;

/// The status of a path: kind, owner, size, times and permission bits, by the names that `stat` and `find` share.
pub fn rows(meta: &Metadata) -> [(&'static str, Json); 28] {
    let (kind, mode) = (meta.file_type(), meta.mode());
    let bit = |mask: u32| Json::from(mode & mask != 0);
    let time = |seconds: i64, nanos: i64| Json::from(seconds as f64 + nanos as f64 / 1e9);
    [
        ("mode", octal(mode).into()),
        ("isdir", kind.is_dir().into()),
        ("ischr", kind.is_char_device().into()),
        ("isblk", kind.is_block_device().into()),
        ("isreg", kind.is_file().into()),
        ("isfifo", kind.is_fifo().into()),
        ("islnk", kind.is_symlink().into()),
        ("issock", kind.is_socket().into()),
        ("uid", meta.uid().into()),
        ("gid", meta.gid().into()),
        ("size", meta.size().into()),
        ("inode", meta.ino().into()),
        ("dev", meta.dev().into()),
        ("nlink", meta.nlink().into()),
        ("atime", time(meta.atime(), meta.atime_nsec())),
        ("mtime", time(meta.mtime(), meta.mtime_nsec())),
        ("ctime", time(meta.ctime(), meta.ctime_nsec())),
        ("wusr", bit(0o200)),
        ("rusr", bit(0o400)),
        ("xusr", bit(0o100)),
        ("wgrp", bit(0o020)),
        ("rgrp", bit(0o040)),
        ("xgrp", bit(0o010)),
        ("woth", bit(0o002)),
        ("roth", bit(0o004)),
        ("xoth", bit(0o001)),
        ("isuid", bit(0o4000)),
        ("isgid", bit(0o2000)),
    ]
}
