//! `sysvinit`: services that scripts in `/etc/init.d` start.

mod links;

use std::path::Path;
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::host::Output;
use super::{Args, Change, Failure, Fields, Host, Module, Outcome, Param, Spec};

/// The service `name` is brought to `state` and `enabled` (in `runlevels`, where they are given). Whether it runs its script says, or a
/// process whose command line holds `pattern`. `arguments` go to the script, `sleep` is the pause of a restart in seconds, `daemonize`
/// starts a script that does not return. Results: `name status`. Source: ansible.builtin.sysvinit.
pub const MODULE: Module = Module {
    names: &["sysvinit"],
    collection: "ansible.builtin",
    spec: Spec { required_one_of: &[&["state", "enabled"]], ..Spec::of(PARAMS) },
    run,
};

const PARAMS: &[Param] = &[
    Param::str("name").aliases(&["service"]).required(),
    Param::str("state").choices(&["started", "stopped", "restarted", "reloaded"]),
    Param::bool("enabled"),
    Param::int("sleep").default("1"),
    Param::str("pattern"),
    Param::str("arguments").aliases(&["args"]),
    Param::list("runlevels"),
    Param::bool("daemonize").default("false"),
];

const SCRIPTS: &str = "/etc/init.d";

fn run(args: &Args, host: &mut Host) -> Outcome {
    let service = Service { name: args.need("name")?, args };
    if !Path::new(SCRIPTS).join(service.name).exists() {
        return Err(Failure::missing(format!("Cannot find service {0} in {SCRIPTS}/{0}", service.name)).with("name", service.name));
    }
    let mut status = serde_json::Map::new();
    if let Some(enabled) = args.maybe_bool("enabled") {
        status.insert("enabled".into(), service.enable(host, enabled)?);
    }
    if let Some(state) = args.str("state") {
        status.insert(state.into(), service.bring(host, state)?);
    }
    if !host.changed() {
        host.unchanged(format!("{} is as wanted", service.name));
    }
    Ok(Fields::from_iter([("name".to_string(), service.name.into()), ("status".to_string(), status.into())]))
}

/// A service and what is wanted of it.
struct Service<'a> {
    name: &'a str,
    args: &'a Args,
}

/// What the result says of one thing that was done, or had not to be.
fn said(changed: bool, output: Option<&Output>) -> Json {
    let (rc, out, err) = output.map_or((None, String::new(), String::new()), |output| (Some(output.rc), output.out(), output.err()));
    json!({"changed": changed, "rc": rc, "stdout": out, "stderr": err})
}

impl Service<'_> {
    fn enable(&self, host: &mut Host, wanted: bool) -> Result<Json, Failure> {
        let levels = self.args.strings("runlevels");
        if links::enabled(Path::new("/etc"), self.name, &levels) == wanted {
            return Ok(said(false, None));
        }
        let commands = links::commands(host, self.name, wanted, &levels)?;
        let what = format!("{} {}", if wanted { "enabled" } else { "disabled" }, self.name);
        let done = host.change(Change::new(&what), |w| {
            let mut last = Output::default();
            for (program, words) in &commands {
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                last = w.exec(program, &words)?.success(&format!("Failed to change {}", self.name))?;
            }
            Ok(last)
        })?;
        Ok(said(true, done.as_ref()))
    }

    fn bring(&self, host: &mut Host, state: &str) -> Result<Json, Failure> {
        let running = self.running(host)?;
        let verbs: &[&str] = match (state, running) {
            ("started", true) | ("stopped", false) => &[],
            ("started", false) => &["start"],
            ("stopped", true) => &["stop"],
            ("restarted", true) => &["stop", "start"],
            ("reloaded", true) => &["reload"],
            _ => &["start"],
        };
        if verbs.is_empty() {
            return Ok(said(false, None));
        }
        let done = host.change(Change::new(format!("{} {}", verbs.join(" and "), self.name)), |w| {
            let mut last = Output::default();
            for (i, verb) in verbs.iter().enumerate() {
                if i > 0 {
                    self.rest(w);
                }
                last = self.script(w, verb)?;
            }
            Ok(last)
        })?;
        Ok(said(true, done.as_ref()))
    }

    fn script(&self, w: &mut super::Writer, verb: &str) -> Result<Output, Failure> {
        let path = format!("{SCRIPTS}/{}", self.name);
        let arguments = super::words::split(self.args.str("arguments").unwrap_or_default());
        let arguments = arguments.map_err(|e| Failure::new(format!("arguments could not be split into words: {e}")))?;
        let mut words = vec![path.as_str(), verb];
        words.extend(arguments.iter().map(String::as_str));
        // A script that stays is left to itself: its output goes nowhere, so nothing waits for it.
        let detached = ["-c", "nohup \"$@\" >/dev/null 2>&1 </dev/null &", "sh"];
        let output = match self.args.bool("daemonize") && verb == "start" {
            true => w.exec("/bin/sh", &detached.into_iter().chain(words).collect::<Vec<_>>())?,
            false => w.exec(words[0], &words[1..])?,
        };
        output.success(&format!("Failed to {verb} {}", self.name))
    }

    /// What a restart waits between stopping and starting.
    fn rest(&self, w: &super::Writer) {
        let seconds = self.args.int("sleep").and_then(|n| u64::try_from(n).ok()).unwrap_or(1);
        let end = std::time::Instant::now() + Duration::from_secs(seconds);
        while std::time::Instant::now() < end && !w.cancelled() {
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn running(&self, host: &mut Host) -> Result<bool, Failure> {
        if let Some(pattern) = self.args.str("pattern") {
            return Ok(processes().iter().any(|line| line.contains(pattern)));
        }
        let shown = host.probe(&format!("{SCRIPTS}/{}", self.name), &["status"])?;
        Ok(is_running(&shown))
    }
}

/// What a script's answer means: its status by the rules for such scripts, or its words where it does not keep to them.
fn is_running(shown: &Output) -> bool {
    const DOWN: [&str; 5] = ["not running", "stopped", "is dead", "inactive", "not started"];
    let text = shown.out().to_lowercase();
    match shown.rc {
        0 => !DOWN.iter().any(|words| text.contains(words)),
        1..=4 => false,
        _ => text.contains("running") && !DOWN.iter().any(|words| text.contains(words)),
    }
}

/// The command lines of all processes but this one.
fn processes() -> Vec<String> {
    let own = std::process::id().to_string();
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = entries.filter(|entry| {
        let name = entry.file_name();
        name.as_encoded_bytes().iter().all(u8::is_ascii_digit) && name.to_string_lossy() != own
    });
    let lines = numbers.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    lines.map(|bytes| String::from_utf8_lossy(&bytes).replace('\0', " ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn understands_what_scripts_say() {
        let rows = [
            (0, "x is running", true),
            (0, "x is stopped", false),
            (3, "x is running", false),
            (150, "x (pid 1) is running", true),
            (150, "", false),
        ];
        for (rc, text, running) in rows {
            assert_eq!(is_running(&Output { rc, stdout: text.into(), stderr: Vec::new() }), running, "{rc} {text}");
        }
    }
}
