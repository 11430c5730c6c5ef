//! apt-get: what it would do, and having it done.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::json;

use super::super::dpkg_lock::{self, FRONTEND};
use super::super::host::Output;
use super::super::{Args, Change, Failure, Fields, Host, IoContext, Writer};

const POLICY: &str = "/usr/sbin/policy-rc.d";

/// apt-get with the options that a task asks for.
pub struct AptGet {
    options: Vec<String>,
    lock_timeout: Duration,
    policy_rc_d: Option<i64>,
}

/// A parameter and the option it turns on.
const SWITCHES: &[(&str, &str)] = &[
    ("force", "--allow-downgrades"),
    ("force", "--allow-remove-essential"),
    ("force", "--allow-change-held-packages"),
    ("force", "--allow-unauthenticated"),
    ("autoremove", "--auto-remove"),
    ("fail_on_autoremove", "--no-remove"),
    ("only_upgrade", "--only-upgrade"),
    ("allow_unauthenticated", "--allow-unauthenticated"),
    ("allow_downgrade", "--allow-downgrades"),
    ("allow_change_held_packages", "--allow-change-held-packages"),
    ("purge", "--purge"),
];

impl AptGet {
    /// The options that `args` ask for.
    pub fn new(args: &Args) -> AptGet {
        let lock_timeout = args.int("lock_timeout").and_then(|n| u64::try_from(n).ok()).unwrap_or(60);
        let mut options = vec!["-q".to_string(), "-y".into(), format!("-oDPkg::Lock::Timeout={lock_timeout}")];
        options.extend(SWITCHES.iter().filter(|(param, _)| args.bool(param)).map(|(_, option)| option.to_string()));
        let dpkg = args.str("dpkg_options").unwrap_or_default().split(',').map(str::trim).filter(|o| !o.is_empty());
        options.extend(dpkg.map(|o| format!("-oDpkg::Options::=--{}", o.trim_start_matches("--"))));
        if let Some(recommends) = args.maybe_bool("install_recommends") {
            options.push(format!("-oAPT::Install-Recommends={}", if recommends { "yes" } else { "no" }));
        }
        options.extend(args.str("default_release").map(|release| format!("--target-release={release}")));
        AptGet { options, lock_timeout: Duration::from_secs(lock_timeout), policy_rc_d: args.int("policy_rc_d") }
    }

    /// Has `words` done to `names`, when a simulation finds something to do.
    pub fn run(&self, host: &mut Host, words: &[&str], names: &[String], fields: &mut Fields) -> Result<(), Failure> {
        let line: Vec<&str> =
            self.options.iter().map(String::as_str).chain(words.iter().copied()).chain(names.iter().map(String::as_str)).collect();
        let simulated: Vec<&str> = ["--simulate"].into_iter().chain(line.iter().copied()).collect();
        let plan = explain(host.probe("apt-get", &simulated)?, words)?;
        let steps = steps(&plan);
        if steps.is_empty() {
            host.unchanged(format!("apt-get {} finds nothing to do", words.join(" ")));
            return Ok(());
        }
        let change = Change::new(steps.join(", ")).diff(json!({"prepared": steps.join("\n")}));
        let done = host.change(change, |writer| {
            dpkg_lock::wait(writer, FRONTEND, self.lock_timeout)?;
            let mut command = Command::new("apt-get");
            command.args(&line).envs([("DEBIAN_FRONTEND", "noninteractive"), ("DEBIAN_PRIORITY", "critical"), ("LC_ALL", "C.UTF-8")]);
            let policy = self.policy_rc_d.map(Policy::set).transpose()?;
            let output = writer.run(command, None);
            policy.map_or(Ok(()), Policy::restore)?;
            explain(output?, words)
        })?;
        if let Some(output) = done {
            fields.insert("stdout".into(), output.out().into());
            fields.insert("stderr".into(), output.err().into());
        }
        Ok(())
    }

    /// Removes the packages that were kept after they were fetched.
    pub fn clean(&self, host: &mut Host) -> Result<(), Failure> {
        let kept = glob::glob("/var/cache/apt/archives/*.deb").ok().into_iter().flatten().flatten().next();
        match kept {
            Some(_) => host
                .change(Change::new("removed the fetched packages"), |w: &mut Writer| {
                    w.exec("apt-get", &["clean"])?.success("apt-get clean failed")
                })
                .map(drop),
            None => {
                host.unchanged("no fetched packages are kept");
                Ok(())
            }
        }
    }
}

/// The output, or a failure that names the package that apt does not know.
fn explain(output: Output, words: &[&str]) -> Result<Output, Failure> {
    let err = output.err();
    let unknown = err.lines().find_map(|l| l.strip_prefix("E: Unable to locate package ").map(str::trim));
    match unknown.filter(|_| output.rc != 0) {
        Some(name) => Err(Failure::missing(format!("No package matching '{name}' is available")).with("rc", output.rc).with("stderr", err)),
        None => output.success(&format!("'apt-get {}' failed", words.join(" "))),
    }
}

/// What a simulation says would be done, a phrase a step.
fn steps(plan: &Output) -> Vec<String> {
    let verbs = [("Inst ", "install"), ("Remv ", "remove"), ("Purg ", "purge"), ("Del ", "delete")];
    let out = plan.out();
    let step = |line: &str| verbs.iter().find_map(|(start, verb)| Some(format!("{verb} {}", brief(line.strip_prefix(start)?))));
    out.lines().filter_map(step).collect()
}

/// `curl [7.1] (7.2 Debian:12/stable [amd64])` as `curl 7.1 -> 7.2`.
fn brief(step: &str) -> String {
    let name = step.split_whitespace().next().unwrap_or_default();
    let within = |open, close| Some(step.split_once(open)?.1.split_once(close)?.0.split_whitespace().next()?.to_string());
    let new = within('(', ')');
    let old = step.split('(').next().and_then(|s| Some(s.split_once('[')?.1.split_once(']')?.0.to_string()));
    match (old, new) {
        (Some(old), Some(new)) => format!("{name} {old} -> {new}"),
        (one, other) => one.or(other).map_or(name.to_string(), |version| format!("{name} {version}")),
    }
}

/// The script that tells maintainer scripts whether services may be started, for as long as apt-get runs.
struct Policy(Option<Vec<u8>>);

impl Policy {
    fn set(rc: i64) -> Result<Policy, Failure> {
        let before = Path::new(POLICY).exists().then(|| std::fs::read(POLICY).context("read", POLICY)).transpose()?;
        std::fs::write(POLICY, format!("#!/bin/sh\nexit {rc}\n")).context("write", POLICY)?;
        std::fs::set_permissions(POLICY, std::fs::Permissions::from_mode(0o755)).context("set the mode of", POLICY)?;
        Ok(Policy(before))
    }

    fn restore(self) -> Result<(), Failure> {
        match self.0 {
            Some(before) => std::fs::write(POLICY, before).context("restore", POLICY),
            None => std::fs::remove_file(POLICY).context("remove", POLICY),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_simulation() {
        let stdout = b"Reading package lists...\nInst curl [7.88.1-10] (7.88.1-11 Debian:12/stable [amd64])\nInst tree (2.1.0-1 Debian:12/stable [amd64])\n\
            Conf tree (2.1.0-1 Debian:12/stable [amd64])\nRemv nano [7.2-1]\nPurg vim [1]\n0 upgraded\n";
        let plan = Output { stdout: stdout.to_vec(), ..Output::default() };
        assert_eq!(steps(&plan), ["install curl 7.88.1-10 -> 7.88.1-11", "install tree 2.1.0-1", "remove nano 7.2-1", "purge vim 1"]);
    }

    #[test]
    fn names_the_package_nobody_knows() {
        let output = Output { rc: 100, stderr: b"E: Unable to locate package nope\n".to_vec(), ..Output::default() };
        assert_eq!(explain(output, &["install"]).map_err(|f| f.msg).err().as_deref(), Some("No package matching 'nope' is available"));
    }
}
