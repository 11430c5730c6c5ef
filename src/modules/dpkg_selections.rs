//! `dpkg_selections`: what dpkg is to do with a package.

use std::process::Command;

use serde_json::json;

use super::{Args, Change, Failure, Fields, Host, Module, Outcome, Param, Spec};

/// The package `name` is selected for `selection`: install, hold, deinstall or purge. Results: `before after`.
/// Source: ansible.builtin.dpkg_selections.
pub const MODULE: Module = Module { names: &["dpkg_selections"], collection: "ansible.builtin", spec: Spec::of(PARAMS), run };

const PARAMS: &[Param] =
    &[Param::str("name").required(), Param::str("selection").choices(&["install", "hold", "deinstall", "purge"]).required()];

fn run(args: &Args, host: &mut Host) -> Outcome {
    let (name, selection) = (args.need("name")?, args.need("selection")?);
    let shown = host.probe("dpkg", &["--get-selections", name])?.success(&format!("could not read the selection of {name}"))?;
    let out = shown.out();
    let before = match out.split_whitespace().nth(1) {
        Some(before) => before,
        None if shown.err().contains("no packages found matching") => {
            return Err(Failure::missing(format!("Failed to find package '{name}' to perform selection '{selection}'.")));
        }
        None => "not present",
    };
    if before == selection {
        host.unchanged(format!("{name} is selected for {selection} already"));
    } else {
        let mut command = Command::new("dpkg");
        command.arg("--set-selections");
        let line = format!("{name} {selection}\n");
        let change = Change::new(format!("selection of {name} from {before} to {selection}"));
        host.change(change.states(json!({"selection": before}), json!({"selection": selection})), |w| {
            w.run(command, Some(line.as_bytes()))?.success(&format!("could not select {name} for {selection}"))
        })?;
    }
    Ok(Fields::from_iter([("before".to_string(), before.into()), ("after".to_string(), selection.into())]))
}
