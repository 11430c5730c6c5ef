//! Roles as they were found on disk.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::language::Map;

/// One use of a role: where it lies and the variables it brings.
#[derive(Debug)]
pub struct Role {
    /// Its name, as the playbook calls it.
    pub name: Arc<str>,
    /// Its directory.
    pub path: PathBuf,
    /// `defaults/main`.
    pub defaults: Arc<Map>,
    /// `vars/main`.
    pub vars: Arc<Map>,
    /// The `vars` of the role entry.
    pub entry: Arc<Map>,
    /// The parameters of the role entry.
    pub params: Arc<Map>,
    /// Tells uses of the role apart that differ in more than where they stand.
    pub identity: Arc<str>,
    /// Whether another role brought it in by depending on it.
    pub depended_on: bool,
    /// The role that brought it in as a dependency, or included it.
    pub parent: Option<Arc<Role>>,
}

impl Role {
    /// The names of this role and those it was brought in by.
    pub fn lineage(&self) -> Vec<&str> {
        std::iter::successors(Some(self), |r| r.parent.as_deref()).map(|r| r.name.as_ref()).collect()
    }
}

/// The file `dir/NAME` in any of YAML's spellings, or the directory of that name.
pub fn main_file(dir: &Path, name: &str) -> Option<PathBuf> {
    let stem = dir.join(name);
    let spelled = ["yml", "yaml", "json"].iter().map(|ext| PathBuf::from(format!("{}.{ext}", stem.display())));
    spelled.chain([stem.clone()]).find(|path| path.exists())
}
