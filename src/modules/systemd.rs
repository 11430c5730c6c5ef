//! `systemd`: units of systemd.

mod unit;

use std::process::Command;

use super::{Args, Change, Failure, Fields, Host, Module, Outcome, Param, Spec};
use unit::Unit;

/// The unit `name` is brought to `state` (started, stopped, restarted, reloaded), `enabled` and `masked`; `daemon_reload` and
/// `daemon_reexec` renew the manager first, which is no change; `scope` is the manager: system, user or global.
/// Results: `name state enabled status`, the last being the unit's properties before the task.
/// Source: ansible.builtin.systemd_service.
pub const MODULE: Module = Module {
    names: &["systemd_service", "systemd"],
    collection: "ansible.builtin",
    spec: Spec { required_one_of: &[&["state", "enabled", "masked", "daemon_reload", "daemon_reexec"]], ..Spec::of(PARAMS) },
    run,
};

const PARAMS: &[Param] = &[
    Param::str("name").aliases(&["service", "unit"]),
    Param::str("state").choices(&["reloaded", "restarted", "started", "stopped"]),
    Param::bool("enabled"),
    Param::bool("force"),
    Param::bool("masked"),
    Param::bool("daemon_reload").aliases(&["daemon-reload"]).default("false"),
    Param::bool("daemon_reexec").aliases(&["daemon-reexec"]).default("false"),
    Param::str("scope").choices(&["system", "user", "global"]).default("system"),
    Param::bool("no_block").default("false"),
];

/// Brings the unit to what `args` say; `service` comes here too when systemd runs the host.
pub fn run(args: &Args, host: &mut Host) -> Outcome {
    let manager = Manager::of(args);
    for (param, verb) in [("daemon_reload", "daemon-reload"), ("daemon_reexec", "daemon-reexec")] {
        if args.bool(param) {
            manager.renew(host, verb)?;
        }
    }
    let mut fields = Fields::new();
    fields.insert("name".into(), args.get("name").cloned().unwrap_or_default());
    fields.insert("status".into(), Fields::new().into());
    let Some(name) = args.str("name") else { return unnamed(args, fields) };
    if name.contains(['*', '?', '[']) {
        return Err(format!("glob patterns are not supported in the name of a unit: {name}").into());
    }
    let mut unit = Unit::show(host, &manager, name)?;
    fields.insert("status".into(), unit.status());
    mask(args, host, &manager, &mut unit)?;
    if args.maybe_bool("enabled").is_some() || args.str("state").is_some() {
        unit.must_exist(host)?;
    }
    enable(args, host, &manager, &mut unit, &mut fields)?;
    start(args, host, &manager, &unit, &mut fields)?;
    if !host.changed() {
        host.unchanged(format!("{name} is as wanted: {}, {}", unit.get("ActiveState"), unit.get("UnitFileState")));
    }
    Ok(fields)
}

fn unnamed(args: &Args, fields: Fields) -> Outcome {
    match ["state", "enabled", "masked"].iter().find(|p| args.get(p).is_some()) {
        Some(param) => Err(format!("missing parameter(s) required by '{param}': name").into()),
        None => Ok(fields),
    }
}

fn mask(args: &Args, host: &mut Host, manager: &Manager, unit: &mut Unit) -> Result<(), Failure> {
    let Some(wanted) = args.maybe_bool("masked").filter(|w| *w != unit.masked()) else { return Ok(()) };
    manager.act(host, if wanted { "mask" } else { "unmask" }, unit)?;
    // Only systemd knows what a unit is like once its mask is off.
    if !wanted && !host.is_check() {
        *unit = Unit::show(host, manager, &unit.name)?;
    }
    Ok(())
}

fn enable(args: &Args, host: &mut Host, manager: &Manager, unit: &mut Unit, fields: &mut Fields) -> Result<(), Failure> {
    let Some(wanted) = args.maybe_bool("enabled") else { return Ok(()) };
    fields.insert("enabled".into(), wanted.into());
    if unit.enabled(host, manager)? != wanted {
        manager.act(host, if wanted { "enable" } else { "disable" }, unit)?;
    }
    Ok(())
}

fn start(args: &Args, host: &mut Host, manager: &Manager, unit: &Unit, fields: &mut Fields) -> Result<(), Failure> {
    let Some(state) = args.str("state") else { return Ok(()) };
    let verb = match (state, unit.running()) {
        ("started", true) => None,
        ("stopped", true) => Some("stop"),
        ("stopped", false) => unit.deactivating().then_some("stop"),
        ("restarted", true) => Some("restart"),
        ("reloaded", true) => Some("reload"),
        _ => Some("start"),
    };
    fields.insert("state".into(), if state == "stopped" { "stopped" } else { "started" }.into());
    verb.map_or(Ok(()), |verb| manager.act(host, verb, unit))
}

/// The systemd that is spoken to.
struct Manager {
    options: Vec<&'static str>,
    user: bool,
}

impl Manager {
    fn of(args: &Args) -> Manager {
        let mut options = Vec::new();
        match args.str("scope") {
            Some("user") => options.push("--user"),
            Some("global") => options.push("--global"),
            _ => {}
        }
        if args.bool("no_block") {
            options.push("--no-block");
        }
        if args.bool("force") {
            options.push("--force");
        }
        Manager { user: options.contains(&"--user"), options }
    }

    fn command(&self, verb: &str) -> Command {
        let mut command = Command::new("systemctl");
        command.args(&self.options).arg(verb);
        if self.user && std::env::var_os("XDG_RUNTIME_DIR").is_none() {
            command.env("XDG_RUNTIME_DIR", format!("/run/user/{}", rustix::process::getuid().as_raw()));
        }
        command
    }

    fn renew(&self, host: &mut Host, verb: &str) -> Result<(), Failure> {
        let command = self.command(verb);
        host.refresh(verb, |w| w.run(command, None)?.success(&format!("failure during {verb}")))?;
        Ok(())
    }

    fn act(&self, host: &mut Host, verb: &str, unit: &Unit) -> Result<(), Failure> {
        let mut command = self.command(verb);
        command.arg(&unit.name);
        let (name, msg) = (&unit.name, format!("Unable to {verb} service {}", unit.name));
        host.change(Change::new(format!("{verb} {name}")), |w| w.run(command, None)?.success(&msg))?;
        Ok(())
    }
}
