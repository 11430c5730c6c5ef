//! Going through directories, from the top down.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json};

use crate::modules::{Args, Failure};

/// How to go, and what was met on the way.
pub struct Walk {
    recurse: bool,
    follow: bool,
    hidden: bool,
    depth: usize,
    /// How many paths were looked at.
    pub examined: usize,
    /// What could not be looked at, and why.
    pub skipped: Map<String, Json>,
}

/// What is done with each path; false ends the walk.
type Visit<'v> = dyn FnMut(PathBuf, Metadata) -> Result<bool, Failure> + 'v;

impl Walk {
    /// As the parameters say.
    pub fn new(args: &Args) -> Walk {
        // Zero levels mean all of them.
        let depth = args.int("depth").and_then(|depth| usize::try_from(depth).ok()).filter(|depth| *depth > 0);
        Walk {
            recurse: args.bool("recurse"),
            follow: args.bool("follow"),
            hidden: args.bool("hidden"),
            depth: depth.unwrap_or(usize::MAX),
            examined: 0,
            skipped: Map::new(),
        }
    }

    /// Visits what is below `top`, each directory's files before what its directories hold.
    pub fn below(&mut self, top: &Path, visit: &mut Visit) -> Result<(), Failure> {
        let mut above = fs::metadata(top).map(|meta| vec![(meta.dev(), meta.ino())]).unwrap_or_default();
        self.directory(top, 1, &mut above, visit).map(drop)
    }

    /// `above` names the directories on the way here, as a link may lead back to one of them.
    fn directory(&mut self, dir: &Path, level: usize, above: &mut Vec<(u64, u64)>, visit: &mut Visit) -> Result<bool, Failure> {
        let (files, dirs) = match list(dir) {
            Ok(listed) => listed,
            Err(e) => {
                self.skipped.insert(dir.display().to_string(), e.to_string().into());
                return Ok(true);
            }
        };
        self.examined += files.len() + dirs.len();
        if level > self.depth {
            return Ok(true);
        }
        for path in files.iter().chain(&dirs) {
            if !self.path(path, visit)? {
                return Ok(false);
            }
        }
        for dir in if self.recurse { dirs.as_slice() } else { &[] } {
            let Ok(meta) = fs::metadata(dir) else { continue };
            let identity = (meta.dev(), meta.ino());
            if above.contains(&identity) || (dir.is_symlink() && !self.follow) {
                continue;
            }
            above.push(identity);
            let more = self.directory(dir, level + 1, above, visit)?;
            above.pop();
            if !more {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn path(&mut self, path: &Path, visit: &mut Visit) -> Result<bool, Failure> {
        let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if hidden && !self.hidden {
            return Ok(true);
        }
        match fs::symlink_metadata(path) {
            Ok(meta) => visit(path.to_path_buf(), meta),
            Err(e) => {
                self.skipped.insert(path.display().to_string(), e.to_string().into());
                Ok(true)
            }
        }
    }
}

/// The paths in a directory by name: what is no directory, then directories and links to them.
fn list(dir: &Path) -> std::io::Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let mut paths = fs::read_dir(dir)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    let (dirs, files) = paths.into_iter().partition(|path| path.is_dir());
    Ok((files, dirs))
}
