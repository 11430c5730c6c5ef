//! One JSON object per event and line, with the seconds since the run began.

use std::io::Write;
use std::time::Instant;

use crate::engine::Event;

use super::{Reader, Redactor};

/// Writes NDJSON.
pub struct Ndjson<W: Write> {
    out: W,
    began: Instant,
    redactor: Redactor,
}

impl<W: Write + Send> Ndjson<W> {
    /// NDJSON to `out`.
    pub fn new(out: W, redactor: Redactor) -> Ndjson<W> {
        Ndjson { out, began: Instant::now(), redactor }
    }
}

impl<W: Write + Send> Reader for Ndjson<W> {
    fn read(&mut self, event: &Event) {
        let Ok(mut json) = serde_json::to_value(event) else { return };
        json["seconds_since_start"] = (self.began.elapsed().as_micros() as f64 / 1e6).into();
        // A reader that went away must not end the run.
        let _ = writeln!(self.out, "{}", self.redactor.json(json));
        if matches!(event, Event::RunEnded { .. }) {
            let _ = self.out.flush();
        }
    }
}
