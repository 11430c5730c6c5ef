//! `service_facts`: every service of the host and how it is.

use serde_json::{Map, Value as Json, json};

use super::init::service_mgr;
use super::{Args, Failure, Fields, Host, Module, Outcome, Spec};

/// The fact `services`: a mapping of each service's name (`ssh.service`) to its `name`, `state` (running, stopped …), `status`
/// (enabled, static, masked, not-found …) and `source` (systemd or sysv; OpenRC gives `runlevels`). Source: ansible.builtin.service_facts.
pub const MODULE: Module = Module { names: &["service_facts"], collection: "ansible.builtin", spec: Spec::of(&[]), run };

fn run(_: &Args, host: &mut Host) -> Outcome {
    let services = match service_mgr().as_str() {
        "systemd" => systemd(host)?,
        "openrc" => openrc(host)?,
        _ => sysv(host)?,
    };
    host.unchanged(format!("found {} services", services.len()));
    Ok(Fields::from_iter([("ansible_facts".to_string(), json!({"services": services}))]))
}

type Services = Map<String, Json>;

fn ask(host: &mut Host, program: &str, args: &[&str]) -> Result<String, Failure> {
    Ok(host.probe(program, args)?.success(&format!("could not list the services with {program}"))?.out())
}

fn systemd(host: &mut Host) -> Result<Services, Failure> {
    let units = ask(host, "systemctl", &["list-units", "--no-pager", "--no-legend", "--type", "service", "--all", "--plain"])?;
    let files = ask(host, "systemctl", &["list-unit-files", "--no-pager", "--no-legend", "--type", "service", "--all"])?;
    let mut services = loaded(&units);
    let rest = listed(&files, &mut services);
    if !rest.is_empty() {
        // One question for all of them: a host has a hundred and more.
        let args: Vec<&str> = ["show", "--property=Id,ActiveState", "--"].into_iter().chain(rest.iter().map(|(name, _)| *name)).collect();
        let states = host.probe("systemctl", &args)?.out();
        services.extend(rest.iter().map(|(name, status)| (name.to_string(), service(name, state_of(&states, name), status))));
    }
    Ok(services)
}

fn service(name: &str, state: &str, status: &str) -> Json {
    json!({"name": name, "state": state, "status": status, "source": "systemd"})
}

const BAD: [&str; 3] = ["not-found", "masked", "failed"];

/// The services among `systemctl list-units`: name, load state, active state, sub state, description.
fn loaded(units: &str) -> Services {
    let mut services = Services::new();
    for line in units.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [name, load, active, sub, ..] = words[..] else { continue };
        let status = [load, active, sub].into_iter().find(|word| BAD.contains(word)).unwrap_or(active);
        services.insert(name.to_string(), service(name, if sub == "running" { "running" } else { "stopped" }, status));
    }
    services
}

/// Takes the status of services from `systemctl list-unit-files`; gives those that are not loaded.
fn listed<'t>(files: &'t str, services: &mut Services) -> Vec<(&'t str, &'t str)> {
    let mut rest = Vec::new();
    for line in files.lines() {
        let mut words = line.split_whitespace();
        let (Some(name), Some(status)) = (words.next(), words.next()) else { continue };
        match services.get_mut(name) {
            Some(known) if known["status"].as_str().is_some_and(|status| BAD.contains(&status)) => {}
            Some(known) => known["status"] = status.into(),
            None => rest.push((name, status)),
        }
    }
    rest
}

/// The active state of `name` in the answer of `systemctl show`; templates have none.
fn state_of<'t>(shown: &'t str, name: &str) -> &'t str {
    let stanza = shown.split("\n\n").find(|s| s.lines().any(|l| l.strip_prefix("Id=") == Some(name)));
    stanza.and_then(|s| s.lines().find_map(|l| l.strip_prefix("ActiveState="))).unwrap_or("unknown")
}

fn sysv(host: &mut Host) -> Result<Services, Failure> {
    Ok(scripts(&host.probe("service", &["--status-all"])?.out()))
}

/// Lines like ` [ + ]  ssh`; `?` stands for scripts that cannot tell, which are left out.
fn scripts(text: &str) -> Services {
    let line = |line: &str| {
        let (mark, name) = line.trim_start().strip_prefix("[ ")?.split_once(" ]")?;
        let state = [("+", "running"), ("-", "stopped")].iter().find(|(m, _)| *m == mark)?.1;
        let name = name.trim();
        Some((name.to_string(), json!({"name": name, "state": state, "source": "sysv"})))
    };
    text.lines().filter_map(line).collect()
}

fn openrc(host: &mut Host) -> Result<Services, Failure> {
    let states = ask(host, "rc-status", &["-a", "-s", "-m"])?;
    let levels = ask(host, "rc-update", &["show", "-v"])?;
    Ok(runlevels(&states, &levels))
}

/// What `rc-status` says of each service that `rc-update` lists.
fn runlevels(states: &str, levels: &str) -> Services {
    let level = |name: &str| levels.lines().filter_map(|l| l.split_once('|')).find(|(n, _)| n.trim() == name).map(|(_, levels)| levels);
    let service = |line: &str| {
        let line = line.strip_prefix(' ')?.replace(['[', ']'], "");
        let mut words = line.split_whitespace();
        let (name, state) = (words.next()?, words.next()?);
        let levels: Vec<&str> = level(name)?.split_whitespace().collect();
        let levels = if levels.is_empty() { Json::Null } else { json!(levels) };
        Some((name.to_string(), json!({"name": name, "runlevels": levels, "state": state, "source": "openrc"})))
    };
    states.lines().filter_map(service).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn puts_units_and_their_files_together() {
        let mut services = loaded(
            "ssh.service loaded active running OpenBSD Secure Shell server\nfsck.service loaded inactive dead failed check\n\
             gone.service not-found inactive dead gone.service\nbad.service loaded failed failed Bad\n",
        );
        let rest = listed(
            "ssh.service enabled enabled\nbad.service disabled enabled\nfsck.service static -\ngetty@.service enabled enabled\n",
            &mut services,
        );
        assert_eq!(rest, [("getty@.service", "enabled")]);
        let is = |name: &str| (services[name]["state"].as_str().unwrap_or_default(), services[name]["status"].as_str().unwrap_or_default());
        assert_eq!(is("ssh.service"), ("running", "enabled"));
        assert_eq!(is("fsck.service"), ("stopped", "static"));
        assert_eq!(is("gone.service"), ("stopped", "not-found"));
        assert_eq!(is("bad.service"), ("stopped", "failed"));
        assert_eq!(state_of("Id=a.service\nActiveState=inactive\n\nActiveState=active\nId=b.service\n", "b.service"), "active");
        assert_eq!(state_of("", "getty@.service"), "unknown");
    }

    #[test]
    fn reads_what_scripts_say() {
        let services = scripts(" [ + ]  cron\n [ - ]  ssh\n [ ? ]  hwclock.sh\n");
        assert_eq!(services["cron"], json!({"name": "cron", "state": "running", "source": "sysv"}));
        assert_eq!(services.len(), 2);
    }

    #[test]
    fn reads_what_openrc_says() {
        let services = runlevels("Runlevel: default\n  sshd  [ started ]\n  crond [ stopped ]\n", "  sshd | default boot\n crond |\n");
        assert_eq!(services["sshd"], json!({"name": "sshd", "runlevels": ["default", "boot"], "state": "started", "source": "openrc"}));
        assert_eq!(services["crond"]["runlevels"], Json::Null);
    }
}
