//! `service`: a service, whatever manages services here.

use super::init::service_mgr;
use super::{Args, Host, Module, Outcome, Param, Spec, find};

/// `name` is brought to `state` and `enabled` by systemd, OpenRC or System V scripts, whichever runs the host, or the one that
/// `use` names; the remaining parameters go to that module as they are. Source: ansible.builtin.service.
pub const MODULE: Module = Module { names: &["service"], collection: "ansible.builtin", spec: Spec::of(PARAMS), run };

const PARAMS: &[Param] = &[
    Param::str("name").required(),
    Param::str("state").choices(&["started", "stopped", "reloaded", "restarted"]),
    Param::bool("enabled"),
    Param::bool("masked"),
    Param::bool("daemon_reload").aliases(&["daemon-reload"]),
    Param::bool("daemon_reexec").aliases(&["daemon-reexec"]),
    Param::bool("force"),
    Param::bool("no_block"),
    Param::str("scope"),
    Param::str("use").default("auto"),
    Param::int("sleep"),
    Param::str("pattern"),
    Param::str("runlevel"),
    Param::str("arguments").aliases(&["args"]),
];

fn run(args: &Args, host: &mut Host) -> Outcome {
    let wanted = args.need("use")?;
    let name = if wanted == "auto" { manager() } else { wanted };
    let module = find(name).ok_or_else(|| format!("no module manages services as '{name}'"))?;
    let takes = |param: &str| module.spec.param(param).is_some();
    // What the other managers have no use for is left out, as is what only systemd understands.
    let given = args.clone().into_inner().into_iter().filter(|(param, _)| takes(param)).collect();
    (module.run)(&Args::bind(module, given)?, host)
}

/// The module for what manages services on this host.
fn manager() -> &'static str {
    match service_mgr().as_str() {
        "systemd" => "systemd_service",
        _ => "sysvinit",
    }
}
