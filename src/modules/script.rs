//! `script`: runs a script that the controller has.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::execution::execute;
use super::words::split;
use super::{Args, Failure, Host, IoContext, Module, Outcome, Param, Spec};

/// The free-form text or `cmd` is the script and its arguments; its content comes from the controller as `_rplay_content`
/// {sha256, inline}. `creates removes chdir executable` and the results are those of `shell`. Source: ansible.builtin.script.
pub const MODULE: Module =
    Module { names: &["script"], collection: "ansible.builtin", spec: Spec { free_form: true, ..Spec::of(PARAMS) }, run };

const PARAMS: &[Param] =
    &[Param::str("cmd"), Param::path("chdir"), Param::path("creates"), Param::path("removes"), Param::str("executable")];

fn run(args: &Args, host: &mut Host) -> Outcome {
    let line = super::command::line(args).ok_or_else(super::command::no_command)?;
    let words = split(line).map_err(|e| Failure::new(format!("the script's arguments could not be split into words: {e}")))?;
    let content = content(args, host)?;
    let file = tempfile::Builder::new().prefix(".rplay-script-").tempfile().context("create a file in", std::env::temp_dir())?;
    // A file that is open for writing cannot be executed, so only the path is kept.
    let path = file.into_temp_path();
    execute(args, host, line.into(), |_| {
        std::fs::write(&path, &content).context("write", &path)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).context("set the mode of", &path)?;
        let mut command = match args.str("executable").map(split) {
            Some(Ok(shell)) if !shell.is_empty() => {
                let mut command = Command::new(&shell[0]);
                command.args(&shell[1..]).arg(&path);
                command
            }
            _ => Command::new(&path),
        };
        command.args(words.iter().skip(1));
        Ok(command)
    })
}

fn content(args: &Args, host: &mut Host) -> Result<Vec<u8>, Failure> {
    let sent = args.get("_rplay_content").ok_or("the script did not come with its content")?;
    if let Some(text) = sent["inline"].as_str() {
        return STANDARD.decode(text).map_err(|e| Failure::new(format!("the script sent along is not base64: {e}")));
    }
    let path = host.blob(sent["sha256"].as_str().unwrap_or_default())?;
    std::fs::read(&path).context("read", &path)
}
