//! The program: parse, dispatch, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    rplay::cli::main(std::env::args_os().collect())
}
