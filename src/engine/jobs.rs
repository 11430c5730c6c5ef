//! Tasks in the background: `async`, `poll` and what `async_status` asks for.
//!
//! A job is a task like any other that somebody else waits for. The agent outlives its controller, so a job that is still
//! running when the run ends goes on to its end on the host.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value as Json;
use tokio::sync::watch;

use crate::language::playbook::Task;
use crate::modules::Fields;

use super::action::{self, Call};
use super::event::TaskLabel;
use super::host::HostState;
use super::outcome::{Outcome, fields};
use super::scope::TaskScope;

/// The jobs of a run, by host and by their ids.
#[derive(Default)]
pub struct Jobs(Mutex<Table>);

type Table = HashMap<(Arc<str>, String), watch::Receiver<Option<Outcome>>>;

/// A task about to go to the background, with everything it needs to live there.
pub struct Job {
    pub task: Arc<Task>,
    pub label: Arc<TaskLabel>,
    pub stage: usize,
    pub scope: TaskScope,
    pub at: Arc<HostState>,
    pub args: Fields,
    pub diff: bool,
    pub environment: BTreeMap<String, String>,
    /// Seconds after which it is ended.
    pub limit: u64,
}

impl Job {
    /// Starts the job; gives at once what is known of it, or waits for its end.
    pub async fn start(self, wait: bool) -> Outcome {
        let run = self.scope.run.clone();
        let id = format!("j{:012}.{}", run.task_id(), std::process::id());
        let (done, result) = watch::channel(None);
        run.jobs.lock().insert((self.at.name.clone(), id.clone()), result.clone());
        tokio::spawn(async move {
            let outcome = self.run().await;
            done.send_replace(Some(outcome));
        });
        if wait {
            return finished(result, &id).await;
        }
        let known = [("changed", true.into()), ("started", true.into()), ("finished", false.into())];
        Outcome::of(named(fields(known), &id))
    }

    async fn run(self) -> Outcome {
        let call = Call {
            task: &self.task,
            label: &self.label,
            stage: self.stage,
            scope: &self.scope,
            at: &self.at,
            args: self.args,
            check: false,
            diff: self.diff,
            environment: self.environment,
            limit: Some(self.limit),
        };
        let mut outcome = action::dispatch(call).await;
        if outcome.result.shift_remove("timedout").is_some() {
            outcome.result.insert("msg".into(), "Timeout exceeded".into());
        }
        outcome
    }
}

impl Jobs {
    fn lock(&self) -> std::sync::MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known of a job on a host. Source: ansible.builtin.async_status.
    pub fn status(&self, host: &Arc<str>, id: &str) -> Outcome {
        let found = self.lock().get(&(host.clone(), id.to_string())).cloned();
        let Some(job) = found else {
            let mut unknown = Outcome::failed("could not find job");
            unknown.result.extend(fields([("started", true.into()), ("finished", true.into())]));
            unknown.result.extend(fields(["stdout", "stderr"].map(|name| (name, "".into()))));
            unknown.result.extend(fields(["stdout_lines", "stderr_lines"].map(|name| (name, Json::Array(Vec::new())))));
            unknown.complete();
            return Outcome::of(named(unknown.result, id));
        };
        let now = job.borrow().clone();
        match now {
            Some(outcome) => ended(outcome, id),
            None => Outcome::of(named(fields([("changed", false.into()), ("started", true.into()), ("finished", false.into())]), id)),
        }
    }

    /// Forgets a job.
    pub fn forget(&self, host: &Arc<str>, id: &str) -> Outcome {
        self.lock().remove(&(host.clone(), id.to_string()));
        let known = [("changed", false.into()), ("started", false.into()), ("finished", false.into()), ("erased", id.into())];
        Outcome::of(named(fields(known), id))
    }
}

async fn finished(mut job: watch::Receiver<Option<Outcome>>, id: &str) -> Outcome {
    let outcome = job.wait_for(Option::is_some).await.ok().and_then(|outcome| outcome.clone());
    ended(outcome.unwrap_or_else(|| Outcome::failed("the job ended without a result")), id)
}

fn ended(mut outcome: Outcome, id: &str) -> Outcome {
    outcome.result.extend(fields([("started", true.into()), ("finished", true.into())]));
    outcome.result = named(outcome.result, id);
    outcome
}

fn named(mut result: Fields, id: &str) -> Fields {
    result.insert("ansible_job_id".into(), id.into());
    result
}
