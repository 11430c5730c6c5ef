//! Where lookups find their files.

use std::path::{Path, PathBuf};

use crate::language::Diagnostic;
use crate::language::template::Call;
use crate::language::template::filters::python;
use crate::language::vault;

/// The terms of the call as texts; lists among them count as their members.
pub fn terms(call: &Call) -> Result<Vec<String>, Diagnostic> {
    let mut texts = Vec::new();
    for term in &call.args {
        match term {
            crate::language::Value::List(_) => texts.extend(call.iterate(term)?.iter().map(python::text)),
            crate::language::Value::Undefined(what) => return Err(Diagnostic::new(what.to_string())),
            one => texts.push(python::text(one)),
        }
    }
    Ok(texts)
}

/// The places `name` may stand at, nearest first: in each directory, `within` it before the directory itself.
pub fn candidates(call: &Call, within: &str, name: &str) -> Vec<PathBuf> {
    let name = PathBuf::from(crate::language::template::filters::expand_user(name));
    if name.is_absolute() {
        return vec![name];
    }
    let directories = call.scope.search_path();
    let both = directories.iter().flat_map(|d| [d.join(within).join(&name), d.join(&name)]);
    both.collect()
}

/// The file called `name`.
pub fn find(call: &Call, within: &str, name: &str) -> Result<PathBuf, Diagnostic> {
    let tried = candidates(call, within, name);
    tried.iter().find(|path| path.exists()).cloned().ok_or_else(|| {
        let shown: Vec<_> = tried.iter().map(|path| path.display().to_string()).collect();
        call.error(format!("the file '{name}' was not found")).hint(format!("searched: {}", shown.join(", ")))
    })
}

/// The text of a file, decrypted when it is a vault.
pub fn read(call: &Call, path: &Path) -> Result<String, Diagnostic> {
    let bytes = std::fs::read(path).map_err(|e| call.error(format!("{}: {e}", path.display())))?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    match call.scope.secrets() {
        Some(secrets) if vault::is_encrypted(&text) => {
            let plain = secrets.decrypt_text(&text).map_err(|e| call.error(format!("{}: {}", path.display(), e.message)))?;
            secrets.register().add_from_file(&plain);
            Ok(plain)
        }
        _ => Ok(text),
    }
}
