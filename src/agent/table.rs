//! The tasks the agent knows: running, or ended and not yet acknowledged.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::protocol::TaskId;
use super::spool::Claim;

/// The table. Whoever waits for a change of it waits on `changed`.
#[derive(Default)]
pub struct Table {
    inner: Mutex<Inner>,
    changed: Condvar,
}

#[derive(Default)]
struct Inner {
    tasks: HashMap<TaskId, Entry>,
    /// The controller is gone: results go to the spool.
    lost: bool,
}

enum Entry {
    /// `verdict` is the result it will have whatever its module returns.
    Running {
        cancel: Arc<AtomicBool>,
        verdict: Option<Arc<str>>,
    },
    Done {
        result: Arc<str>,
        claim: Option<Claim>,
    },
}

/// What a task that was sent turned out to be.
pub enum Begun {
    /// New: run it, and stop when this is set.
    New(Arc<AtomicBool>),
    /// Running already: its result will come.
    Running,
    /// Ended: here is its result again.
    Done(Arc<str>),
}

impl Table {
    /// Enters a task.
    pub fn begin(&self, id: TaskId) -> Begun {
        match self.lock().tasks.entry(id) {
            std::collections::hash_map::Entry::Occupied(entry) => match entry.get() {
                Entry::Running { .. } => Begun::Running,
                Entry::Done { result, .. } => Begun::Done(result.clone()),
            },
            std::collections::hash_map::Entry::Vacant(entry) => {
                let cancel = Arc::new(AtomicBool::new(false));
                entry.insert(Entry::Running { cancel: cancel.clone(), verdict: None });
                Begun::New(cancel)
            }
        }
    }

    /// A task ended. Gives the result to send now: none when it ended before, and none when the controller is gone,
    /// for then it is spooled.
    pub fn finish(&self, id: TaskId, result: Arc<str>, claim: Option<Claim>) -> Option<Arc<str>> {
        let mut inner = self.lock();
        let lost = inner.lost;
        let result = match inner.tasks.get_mut(&id) {
            Some(Entry::Running { verdict, .. }) => verdict.take().unwrap_or(result),
            // It was given up and ends after all: the claim is needed to forget it.
            Some(entry) => {
                entry.hold(claim, lost);
                return None;
            }
            None => {
                if let Some(_claim) = claim {
                    Claim::forget(_claim)
                }
                return None;
            }
        };
        let mut done = Entry::Done { result: result.clone(), claim: None };
        done.hold(claim, lost);
        inner.tasks.insert(id, done);
        self.changed.notify_all();
        (!lost).then_some(result)
    }

    /// Takes a task out that may run again.
    pub fn withdraw(&self, id: TaskId) {
        self.lock().tasks.remove(&id);
        self.changed.notify_all();
    }

    /// The controller has the result.
    pub fn acknowledge(&self, id: TaskId) {
        let mut inner = self.lock();
        if let Some(Entry::Done { .. }) = inner.tasks.get(&id)
            && let Some(Entry::Done { claim: Some(claim), .. }) = inner.tasks.remove(&id)
        {
            claim.forget();
        }
    }

    /// Asks a running task to stop, and says what its result will be. Gives whether it was not asked before.
    pub fn cancel(&self, id: TaskId, result: Option<Arc<str>>) -> bool {
        match self.lock().tasks.get_mut(&id) {
            Some(Entry::Running { cancel, verdict }) => {
                *verdict = verdict.take().or(result);
                !cancel.swap(true, Ordering::Relaxed)
            }
            _ => false,
        }
    }

    /// Waits up to `time` for the end of a task; gives whether it ended.
    pub fn ends_within(&self, id: TaskId, time: Duration) -> bool {
        let deadline = Instant::now() + time;
        let mut inner = self.lock();
        while matches!(inner.tasks.get(&id), Some(Entry::Running { .. })) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            inner = self.changed.wait_timeout(inner, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// The controller is gone: spools every result it did not acknowledge, now and from now on.
    pub fn lose(&self) {
        let mut inner = self.lock();
        inner.lost = true;
        inner.tasks.values_mut().for_each(Entry::spool);
    }

    /// The running tasks, after a change or `time`.
    pub fn running_after(&self, time: Duration) -> Vec<TaskId> {
        let ids = |inner: &Inner| -> Vec<TaskId> {
            inner.tasks.iter().filter(|(_, entry)| matches!(entry, Entry::Running { .. })).map(|(id, _)| *id).collect()
        };
        let inner = self.lock();
        if ids(&inner).is_empty() {
            return Vec::new();
        }
        let inner = self.changed.wait_timeout(inner, time).unwrap_or_else(PoisonError::into_inner).0;
        ids(&inner)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn hold(&mut self, given: Option<Claim>, lost: bool) {
        if let Entry::Done { claim, .. } = self {
            *claim = given;
        }
        if lost {
            self.spool();
        }
    }

    /// Writes the result to the spool and lets go of the lock, so that the next agent finds it.
    fn spool(&mut self) {
        if let Entry::Done { result, claim } = self
            && let Some(mut claim) = claim.take()
            && let Err(e) = claim.store(result)
        {
            eprintln!("rplay agent: could not spool a result: {e}");
        }
    }
}
