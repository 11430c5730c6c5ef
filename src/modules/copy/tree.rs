//! Copies of whole directories.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path};

use serde_json::Value as Json;

use super::{Options, Source, one};
use crate::modules::files::info;
use crate::modules::files::mode::Mode;
use crate::modules::{Change, Failure, Fields, Host, IoContext, Outcome};

/// A directory the controller sent: `entries` is what is below it, parents first.
pub(super) fn sent(host: &mut Host, entries: &[Json], dest: &Path, options: &Options, has_mode: bool) -> Outcome {
    crate::modules::file::directory::make(host, dest, &options.directory)?;
    for entry in entries {
        let target = dest.join(inside(entry["path"].as_str().unwrap_or_default())?);
        let mode = entry.get("mode").filter(|mode| !mode.is_null() && !has_mode).map(Mode::read).transpose()?;
        match entry["kind"].as_str() {
            Some("dir") => directory(host, &target, options)?,
            Some("link") => link(host, Path::new(entry["target"].as_str().unwrap_or_default()), &target)?,
            _ => file(host, &Source::sent(&entry["content"])?, &target, options, mode)?,
        }
    }
    done(host, dest)
}

/// A directory of the host: itself below `dest`, or what is in it if its name ends in a slash.
pub(super) fn local(host: &mut Host, src: &Path, contents: bool, dest: &Path, options: &Options, keeps_mode: bool) -> Outcome {
    let into = match src.file_name().filter(|_| !contents) {
        Some(name) => dest.join(name),
        None => dest.to_path_buf(),
    };
    walk(host, src, &into, options, keeps_mode)?;
    let mut fields = done(host, dest)?;
    fields.insert("src".into(), src.to_string_lossy().into());
    Ok(fields)
}

fn walk(host: &mut Host, src: &Path, dest: &Path, options: &Options, keeps_mode: bool) -> Result<(), Failure> {
    directory(host, dest, options)?;
    let mut entries =
        fs::read_dir(src).context("read the directory", src)?.collect::<Result<Vec<_>, _>>().context("read the directory", src)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (path, target) = (entry.path(), dest.join(entry.file_name()));
        let meta = entry.metadata().context("look at", &path)?;
        if meta.is_dir() {
            walk(host, &path, &target, options, keeps_mode)?;
        } else if meta.is_symlink() {
            link(host, &fs::read_link(&path).context("read the link", &path)?, &target)?;
        } else {
            let mode = keeps_mode.then_some(Mode::Bits(meta.mode() & 0o7777));
            file(host, &Source::local(path)?, &target, options, mode)?;
        }
    }
    Ok(())
}

fn directory(host: &mut Host, path: &Path, options: &Options) -> Result<(), Failure> {
    if path.is_dir() {
        return options.directory.apply(host, path);
    }
    if path.exists() {
        return Err(Failure::new(format!("cannot copy a directory to {}: it is a file", path.display())));
    }
    crate::modules::file::directory::make(host, path, &options.directory)
}

fn link(host: &mut Host, to: &Path, path: &Path) -> Result<(), Failure> {
    if fs::read_link(path).is_ok_and(|now| now == to) {
        return Ok(());
    }
    host.change(Change::new(format!("link {} to {}", path.display(), to.display())), |w| w.symlink(to, path))?;
    Ok(())
}

fn file(host: &mut Host, source: &Source, path: &Path, options: &Options, mode: Option<Mode>) -> Result<(), Failure> {
    let wanted = if mode.is_some() { options.wanted.with_mode(mode) } else { options.wanted.clone() };
    one(host, source, path, &Options { wanted, directory: options.directory.clone(), ..*options }).map(drop)
}

/// A path that stays below where it is put.
fn inside(path: &str) -> Result<&Path, Failure> {
    let relative = Path::new(path);
    match relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        true => Ok(relative),
        false => Err(Failure::new(format!("refusing to copy to {path}: it leaves the destination"))),
    }
}

fn done(host: &mut Host, dest: &Path) -> Outcome {
    if !host.changed() {
        host.unchanged(format!("all of {} is as wanted", dest.display()));
    }
    let mut fields = Fields::from_iter([("dest".to_string(), Json::from(dest.to_string_lossy()))]);
    info::add(&mut fields, host, dest)?;
    Ok(fields)
}
