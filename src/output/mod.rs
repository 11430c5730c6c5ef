//! Readers of the event stream: what people and programs see of a run.

mod lines;
mod ndjson;
mod problems;
mod progress;
mod recap;
mod redact;

pub use lines::Lines;
pub use ndjson::Ndjson;
pub use problems::render as render_problem;
pub use progress::Progress;
pub use redact::Redactor;

use crate::engine::Event;

/// Something that reads events.
pub trait Reader: Send {
    /// Reads one event.
    fn read(&mut self, event: &Event);
}
