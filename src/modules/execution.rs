//! What `command`, `shell` and `script` share: whether to run at all, and the result of having run.

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use jiff::{SignedDuration, Zoned};
use serde_json::{Value as Json, json};

use super::host::Output;
use super::words::expand;
use super::{Args, Failure, Fields, Host, Outcome};

/// Runs what `prepare` gives, unless `creates` or `removes` says that it is done already. A check evaluates both
/// and stops there. `shown` is how results show it: a list of words, or a line for a shell.
pub fn execute(args: &Args, host: &mut Host, shown: Json, prepare: impl FnOnce(&mut Host) -> Result<Command, Failure>) -> Outcome {
    let chdir = directory(args, host).map_err(|why| Failure { fields: result("", "", &shown, 0, ""), ..why }.with("rc", Json::Null))?;
    if let Some(done) = already_done(args, host, &shown, chdir.as_ref())? {
        return Ok(done);
    }
    let mut command = prepare(host)?;
    if let Some(dir) = &chdir {
        command.current_dir(dir);
    }
    let stdin = stdin(args);
    let program = command.get_program().to_string_lossy().into_owned();
    let what = format!("ran {}", label(&shown));
    let work = |writer: &mut super::Writer| {
        let (started, clock) = (Zoned::now(), Instant::now());
        let output = writer.run(command, stdin.as_deref()).map_err(|f| unstarted(f, &program).with("cmd", shown.clone()))?;
        let spent = SignedDuration::try_from(clock.elapsed()).unwrap_or_default();
        Ok(Ran { output, started, spent, shown: shown.clone() })
    };
    let conditional = args.str("creates").is_some() || args.str("removes").is_some();
    // The output of a script that was sent along is kept as it is.
    match host.program(&what, conditional, work)? {
        Some(ran) => ran.result(args.maybe_bool("strip_empty_ends").unwrap_or(args.get("_rplay_content").is_none())),
        None => Ok(result("", "", &shown, 0, "Command would have run if not in check mode")),
    }
}

/// A failure to start the program, in Ansible's words and with the fields of a program that said nothing.
fn unstarted(failure: Failure, program: &str) -> Failure {
    let Some(number) = failure.unstarted else { return failure };
    let reason = std::io::Error::from_raw_os_error(number).to_string();
    let reason = reason.split(" (os error").next().unwrap_or_default();
    let failure = failure.reworded(format!("Error executing command: [Errno {number}] {reason}: b'{program}'"));
    let none = || Json::Array(Vec::new());
    failure.with("stdout", "").with("stderr", "").with("stdout_lines", none()).with("stderr_lines", none())
}

/// The directory to run in, which has to exist.
fn directory(args: &Args, host: &Host) -> Result<Option<PathBuf>, Failure> {
    let Some(dir) = args.str("chdir") else { return Ok(None) };
    let dir = PathBuf::from(expand(dir, host.environment()));
    match std::fs::metadata(&dir) {
        Ok(meta) if meta.is_dir() => Ok(Some(dir)),
        Ok(_) => Err(format!("Unable to change directory before execution: {} is not a directory", dir.display()).into()),
        Err(e) => Err(format!("Unable to change directory before execution: {}: {e}", dir.display()).into()),
    }
}

/// The result of a task that has nothing to do because of `creates` or `removes`.
fn already_done(args: &Args, host: &mut Host, shown: &Json, chdir: Option<&PathBuf>) -> Result<Option<Fields>, Failure> {
    let conditions = [("creates", true, "exists"), ("removes", false, "does not exist")];
    for (param, done_if, verb) in conditions {
        let Some(pattern) = args.str(param) else { continue };
        if any_match(pattern, host, chdir)? == done_if {
            let would = if host.is_check() { "Would" } else { "Did" };
            let msg = format!("{would} not run command since '{pattern}' {verb}");
            host.unchanged(format!("{pattern} {verb}"));
            return Ok(Some(result(&format!("skipped, since {pattern} {verb}"), "", shown, 0, &msg)));
        }
    }
    Ok(None)
}

/// Whether `pattern` names anything; a relative one counts from `chdir`.
fn any_match(pattern: &str, host: &Host, chdir: Option<&PathBuf>) -> Result<bool, Failure> {
    let pattern = PathBuf::from(expand(pattern, host.environment()));
    let pattern = chdir.map_or(pattern.clone(), |dir| dir.join(&pattern));
    if pattern.symlink_metadata().is_ok() {
        return Ok(true);
    }
    let found = glob::glob(&pattern.to_string_lossy()).map_err(|e| format!("{} is not a pattern of paths: {e}", pattern.display()))?;
    Ok(found.flatten().next().is_some())
}

fn stdin(args: &Args) -> Option<Vec<u8>> {
    let newline = args.maybe_bool("stdin_add_newline").unwrap_or(true);
    args.str("stdin").map(|text| if newline { format!("{text}\n") } else { text.to_string() }.into_bytes())
}

/// The first line of a command, for the one-line note.
fn label(shown: &Json) -> String {
    let line = match shown {
        Json::Array(words) => words.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(" "),
        other => super::args::text(other),
    };
    line.lines().next().unwrap_or_default().chars().take(80).collect()
}

/// A program that has run.
struct Ran {
    output: Output,
    started: Zoned,
    spent: SignedDuration,
    shown: Json,
}

impl Ran {
    fn result(self, strip: bool) -> Outcome {
        let text = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes);
            if strip { text.trim_end_matches(['\r', '\n']).to_string() } else { text.into_owned() }
        };
        let rc = self.output.rc;
        let mut fields = result(&text(&self.output.stdout), &text(&self.output.stderr), &self.shown, rc, "");
        let time = |at: &Zoned| at.strftime("%Y-%m-%d %H:%M:%S%.6f").to_string();
        fields.insert("start".into(), time(&self.started).into());
        fields.insert("end".into(), time(&self.started.saturating_add(self.spent)).into());
        fields.insert("delta".into(), delta(self.spent).into());
        if rc == 0 {
            return Ok(fields);
        }
        Err(Failure { fields, ..Failure::new("non-zero return code") })
    }
}

fn result(stdout: &str, stderr: &str, cmd: &Json, rc: i32, msg: &str) -> Fields {
    let fields = json!({
        "cmd": cmd, "rc": rc, "msg": msg, "start": null, "end": null, "delta": null,
        "stdout": stdout, "stdout_lines": lines(stdout), "stderr": stderr, "stderr_lines": lines(stderr),
    });
    match fields {
        Json::Object(fields) => fields,
        _ => Fields::new(),
    }
}

/// The lines of a program's output, as Python's `splitlines` counts them in practice.
pub fn lines(text: &str) -> Vec<&str> {
    text.lines().collect()
}

/// A span of time as Python prints it: `0:00:01.000042`, with days before it when there are some.
fn delta(span: SignedDuration) -> String {
    let (seconds, micros) = (span.as_secs(), span.subsec_micros());
    let (days, rest) = (seconds / 86400, seconds % 86400);
    let clock = format!("{}:{:02}:{:02}.{micros:06}", rest / 3600, rest / 60 % 60, rest % 60);
    match days {
        0 => clock,
        1 => format!("1 day, {clock}"),
        n => format!("{n} days, {clock}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_spans_as_python_does() {
        assert_eq!(delta(SignedDuration::new(1, 42_000)), "0:00:01.000042");
        assert_eq!(delta(SignedDuration::new(86400 + 3661, 0)), "1 day, 1:01:01.000000");
    }
}
