//! Filters about file names.

use std::path::{Path, PathBuf};

use super::{Family, python};
use crate::language::template::Call;
use crate::language::{Diagnostic, Value};

pub(super) const FAMILY: Family = &[
    ("basename", |call| Ok(split_at_last(&call.text()?, '/').1.into())),
    ("dirname", |call| Ok(directory(&call.text()?).into())),
    ("normpath", |call| Ok(normal(&call.text()?).into())),
    ("realpath", realpath),
    ("relpath", relpath),
    ("expanduser", |call| Ok(expand_user(&call.text()?).into())),
    ("expandvars", |call| Ok(expand_variables(&call.text()?).into())),
    ("splitext", splitext),
    ("path_join", path_join),
    ("commonpath", commonpath),
    ("fileglob", fileglob),
    ("win_basename", |call| Ok(split_windows(&call.text()?).1.into())),
    ("win_dirname", |call| Ok(split_windows(&call.text()?).0.into())),
    ("win_splitdrive", win_splitdrive),
];

/// The text up to and with the last separator, and the rest.
fn split_at_last(path: &str, separator: char) -> (&str, &str) {
    path.split_at(path.rfind(separator).map_or(0, |at| at + 1))
}

fn directory(path: &str) -> String {
    let head = split_at_last(path, '/').0;
    let trimmed = head.trim_end_matches('/');
    if trimmed.is_empty() { head.to_string() } else { trimmed.to_string() }
}

/// The path without `.`, `..` and doubled slashes.
pub fn normal(path: &str) -> String {
    let absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|part| !matches!(*part, "" | ".")) {
        match parts.last() {
            Some(last) if part == ".." && *last != ".." => drop(parts.pop()),
            None if part == ".." && absolute => {}
            _ => parts.push(part),
        }
    }
    match (absolute, parts.join("/")) {
        (true, joined) => format!("/{joined}"),
        (false, joined) if joined.is_empty() => ".".into(),
        (false, joined) => joined,
    }
}

/// The path from the root on.
fn absolute(path: &str) -> String {
    let current = std::env::current_dir().unwrap_or_default();
    normal(&current.join(path).to_string_lossy())
}

/// `realpath`: symbolic links followed as far as the path exists.
fn realpath(call: &Call) -> Result<Value, Diagnostic> {
    let path = absolute(&call.text()?);
    let mut missing = PathBuf::new();
    let mut known = Path::new(&path);
    loop {
        if let Ok(real) = known.canonicalize() {
            let whole = if missing.as_os_str().is_empty() { real } else { real.join(missing) };
            return Ok(whole.to_string_lossy().into_owned().into());
        }
        let (Some(parent), Some(name)) = (known.parent(), known.file_name()) else { return Ok(path.into()) };
        missing = if missing.as_os_str().is_empty() { name.into() } else { Path::new(name).join(missing) };
        known = parent;
    }
}

/// `relpath(start='.')`.
fn relpath(call: &Call) -> Result<Value, Diagnostic> {
    let (path, start) = (absolute(&call.text()?), absolute(&call.text_arg(1, "start")?.unwrap_or_else(|| ".".into())));
    let parts = |path: &str| path.split('/').filter(|p| !p.is_empty()).map(str::to_string).collect::<Vec<_>>();
    let (path, start) = (parts(&path), parts(&start));
    let common = path.iter().zip(&start).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".to_string(), start.len() - common);
    let relative: Vec<String> = up.chain(path.into_iter().skip(common)).collect();
    Ok(if relative.is_empty() { ".".into() } else { relative.join("/").into() })
}

/// `~` as the home of the user who runs the play.
pub(in crate::language::template) fn expand_user(path: &str) -> String {
    match (path.strip_prefix('~'), std::env::var("HOME")) {
        (Some(rest), Ok(home)) if rest.is_empty() || rest.starts_with('/') => format!("{home}{rest}"),
        _ => path.to_string(),
    }
}

/// `$NAME` and `${NAME}` from the environment; unknown ones stay.
fn expand_variables(path: &str) -> String {
    let mut out = String::new();
    let mut rest = path;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let braced = rest.strip_prefix('{').and_then(|inner| inner.split_once('}'));
        let plain = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let (name, after) = braced.unwrap_or_else(|| rest.split_at(plain));
        match std::env::var(name) {
            Ok(value) if !name.is_empty() => {
                out.push_str(&value);
                rest = after;
            }
            _ => out.push('$'),
        }
    }
    out + rest
}

/// `splitext`: the name and its last extension.
fn splitext(call: &Call) -> Result<Value, Diagnostic> {
    let path = call.text()?;
    let base = split_at_last(&path, '/').1;
    let dots = base.len() - base.trim_start_matches('.').len();
    let at = base[dots..].rfind('.').map_or(path.len(), |at| path.len() - base.len() + dots + at);
    let (name, extension) = path.split_at(at);
    Ok(Value::list(vec![name.into(), extension.into()]))
}

/// `path_join`: a later absolute path starts anew.
fn path_join(call: &Call) -> Result<Value, Diagnostic> {
    let parts: Vec<String> = match call.defined_input()? {
        Value::Str(one) => vec![one.to_string()],
        other => call.iterate(other)?.iter().map(python::text).collect(),
    };
    let mut joined = String::new();
    for part in parts {
        if part.starts_with('/') {
            joined = part;
        } else {
            let gap = if joined.is_empty() || joined.ends_with('/') { "" } else { "/" };
            joined = format!("{joined}{gap}{part}");
        }
    }
    Ok(joined.into())
}

/// `commonpath`: the longest path all have in common.
fn commonpath(call: &Call) -> Result<Value, Diagnostic> {
    let paths: Vec<String> = call.items()?.iter().map(python::text).collect();
    let split = |path: &String| path.split('/').filter(|p| !matches!(*p, "" | ".")).map(str::to_string).collect::<Vec<_>>();
    let mut common = paths.first().map(split).unwrap_or_default();
    for path in &paths {
        let same = split(path).iter().zip(&common).take_while(|(a, b)| a == b).count();
        common.truncate(same);
    }
    let root = if paths.iter().all(|p| p.starts_with('/')) { "/" } else { "" };
    Ok(format!("{root}{}", common.join("/")).into())
}

/// `fileglob`: the files on the controller that match.
fn fileglob(call: &Call) -> Result<Value, Diagnostic> {
    let found = glob::glob(&call.text()?).map_err(|e| call.error(e))?;
    Ok(found.flatten().filter(|path| path.is_file()).map(|path| Value::from(path.to_string_lossy().into_owned())).collect())
}

/// Directory and base name of a Windows path.
fn split_windows(path: &str) -> (String, String) {
    let at = path.rfind(['\\', '/']).map_or_else(|| drive(path).len(), |at| at + 1);
    let (head, tail) = path.split_at(at);
    let trimmed = head.trim_end_matches(['\\', '/']);
    let head = if trimmed.is_empty() || trimmed == drive(path) { head } else { trimmed };
    (head.to_string(), tail.to_string())
}

/// The drive of a Windows path, with its colon, or the server and share it begins with.
fn drive(path: &str) -> &str {
    let separator = |from: usize| path.get(from..)?.find(['\\', '/']).map(|at| from + at);
    if path.starts_with(['\\', '/']) && path[1..].starts_with(['\\', '/']) {
        return separator(2).map_or(path, |server| &path[..separator(server + 1).unwrap_or(path.len())]);
    }
    if path.as_bytes().get(1) == Some(&b':') { path.get(..2).unwrap_or_default() } else { "" }
}

/// `win_splitdrive`: the drive and the rest.
fn win_splitdrive(call: &Call) -> Result<Value, Diagnostic> {
    let path = call.text()?;
    let (drive, rest) = path.split_at(drive(&path).len());
    Ok(Value::list(vec![drive.into(), rest.into()]))
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use serde_json::json;

    #[test]
    fn names() {
        check(vec![
            ("basename", json!("/a/b.tar.gz"), json!({}), json!("b.tar.gz")),
            ("dirname", json!("/a/b"), json!({}), json!("/a")),
            ("dirname", json!("/a"), json!({}), json!("/")),
            ("splitext", json!("/a/b.tar.gz"), json!({}), json!(["/a/b.tar", ".gz"])),
            ("splitext", json!("/a/.bashrc"), json!({}), json!(["/a/.bashrc", ""])),
            ("normpath", json!("/a/../b"), json!({}), json!("/b")),
            ("path_join", json!([["/a", "b", "/c", "d"]]), json!({}), json!("/c/d")),
            ("relpath", json!(["/a/b", "/a/c"]), json!({}), json!("../b")),
            ("commonpath", json!([["/a/b", "/a/c"]]), json!({}), json!("/a")),
            ("expanduser", json!("~x"), json!({}), json!("~x")),
            ("win_basename", json!("C:\\a\\b.txt"), json!({}), json!("b.txt")),
            ("win_dirname", json!("C:\\a\\b.txt"), json!({}), json!("C:\\a")),
            ("win_splitdrive", json!("C:\\a"), json!({}), json!(["C:", "\\a"])),
            ("win_splitdrive", json!("\\\\s\\d\\a"), json!({}), json!(["\\\\s\\d", "\\a"])),
        ]);
    }
}
