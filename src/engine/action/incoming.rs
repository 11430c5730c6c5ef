//! A file of the controller's while it arrives: beside its place until it is whole.

use std::fs::{self, File, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use md5::Md5;
use sha1::Sha1;
use sha2::Digest;
use tempfile::NamedTempFile;

use crate::engine::outcome::Outcome;

use super::content::hex;

/// The checksums that results show.
pub struct Sums {
    pub sha1: String,
    pub md5: String,
}

impl Sums {
    /// Those of the file at `path`; `None` where there is none.
    pub fn of(path: &Path) -> Result<Option<Sums>, String> {
        let mut digests = Digests::default();
        match File::open(path).and_then(|mut file| digests.drain(&mut file)) {
            Ok(()) => Ok(Some(digests.sums())),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(format!("could not read {}: {e}", path.display())),
        }
    }
}

#[derive(Clone, Default)]
struct Digests {
    sha1: Sha1,
    md5: Md5,
}

impl Digests {
    fn add(&mut self, bytes: &[u8]) {
        self.sha1.update(bytes);
        self.md5.update(bytes);
    }

    fn drain(&mut self, file: &mut File) -> io::Result<()> {
        let mut buffer = vec![0; 128 << 10];
        loop {
            match file.read(&mut buffer)? {
                0 => return Ok(()),
                n => self.add(&buffer[..n]),
            }
        }
    }

    fn sums(self) -> Sums {
        Sums { sha1: hex(&self.sha1.finalize()), md5: hex(&self.md5.finalize()) }
    }
}

/// A file that arrives.
pub struct Incoming {
    path: PathBuf,
    file: NamedTempFile,
    digests: Digests,
    len: u64,
}

impl Incoming {
    /// One that is to lie at `path`, or where a link there leads to; its directory is made.
    pub fn at(path: PathBuf) -> Result<Incoming, String> {
        let path = path.canonicalize().unwrap_or(path);
        let explain = |e: io::Error| format!("could not write {}: {e}", path.display());
        let old = fs::metadata(&path).ok();
        if old.as_ref().is_some_and(|old| !old.is_file()) {
            return Err(format!("could not write {}: it is not a regular file", path.display()));
        }
        let dir = path.parent().unwrap_or(Path::new("/"));
        fs::create_dir_all(dir).map_err(explain)?;
        // The umask takes its part of a new file's mode; a file that is replaced hands on its own.
        let mode = old.as_ref().map_or(0o666, |old| old.mode() & 0o7777);
        let permissions = Permissions::from_mode(mode);
        let file = tempfile::Builder::new().prefix(".rplay-").permissions(permissions.clone()).tempfile_in(dir).map_err(explain)?;
        if let Some(old) = old {
            // Who may not give files away may still replace somebody's file in a directory of their own.
            let _ = fchown(file.as_file(), Some(old.uid()), Some(old.gid()));
            file.as_file().set_permissions(permissions).map_err(explain)?;
        }
        Ok(Incoming { path, file, digests: Digests::default(), len: 0 })
    }

    /// How much has arrived.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// The next piece.
    pub fn add(mut self, bytes: &[u8]) -> Result<Incoming, String> {
        self.file.write_all(bytes).map_err(|e| format!("could not write {}: {e}", self.file.path().display()))?;
        self.digests.add(bytes);
        self.len += bytes.len() as u64;
        Ok(self)
    }

    /// The checksums of what has arrived.
    pub fn sums(&self) -> Sums {
        self.digests.clone().sums()
    }

    /// Puts it in its place, as a whole.
    pub fn place(self) -> Result<(), String> {
        self.file.persist(&self.path).map(drop).map_err(|e| format!("could not write {}: {}", self.path.display(), e.error))
    }
}

/// Does what waits for a disk apart from the tasks of other hosts.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, String> + Send + 'static) -> Result<T, Outcome> {
    let done = tokio::task::spawn_blocking(work).await.unwrap_or_else(|e| Err(e.to_string()));
    done.map_err(Outcome::failed)
}
