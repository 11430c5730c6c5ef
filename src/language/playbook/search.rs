//! Where the files are that tasks name.

use std::path::{Path, PathBuf};

use super::role::Role;
use super::task::Task;

impl Task {
    /// The directories in which the task's files are looked for, the nearest first: its roles, its own, the play's.
    pub fn search_path(&self, play_dir: &Path) -> Vec<PathBuf> {
        let roles = std::iter::successors(self.role.as_deref(), |role: &&Role| role.parent.as_deref());
        let mut dirs: Vec<PathBuf> = roles.map(|role| role.path.clone()).collect();
        dirs.extend([self.dir.clone(), play_dir.to_path_buf()]);
        dirs.dedup();
        dirs
    }
}

/// The file `name` in one of `dirs`, below `part` (`files`, `templates`, …) or directly; else all places that were tried.
pub fn find_file(dirs: &[PathBuf], part: &str, name: &str) -> Result<PathBuf, Vec<PathBuf>> {
    let given = Path::new(name);
    if given.is_absolute() {
        return if given.exists() { Ok(given.to_path_buf()) } else { Err(vec![given.to_path_buf()]) };
    }
    let places: Vec<PathBuf> = dirs.iter().flat_map(|dir| [dir.join(part).join(given), dir.join(given)]).collect();
    places.iter().find(|path| path.exists()).cloned().ok_or(places)
}
