//! The binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("agent") => rplay::agent::run(),
        _ => ExitCode::from(2),
    }
}
