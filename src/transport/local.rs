//! Programs on this machine.

use std::process::Stdio;

use tokio::process::Command;

use super::error::Unreachable;
use super::exec::Exec;

/// Starts `command` in `/bin/sh`, in a process group of its own: a key pressed in the terminal is not for it.
pub fn exec(command: &str) -> Result<Exec, Unreachable> {
    let mut child = Command::new("/bin/sh")
        .args(["-c", command])
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| Unreachable::new(format!("could not start /bin/sh: {e}")))?;
    let (Some(stdin), Some(stdout), Some(stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take()) else {
        return Err(Unreachable::new("could not connect to /bin/sh"));
    };
    let exit = tokio::spawn(async move { child.wait().await.ok().and_then(|status| status.code()) });
    Ok(Exec { stdin: Box::new(stdin), stdout: Box::new(stdout), stderr: Box::new(stderr), exit })
}
