//! `package`: packages, whatever manages packages here.

use std::path::Path;

use super::{Args, Host, Kind, Module, Outcome, Param, Spec, find};

/// `name` is brought to `state` by the host's package manager, or the one that `use` names; the remaining parameters go to that
/// module as they are. Source: ansible.builtin.package.
pub const MODULE: Module = Module { names: &["package"], collection: "ansible.builtin", spec: Spec::of(PARAMS), run };

const PARAMS: &[Param] = &[
    Param::new("name", Kind::Raw).aliases(&["pkg", "package"]).required(),
    Param::str("state").required(),
    Param::str("use").default("auto"),
    Param::bool("update_cache").aliases(&["update-cache"]),
    Param::int("cache_valid_time"),
    Param::int("lock_timeout"),
    Param::bool("purge"),
    Param::bool("autoremove"),
    Param::bool("force"),
    Param::bool("allow_downgrade"),
    Param::bool("install_recommends"),
    Param::str("default_release"),
    Param::str("dpkg_options"),
    Param::list("enablerepo"),
    Param::list("disablerepo"),
    Param::list("exclude"),
    Param::bool("disable_gpg_check"),
];

/// A package manager and the program it is recognised by, the more particular first.
const MANAGERS: &[(&str, &str)] = &[
    ("apt", "/usr/bin/apt-get"),
    ("dnf5", "/usr/bin/dnf5"),
    ("dnf", "/usr/bin/dnf-3"),
    ("dnf", "/usr/bin/dnf"),
    ("yum", "/usr/bin/yum"),
    ("dnf", "/usr/bin/microdnf"),
    ("zypper", "/usr/bin/zypper"),
    ("pacman", "/usr/bin/pacman"),
    ("apk", "/sbin/apk"),
    ("apk", "/usr/bin/apk"),
];

/// What manages packages on this host: the fact `ansible_pkg_mgr`.
pub fn manager() -> Option<&'static str> {
    MANAGERS.iter().find(|(_, program)| Path::new(program).exists()).map(|(name, _)| *name)
}

fn run(args: &Args, host: &mut Host) -> Outcome {
    let name = match args.need("use")? {
        "auto" => manager().ok_or("no package manager was found on this host")?,
        name => name,
    };
    let module = find(name).ok_or_else(|| format!("no module manages packages with '{name}'"))?;
    let given = args.clone().into_inner().into_iter().filter(|(param, _)| param != "use").collect();
    (module.run)(&Args::bind(module, given)?, host)
}
