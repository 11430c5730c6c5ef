//! `modprobe`: modules of the kernel, now and after the next start.

use std::path::{Path, PathBuf};

use super::{Args, Change, Failure, Fields, Host, Module, Outcome, Param, Spec, settings};

/// The kernel module `name` is loaded with `params` or unloaded; `persistent` keeps it so in `/etc/modules-load.d` and
/// `/etc/modprobe.d`. Results: `name params state`. Source: community.general.modprobe.
pub const MODULE: Module = Module { names: &["modprobe"], collection: "community.general", spec: Spec::of(PARAMS), run };

const PARAMS: &[Param] = &[
    Param::str("name").required(),
    Param::str("state").choices(&["absent", "present"]).default("present"),
    Param::str("params").default(""),
    Param::str("persistent").choices(&["absent", "disabled", "present"]).default("disabled"),
];

fn run(args: &Args, host: &mut Host) -> Outcome {
    let (name, params) = (args.need("name")?, args.need("params")?);
    let present = args.need("state")? == "present";
    if loaded(host, name)? != present {
        let words: Vec<&str> = if present { [name].into_iter().chain(params.split_whitespace()).collect() } else { vec!["-r", name] };
        let verb = if present { "load" } else { "unload" };
        let msg = format!("could not {verb} the kernel module {name}");
        host.change(Change::new(format!("{verb} {name}")), |w| w.exec("modprobe", &words)?.success(&msg))?;
    }
    match args.need("persistent")? {
        "disabled" => {}
        kept => persist(host, name, params, kept == "present")?,
    }
    if !host.changed() {
        host.unchanged(format!("{name} is {}", if present { "loaded or built in" } else { "not loaded" }));
    }
    let fields = ["name", "params", "state"].map(|key| (key.to_string(), args.get(key).cloned().unwrap_or_default()));
    Ok(Fields::from_iter(fields))
}

/// Whether the kernel has the module, loaded or built in.
fn loaded(host: &Host, name: &str) -> Result<bool, Failure> {
    let plain = name.replace('-', "_");
    let modules = settings::read(host, Path::new("/proc/modules"))?;
    if modules.lines().any(|l| l.split(' ').next() == Some(&plain)) {
        return Ok(true);
    }
    let release = rustix::system::uname().release().to_string_lossy().into_owned();
    let built_in = settings::read(host, &Path::new("/lib/modules").join(release).join("modules.builtin"))?;
    Ok(built_in.lines().any(|l| stem(l).replace('-', "_") == plain))
}

fn stem(path: &str) -> &str {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.split(".ko").next().unwrap_or(file)
}

fn persist(host: &mut Host, name: &str, params: &str, keep: bool) -> Result<(), Failure> {
    let file = |dir: &str| PathBuf::from(dir).join(format!("{name}.conf"));
    let load = if keep { format!("{name}\n") } else { String::new() };
    let options = if keep && !params.is_empty() { format!("options {name} {params}\n") } else { String::new() };
    for (path, after) in [(file("/etc/modules-load.d"), load), (file("/etc/modprobe.d"), options)] {
        let before = settings::read(host, &path)?;
        settings::write(host, &path, &before, &after, false)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn built_in_modules_are_files() {
        assert_eq!(super::stem("kernel/net/br_netfilter.ko"), "br_netfilter");
        assert_eq!(super::stem("kernel/fs/overlay.ko.xz"), "overlay");
    }
}
