//! The addresses of a cluster spec's hosts: `addresses.yaml` beside it maps names of hosts to addresses.

use std::path::{Path, PathBuf};

use crate::language::vault::Secrets;
use crate::language::yaml::{Node, NodeKind, load_with};
use crate::language::{Diagnostic, Diagnostics, Key, Map, Place, Value};

/// The name of the file.
const FILE: &str = "addresses.yaml";

/// The addresses that are known.
pub struct Addresses {
    /// Where they stand, or would.
    pub file: PathBuf,
    entries: Vec<(String, Map, Place)>,
}

/// Whether the file `path` with this document is no inventory, but what one beside it reads.
pub fn is_beside(path: &Path, root: &Node) -> bool {
    path.file_name().is_some_and(|name| name == FILE) && is_map(root)
}

fn is_map(root: &Node) -> bool {
    root.as_map().is_some_and(|entries| entries.len() == 1) && root.get("addresses").is_some_and(|node| node.as_map().is_some())
}

impl Addresses {
    /// Those in the file beside the spec `path`.
    pub fn beside(path: &Path, secrets: &Secrets) -> Result<Addresses, Diagnostic> {
        let file = path.with_file_name(FILE);
        if !file.exists() {
            return Ok(Addresses { file, entries: Vec::new() });
        }
        let (root, _) = load_with(&file, secrets)?;
        if !is_map(&root) {
            let problem = Diagnostic::new("this file must hold a mapping `addresses`, and nothing else").at(&root.place);
            return Err(problem.hint("addresses: {nodes-1: 10.0.0.1, nodes-2: 10.0.0.2}"));
        }
        let entries = root.get("addresses").into_iter().flat_map(Node::entries).map(|entry| read(entry, secrets));
        Ok(Addresses { file, entries: entries.collect::<Result<_, _>>()? })
    }

    /// The variables that hold a host's address.
    pub fn of(&self, host: &str) -> Option<&Map> {
        self.entries.iter().find(|(name, ..)| name == host).map(|(_, vars, _)| vars)
    }

    /// The mistakes about names that no host has.
    pub fn check(&self, known: impl Fn(&str) -> bool) -> Diagnostics {
        let strangers = self.entries.iter().filter(|(name, ..)| !known(name));
        strangers.map(|(name, _, place)| Diagnostic::new(format!("the cluster has no host {name}")).at(place)).collect()
    }
}

/// A host and its address, or its variables with `ansible_host` among them.
fn read((name, value): (&Node, &Node), secrets: &Secrets) -> Result<(String, Map, Place), Diagnostic> {
    let wrong = || Diagnostic::new("this must be an address, or variables with ansible_host among them").at(&value.place);
    let host = name.to_key().ok_or_else(|| Diagnostic::new("the name of a host must be a string").at(&name.place))?.to_string();
    let vars = match &value.kind {
        NodeKind::Str { text, .. } => Map::from_iter([(Key::from("ansible_host"), Value::from(text.as_str()))]),
        NodeKind::Map(_) => match value.to_value_with(secrets) {
            Ok(Value::Map(vars)) if vars.contains_key("ansible_host") => Map::clone(&vars),
            Ok(_) => return Err(wrong()),
            Err(problems) => return Err(problems.into_iter().next().unwrap_or_else(wrong)),
        },
        _ => return Err(wrong()),
    };
    Ok((host, vars, name.place.clone()))
}
