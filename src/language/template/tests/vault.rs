//! Tests of encrypted texts.

use std::io::Read;

use super::Family;
use crate::language::Diagnostic;
use crate::language::template::{Call, python_text};

/// How every encrypted text begins.
const HEADER: &str = "$ANSIBLE_VAULT;";

pub(super) const FAMILY: Family = &[
    ("vault_encrypted", |call| {
        call.defined_input()?;
        Ok(false)
    }),
    ("vaulted_file", vaulted_file),
];

fn vaulted_file(call: &Call) -> Result<bool, Diagnostic> {
    let path = python_text::str(call.defined_input()?);
    let mut start = [0; HEADER.len()];
    let mut file = std::fs::File::open(&path).map_err(|error| call.error(format!("{path}: {error}")))?;
    Ok(file.read_exact(&mut start).is_ok() && start == *HEADER.as_bytes())
}
