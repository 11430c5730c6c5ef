//! The variable layers 3 to 10 of a host: the inventory's own variables, and the files in `group_vars` and `host_vars`
//! beside the inventory and the playbook.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Group, HostId, Inventory, directory};
use crate::language::vault::Secrets;
use crate::language::yaml::{NodeKind, load_with};
use crate::language::{Diagnostic, Diagnostics, Map, Place, Value};

/// Endings of variable files; of several files for one name the first counts, a directory before all.
const ENDINGS: [&str; 4] = ["", ".yml", ".yaml", ".json"];

/// Where the variables of a layer come from.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    /// What it is: `group_vars/all.yml`, `inventory group web`.
    pub text: Arc<str>,
    /// Where it is written.
    pub place: Option<Place>,
}

/// Variables with one origin.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Where they come from.
    pub origin: Origin,
    /// The variables, not yet evaluated.
    pub vars: Arc<Map>,
}

/// The files of one name in one directory.
type Loaded = Result<Arc<Vec<Layer>>, Diagnostics>;

/// The variable files of an inventory and a playbook, each parsed once, when it is first needed.
pub struct Files {
    inventory_dirs: Vec<PathBuf>,
    playbook_dir: Option<PathBuf>,
    secrets: Secrets,
    parsed: Mutex<HashMap<PathBuf, Loaded>>,
}

impl Files {
    /// The files beside the sources of `inventory` and in `playbook_dir`.
    pub fn new(inventory: &Inventory, playbook_dir: Option<&Path>, secrets: &Secrets) -> Files {
        Files {
            inventory_dirs: inventory.directories().to_vec(),
            playbook_dir: playbook_dir.map(Path::to_path_buf),
            secrets: secrets.clone(),
            parsed: Mutex::new(HashMap::new()),
        }
    }

    /// Reads all files that belong to a group or host of `inventory`, to find every mistake before a play starts.
    pub fn check(&self, inventory: &Inventory) -> Result<(), Diagnostics> {
        let groups = inventory.groups().map(|(_, group)| ("group_vars", &group.name));
        let hosts = inventory.hosts().map(|(_, host)| ("host_vars", &host.name));
        let mut problems = Vec::new();
        for (kind, name) in groups.chain(hosts) {
            for directory in self.inventory_dirs.iter().chain(&self.playbook_dir) {
                problems.extend(self.named(directory, kind, name).err().into_iter().flatten());
            }
        }
        problems.dedup();
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    /// The layers of `host`, the weakest first.
    pub fn for_host(&self, inventory: &Inventory, host: HostId) -> Result<Vec<Layer>, Diagnostics> {
        let groups = inventory.groups_of(host);
        // Also a host of no inventory, as the implicit localhost, sees what all see.
        let all = [&inventory[Inventory::ALL]];
        let others: Vec<&Group> = groups.into_iter().filter(|group| &*group.name != "all").collect();
        let host = &inventory[host];
        let mut layers = Vec::new();
        for group in all.iter().chain(&others) {
            own(&mut layers, "group", &group.name, group.place.as_ref(), &group.vars);
        }
        for groups in [all.as_slice(), &others] {
            let names: Vec<&Arc<str>> = groups.iter().map(|group| &group.name).collect();
            self.beside_inventory(&mut layers, "group_vars", &names)?;
            self.beside_playbook(&mut layers, "group_vars", &names)?;
        }
        own(&mut layers, "host", &host.name, host.place.as_ref(), &host.vars);
        self.beside_inventory(&mut layers, "host_vars", &[&host.name])?;
        self.beside_playbook(&mut layers, "host_vars", &[&host.name])?;
        Ok(layers)
    }

    fn beside_inventory(&self, layers: &mut Vec<Layer>, kind: &str, names: &[&Arc<str>]) -> Result<(), Diagnostics> {
        for directory in &self.inventory_dirs {
            for name in names {
                layers.extend(self.named(directory, kind, name)?.iter().cloned());
            }
        }
        Ok(())
    }

    fn beside_playbook(&self, layers: &mut Vec<Layer>, kind: &str, names: &[&Arc<str>]) -> Result<(), Diagnostics> {
        for (directory, name) in self.playbook_dir.iter().flat_map(|dir| names.iter().map(move |name| (dir, name))) {
            layers.extend(self.named(directory, kind, name)?.iter().cloned());
        }
        Ok(())
    }

    /// The layers of the files for `name`, from the cache when they were read before.
    fn named(&self, directory: &Path, kind: &str, name: &str) -> Loaded {
        // A name with a slash would leave the directory.
        if name.contains('/') {
            return Ok(Arc::default());
        }
        let stem = directory.join(kind).join(name);
        let mut parsed = self.parsed.lock().unwrap_or_else(PoisonError::into_inner);
        parsed.entry(stem).or_insert_with_key(|stem| self.read(stem, directory)).clone()
    }

    fn read(&self, stem: &Path, directory: &Path) -> Loaded {
        let candidates = ENDINGS.iter().map(|ending| PathBuf::from(format!("{}{ending}", stem.display())));
        let Some(path) = candidates.into_iter().find(|path| path.exists()) else { return Ok(Arc::default()) };
        let mut files = Vec::new();
        match path.is_dir() {
            true => variable_files(&path, &mut files).map_err(|problem| vec![problem])?,
            false => files.push(path),
        }
        let mut layers = Vec::new();
        let mut problems = Vec::new();
        for file in files {
            let text = file.strip_prefix(directory).unwrap_or(&file).display().to_string();
            match self.variables(&file) {
                Ok(vars) => layers
                    .push(Layer { origin: Origin { text: text.into(), place: Some(Place::new(file.display().to_string(), 1, 1)) }, vars }),
                Err(more) => problems.extend(more),
            }
        }
        if problems.is_empty() { Ok(Arc::new(layers)) } else { Err(problems) }
    }

    fn variables(&self, file: &Path) -> Result<Arc<Map>, Diagnostics> {
        let (root, _) = load_with(file, &self.secrets).map_err(|problem| vec![problem])?;
        match (&root.kind, root.to_value_with(&self.secrets)?) {
            (_, Value::Map(map)) => Ok(map),
            (NodeKind::Null, _) => Ok(Arc::default()),
            _ => {
                let problem = Diagnostic::new(format!("a file of variables is a mapping, but this is {}", root.kind_name()));
                Err(vec![problem.at(&root.place)])
            }
        }
    }
}

/// Adds the variables the inventory itself gives, when there are any.
fn own(layers: &mut Vec<Layer>, what: &str, name: &str, place: Option<&Place>, vars: &Arc<Map>) {
    if !vars.is_empty() {
        let origin = Origin { text: format!("inventory {what} {name}").into(), place: place.cloned() };
        layers.push(Layer { origin, vars: vars.clone() });
    }
}

/// The variable files in `directory` and below it, in order of their names.
fn variable_files(directory: &Path, files: &mut Vec<PathBuf>) -> Result<(), Diagnostic> {
    for name in directory::entries(directory)? {
        let path = directory.join(&name);
        let ending = Path::new(&name).extension().map(|e| format!(".{}", e.to_string_lossy())).unwrap_or_default();
        if name.starts_with('.') || name.ends_with('~') {
            continue;
        }
        if path.is_dir() && ending.is_empty() {
            variable_files(&path, files)?;
        } else if path.is_file() && ENDINGS.contains(&ending.as_str()) {
            files.push(path);
        }
    }
    Ok(())
}
