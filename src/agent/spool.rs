//! What must outlive a connection: which tasks were begun, and results nobody has acknowledged.
//!
//! Every task of a run has one file, `spool/<run>/<id>`, locked by the agent that runs it. It holds [`BEGUN`] while the
//! task runs and the result after it. A later agent of the same run that is given the same task waits for the lock
//! and then finds a result, or that the task was begun and never ended.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use super::cache;
use super::protocol::TaskId;

/// The mark of a task that was begun.
const BEGUN: &str = "begun\n";
/// Results nobody fetched are forgotten after this time.
const KEEP: Duration = Duration::from_secs(3 * 24 * 3600);
/// How often an agent that waits for another looks.
const TICK: Duration = Duration::from_millis(50);

/// The spool of one run.
pub struct Spool {
    directory: PathBuf,
}

/// A task's file, locked.
pub struct Claim {
    path: PathBuf,
    file: File,
}

/// What the spool knows of a task.
pub enum Claimed {
    /// Nothing: run it.
    New(Claim),
    /// It was run; this is its result.
    Answer(Claim, String),
    /// It was begun by an agent that died.
    Interrupted(Claim),
    /// The wait for another agent was cancelled.
    Cancelled,
}

impl Spool {
    /// The spool of `run` under the agent's cache directory. Old runs are swept out.
    pub fn open(cache: &Path, run: &str) -> io::Result<Spool> {
        let plain = !run.is_empty() && run.len() <= 64 && run.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !plain {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a run's name is up to 64 letters, digits and dashes"));
        }
        let (root, uid) = (cache.join("spool"), rustix::process::geteuid().as_raw());
        cache::private(&root, uid)?;
        sweep(&root);
        let directory = root.join(run);
        cache::private(&directory, uid)?;
        Ok(Spool { directory })
    }

    /// Takes the task `id`, waiting for another agent that runs it. A cancel meanwhile is passed on to that agent.
    pub fn claim(&self, id: TaskId, cancel: &AtomicBool) -> io::Result<Claimed> {
        let path = self.directory.join(id.to_string());
        loop {
            let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&path)?;
            match file.try_lock() {
                // Unlinked between open and lock: its owner was told that the result had arrived.
                Ok(()) if file.metadata()?.nlink() == 0 => {}
                Ok(()) => return Claim { path, file }.read(),
                Err(TryLockError::Error(e)) => return Err(e),
                Err(TryLockError::WouldBlock) if cancel.load(Ordering::Relaxed) => {
                    File::create(self.cancel_mark(id))?;
                    return Ok(Claimed::Cancelled);
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(TICK),
            }
        }
    }

    /// Whether another agent passed on a cancel of the task `id`.
    pub fn cancelled(&self, id: TaskId) -> bool {
        fs::remove_file(self.cancel_mark(id)).is_ok()
    }

    /// Removes the run's directory when nothing is kept in it.
    pub fn tidy(&self) {
        let _ = fs::remove_dir(&self.directory);
    }

    fn cancel_mark(&self, id: TaskId) -> PathBuf {
        self.directory.join(format!("{id}.cancel"))
    }
}

impl Claim {
    fn read(mut self) -> io::Result<Claimed> {
        let mut text = String::new();
        self.file.read_to_string(&mut text)?;
        if text == BEGUN {
            return Ok(Claimed::Interrupted(self));
        }
        if let Some(result) = text.strip_prefix(BEGUN) {
            let result = result.to_string();
            return Ok(Claimed::Answer(self, result));
        }
        self.write(BEGUN)?;
        Ok(Claimed::New(self))
    }

    /// Keeps the result for a later agent.
    pub fn store(&mut self, result: &str) -> io::Result<()> {
        self.write(&format!("{BEGUN}{result}"))
    }

    /// Forgets the task: its result has arrived, or it may run again.
    pub fn forget(self) {
        let _ = fs::remove_file(&self.path);
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(text.as_bytes())
    }
}

/// Removes what runs of days ago left. Nobody fetches it any more.
fn sweep(root: &Path) {
    let Ok(runs) = fs::read_dir(root) else { return };
    for run in runs.flatten() {
        let modified = run.metadata().and_then(|meta| meta.modified());
        if modified.is_ok_and(|at| SystemTime::now().duration_since(at).is_ok_and(|age| age > KEEP)) {
            let _ = fs::remove_dir_all(run.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spool() -> (tempfile::TempDir, Spool) {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(dir.path(), "run-1").unwrap();
        (dir, spool)
    }

    fn new(spool: &Spool, id: TaskId) -> Claim {
        match spool.claim(id, &AtomicBool::new(false)).unwrap() {
            Claimed::New(claim) => claim,
            _ => panic!("not new"),
        }
    }

    #[test]
    fn a_stored_result_is_found_by_the_next_agent() {
        use std::os::unix::fs::PermissionsExt;
        let (dir, spool) = spool();
        new(&spool, 1).store("{\"rc\":0}").unwrap();
        let mode = fs::metadata(dir.path().join("spool/run-1/1")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let Claimed::Answer(claim, result) = spool.claim(1, &AtomicBool::new(false)).unwrap() else { panic!() };
        assert_eq!(result, "{\"rc\":0}");
        claim.forget();
        new(&spool, 1);
    }

    #[test]
    fn a_task_that_was_begun_is_not_begun_again() {
        let (_dir, spool) = spool();
        drop(new(&spool, 1));
        assert!(matches!(spool.claim(1, &AtomicBool::new(false)).unwrap(), Claimed::Interrupted(_)));
    }

    #[test]
    fn a_running_task_is_waited_for() {
        let (_dir, spool) = spool();
        let mut running = new(&spool, 1);
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| matches!(spool.claim(1, &AtomicBool::new(false)), Ok(Claimed::Answer(_, text)) if text == "done"));
            running.store("done").unwrap();
            drop(running);
            assert!(waiting.join().unwrap());
        });
    }

    #[test]
    fn a_cancel_reaches_the_agent_that_runs_the_task() {
        let (_dir, spool) = spool();
        let _running = new(&spool, 1);
        assert!(!spool.cancelled(1));
        assert!(matches!(spool.claim(1, &AtomicBool::new(true)).unwrap(), Claimed::Cancelled));
        assert!(spool.cancelled(1));
    }

    #[test]
    fn a_run_cannot_name_a_path() {
        let dir = tempfile::tempdir().unwrap();
        for run in ["", "../x", "a/b", "."] {
            assert!(Spool::open(dir.path(), run).is_err(), "{run}");
        }
    }
}
