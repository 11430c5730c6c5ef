//! The agent's own directory: spooled results and content in transit.

use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

/// `~/.cache/rplay` when the home directory is the user's own (after `su` or `doas` it may be another's),
/// else a directory of the user's in `/var/tmp`.
pub fn directory() -> io::Result<PathBuf> {
    let uid = rustix::process::geteuid().as_raw();
    let home = std::env::var_os("HOME").map(PathBuf::from).filter(|home| owned(home, uid));
    if let Some(cache) = home.map(|home| home.join(".cache/rplay"))
        && private(&cache, uid).is_ok()
    {
        return Ok(cache);
    }
    let cache = PathBuf::from(format!("/var/tmp/rplay-cache-{uid}"));
    private(&cache, uid)?;
    Ok(cache)
}

/// Makes `path` a directory that only its owner enters; one that belongs to somebody else is refused.
pub fn private(path: &Path, uid: u32) -> io::Result<()> {
    let named = |e: io::Error| io::Error::new(e.kind(), format!("{}: {e}", path.display()));
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(named)?;
    }
    match DirBuilder::new().mode(0o700).create(path) {
        Err(e) if e.kind() != ErrorKind::AlreadyExists => return Err(named(e)),
        _ => {}
    }
    if !owned(path, uid) {
        return Err(named(io::Error::new(ErrorKind::PermissionDenied, "is not a directory of the user's own")));
    }
    Ok(())
}

fn owned(path: &Path, uid: u32) -> bool {
    fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir() && meta.uid() == uid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_not_taken_for_a_directory_of_ours() {
        let dir = tempfile::tempdir().unwrap();
        let (real, link) = (dir.path().join("real"), dir.path().join("link"));
        let uid = rustix::process::geteuid().as_raw();
        private(&real, uid).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        assert!(private(&link, uid).is_err());
        assert!(private(&real, uid.wrapping_add(1)).is_err());
    }
}
