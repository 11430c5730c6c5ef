//! The command line: one file per verb. Only here a process is ended and only here something is printed.

mod ask;
mod config;
mod doc;
mod failure;
mod graph;
mod inventory;
mod listing;
mod options;
mod play;
mod prepare;
mod say;
mod vagrant;
mod vault;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use options::{Command, Rplay};

/// Runs the program with these arguments.
pub fn main(args: Vec<OsString>) -> ExitCode {
    // On a host the program is started as an agent for every identity: nothing else of it is needed there.
    if args.get(1).is_some_and(|verb| verb == "agent") {
        return crate::agent::run();
    }
    let rplay = match Rplay::try_parse_from(options::with_default_verb(args)) {
        Ok(rplay) => rplay,
        Err(shown) => {
            let code = if shown.use_stderr() { 2 } else { 0 };
            let _ = shown.print();
            return ExitCode::from(code);
        }
    };
    let done = match rplay.command {
        Command::Play(options) => play::run(options),
        Command::Graph(options) => graph::run(options),
        Command::Inventory(options) => inventory::run(options),
        Command::Doc(options) => doc::run(options),
        Command::Vault(options) => vault::run(options),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(failure) => failure.tell(),
    }
}
