//! The file a key, a request or a certificate is kept in.

use std::fs;
use std::path::PathBuf;

use serde_json::Value as Json;

use crate::modules::files::{self, Wanted, backup};
use crate::modules::{Args, Change, Content, Failure, Fields, Host, Install};

/// A file whose whole content a module makes.
pub struct Target {
    path: PathBuf,
    wanted: Wanted,
    backup: bool,
}

impl Target {
    /// Reads `path`, `backup` and the file's attributes; `mode` counts when the task gives none.
    pub fn read(args: &Args, host: &mut Host, mode: Option<&str>) -> Result<Target, Failure> {
        let path = files::path(args, host, "path")?;
        let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
        if let Some(dir) = dir.filter(|dir| !dir.is_dir()) {
            let msg = format!("The directory {0} does not exist or the file is not a directory", dir.display());
            return Err(Failure::missing(msg).with("name", dir.to_string_lossy()));
        }
        let fallback = mode.map(Json::from);
        let wanted = Wanted::read_mode(args, host, args.get("mode").or(fallback.as_ref()))?;
        Ok(Target { path, wanted, backup: args.bool("backup") })
    }

    /// The path as results show it.
    pub fn shown(&self) -> String {
        self.path.to_string_lossy().into_owned()
    }

    /// What the file holds; `None` when there is none.
    pub fn content(&self, host: &Host) -> Result<Option<Vec<u8>>, Failure> {
        host.read(&self.path)
    }

    /// Puts the content that `make` gives in place; gives what `make` gave beside it, or `None` in check mode.
    pub fn put<T>(
        &self,
        host: &mut Host,
        fields: &mut Fields,
        change: Change,
        make: impl FnOnce() -> Result<(Vec<u8>, T), Failure>,
    ) -> Result<Option<T>, Failure> {
        let old = fs::symlink_metadata(&self.path).ok().filter(fs::Metadata::is_file);
        let how = Install { sync: true, ..self.wanted.install(old.as_ref()) };
        let done = host.change(change, |writer| {
            let (bytes, made) = make()?;
            let bytes = zeroize::Zeroizing::new(bytes);
            let kept = if self.backup && old.is_some() { Some(backup::keep(writer, &self.path)?) } else { None };
            writer.install(&self.path, Content::Bytes(&bytes), &how)?;
            Ok((kept, made))
        })?;
        Ok(done.map(|(kept, made)| {
            fields.extend(kept.map(|kept| ("backup_file".to_string(), Json::from(kept.to_string_lossy()))));
            made
        }))
    }

    /// Gives the file its owner, group and mode.
    pub fn dress(&self, host: &mut Host) -> Result<(), Failure> {
        self.wanted.apply(host, &self.path)?;
        if !host.changed() {
            host.unchanged(format!("{} is as asked for", self.shown()));
        }
        Ok(())
    }

    /// Removes the file, if there is one.
    pub fn remove(&self, host: &mut Host, fields: &mut Fields) -> Result<(), Failure> {
        if fs::symlink_metadata(&self.path).is_err() {
            host.unchanged(format!("{} is not there", self.shown()));
            return Ok(());
        }
        let kept = host.change(Change::new(format!("removal of {}", self.shown())), |writer| {
            let kept = if self.backup { Some(backup::keep(writer, &self.path)?) } else { None };
            writer.remove(&self.path)?;
            Ok(kept)
        })?;
        fields.extend(kept.flatten().map(|kept| ("backup_file".to_string(), Json::from(kept.to_string_lossy()))));
        Ok(())
    }
}
