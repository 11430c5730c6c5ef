//! Files of YAML or JSON, encrypted as a whole or not.

use std::fs;
use std::path::Path;

use super::{Node, NodeKind, json, parse_with_warnings};
use crate::language::place::shown;
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
    let (text, encrypted) = read(path, secrets)?;
    let file = shown(path);
    let document = match path.extension().is_some_and(|e| e == "json").then(|| json::parse(&text, &file)).flatten() {
        Some(node) => (node, Vec::new()),
        None => parse_with_warnings(&text, &file)?,
    };
    if encrypted {
        tell(&document.0, secrets);
    }
    Ok(document)
}

/// Every text of an encrypted file is told as a secret.
fn tell(node: &Node, secrets: &Secrets) {
    match &node.kind {
        NodeKind::Str { text, .. } => secrets.register().add_from_file(text),
        NodeKind::List(items) => items.iter().for_each(|item| tell(item, secrets)),
        NodeKind::Map(entries) => entries.iter().for_each(|(_, value)| tell(value, secrets)),
        _ => {}
    }
}

/// The text of the file `path`, decrypted when it is a vault.
pub fn read_text(path: &Path, secrets: &Secrets) -> Result<String, Diagnostic> {
    read(path, secrets).map(|(text, _)| text)
}

/// The text of a file, and whether it was encrypted.
fn read(path: &Path, secrets: &Secrets) -> Result<(String, bool), Diagnostic> {
    let failed = |cause: &str| Diagnostic::new(format!("cannot read {}: {cause}", path.display()));
    let size = fs::metadata(path).map_err(|e| failed(&e.to_string()))?.len();
    if size > MAX_BYTES {
        return Err(failed(&format!("it is larger than {} MiB", MAX_BYTES >> 20)));
    }
    let bytes = fs::read(path).map_err(|e| failed(&e.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|e| failed(&format!("it is not UTF-8: {e}")))?;
    if !vault::is_encrypted(&text) {
        return Ok((text, false));
    }
    let place = Place::new(shown(path), 1, 1);
    let plain = secrets.decrypt(&text).map_err(|problem| problem.at(&place))?;
    String::from_utf8(plain).map(|text| (text, true)).map_err(|_| failed("its decrypted content is not UTF-8"))
}
