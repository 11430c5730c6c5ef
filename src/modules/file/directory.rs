//! `state: directory`.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Task, state_of, states};
use crate::modules::files::Wanted;
use crate::modules::{Change, Failure, Host, IoContext};

pub(super) fn ensure(task: &Task, host: &mut Host, recurse: bool) -> Result<PathBuf, Failure> {
    let path = if task.follow && task.state() == "link" { crate::modules::files::real(&task.path) } else { task.path.clone() };
    match state_of(&path) {
        "absent" => make(host, &path, &task.wanted)?,
        "directory" => task.wanted.apply(host, &path)?,
        other => {
            let shown = path.to_string_lossy();
            return Err(Failure::new(format!("{shown} already exists as a {other}")).with("path", shown.as_ref()));
        }
    }
    if recurse && path.is_dir() {
        walk(host, &path, task)?;
    }
    Ok(path)
}

/// Makes the directory and those above it that are missing; each gets the attributes.
pub(in crate::modules) fn make(host: &mut Host, path: &Path, wanted: &Wanted) -> Result<(), Failure> {
    let missing: Vec<&Path> = path.ancestors().take_while(|dir| !dir.as_os_str().is_empty() && !dir.exists()).collect();
    let Some(base) = missing.last() else { return Ok(()) };
    if let Some(parent) = base.parent().filter(|p| !p.as_os_str().is_empty() && !p.is_dir()) {
        return Err(Failure::new(format!("There was an issue creating {}: {} is not a directory", path.display(), parent.display())));
    }
    let (before, after) = states(path, "absent", "directory");
    host.change(Change::new(format!("create the directory {}", path.display())).states(before, after), |w| {
        missing.iter().rev().try_for_each(|dir| {
            w.mkdir(dir, 0o777)?;
            let meta = fs::metadata(dir).context("look at", dir)?;
            let how = wanted.install_directory(&meta);
            if how.uid.is_some() || how.gid.is_some() {
                w.chown(dir, how.uid, how.gid)?;
            }
            how.mode.map_or(Ok(()), |mode| w.chmod(dir, mode))
        })
    })?;
    Ok(())
}

/// Gives everything below `dir` the attributes; links are followed one step, to the files they name, if `follow` says so.
fn walk(host: &mut Host, dir: &Path, task: &Task) -> Result<(), Failure> {
    for entry in fs::read_dir(dir).context("read the directory", dir)? {
        let entry = entry.context("read the directory", dir)?;
        let (path, kind) = (entry.path(), entry.file_type().context("look at", entry.path())?);
        task.wanted.apply(host, &path)?;
        if kind.is_dir() {
            walk(host, &path, task)?;
        } else if kind.is_symlink() && task.follow && path.exists() {
            let target = crate::modules::files::real(&path);
            task.wanted.apply(host, &target)?;
            if target.is_dir() && !dir.starts_with(&target) {
                walk(host, &target, task)?;
            }
        }
    }
    Ok(())
}
