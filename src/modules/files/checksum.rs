//! Checksums of files, by the names Ansible gives the algorithms.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

use crate::modules::{Failure, IoContext};

/// The checksum of a file's content in lower-case hex.
pub fn file(algorithm: &str, path: &Path) -> Result<String, Failure> {
    let mut file = File::open(path).context("read", path)?;
    let read = match known(algorithm)? {
        Algorithm::Md5 => drain::<Md5>(&mut file),
        Algorithm::Sha1 => drain::<Sha1>(&mut file),
        Algorithm::Sha224 => drain::<Sha224>(&mut file),
        Algorithm::Sha256 => drain::<Sha256>(&mut file),
        Algorithm::Sha384 => drain::<Sha384>(&mut file),
        Algorithm::Sha512 => drain::<Sha512>(&mut file),
    };
    read.context("read", path)
}

/// The checksum of bytes at hand.
pub fn bytes(algorithm: &str, bytes: &[u8]) -> Result<String, Failure> {
    Ok(match known(algorithm)? {
        Algorithm::Md5 => hex(&Md5::digest(bytes)),
        Algorithm::Sha1 => hex(&Sha1::digest(bytes)),
        Algorithm::Sha224 => hex(&Sha224::digest(bytes)),
        Algorithm::Sha256 => hex(&Sha256::digest(bytes)),
        Algorithm::Sha384 => hex(&Sha384::digest(bytes)),
        Algorithm::Sha512 => hex(&Sha512::digest(bytes)),
    })
}

#[derive(Clone, Copy)]
enum Algorithm {
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

const NAMES: [(&str, Algorithm); 6] = [
    ("md5", Algorithm::Md5),
    ("sha1", Algorithm::Sha1),
    ("sha224", Algorithm::Sha224),
    ("sha256", Algorithm::Sha256),
    ("sha384", Algorithm::Sha384),
    ("sha512", Algorithm::Sha512),
];

fn known(name: &str) -> Result<Algorithm, Failure> {
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, algorithm)| *algorithm).ok_or_else(|| {
        Failure::new(format!("Could not hash file with algorithm '{name}'. Available algorithms: {}", NAMES.map(|n| n.0).join(", ")))
    })
}

fn drain<D: Digest>(input: &mut impl Read) -> io::Result<String> {
    let mut digest = D::new();
    let mut buffer = vec![0; 128 << 10];
    loop {
        match input.read(&mut buffer)? {
            0 => return Ok(hex(&digest.finalize())),
            n => digest.update(&buffer[..n]),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
