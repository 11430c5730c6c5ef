//! `state: link` and `state: hard`.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::{Task, states};
use crate::modules::{Change, Failure, Host, IoContext};

pub(super) fn ensure_symbolic(task: &Task, host: &mut Host) -> Result<PathBuf, Failure> {
    let before = task.state();
    let current = fs::read_link(&task.path).ok();
    let target = match (&task.src, &current) {
        (Some(src), _) => src.clone(),
        (None, Some(current)) if task.follow => current.clone(),
        _ => return Err(Failure::new("src is required for creating new symlinks").with("dest", task.shown())),
    };
    refuse_dangling(task, before, &target)?;
    match before {
        "directory" if !task.force => return Err(refuse(task, before, &target)),
        "directory" if fs::read_dir(&task.path).context("read the directory", &task.path)?.next().is_some() => {
            return Err(
                Failure::new(format!("the directory {} is not empty, refusing to convert it", task.shown())).with("path", task.shown())
            );
        }
        "file" | "hard" if !task.force => return Err(refuse(task, before, &target)),
        _ => {}
    }
    if current.as_deref() != Some(target.as_path()) {
        let (from, to) = states(&task.path, before, "link");
        let what = format!("link {} to {}", task.shown(), target.display());
        host.change(Change::new(what).states(from, to), |w| {
            if before == "directory" {
                w.rmdir(&task.path)?;
            }
            w.symlink(&target, &task.path)
        })?;
    }
    let path = task.attribute_path();
    if path.exists() {
        task.wanted.apply(host, &path)?;
    }
    Ok(task.path.clone())
}

/// A link to nothing is made only by force.
fn refuse_dangling(task: &Task, before: &str, target: &Path) -> Result<(), Failure> {
    let base = if before == "directory" { task.path.as_path() } else { task.path.parent().unwrap_or(Path::new("")) };
    let absolute = base.join(target);
    if task.force || task.src.is_none() || absolute.exists() {
        return Ok(());
    }
    let msg = "src file does not exist, use \"force=yes\" if you really want to create the link";
    Err(Failure::new(format!("{msg}: {}", absolute.display())).with("path", task.shown()).with("src", target.to_string_lossy()))
}

fn refuse(task: &Task, before: &str, target: &Path) -> Failure {
    Failure::new(format!("refusing to convert from {before} to symlink for {}", task.shown()))
        .with("path", task.shown())
        .with("src", target.to_string_lossy())
}

pub(super) fn ensure_hard(task: &Task, host: &mut Host) -> Result<PathBuf, Failure> {
    let Some(src) = &task.src else { return Err(Failure::new("src is required for creating new hardlinks")) };
    let Ok(source) = fs::metadata(src) else {
        return Err(Failure::missing("src does not exist").with("dest", task.shown()).with("src", src.to_string_lossy()));
    };
    let before = task.state();
    let same = fs::symlink_metadata(&task.path).is_ok_and(|meta| (meta.dev(), meta.ino()) == (source.dev(), source.ino()));
    let refused = match before {
        _ if same || task.force => None,
        "hard" => Some("Cannot link, different hard link exists at destination".to_string()),
        "file" | "directory" => Some(format!("Cannot link, {before} exists at destination")),
        _ => None,
    };
    if let Some(msg) = refused {
        return Err(Failure::new(msg).with("dest", task.shown()).with("src", src.to_string_lossy()));
    }
    if !same {
        let (from, to) = states(&task.path, before, "hard");
        let what = format!("link {} hard to {}", task.shown(), src.display());
        host.change(Change::new(what).states(from, to), |w| {
            if before == "directory" {
                w.rmdir(&task.path)?;
            }
            w.hardlink(src, &task.path)
        })?;
    }
    task.wanted.apply(host, &task.path)?;
    Ok(task.path.clone())
}
