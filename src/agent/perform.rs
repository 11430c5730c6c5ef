//! One task, from its arguments to its result.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use serde_json::json;

use super::blobs::Blobs;
use super::outbox::Outbox;
use super::protocol::{Reply, Task, TaskId};
use crate::modules::host::{Controller, Mode};
use crate::modules::{self, Args, Failure, Fields, Host};

/// The controller as a task on this host reaches it.
struct Remote<'a> {
    id: TaskId,
    blobs: &'a Blobs,
    outbox: &'a Outbox,
    cancel: &'a AtomicBool,
}

impl Controller for Remote<'_> {
    fn blob(&mut self, hash: &str) -> Result<PathBuf, Failure> {
        self.blobs.get(hash, self.cancel, || self.outbox.send(Reply::NeedBlob { hash: hash.to_string() }))
    }

    fn output(&mut self, bytes: &[u8]) {
        self.outbox.try_send(Reply::Output { id: self.id, bytes: bytes.to_vec() });
    }
}

/// Runs the task's module. A module that panics fails its task and nothing else.
pub fn perform(task: &Task, cancel: &AtomicBool, blobs: &Blobs, outbox: &Outbox) -> Fields {
    let mut remote = Remote { id: task.id, blobs, outbox, cancel };
    catch_unwind(AssertUnwindSafe(|| run(task, cancel, &mut remote))).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<&str>().map(ToString::to_string).or_else(|| panic.downcast_ref::<String>().cloned());
        failed("module crashed", json!(said.unwrap_or_default()))
    })
}

fn run(task: &Task, cancel: &AtomicBool, remote: &mut Remote) -> Fields {
    let Some(module) = modules::find(&task.module) else {
        return failed(&format!("this agent has no module called {}", task.module), json!(""));
    };
    let args = match serde_json::from_str(&task.args) {
        Ok(map) => Args::bound(map),
        Err(e) => return failed(&format!("the arguments of {} could not be read", task.module), json!(e.to_string())),
    };
    let mode = Mode { check: task.check, diff: task.diff, environment: task.environment.clone() };
    let mut host = Host::new(&mode, remote, cancel);
    let outcome = (module.run)(&args, &mut host);
    host.finish(outcome)
}

/// The result of a task that never came to an end of its own.
pub fn failed(msg: &str, exception: serde_json::Value) -> Fields {
    let mut fields =
        Fields::from_iter([("failed".to_string(), json!(true)), ("changed".to_string(), json!(false)), ("msg".to_string(), json!(msg))]);
    if exception != json!("") {
        fields.insert("exception".to_string(), exception);
    }
    fields
}
