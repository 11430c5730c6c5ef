//! Small configuration files that a module owns as a whole.

use std::path::Path;

use super::{Change, Content, Failure, Host, Install};

/// The text of `path`; empty when there is none.
pub fn read(host: &Host, path: &Path) -> Result<String, Failure> {
    Ok(host.read(path)?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default())
}

/// Brings the file from `before` to `after`, which may be the same; gives whether it changed. An empty `after` leaves no file when `keep_empty` is false.
pub fn write(host: &mut Host, path: &Path, before: &str, after: &str, keep_empty: bool) -> Result<bool, Failure> {
    if before == after {
        return Ok(false);
    }
    let shown = path.display().to_string();
    let target = super::files::real(path);
    host.change(Change::new(format!("content of {shown}")).texts(&shown, before, after), |w| {
        if after.is_empty() && !keep_empty {
            return w.remove(&target);
        }
        let how = Install { mode: (!target.exists()).then_some(0o644), ..Install::default() };
        w.install(&target, Content::Bytes(after.as_bytes()), &how)
    })?;
    Ok(true)
}
