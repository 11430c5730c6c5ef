//! What happens during a run, as typed events. The engine prints nothing; everything people see is made from these.

use std::sync::Arc;

use serde::Serialize;

use crate::modules::Fields;

/// The field of a result that says why a check could not judge the task.
pub const UNKNOWN: &str = "_rplay_unknown";

/// How a task ended on one host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Done, nothing changed.
    Ok,
    /// Done, something changed.
    Changed,
    /// Not done, for a reason the result gives.
    Skipped,
    /// Failed.
    Failed,
    /// The host could not be reached.
    Unreachable,
}

/// A task as events name it.
#[derive(Debug, Serialize)]
pub struct TaskLabel {
    /// Unique in the run.
    pub id: u64,
    /// Its name with its role's.
    pub name: String,
    /// The module it runs.
    pub module: String,
    /// Where it was written.
    pub place: String,
    /// Whether it is a handler.
    pub handler: bool,
}

/// How a stage ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StageEnd {
    /// All it had to do was done, on the hosts that were left.
    Done,
    /// No host was left.
    Failed,
    /// Not run, because that stage failed.
    NotRun(String),
    /// Stopped by the user.
    Cancelled,
}

/// What one host did in the run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Counts {
    /// Tasks that ended well, changed ones among them.
    pub ok: u64,
    /// Tasks that changed something.
    pub changed: u64,
    /// Tasks that found the host out of reach.
    pub unreachable: u64,
    /// Tasks that failed.
    pub failed: u64,
    /// Tasks that were skipped.
    pub skipped: u64,
    /// Blocks that were rescued.
    pub rescued: u64,
    /// Failures that were ignored.
    pub ignored: u64,
}

/// Something happened.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The run begins; its stages with their hosts and the number of tasks known beforehand.
    RunStarted { stages: Vec<(String, Vec<Arc<str>>, usize)> },
    /// A stage (a play) begins on these hosts.
    StageStarted { stage: usize, name: String, hosts: Vec<Arc<str>> },
    /// The next batch of hosts begins a stage from its start (`serial`).
    BatchStarted { stage: usize, name: String, hosts: Vec<Arc<str>> },
    /// A stage ended.
    StageEnded { stage: usize, name: String, end: StageEnd },
    /// A task begins on the hosts of a stage.
    TaskStarted { stage: usize, task: Arc<TaskLabel> },
    /// A task begins on one host, after its conditions held.
    HostStarted { stage: usize, task: Arc<TaskLabel>, host: Arc<str> },
    /// Output of a program that a task runs.
    Output { task: Arc<TaskLabel>, host: Arc<str>, text: String },
    /// A try failed and another follows.
    Retrying { task: Arc<TaskLabel>, host: Arc<str>, left: u64 },
    /// An item of a loop ended.
    ItemEnded {
        stage: usize,
        task: Arc<TaskLabel>,
        host: Arc<str>,
        delegate: Option<Arc<str>>,
        status: Status,
        ignored: bool,
        label: String,
        result: Arc<Fields>,
    },
    /// A task ended on a host; `looped` when its items were already told.
    TaskEnded {
        stage: usize,
        task: Arc<TaskLabel>,
        host: Arc<str>,
        delegate: Option<Arc<str>>,
        status: Status,
        ignored: bool,
        looped: bool,
        result: Arc<Fields>,
    },
    /// A task brings in a file or role on these hosts.
    Included { name: String, hosts: Vec<Arc<str>>, item: Option<String> },
    /// Something the user should know.
    Warning { message: String },
    /// The run ended; what each host did.
    RunEnded { recap: Vec<(Arc<str>, Counts)>, seconds: f64 },
}

/// Where events go.
#[derive(Clone)]
pub struct Events(tokio::sync::mpsc::Sender<Event>);

impl Events {
    /// Events and where they can be read; the channel is bounded, so that a slow reader slows the run down.
    pub fn channel() -> (Events, tokio::sync::mpsc::Receiver<Event>) {
        let (sender, receiver) = tokio::sync::mpsc::channel(1024);
        (Events(sender), receiver)
    }

    /// Tells an event. When nobody reads any more the run goes on.
    pub async fn emit(&self, event: Event) {
        let _ = self.0.send(event).await;
    }

    /// Tells an event if there is room for it: for what may be left out, as live output.
    pub fn try_emit(&self, event: Event) {
        let _ = self.0.try_send(event);
    }
}
