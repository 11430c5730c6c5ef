//! Links to hosts: an open connection each, an agent on it for every identity that tasks run as.
//!
//! ```text
//! Link ── Session (ssh::Connection | a process here) ── one channel per identity ── Peer ══ frames ══ rplay agent
//! ```
//! A [`Target`] says how a host is reached, [`Become`] as whom a task runs. [`Link::run`] carries one task out: it starts
//! the agent (sending the program first when the host has none), connects again when the connection is lost, and
//! attaches to tasks that went on without it.

mod blobs;
mod elevate;
mod error;
mod exec;
mod greet;
mod link;
mod local;
mod peer;
mod program;
mod script;
mod settings;
pub mod ssh;
mod target;

pub use blobs::BlobSource;
pub use elevate::{Become, Method};
pub use error::{LinkError, Unreachable};
pub use exec::Output;
pub use link::{Link, LinkEvent};
pub use settings::{Prompt, Settings};
pub use target::{Defaults, HostKeyChecking, Kind, Target};
