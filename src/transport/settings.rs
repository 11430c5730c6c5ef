//! What all links of a run have in common.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OnceCell, Semaphore};

use super::error::Unreachable;
use super::program::Program;
use super::ssh::KeyRing;
use crate::language::secret::Secret;

/// Asks the user for a secret; `None` when nobody can be asked.
pub type Prompt = Arc<dyn Fn(&str) -> Option<Secret> + Send + Sync>;

/// The settings of a run; clones share what was read and unlocked.
#[derive(Clone)]
pub struct Settings {
    /// The run's name: letters, digits and dashes, at most 64.
    pub run: String,
    /// The program that becomes the agent; this one when absent.
    pub binary: Option<PathBuf>,
    /// Whether a program that needs shared libraries may be sent all the same (to hosts that are this machine).
    pub allow_dynamic: bool,
    /// Asks for passphrases.
    pub prompt: Option<Prompt>,
    /// Connections are made while they hold one of these.
    pub connects: Arc<Semaphore>,
    /// How often a lost connection is made again for one task.
    pub reconnects: u32,
    pub(super) keys: KeyRing,
    programs: Arc<Mutex<HashMap<PathBuf, Arc<Shared>>>>,
}

#[derive(Default)]
struct Shared {
    program: OnceCell<Program>,
    gzip: OnceCell<Arc<[u8]>>,
}

impl Settings {
    /// Settings for the run called `run`, with at most `connects` connections being made at once.
    pub fn new(run: impl Into<String>, connects: usize) -> Settings {
        Settings {
            run: run.into(),
            binary: None,
            allow_dynamic: false,
            prompt: None,
            connects: Arc::new(Semaphore::new(connects.max(1))),
            reconnects: 5,
            keys: KeyRing::default(),
            programs: Arc::default(),
        }
    }

    /// The path of this machine's agent.
    pub(super) fn own_path(&self) -> Result<PathBuf, Unreachable> {
        match &self.binary {
            Some(path) => Ok(path.clone()),
            None => std::env::current_exe().map_err(|e| Unreachable::new(format!("could not find the running program: {e}"))),
        }
    }

    /// The program at `path`, read and hashed once per run.
    pub(super) async fn program(&self, path: PathBuf) -> Result<Program, Unreachable> {
        let shared = self.shared(&path);
        shared.program.get_or_try_init(|| blocking(move || Program::read(&path))).await.cloned()
    }

    /// The program at `path`, compressed once per run.
    pub(super) async fn gzip(&self, path: PathBuf) -> Result<Arc<[u8]>, Unreachable> {
        let program = self.program(path.clone()).await?;
        let compress = move || program.gzip().map(Arc::from).map_err(|e| Unreachable::new(format!("could not compress the agent: {e}")));
        self.shared(&path).gzip.get_or_try_init(|| blocking(compress)).await.cloned()
    }

    fn shared(&self, path: &Path) -> Arc<Shared> {
        self.programs.lock().unwrap_or_else(PoisonError::into_inner).entry(path.to_path_buf()).or_default().clone()
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("run", &self.run).field("binary", &self.binary).finish_non_exhaustive()
    }
}

/// Runs what would hold up others on a thread where it does not.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Unreachable> + Send + 'static) -> Result<T, Unreachable> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|e| Err(Unreachable::new(format!("a helper thread died: {e}"))))
}
