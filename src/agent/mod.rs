//! The program on the host: frames in, frames out, a table of tasks.
//!
//! ```text
//! stdin ─ frame ─▶ serve ─▶ table ─▶ a thread per task ─▶ modules
//!                    │        │            │ blobs
//! stdout ◀─ outbox ◀─┴────────┴────────────┘        spool (what must outlive the connection)
//! ```
//! The controller half of the protocol lives in `transport`; both speak [`protocol`] in the frames of [`frame`].

pub mod frame;
pub mod protocol;

mod blobs;
mod cache;
mod outbox;
mod perform;
mod serve;
mod spool;
mod table;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

pub use serve::serve;

/// The line the agent writes before its first frame: whatever a login shell printed before it is noise.
pub const READY: &str = "rplay-agent-ready";

/// `rplay agent`: serves the controller on standard input and output, and outlives it while tasks run.
pub fn run() -> ExitCode {
    // A flag that nobody reads: the signal of a terminal that went away must not end the tasks.
    let ignored = Arc::new(AtomicBool::new(false));
    if let Err(e) = signal_hook::flag::register(signal_hook::consts::SIGHUP, ignored) {
        eprintln!("rplay agent: could not ignore SIGHUP: {e}");
        return ExitCode::FAILURE;
    }
    // This fails for the leader of a session, which is as free as it would become.
    let _ = rustix::process::setsid();
    let outcome = cache::directory().and_then(|cache| serve(std::io::stdin().lock(), std::io::stdout(), &cache));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("rplay agent: {e}");
            ExitCode::FAILURE
        }
    }
}
