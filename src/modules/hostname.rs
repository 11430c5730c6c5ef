//! `hostname`: what the host calls itself.

use std::path::Path;

use serde_json::json;

use super::{Args, Change, Fields, Host, IoContext, Module, Outcome, Param, Spec, settings};

/// The host is called `name`, now and after the next start. Results: `name` and the facts that follow from it.
/// Source: ansible.builtin.hostname.
pub const MODULE: Module = Module {
    names: &["hostname"],
    collection: "ansible.builtin",
    spec: Spec::of(&[Param::str("name").required(), Param::str("use")]),
    run,
};

const FILE: &str = "/etc/hostname";

fn run(args: &Args, host: &mut Host) -> Outcome {
    let name = args.need("name")?;
    if name.is_empty() || name.len() > 64 || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b)) {
        return Err(format!("'{name}' cannot be a host's name: up to 64 letters, digits, dots and hyphens").into());
    }
    let kept = settings::read(host, Path::new(FILE))?;
    let current = rustix::system::uname().nodename().to_string_lossy().into_owned();
    if kept.trim() != name {
        settings::write(host, Path::new(FILE), &kept, &format!("{name}\n"), true)?;
    }
    if current != name {
        let change = Change::new(format!("the host's name from {current} to {name}"));
        host.change(change, |_| rustix::system::sethostname(name.as_bytes()).context("set the host's name to", name))?;
    }
    if !host.changed() {
        host.unchanged(format!("the host is called {name} already"));
    }
    let (short, domain) = name.split_once('.').unwrap_or((name, ""));
    let facts = json!({"ansible_hostname": short, "ansible_nodename": name, "ansible_fqdn": name, "ansible_domain": domain});
    Ok(Fields::from_iter([("name".to_string(), name.into()), ("ansible_facts".to_string(), facts)]))
}
