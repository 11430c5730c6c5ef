//! Copies of a file as it was before a change.

use std::path::{Path, PathBuf};

use crate::modules::{Failure, Writer};

/// Keeps a copy of `path` beside it, named as Ansible names it: `NAME.PID.DATE@TIME~`.
pub fn keep(writer: &mut Writer, path: &Path) -> Result<PathBuf, Failure> {
    let now = jiff::Zoned::now().strftime("%Y-%m-%d@%H:%M:%S~").to_string();
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.{now}", std::process::id()));
    let backup = PathBuf::from(name);
    writer.copy(path, &backup)?;
    Ok(backup)
}
