//! Tests of paths on the controller.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::Family;
use crate::language::Diagnostic;
use crate::language::template::{Call, python_text};

pub(super) const FAMILY: Family = &[
    ("abs", |call| Ok(path(call)?.is_absolute())),
    ("directory", |call| Ok(path(call)?.is_dir())),
    ("exists", |call| Ok(path(call)?.exists())),
    ("file", |call| Ok(path(call)?.is_file())),
    ("is_abs", |call| Ok(path(call)?.is_absolute())),
    ("is_dir", |call| Ok(path(call)?.is_dir())),
    ("is_file", |call| Ok(path(call)?.is_file())),
    ("is_link", |call| Ok(path(call)?.is_symlink())),
    ("is_mount", |call| Ok(is_mount(&path(call)?))),
    ("is_same_file", same_file),
    ("link", |call| Ok(path(call)?.is_symlink())),
    ("link_exists", |call| Ok(path(call)?.symlink_metadata().is_ok())),
    ("mount", |call| Ok(is_mount(&path(call)?))),
    ("same_file", same_file),
];

fn path(call: &Call) -> Result<PathBuf, Diagnostic> {
    Ok(PathBuf::from(python_text::str(call.defined_input()?)))
}

/// A directory on another device than its parent, or the root.
fn is_mount(path: &Path) -> bool {
    let Ok(here) = path.symlink_metadata() else { return false };
    let Ok(parent) = path.join("..").metadata() else { return false };
    here.is_dir() && (here.dev() != parent.dev() || here.ino() == parent.ino())
}

fn same_file(call: &Call) -> Result<bool, Diagnostic> {
    let other = call.args.get(1).ok_or_else(|| call.error("another path is missing"))?;
    let other = PathBuf::from(python_text::str(other));
    let identity = |path: &Path| {
        path.metadata().map(|data| (data.dev(), data.ino())).map_err(|error| call.error(format!("{}: {error}", path.display())))
    };
    Ok(identity(&path(call)?)? == identity(&other)?)
}
