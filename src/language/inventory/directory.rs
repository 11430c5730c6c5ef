//! Directories as inventories: which of their files count, and in what order.

use std::fs;
use std::path::{Path, PathBuf};

use crate::language::Diagnostic;

/// Endings of files that are no inventories.
const IGNORED_ENDINGS: [&str; 12] = [".pyc", ".pyo", ".swp", ".bak", "~", ".rpm", ".md", ".txt", ".rst", ".orig", ".cfg", ".retry"];

/// Names that belong to variables and plugins.
const IGNORED_NAMES: [&str; 3] = ["group_vars", "host_vars", "vars_plugins"];

/// The sources in `directory`, sorted by name.
pub(super) fn sources(directory: &Path) -> Result<Vec<PathBuf>, Diagnostic> {
    let mut names = entries(directory)?;
    names.retain(|name| !is_ignored(name));
    Ok(names.iter().map(|name| directory.join(name)).collect())
}

/// The names in `directory`, sorted.
pub(super) fn entries(directory: &Path) -> Result<Vec<String>, Diagnostic> {
    let failed = |e: std::io::Error| Diagnostic::new(format!("cannot read the directory {}: {e}", directory.display()));
    let mut names = Vec::new();
    for entry in fs::read_dir(directory).map_err(failed)? {
        names.push(entry.map_err(failed)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

fn is_ignored(name: &str) -> bool {
    name.starts_with('.') || IGNORED_NAMES.contains(&name) || IGNORED_ENDINGS.iter().any(|ending| name.ends_with(ending))
}
