//! `setup`: the facts of a host, read from its files without starting programs.

mod devices;
mod distribution;
mod hardware;
mod local;
mod mounts;
mod netlink;
mod network;
mod platform;
mod security;
mod session;
mod subset;
mod time;
mod virtualization;

use serde_json::{Value as Json, json};

use super::{Args, Failure, Fields, Host, Kind, Module, Outcome, Param, Spec};

/// `gather_subset` (names of collectors or of groups of them, `!` leaves out), `filter` (patterns of fact names),
/// `gather_timeout` (seconds for file systems that do not answer), `fact_path` (the host's own facts).
/// Result: `ansible_facts`, under the names of ansible.builtin.setup, which is the source.
pub const MODULE: Module = Module { names: &["setup", "gather_facts"], collection: "ansible.builtin", spec: Spec::of(PARAMS), run };

const PARAMS: &[Param] = &[
    Param::list("gather_subset").default("all"),
    Param::int("gather_timeout").default("10"),
    Param::list("filter"),
    Param::path("fact_path").default("/etc/ansible/facts.d"),
    Param::new("parallel", Kind::Bool),
];

/// What a collector finds, and what it may know.
struct Facts<'h, 'a> {
    found: Fields,
    args: &'h Args,
    host: &'h mut Host<'a>,
}

impl Facts<'_, '_> {
    /// Adds the fact `ansible_NAME`.
    fn set(&mut self, name: &str, value: impl Into<Json>) {
        self.found.insert(format!("ansible_{name}"), value.into());
    }
}

type Collect = fn(&mut Facts) -> Result<(), Failure>;

/// The collectors, in the order they run: the names they answer to, whether they belong to the minimal set, and their work.
const COLLECTORS: &[(&[&str], bool, Collect)] = &[
    (
        &["platform", "architecture", "kernel", "machine", "system", "nodename", "hostname", "fqdn", "domain", "machine_id"],
        true,
        platform::collect,
    ),
    (&["distribution", "os_family"], true, distribution::collect),
    (&["lsb"], true, distribution::lsb),
    (&["cmdline"], true, platform::cmdline),
    (&["dns"], true, platform::dns),
    (&["date_time"], true, time::collect),
    (&["env"], true, session::env),
    (&["user"], true, session::user),
    (&["pkg_mgr"], true, platform::pkg_mgr),
    (&["service_mgr"], true, platform::service_mgr),
    (&["selinux", "apparmor", "fips", "caps"], true, security::collect),
    (&["ssh_pub_keys"], true, security::ssh_host_keys),
    (&["local"], true, local::collect),
    (&["hardware", "memory", "processor", "dmi", "uptime_seconds"], false, hardware::collect),
    (&["hardware", "mounts"], false, mounts::collect),
    (&["hardware", "devices"], false, devices::collect),
    (&["loadavg"], false, hardware::load),
    (&["network", "interfaces", "default_ipv4", "default_ipv6", "all_ipv4_addresses", "all_ipv6_addresses"], false, network::collect),
    (&["virtual", "virtualization_type", "virtualization_role"], false, virtualization::collect),
];

fn run(args: &Args, host: &mut Host) -> Outcome {
    let wanted = args.strings("gather_subset");
    let wanted = if wanted.is_empty() { vec!["all".to_string()] } else { wanted };
    let chosen = subset::choose(COLLECTORS, &wanted)?;
    let mut facts = Facts { found: Fields::new(), args, host };
    for collect in chosen {
        collect(&mut facts)?;
    }
    let mut found = facts.found;
    found.insert("gather_subset".into(), wanted.into());
    found.insert("module_setup".into(), true.into());
    subset::filter(&mut found, &args.strings("filter"));
    Ok(Fields::from_iter([("ansible_facts".to_string(), json!(found))]))
}

/// The text of a file of the kernel or of the configuration, trimmed; empty when it cannot be read, as a fact then is unknown.
fn text(path: impl AsRef<std::path::Path>) -> String {
    std::fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).trim().to_string()).unwrap_or_default()
}
