//! Printing that a reader may leave: `rplay … | head` is no failure.

use std::fmt::Display;
use std::io::Write;

/// Prints a line.
pub fn say(text: impl Display) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}
