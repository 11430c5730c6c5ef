//! From sources to an inventory: each source is read by what it is, later ones win.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Inventory, address, directory, ini, kops, script, yaml};
use crate::language::vault::Secrets;
use crate::language::yaml::{self as text_yaml, NodeKind};
use crate::language::{Diagnostic, Diagnostics, Key, Map, Place, Value};

/// An inventory while its sources are read.
pub(super) struct Loading<'a> {
    pub(super) inventory: Inventory,
    pub(super) secrets: &'a Secrets,
    /// Hosts that come without an address, and must have one in the end.
    pub(super) addressed: Vec<kops::Addressed>,
    file: Option<Arc<PathBuf>>,
    directories: Vec<PathBuf>,
    problems: Diagnostics,
    warnings: Vec<Diagnostic>,
}

impl Inventory {
    /// The inventory that `sources` (paths and literal lists as `a,b,`) describe together.
    pub fn load(sources: &[String], secrets: &Secrets) -> Result<Inventory, Diagnostics> {
        let mut loading = Loading {
            inventory: Inventory::default(),
            secrets,
            addressed: Vec::new(),
            file: None,
            directories: Vec::new(),
            problems: Vec::new(),
            warnings: Vec::new(),
        };
        sources.iter().for_each(|source| loading.source(source));
        loading.finish()
    }
}

impl Loading<'_> {
    fn finish(mut self) -> Result<Inventory, Diagnostics> {
        if !self.problems.is_empty() {
            return Err(self.problems);
        }
        self.inventory.settle();
        self.inventory.add_implicit_localhost();
        self.inventory.directories = Arc::new(self.directories);
        self.inventory.warnings = Arc::new(self.warnings);
        let problems = kops::unaddressed(&self.inventory, &self.addressed, self.secrets);
        if problems.is_empty() { Ok(self.inventory) } else { Err(problems) }
    }

    pub(super) fn problem(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    pub(super) fn warn(&mut self, warning: Diagnostic) {
        self.warnings.push(warning);
    }

    /// Adds the hosts that `name` stands for to `group`, each with `vars` and the port written behind the name.
    pub(super) fn hosts(&mut self, name: &str, group: &str, vars: Map, place: &Place) -> Result<(), Diagnostic> {
        let (names, port) = address::expand(name)?;
        let group = self.inventory.add_group(group, Some(place));
        let mut own = Map::from_iter(port.map(|port| (Key::from("ansible_port"), Value::from(i64::from(port)))));
        own.extend(vars);
        for name in names {
            let host = self.inventory.ensure_host(&name, Some(place), self.file.as_ref());
            self.inventory.join(group, host);
            self.inventory.set_host_vars(host, own.clone());
        }
        Ok(())
    }

    /// Puts the group `child` below the group `parent`.
    pub(super) fn link(&mut self, parent: &str, child: &str, place: &Place) {
        let parent = self.inventory.add_group(parent, None);
        let child = self.inventory.add_group(child, Some(place));
        if let Err(problem) = self.inventory.add_child(parent, child) {
            self.problem(problem.at(place));
        }
    }

    fn source(&mut self, source: &str) {
        let path = Path::new(source);
        if source.contains(',') && !path.exists() {
            return self.literal_list(source);
        }
        self.remember_directory(path);
        self.path(path);
    }

    fn literal_list(&mut self, source: &str) {
        let place = Place::new("<inventory list>", 1, 1);
        for name in source.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            if let Err(problem) = self.hosts(name, "ungrouped", Map::new(), &place) {
                self.problem(problem.at(&place));
            }
        }
    }

    fn remember_directory(&mut self, path: &Path) {
        let directory = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
        let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
        if !self.directories.iter().any(|known| known == directory) {
            self.directories.push(directory.to_path_buf());
        }
    }

    fn path(&mut self, path: &Path) {
        if !path.is_dir() {
            return self.file(path);
        }
        match directory::sources(path) {
            Ok(paths) => paths.iter().for_each(|path| self.path(path)),
            Err(problem) => self.problem(problem),
        }
    }

    fn file(&mut self, path: &Path) {
        self.file = Some(Arc::new(path.to_path_buf()));
        let read = match script::is_program(path) {
            true => script::read(path, self),
            false => self.text(path),
        };
        if let Err(problem) = read {
            self.problem(problem);
        }
        self.file = None;
    }

    fn text(&mut self, path: &Path) -> Result<(), Diagnostic> {
        let extension = path.extension().and_then(|e| e.to_str());
        if extension == Some("json") {
            return self.yaml(path);
        }
        let text = text_yaml::read_text(path, self.secrets)?;
        if kops::is_spec(&text) {
            return kops::read(&text, path, self);
        }
        if matches!(extension, Some("yml" | "yaml")) {
            return self.yaml(path);
        }
        let file = path.display().to_string();
        match text_yaml::parse(&text, &file) {
            Ok(root) if extension.is_none() && root.as_map().is_some() => yaml::read(&root, self),
            Err(problem) if text.starts_with("---") => return Err(problem),
            _ => ini::read(&text, &file, self),
        }
        Ok(())
    }

    fn yaml(&mut self, path: &Path) -> Result<(), Diagnostic> {
        let (root, warnings) = text_yaml::load_with(path, self.secrets)?;
        self.warnings.extend(warnings);
        match root.kind {
            NodeKind::Map(_) if kops::addresses::is_beside(path, &root) => {}
            NodeKind::Map(_) | NodeKind::Null => yaml::read(&root, self),
            _ => {
                let problem = Diagnostic::new(format!("an inventory is a mapping of groups, but this is {}", root.kind_name()));
                return Err(problem.at(&root.place));
            }
        }
        Ok(())
    }
}
