//! Content the controller sends along: asked for once, kept in files of the agent's own, shared by hash.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tempfile::{NamedTempFile, TempDir};

use crate::modules::Failure;

/// The result field that marks a failure as the connection's fault: the task may run again.
pub const LOST: &str = "_rplay_lost";

/// The content known so far. The files vanish with it.
pub struct Blobs {
    directory: TempDir,
    known: Mutex<HashMap<String, Blob>>,
    news: Condvar,
}

enum Blob {
    Arriving { file: NamedTempFile, digest: Sha256 },
    Here(NamedTempFile),
    Failed(Failure),
}

impl Blobs {
    /// A store under the agent's cache directory.
    pub fn new(cache: &Path) -> io::Result<Blobs> {
        let directory = tempfile::Builder::new().prefix("blobs-").tempdir_in(cache)?;
        Ok(Blobs { directory, known: Mutex::default(), news: Condvar::new() })
    }

    /// The file that holds the content `hash`; `ask` is called when nobody asked before.
    pub fn get(&self, hash: &str, cancel: &AtomicBool, ask: impl FnOnce()) -> Result<PathBuf, Failure> {
        let mut known = self.lock();
        // A blob that failed is asked for again: the controller may offer it by now.
        if !matches!(known.get(hash), Some(Blob::Arriving { .. } | Blob::Here(_))) {
            let file = NamedTempFile::new_in(self.directory.path())
                .map_err(|e| Failure::new(format!("could not create a file in {}: {e}", self.directory.path().display())))?;
            known.insert(hash.to_string(), Blob::Arriving { file, digest: Sha256::new() });
            ask();
        }
        loop {
            match known.get(hash) {
                Some(Blob::Here(file)) => return Ok(file.path().to_path_buf()),
                Some(Blob::Failed(failure)) => return Err(failure.clone()),
                _ if cancel.load(Ordering::Relaxed) => return Err(Failure::new("cancelled")),
                _ => known = self.news.wait_timeout(known, Duration::from_millis(200)).unwrap_or_else(PoisonError::into_inner).0,
            }
        }
    }

    /// A piece of the content `hash` arrived.
    pub fn piece(&self, hash: &str, bytes: &[u8], last: bool, error: Option<String>) {
        let mut known = self.lock();
        let Some(Blob::Arriving { mut file, mut digest }) = known.remove(hash) else { return };
        digest.update(bytes);
        let next = match (error, file.write_all(bytes)) {
            (Some(error), _) => Blob::Failed(Failure::new(error)),
            (None, Err(e)) => Blob::Failed(Failure::new(format!("could not write {}: {e}", file.path().display()))),
            (None, Ok(())) if !last => Blob::Arriving { file, digest },
            (None, Ok(())) if hex(&digest.finalize()) == hash => Blob::Here(file),
            (None, Ok(())) => Blob::Failed(Failure::new("the content changed while it was sent")),
        };
        known.insert(hash.to_string(), next);
        self.news.notify_all();
    }

    /// The connection is gone: what has not arrived will not.
    pub fn lost(&self) {
        for blob in self.lock().values_mut() {
            if matches!(blob, Blob::Arriving { .. }) {
                *blob = Blob::Failed(Failure::new("the connection was lost while content was sent").with(LOST, true));
            }
        }
        self.news.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Blob>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELLO: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    fn store() -> (TempDir, Blobs) {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::new(dir.path()).unwrap();
        (dir, blobs)
    }

    #[test]
    fn wrong_content_and_lost_connections_are_failures() {
        let (_dir, blobs) = store();
        let never = AtomicBool::new(false);
        let outcome =
            |end: &(dyn Fn() + Sync)| std::thread::scope(|scope| blobs.get(HELLO, &never, || drop(scope.spawn(end))).unwrap_err());
        assert!(outcome(&|| blobs.piece(HELLO, b"help", true, None)).msg.contains("changed"));
        assert!(outcome(&|| blobs.piece(HELLO, b"", true, Some("no such file".into()))).msg.contains("no such file"));
        assert!(outcome(&|| blobs.lost()).fields.contains_key(LOST));
    }

    #[test]
    fn content_arrives_in_pieces_and_is_shared() {
        use std::os::unix::fs::PermissionsExt;
        let (_dir, blobs) = store();
        let never = AtomicBool::new(false);
        let path = std::thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                blobs.get(HELLO, &never, || {
                    scope.spawn(|| {
                        blobs.piece(HELLO, b"hel", false, None);
                        blobs.piece(HELLO, b"lo", true, None);
                    });
                })
            });
            waiting.join().unwrap().unwrap()
        });
        assert_eq!(std::fs::read(&path).unwrap(), b"hello");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(blobs.get(HELLO, &never, || panic!("asked twice")).unwrap(), path);
    }
}
