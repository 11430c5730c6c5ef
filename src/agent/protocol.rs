//! What controller and agent say to each other: a length (u32, big endian) and that many bytes of MessagePack.
//!
//! Every task has an id that the controller chose; the agent keeps a result until it is acknowledged, so that a
//! controller that lost its connection can attach again and nothing runs twice.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The version of the protocol; both sides come from one binary, so any difference is an error.
pub const VERSION: u32 = 1;

/// No frame is longer.
pub const MAX_FRAME: usize = 64 << 20;

/// Content is sent in pieces of at most this many bytes.
pub const BLOB_PIECE: usize = 256 << 10;

/// A task's identity, unique in one run on one host.
pub type TaskId = u64;

/// From the controller to the agent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Request {
    /// The first frame: who speaks, and for which run (results of another run are not mixed up with this one's).
    Hello { version: u32, run: String },
    /// Do this.
    Task(Box<Task>),
    /// Stop that task and what it started.
    Cancel { id: TaskId },
    /// The result of that task has arrived and may be forgotten.
    Ack { id: TaskId },
    /// A piece of content the agent asked for; the last piece is marked. An error says why there is none.
    Blob {
        hash: String,
        #[serde(with = "serde_bytes")]
        bytes: Vec<u8>,
        last: bool,
        error: Option<String>,
    },
}

/// One task for one host.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Task {
    /// Its identity.
    pub id: TaskId,
    /// The module's name.
    pub module: String,
    /// The module's bound arguments, as JSON text (which keeps integers, floats and nulls apart).
    pub args: String,
    /// Change nothing.
    pub check: bool,
    /// Report differences.
    pub diff: bool,
    /// What the task's `environment` adds.
    pub environment: BTreeMap<String, String>,
    /// Seconds after which it is cancelled and counts as failed.
    pub timeout: Option<u64>,
}

/// From the agent to the controller.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Reply {
    /// The answer to `Hello`.
    Hello { version: u32, pid: u32, uid: u32 },
    /// Output of a running program.
    Output {
        id: TaskId,
        #[serde(with = "serde_bytes")]
        bytes: Vec<u8>,
    },
    /// Content that a task needs.
    NeedBlob { hash: String },
    /// The task ended; `result` is JSON text.
    Done { id: TaskId, result: String },
}
