//! A vault password: it cannot be printed, and is wiped from memory when it is dropped.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use zeroize::Zeroizing;

use crate::language::Diagnostic;

/// Programs whose name ends so are told which label is wanted.
const CLIENT: &str = "-client";

/// A vault password.
pub struct Password(Zeroizing<Vec<u8>>);

impl Password {
    /// The password `text`, blanks and line ends around it left out.
    pub fn new(text: &str) -> Result<Password, Diagnostic> {
        match text.trim() {
            "" => Err(Diagnostic::new("the vault password is empty")),
            text => Ok(Password(Zeroizing::new(text.as_bytes().to_vec()))),
        }
    }

    /// The password in the file `path`, or printed by it when it is executable.
    pub fn from_file(path: &Path, label: &str) -> Result<Password, Diagnostic> {
        let failed = |e: &dyn std::fmt::Display| Diagnostic::new(format!("cannot read the vault password from {}: {e}", path.display()));
        let meta = fs::metadata(path).map_err(|e| failed(&e))?;
        let bytes = match meta.permissions().mode() & 0o111 {
            0 => Zeroizing::new(fs::read(path).map_err(|e| failed(&e))?),
            _ => printed(path, label)?,
        };
        let text = std::str::from_utf8(&bytes).map_err(|e| failed(&e))?;
        Password::new(text).map_err(|problem| failed(&problem.message))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

fn printed(path: &Path, label: &str) -> Result<Zeroizing<Vec<u8>>, Diagnostic> {
    let failed = |e: &dyn std::fmt::Display| Diagnostic::new(format!("cannot run the vault password program {}: {e}", path.display()));
    let mut command = Command::new(path.canonicalize().map_err(|e| failed(&e))?);
    if path.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with(CLIENT)) {
        command.args(["--vault-id", label]);
    }
    let output = command.output().map_err(|e| failed(&e))?;
    let printed = Zeroizing::new(output.stdout);
    match output.status.success() {
        true => Ok(printed),
        false => Err(failed(&format!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim()))),
    }
}
