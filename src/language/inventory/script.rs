//! Programs as inventories: `--list` prints the groups in JSON, `--host NAME` a host's variables when `_meta` lacks them.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use super::load::Loading;
use super::yaml::{text_of, variables};
use crate::language::yaml::{Node, NodeKind, parse};
use crate::language::{Diagnostic, Map};

/// Whether `path` is a program: executable, and a script with a `#!` line or an ELF binary.
pub(super) fn is_program(path: &Path) -> bool {
    let executable = path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0);
    executable && starts_as_program(path)
}

fn starts_as_program(path: &Path) -> bool {
    let mut magic = [0; 4];
    let read = File::open(path).and_then(|mut file| file.read(&mut magic));
    read.is_ok() && (magic.starts_with(b"#!") || magic == *b"\x7fELF")
}

/// Reads what the program `path` prints into the inventory that is being loaded.
pub(super) fn read(path: &Path, loading: &mut Loading<'_>) -> Result<(), Diagnostic> {
    let root = run(path, &["--list"])?;
    let Some(groups) = root.as_map() else {
        return Err(Diagnostic::new(format!("{} --list must print a mapping of groups", path.display())));
    };
    for (name, body) in groups.iter().filter(|(name, _)| name.as_str() != Some("_meta")) {
        group(name, body, loading)?;
    }
    match root.get("_meta").and_then(|meta| meta.get("hostvars")) {
        Some(hostvars) => meta(hostvars, loading),
        None => ask_each_host(path, loading)?,
    }
    Ok(())
}

fn group(name: &Node, body: &Node, loading: &mut Loading<'_>) -> Result<(), Diagnostic> {
    let name_text = text_of(name).unwrap_or_default();
    let id = loading.inventory.add_group(&name_text, Some(&name.place));
    let hosts = match &body.kind {
        NodeKind::List(_) => Some(body),
        _ => body.get("hosts"),
    };
    for host in hosts.and_then(Node::as_list).unwrap_or_default() {
        loading.hosts(&text_of(host).unwrap_or_default(), &name_text, Map::new(), &host.place)?;
    }
    if let Some(vars) = body.get("vars") {
        let vars = variables(vars, loading);
        loading.inventory.set_group_vars(id, vars);
    }
    for child in body.get("children").and_then(Node::as_list).unwrap_or_default() {
        loading.link(&name_text, &text_of(child).unwrap_or_default(), &child.place);
    }
    Ok(())
}

fn meta(hostvars: &Node, loading: &mut Loading<'_>) {
    for (name, body) in hostvars.entries() {
        let vars = variables(body, loading);
        if let Some(host) = loading.inventory.host_id(&text_of(name).unwrap_or_default()) {
            loading.inventory.set_host_vars(host, vars);
        }
    }
}

fn ask_each_host(path: &Path, loading: &mut Loading<'_>) -> Result<(), Diagnostic> {
    let hosts: Vec<_> = loading.inventory.hosts().map(|(id, host)| (id, host.name.clone(), host.file.clone())).collect();
    for (id, name, file) in hosts {
        if file.is_some_and(|file| file.as_path() == path) {
            let vars = variables(&run(path, &["--host", &name])?, loading);
            loading.inventory.set_host_vars(id, vars);
        }
    }
    Ok(())
}

fn run(path: &Path, args: &[&str]) -> Result<Node, Diagnostic> {
    let what = format!("{} {}", path.display(), args.join(" "));
    let program = path.canonicalize().map_err(|e| Diagnostic::new(format!("cannot run {what}: {e}")))?;
    let output = Command::new(program).args(args).output();
    let output = output.map_err(|e| Diagnostic::new(format!("cannot run {what}: {e}")))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Diagnostic::new(format!("{what} failed with {}: {}", output.status, said.trim())));
    }
    let text = String::from_utf8(output.stdout).map_err(|_| Diagnostic::new(format!("{what} printed no UTF-8")))?;
    parse(&text, &path.display().to_string()).map_err(|e| Diagnostic::new(format!("{what} printed no JSON: {}", e.message)))
}
