//! `known_hosts`: the keys by which ssh knows hosts.

mod lines;

use super::files::{self, Wanted, edit::Edit};
use super::{Args, Fields, Host, Module, Outcome, Param, Spec};
use lines::Entry;

/// The host `name` is known by `key` (a line with the name, the kind and the key), or by no key, or not by `key`, in the file `path`;
/// with `hash_host` its name is written as a hash. Keys of other kinds stay.
/// Results: `name key path state hash_host`. Source: ansible.builtin.known_hosts.
pub const MODULE: Module = Module {
    names: &["known_hosts"],
    collection: "ansible.builtin",
    spec: Spec::of(&[
        Param::str("name").aliases(&["host"]).required(),
        Param::str("key"),
        Param::path("path").default("~/.ssh/known_hosts"),
        Param::bool("hash_host").default("false"),
        Param::str("state").choices(&["absent", "present"]).default("present"),
    ]),
    run,
};

fn run(args: &Args, host: &mut Host) -> Outcome {
    let (name, path) = (args.need("name")?.to_lowercase(), files::path(args, host, "path")?);
    let present = args.need("state")? == "present";
    let given = args.str("key").map(Entry::given).transpose()?;
    if let Some(entry) = given.as_ref().filter(|entry| !entry.names(&name)) {
        return Err(format!("the key is that of '{}', not of '{name}'", entry.hosts).into());
    }
    let edit = Edit { path, create: true, backup: false, validate: None, wanted: Wanted::default() };
    let before = edit.read(host, present)?.unwrap_or_default();
    let after = match (present, &given) {
        (true, None) => return Err("No key specified when adding a host".into()),
        (true, Some(entry)) => lines::set(&before, &name, entry, args.bool("hash_host")),
        (false, given) => lines::remove(&before, &name, given.as_ref()),
    };
    if before == after {
        host.unchanged(format!("{name} is {}", if present { "known by the key" } else { "not known" }));
    } else {
        edit.finish(host, &before, &after)?;
    }
    let fields =
        ["name", "key", "path", "state", "hash_host"].map(|param| (param.to_string(), args.get(param).cloned().unwrap_or_default()));
    Ok(Fields::from_iter(fields))
}
