//! `shell`: runs a line through a shell.

use std::process::Command;

use super::command::{line, no_command};
use super::execution::execute;
use super::{Args, Host, Module, Outcome, Param, Spec};

/// The line is the free-form text or `cmd`; `executable` is the shell (default `/bin/sh`); the other parameters and the
/// results are those of `command`. Source: ansible.builtin.shell.
pub const MODULE: Module =
    Module { names: &["shell"], collection: "ansible.builtin", spec: Spec { free_form: true, ..Spec::of(PARAMS) }, run };

const PARAMS: &[Param] = &[
    Param::str("cmd"),
    Param::path("chdir"),
    Param::path("creates"),
    Param::path("removes"),
    Param::path("executable"),
    Param::str("stdin"),
    Param::bool("stdin_add_newline").default("true"),
    Param::bool("strip_empty_ends").default("true"),
];

fn run(args: &Args, host: &mut Host) -> Outcome {
    let line = line(args).ok_or_else(no_command)?;
    execute(args, host, line.into(), |_| {
        let mut command = Command::new(args.str("executable").unwrap_or("/bin/sh"));
        command.args(["-c", line]);
        Ok(command)
    })
}
