//! `group`: groups of accounts.

use super::accounts::group;
use super::{Args, Change, Fields, Host, Module, Outcome, Param, Spec};

/// The group `name` is there with `gid` (`system` picks a low one) or gone. Results: `name state gid system`.
/// Source: ansible.builtin.group.
pub const MODULE: Module = Module { names: &["group"], collection: "ansible.builtin", spec: Spec::of(PARAMS), run };

const PARAMS: &[Param] = &[
    Param::str("name").required(),
    Param::str("state").choices(&["absent", "present"]).default("present"),
    Param::int("gid"),
    Param::bool("system").default("false"),
    Param::bool("force").default("false"),
    Param::bool("local").default("false"),
    Param::bool("non_unique").default("false"),
    Param::int("gid_min"),
    Param::int("gid_max"),
];

fn run(args: &Args, host: &mut Host) -> Outcome {
    let name = args.need("name")?;
    let found = group::all().into_iter().find(|g| g.name == name);
    let present = args.need("state")? == "present";
    let gid = args.int("gid");
    let mut words: Vec<String> = Vec::new();
    let program = match (&found, present) {
        (None, true) => "groupadd",
        (Some(_), false) => "groupdel",
        (Some(g), true) if gid.is_some_and(|gid| gid != i64::from(g.gid)) => "groupmod",
        _ => "",
    };
    if matches!(program, "groupadd" | "groupmod") {
        words.extend(gid.into_iter().flat_map(|gid| ["-g".to_string(), gid.to_string()]));
        words.extend(args.bool("non_unique").then(|| "-o".to_string()));
    }
    if program == "groupadd" {
        words.extend(args.bool("system").then(|| "-r".to_string()));
        for (param, key) in [("gid_min", "GID_MIN"), ("gid_max", "GID_MAX")] {
            words.extend(args.int(param).into_iter().flat_map(|n| ["-K".to_string(), format!("{key}={n}")]));
        }
    }
    words.extend((program == "groupdel" && args.bool("force")).then(|| "-f".to_string()));
    words.push(name.to_string());
    if program.is_empty() {
        host.unchanged(format!("the group {name} is {}", if present { "as wanted" } else { "not there" }));
    } else {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        host.change(Change::new(format!("{program} {name}")), |w| w.exec(program, &words)?.success(&format!("{program} {name} failed")))?;
    }
    let gid = group::all().into_iter().find(|g| g.name == name).map(|g| i64::from(g.gid)).or(gid);
    let mut fields = Fields::from_iter(["name", "state", "system"].map(|k| (k.to_string(), args.get(k).cloned().unwrap_or_default())));
    fields.extend(gid.filter(|_| present).map(|gid| ("gid".to_string(), gid.into())));
    Ok(fields)
}
