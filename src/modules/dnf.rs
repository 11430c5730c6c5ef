//! `dnf`: packages of Fedora, Red Hat and their kin.

mod plan;
mod program;

use serde_json::json;

use super::{Args, Failure, Fields, Host, Module, Outcome, Param, Spec};
use program::Dnf;

/// `name` (packages, `name-version`, `@groups`, files, addresses; `*` for all with `state: latest`) is brought to `state`;
/// `update_cache` fetches the lists first; `autoremove` removes what nothing needs any more; `enablerepo` and the like say where packages
/// come from; `list` only looks. Packages are looked for with rpm; everything else dnf is first asked without consent, which gives
/// `changed` and the diff. Results: `results rc msg`, and `failures` when it fails. Source: ansible.builtin.dnf.
pub const MODULE: Module = Module {
    names: &["dnf", "yum", "dnf5"],
    collection: "ansible.builtin",
    spec: Spec {
        mutually_exclusive: &[&["name", "list"], &["autoremove", "list"], &["best", "nobest"]],
        required_one_of: &[&["name", "list", "update_cache", "autoremove"]],
        ..Spec::of(PARAMS)
    },
    run,
};

const PARAMS: &[Param] = &[
    Param::list("name").aliases(&["pkg"]),
    Param::str("list"),
    Param::str("state").choices(&["absent", "installed", "latest", "present", "removed"]),
    Param::list("enablerepo"),
    Param::list("disablerepo"),
    Param::list("exclude"),
    Param::str("conf_file"),
    Param::bool("disable_gpg_check").default("false"),
    Param::str("installroot").default("/"),
    Param::str("releasever"),
    Param::bool("autoremove").default("false"),
    Param::str("disable_excludes"),
    Param::list("disable_plugin"),
    Param::list("enable_plugin"),
    Param::bool("allow_downgrade").default("false"),
    Param::bool("allowerasing").default("false"),
    Param::bool("best"),
    Param::bool("nobest"),
    Param::bool("bugfix").default("false"),
    Param::bool("security").default("false"),
    Param::bool("cacheonly").default("false"),
    Param::str("download_dir"),
    Param::bool("download_only").default("false"),
    Param::bool("install_repoquery").default("true"),
    Param::bool("install_weak_deps").default("true"),
    Param::int("lock_timeout").default("30"),
    Param::bool("skip_broken").default("false"),
    Param::bool("sslverify").default("true"),
    Param::bool("update_cache").aliases(&["expire-cache"]).default("false"),
    Param::bool("update_only").default("false"),
    Param::str("use_backend").choices(&["auto", "yum", "yum4", "dnf", "dnf4", "dnf5"]).default("auto"),
    Param::bool("validate_certs").default("true"),
];

fn run(args: &Args, host: &mut Host) -> Outcome {
    let dnf = Dnf::of(args)?;
    let names: Vec<String> = args.strings("name").iter().map(|name| name.trim().to_string()).filter(|name| !name.is_empty()).collect();
    if let Some(what) = args.str("list") {
        return dnf.list(host, what);
    }
    if args.bool("update_cache") {
        dnf.refresh(host)?;
        if names.is_empty() && !args.bool("autoremove") {
            return Ok(result(&[], "Cache updated"));
        }
    }
    let removing = matches!(args.str("state"), Some("absent" | "removed"));
    let steps = match args.str("state") {
        _ if args.bool("autoremove") && !names.is_empty() && !removing && args.str("state").is_some() => {
            return Err("Autoremove should be used alone or with state=absent".into());
        }
        _ if args.bool("autoremove") && names.is_empty() => dnf.act(host, &["autoremove"], &[])?,
        _ if args.bool("autoremove") => remove(&dnf, host, "autoremove", names)?,
        Some("absent" | "removed") => remove(&dnf, host, "remove", names)?,
        Some("latest") => latest(args, &dnf, host, names)?,
        _ => present(&dnf, host, names)?,
    };
    Ok(result(&steps, if steps.is_empty() { "Nothing to do" } else { "" }))
}

fn result(steps: &[String], msg: &str) -> Fields {
    Fields::from_iter([("results".to_string(), json!(steps)), ("rc".to_string(), 0.into()), ("msg".to_string(), msg.into())])
}

fn present(dnf: &Dnf, host: &mut Host, names: Vec<String>) -> Result<Vec<String>, Failure> {
    let (_, missing) = dnf.split(host, names)?;
    if missing.is_empty() {
        host.unchanged("all of the packages are installed");
        return Ok(Vec::new());
    }
    dnf.act(host, &["install"], &missing)
}

fn remove(dnf: &Dnf, host: &mut Host, verb: &str, names: Vec<String>) -> Result<Vec<String>, Failure> {
    // dnf alone knows what a group or a pattern stands for.
    let (open, plain): (Vec<String>, Vec<String>) =
        names.into_iter().partition(|name| name.starts_with('@') || name.contains(['*', '?', '[']));
    let (mut installed, _) = dnf.split(host, plain)?;
    installed.extend(open);
    if installed.is_empty() {
        host.unchanged("none of the packages is installed");
        return Ok(Vec::new());
    }
    dnf.act(host, &[verb], &installed)
}

fn latest(args: &Args, dnf: &Dnf, host: &mut Host, names: Vec<String>) -> Result<Vec<String>, Failure> {
    if names.iter().any(|name| name == "*") {
        return dnf.act(host, &["upgrade"], &[]);
    }
    let (installed, missing) = if args.bool("update_only") { (names, Vec::new()) } else { dnf.split(host, names)? };
    let mut steps = Vec::new();
    for (verb, names) in [("upgrade", installed), ("install", missing)] {
        if !names.is_empty() {
            steps.extend(dnf.act(host, &[verb], &names)?);
        }
    }
    Ok(steps)
}
