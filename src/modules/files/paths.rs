//! Paths as tasks write them.

use std::path::{Path, PathBuf};

use crate::modules::{Args, Failure, Host, words};

/// The path parameter `name`, with `~` and variables expanded.
pub fn path(args: &Args, host: &Host, name: &str) -> Result<PathBuf, Failure> {
    Ok(expand(host, args.need(name)?))
}

/// `~`, `~user`, `$NAME` and `${NAME}` expanded; what is not known stays as written.
pub fn expand(host: &Host, text: &str) -> PathBuf {
    if !text.contains(['~', '$']) {
        return PathBuf::from(text);
    }
    PathBuf::from(words::expand(text, host.environment()))
}

/// Where `path` leads once links are followed; a path to nothing stays what it is, below its real directory.
pub fn real(path: &Path) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    if let Ok(target) = path.read_link() {
        let base = path.parent().unwrap_or(Path::new(""));
        let target = base.join(target);
        return match (target.parent().and_then(|dir| dir.canonicalize().ok()), target.file_name()) {
            (Some(dir), Some(name)) => dir.join(name),
            _ => target,
        };
    }
    path.to_path_buf()
}
