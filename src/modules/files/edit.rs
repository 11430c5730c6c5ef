//! Edits of a text file: read, compare, write at once with a backup, set attributes.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Wanted, backup, real, text};
use crate::modules::{Args, Change, Content, Failure, Host, Install};

/// How a task edits its file.
pub struct Edit<'a> {
    /// The file.
    pub path: PathBuf,
    /// Make it when it is missing.
    pub create: bool,
    /// Keep a copy of what it was.
    pub backup: bool,
    /// A command that must accept the new content.
    pub validate: Option<&'a str>,
    /// Its attributes.
    pub wanted: Wanted,
}

/// What an edit did.
pub struct Done {
    /// The backup's path; empty when none was kept.
    pub backup: String,
    /// Whether attributes changed.
    pub attributes: bool,
}

impl<'a> Edit<'a> {
    /// What `path`, `create`, `backup`, `validate` and the attributes among the arguments say.
    pub fn of(args: &'a Args, host: &mut Host) -> Result<Edit<'a>, Failure> {
        let path = super::path(args, host, "path")?;
        if path.is_dir() {
            return Err(Failure::new(format!("Path {} is a directory !", path.display())).with("rc", 256));
        }
        let wanted = Wanted::read(args, host)?;
        Ok(Edit { path, create: args.bool("create"), backup: args.bool("backup"), validate: args.str("validate"), wanted })
    }

    /// The file's text. A missing file is empty if it may be made, an error if it is needed, else `None`.
    pub fn read(&self, host: &Host, needed: bool) -> Result<Option<String>, Failure> {
        match host.read(&self.path)? {
            Some(bytes) => match String::from_utf8(bytes) {
                Ok(text) => Ok(Some(text)),
                Err(_) => Err(Failure::new(format!("{} is not UTF-8 text", self.path.display()))),
            },
            None if needed && self.create => Ok(Some(String::new())),
            None if needed => Err(Failure::missing(format!("Path {} does not exist !", self.path.display())).with("rc", 257)),
            None => Ok(None),
        }
    }

    /// Brings the file from `before` to `after`, and its attributes to what is wanted. A link stays, its target changes.
    pub fn finish(&self, host: &mut Host, before: &str, after: &str) -> Result<Done, Failure> {
        let path = real(&self.path);
        let old = fs::metadata(&path).ok();
        let plan = old.as_ref().map(|meta| self.wanted.plan(host, &path, meta)).transpose()?;
        let missing = old.is_none() && self.create;
        let mut kept = None;
        if before != after || missing {
            let mut change = Change::new(format!("content of {}", path.display()));
            if host.wants_diff() {
                change = change.diff(text::diff(&path, old.as_ref().map(|_| before.as_bytes()), after.as_bytes()));
            }
            let how = Install { validate: self.validate, ..self.wanted.install(old.as_ref()) };
            kept = host.change(change, |w| {
                if let Some(dir) = path.parent().filter(|_| missing) {
                    make_parents(w, dir)?;
                }
                let kept = if self.backup && old.is_some() { Some(backup::keep(w, &path)?) } else { None };
                w.install(&path, Content::Bytes(after.as_bytes()), &how)?;
                Ok(kept)
            })?;
        }
        let attributes = plan.as_ref().is_some_and(|plan| !plan.is_empty());
        plan.map_or(Ok(()), |plan| plan.apply(host))?;
        let kept: Option<PathBuf> = kept.flatten();
        Ok(Done { backup: kept.map(|path| path.to_string_lossy().into_owned()).unwrap_or_default(), attributes })
    }
}

/// Makes a directory and those above it.
fn make_parents(writer: &mut crate::modules::Writer, dir: &Path) -> Result<(), Failure> {
    let missing: Vec<&Path> = dir.ancestors().take_while(|dir| !dir.as_os_str().is_empty() && !dir.exists()).collect();
    missing.iter().rev().try_for_each(|dir| writer.mkdir(dir, 0o777)).map_err(|failure| failure.with("rc", 257))
}
