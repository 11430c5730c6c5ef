//! Files of YAML or JSON, encrypted as a whole or not.

use std::fs;
use std::path::Path;

use super::{Node, json, parse_with_warnings};
use crate::language::vault::{self, Secrets};
use crate::language::{Diagnostic, Place};

/// The largest file that is read.
const MAX_BYTES: u64 = 64 << 20;

/// The document in the file `path`; its places name the file as `path` does.
pub fn load(path: &Path) -> Result<Node, Diagnostic> {
    load_with(path, &Secrets::default()).map(|(node, _)| node)
}

/// As [`load`], decrypting a file that is encrypted as a whole; also gives the warnings.
pub fn load_with(path: &Path, secrets: &Secrets) -> Result<(Node, Vec<Diagnostic>), Diagnostic> {
    let text = read_text(path, secrets)?;
    let file = path.display().to_string();
    if path.extension().is_some_and(|e| e == "json")
        && let Some(node) = json::parse(&text, &file)
    {
        return Ok((node, Vec::new()));
    }
    parse_with_warnings(&text, &file)
}

/// The text of the file `path`, decrypted when it is a vault.
pub fn read_text(path: &Path, secrets: &Secrets) -> Result<String, Diagnostic> {
    let failed = |cause: &str| Diagnostic::new(format!("cannot read {}: {cause}", path.display()));
    let size = fs::metadata(path).map_err(|e| failed(&e.to_string()))?.len();
    if size > MAX_BYTES {
        return Err(failed(&format!("it is larger than {} MiB", MAX_BYTES >> 20)));
    }
    let bytes = fs::read(path).map_err(|e| failed(&e.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|e| failed(&format!("it is not UTF-8: {e}")))?;
    if !vault::is_encrypted(&text) {
        return Ok(text);
    }
    let place = Place::new(path.display().to_string(), 1, 1);
    let plain = secrets.decrypt(&text).map_err(|problem| problem.at(&place))?;
    String::from_utf8(plain).map_err(|_| failed("its decrypted content is not UTF-8"))
}
