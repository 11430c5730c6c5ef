//! The program that is sent to hosts: this one, or its sibling for another machine.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::error::Unreachable;

/// A program ready to be sent.
#[derive(Debug, Clone)]
pub struct Program {
    /// Its SHA-256.
    pub hash: String,
    /// Its content.
    pub bytes: Arc<[u8]>,
    /// Whether it runs without libraries of the host.
    pub standalone: bool,
    path: PathBuf,
}

impl Program {
    /// Reads and hashes the program at `path`.
    pub fn read(path: &Path) -> Result<Program, Unreachable> {
        let bytes: Arc<[u8]> =
            std::fs::read(path).map_err(|e| Unreachable::new(format!("could not read the agent {}: {e}", path.display())))?.into();
        let hash = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
        let standalone = !has_interpreter(&bytes);
        Ok(Program { hash, bytes, standalone, path: path.to_path_buf() })
    }

    /// The error of a program that would not run on a host.
    pub fn check_standalone(&self) -> Result<(), Unreachable> {
        if self.standalone {
            return Ok(());
        }
        Err(Unreachable::new(format!("{} needs shared libraries and cannot be sent to hosts", self.path.display()))
            .hint("build the static binary with `make build`"))
    }

    /// The content compressed.
    pub fn gzip(&self) -> io::Result<Vec<u8>> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(&self.bytes)?;
        encoder.finish()
    }
}

/// The file for a host whose `uname -s -m` is `system machine`: `own` when it is of our kind, else its sibling.
pub fn path_for(own: &Path, system: &str, machine: &str) -> Result<PathBuf, Unreachable> {
    let machine = match machine {
        "amd64" => "x86_64",
        "arm64" => "aarch64",
        "i386" | "i486" | "i586" | "i686" => "x86",
        "armv6l" | "armv7l" | "armv8l" => "arm",
        other => other,
    };
    if system != "Linux" {
        return Err(Unreachable::new(format!("the host runs {system}, the agent needs Linux")).hint("`raw` works without the agent"));
    }
    if machine == std::env::consts::ARCH {
        return Ok(own.to_path_buf());
    }
    let sibling = own.with_file_name(format!("rplay-agent-{machine}"));
    if sibling.exists() {
        return Ok(sibling);
    }
    Err(Unreachable::new(format!("the host is of the kind {machine}, and there is no {}", sibling.display()))
        .hint(format!("build rplay for {machine} and put it there")))
}

/// Whether an ELF file asks for a dynamic loader (a `PT_INTERP` entry among its program headers).
fn has_interpreter(elf: &[u8]) -> bool {
    const PT_INTERP: u32 = 3;
    let number = |at: usize, width: usize| -> Option<usize> {
        let bytes = elf.get(at..at.checked_add(width)?)?;
        Some(bytes.iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
    };
    let headers = || -> Option<(usize, usize, usize)> {
        match elf.get(..5)? {
            [0x7f, b'E', b'L', b'F', 2] => Some((number(32, 8)?, number(54, 2)?, number(56, 2)?)),
            [0x7f, b'E', b'L', b'F', 1] => Some((number(28, 4)?, number(42, 2)?, number(44, 2)?)),
            _ => None,
        }
    };
    let Some((start, size, count)) = headers() else { return false };
    (0..count).any(|i| {
        let at = i.checked_mul(size).and_then(|offset| offset.checked_add(start));
        at.and_then(|at| number(at, 4)) == Some(PT_INTERP as usize)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A 64-bit ELF with one program header of `kind`.
    fn elf(kind: u8) -> Vec<u8> {
        let mut elf = vec![0; 64 + 56];
        elf[..5].copy_from_slice(&[0x7f, b'E', b'L', b'F', 2]);
        (elf[32], elf[54], elf[56], elf[64]) = (64, 56, 1, kind);
        elf
    }

    #[test]
    fn an_interpreter_is_seen() {
        assert!(has_interpreter(&elf(3)));
        assert!(!has_interpreter(&elf(1)));
        assert!(!has_interpreter(b"#!/bin/sh"));
        assert!(!has_interpreter(&elf(3)[..60]));
    }

    #[test]
    fn another_machine_needs_a_sibling() {
        let dir = tempfile::tempdir().unwrap();
        let own = dir.path().join("rplay");
        assert_eq!(path_for(&own, "Linux", std::env::consts::ARCH).unwrap(), own);
        let error = path_for(&own, "Linux", "riscv64").unwrap_err();
        assert!(error.message.contains("rplay-agent-riscv64"), "{error}");
        std::fs::write(dir.path().join("rplay-agent-riscv64"), "").unwrap();
        assert!(path_for(&own, "Linux", "riscv64").is_ok());
        assert!(path_for(&own, "FreeBSD", "amd64").is_err());
    }
}
