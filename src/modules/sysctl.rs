//! `sysctl`: settings of the kernel, now and after the next start.

use std::path::{Path, PathBuf};

use super::{Args, Change, Failure, Fields, Host, IoContext, Module, Outcome, Param, Spec, settings};

/// `name` is set to `value` in `sysctl_file` (or taken out when `state` is absent); `reload` then applies the file, `sysctl_set` also
/// compares and sets the running value; `ignoreerrors` passes over names that the kernel does not have. Source: ansible.posix.sysctl.
pub const MODULE: Module = Module {
    names: &["sysctl"],
    collection: "ansible.posix",
    spec: Spec { required_if: &[("state", "present", &["value"])], ..Spec::of(PARAMS) },
    run,
};

const PARAMS: &[Param] = &[
    Param::str("name").aliases(&["key"]).required(),
    Param::str("value").aliases(&["val"]),
    Param::str("state").choices(&["present", "absent"]).default("present"),
    Param::bool("reload").default("true"),
    Param::bool("sysctl_set").default("false"),
    Param::bool("ignoreerrors").default("false"),
    Param::str("sysctl_file").default("/etc/sysctl.conf"),
];

fn run(args: &Args, host: &mut Host) -> Outcome {
    let name = args.need("name")?.trim();
    let value = (args.need("state")? == "present").then(|| number(args.str("value").unwrap_or_default().trim()));
    if value.as_deref() == Some("") {
        return Err("value cannot be blank".into());
    }
    let ignore = args.bool("ignoreerrors");
    if let Some(value) = value.as_deref().filter(|_| args.bool("sysctl_set")) {
        set(host, name, value, ignore)?;
    }
    let path = PathBuf::from(args.need("sysctl_file")?);
    let before = settings::read(host, &path)?;
    let after = edit(&before, name, value.as_deref());
    if settings::write(host, &path, &before, &after, true)? && args.bool("reload") {
        let reload = |_: &mut super::Writer| assignments(&after).try_for_each(|(name, value)| apply(name, value, ignore));
        host.refresh(&format!("applied {}", path.display()), reload)?;
    }
    if !host.changed() {
        host.unchanged(format!("{name} is as wanted in {}", path.display()));
    }
    Ok(Fields::new())
}

/// Booleans count as numbers here.
fn number(value: &str) -> String {
    match value {
        "True" | "true" | "yes" | "on" => "1".into(),
        "False" | "false" | "no" | "off" => "0".into(),
        value => value.into(),
    }
}

/// The file under `/proc/sys` that holds the setting: whichever of dot and slash comes first separates, the other is part of a name.
fn file(name: &str) -> PathBuf {
    let slashes = name.find(['.', '/']).is_some_and(|at| name[at..].starts_with('/'));
    let swapped = |c| match c {
        '.' => '/',
        '/' => '.',
        c => c,
    };
    Path::new("/proc/sys").join(if slashes { name.to_string() } else { name.chars().map(swapped).collect() })
}

fn words(value: &str) -> Vec<&str> {
    value.split_whitespace().collect()
}

fn set(host: &mut Host, name: &str, value: &str, ignore: bool) -> Result<(), Failure> {
    let current = host.read(file(name))?.map(|b| String::from_utf8_lossy(&b).into_owned());
    match current {
        None if ignore => return Ok(()),
        Some(current) if words(&current) == words(value) => return Ok(()),
        _ => {}
    }
    let was = current.as_deref().unwrap_or("nothing").trim().to_string();
    host.change(Change::new(format!("{name} from {was} to {value}")), |_| apply(name, value, ignore)).map(drop)
}

fn apply(name: &str, value: &str, ignore: bool) -> Result<(), Failure> {
    let (name, optional) = name.strip_prefix('-').map_or((name, false), |name| (name, true));
    match std::fs::write(file(name), value) {
        Err(_) if ignore || optional => Ok(()),
        done => done.context(&format!("set {name} to '{value}' in"), file(name)),
    }
}

fn assignments(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter_map(assignment)
}

fn assignment(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once('=')?;
    (!line.trim_start().starts_with(['#', ';'])).then(|| (name.trim(), value.trim()))
}

/// The text with the setting as wanted: its first line brought to the value, further ones dropped, or a line added.
fn edit(text: &str, name: &str, value: Option<&str>) -> String {
    let wanted = value.map(|value| format!("{name}={value}"));
    let (mut lines, mut done) = (Vec::new(), false);
    for line in text.lines() {
        match (assignment(line), &wanted) {
            (Some((found, current)), Some(new)) if found == name => {
                if !done {
                    let same = value.is_some_and(|v| words(v) == words(current));
                    lines.push(if same { line } else { new });
                }
                done = true;
            }
            (Some((found, _)), None) if found == name => {}
            _ => lines.push(line),
        }
    }
    lines.extend(wanted.as_deref().filter(|_| !done));
    lines.iter().flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_keep_the_rest() {
        let text = "# c\na.b = 1\nx=2\na.b=3\n";
        assert_eq!(edit(text, "a.b", Some("1")), "# c\na.b = 1\nx=2\n");
        assert_eq!(edit(text, "a.b", Some("5")), "# c\na.b=5\nx=2\n");
        assert_eq!(edit(text, "a.b", None), "# c\nx=2\n");
        assert_eq!(edit("", "n", Some("1 2")), "n=1 2\n");
        assert_eq!(edit("n = 1\t2\n", "n", Some("1 2")), "n = 1\t2\n");
    }

    #[test]
    fn names_are_files() {
        assert_eq!(file("net.ipv4.conf.eth0/1.rp_filter"), Path::new("/proc/sys/net/ipv4/conf/eth0.1/rp_filter"));
        assert_eq!(file("net/ipv4/conf/eth0.1/x"), Path::new("/proc/sys/net/ipv4/conf/eth0.1/x"));
    }
}
