//! `command`: runs a program without a shell.

use std::process::Command;

use super::execution::execute;
use super::words::{expand, split};
use super::{Args, Failure, Host, Module, Outcome, Param, Spec};

/// The program is the free-form text, `cmd` or `argv`; `creates`, `removes` (patterns of paths) say when it need not run,
/// `chdir` where it runs, `stdin` what it reads. Words are split as a shell quotes, and `$NAME` and `~` expanded unless
/// `expand_argument_vars` is false. Results: `cmd rc stdout stderr stdout_lines stderr_lines start end delta msg`.
/// Source: ansible.builtin.command.
pub const MODULE: Module =
    Module { names: &["command"], collection: "ansible.builtin", spec: Spec { free_form: true, ..Spec::of(PARAMS) }, run };

const PARAMS: &[Param] = &[
    Param::str("cmd"),
    Param::list("argv"),
    Param::path("chdir"),
    Param::path("creates"),
    Param::path("removes"),
    Param::path("executable"),
    Param::bool("expand_argument_vars").default("true"),
    Param::str("stdin"),
    Param::bool("stdin_add_newline").default("true"),
    Param::bool("strip_empty_ends").default("true"),
];

fn run(args: &Args, host: &mut Host) -> Outcome {
    if let Some(executable) = args.str("executable") {
        host.warn(format!("the parameter 'executable' has no effect on 'command', which runs no shell; '{executable}' is not used"));
    }
    let words = words(args)?;
    execute(args, host, words.clone().into(), |host| {
        let words: Vec<String> = match args.bool("expand_argument_vars") {
            true => words.iter().map(|w| expand(w, host.environment())).collect(),
            false => words,
        };
        let (program, rest) = words.split_first().ok_or_else(no_command)?;
        let mut command = Command::new(program);
        command.args(rest);
        Ok(command)
    })
}

/// The words as they are written.
fn words(args: &Args) -> Result<Vec<String>, Failure> {
    let line = line(args);
    let argv = args.strings("argv");
    match (line, argv.is_empty()) {
        (Some(_), false) => Err("only command or argv can be given, not both".into()),
        (None, true) => Err(no_command()),
        (None, false) => Ok(argv),
        (Some(line), true) => {
            let words = split(line).map_err(|e| Failure::new(format!("the command could not be split into words: {e}: {line}")))?;
            if words.is_empty() { Err(no_command()) } else { Ok(words) }
        }
    }
}

/// The free-form text or `cmd`, when there is any.
pub fn line(args: &Args) -> Option<&str> {
    args.str("_raw_params").filter(|s| !s.trim().is_empty()).or(args.str("cmd")).filter(|s| !s.trim().is_empty())
}

/// The failure of a task that names nothing to run.
pub fn no_command() -> Failure {
    Failure::new("one of the following is required: _raw_params, cmd, argv")
}
