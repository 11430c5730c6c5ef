//! `known_hosts`: is this the host it was?

use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit, Mac};
use russh::keys::ssh_key::known_hosts::{Entry, HostPatterns, Marker};
use russh::keys::{Algorithm, HashAlg, PublicKey};
use sha1::Sha1;

use super::super::error::Unreachable;
use super::super::target::{HostKeyChecking, Target};
use super::config::matches;

/// What the files say of a key.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Known,
    Unknown,
    /// Another key of the same kind stands there.
    Changed(PathBuf, usize),
    Revoked(PathBuf, usize),
}

/// Accepts the key `key` of the target, or says why not.
pub fn judge(target: &Target, key: &PublicKey) -> Result<(), Unreachable> {
    if target.host_key_checking == HostKeyChecking::Off {
        return Ok(());
    }
    let host = name(&target.key_alias(), target.port);
    let print = key.fingerprint(HashAlg::Sha256);
    match look_up(&target.known_hosts, &host, key) {
        Verdict::Known => Ok(()),
        Verdict::Changed(file, line) => Err(Unreachable::new(format!(
            "the host key of {host} has changed: it is now {} {print}, and {}:{line} says otherwise",
            key.algorithm(),
            file.display()
        ))
        .hint(format!(
            "if the host was reinstalled, remove that line (ssh-keygen -f {} -R '{host}'); if not, somebody may be listening",
            file.display()
        ))),
        Verdict::Revoked(file, line) => Err(Unreachable::new(format!("the host key of {host} is revoked in {}:{line}", file.display()))),
        Verdict::Unknown if target.host_key_checking == HostKeyChecking::AcceptNew => match target.known_hosts.first() {
            Some(file) => learn(file, &host, key),
            None => Ok(()),
        },
        Verdict::Unknown => {
            let files: Vec<String> = target.known_hosts.iter().map(|file| file.display().to_string()).collect();
            let file = files.first().map_or("~/.ssh/known_hosts", String::as_str);
            Err(Unreachable::new(format!(
                "the host key of {host} is not known: {} {print} is in none of {}",
                key.algorithm(),
                files.join(", ")
            ))
            .hint(format!(
                "compare the fingerprint, then accept it: ssh-keyscan -p {} {} >> {file}; or run with \
                     -o StrictHostKeyChecking=accept-new in ansible_ssh_common_args, or ansible_host_key_checking=false for test hosts",
                target.port, target.address
            )))
        }
    }
}

/// The kinds of key that are known of a host.
pub fn algorithms(files: &[PathBuf], host: &str, port: u16) -> Vec<Algorithm> {
    let host = name(host, port);
    entries(files)
        .filter(|(_, _, entry)| entry.marker().is_none() && covers(entry, &host))
        .map(|(_, _, entry)| entry.public_key().algorithm())
        .collect()
}

fn name(host: &str, port: u16) -> String {
    if port == 22 { host.to_lowercase() } else { format!("[{}]:{port}", host.to_lowercase()) }
}

fn look_up(files: &[PathBuf], host: &str, key: &PublicKey) -> Verdict {
    let mut verdict = Verdict::Unknown;
    for (file, line, entry) in entries(files).filter(|(_, _, entry)| covers(entry, host)) {
        let same = entry.public_key().key_data() == key.key_data();
        match entry.marker() {
            Some(Marker::Revoked) if same => return Verdict::Revoked(file.to_path_buf(), line),
            Some(_) => {}
            None if same => verdict = Verdict::Known,
            None if verdict == Verdict::Unknown && entry.public_key().algorithm() == key.algorithm() => {
                verdict = Verdict::Changed(file.to_path_buf(), line);
            }
            None => {}
        }
    }
    verdict
}

/// The entries of all files; a line that cannot be read says nothing.
fn entries(files: &[PathBuf]) -> impl Iterator<Item = (&Path, usize, Entry)> {
    files.iter().flat_map(|file| {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let entries: Vec<(usize, Entry)> = text
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim_start().starts_with('#'))
            .filter_map(|(i, line)| line.split_whitespace().collect::<Vec<_>>().join(" ").parse().ok().map(|entry| (i + 1, entry)))
            .collect();
        entries.into_iter().map(move |(line, entry)| (file.as_path(), line, entry))
    })
}

fn covers(entry: &Entry, host: &str) -> bool {
    match entry.host_patterns() {
        HostPatterns::Patterns(patterns) => matches(patterns.iter().map(String::as_str), host),
        HostPatterns::HashedName { salt, hash } => {
            Hmac::<Sha1>::new_from_slice(salt).is_ok_and(|mac| mac.chain_update(host.as_bytes()).verify_slice(hash).is_ok())
        }
    }
}

/// Adds a line to the file, in one write, so that many hosts may do it at once.
fn learn(file: &Path, host: &str, key: &PublicKey) -> Result<(), Unreachable> {
    let failed = |e: std::io::Error| Unreachable::new(format!("could not write the host key of {host} to {}: {e}", file.display()));
    let line = key.to_openssh().map_err(|e| failed(std::io::Error::other(e)))?;
    if let Some(parent) = file.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(parent).map_err(failed)?;
    }
    let text = std::fs::read(file).unwrap_or_default();
    let gap = if text.last().is_some_and(|byte| *byte != b'\n') { "\n" } else { "" };
    let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(file).map_err(failed)?;
    file.write_all(format!("{gap}{host} {}\n", line.trim_end()).as_bytes()).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ";
    const TWO: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILIG2T/B0l0gaqj3puu510tu9N1OkQ4znY3LYuEm5zCF";

    fn key(text: &str) -> PublicKey {
        PublicKey::from_openssh(text).unwrap()
    }

    fn file(text: &str) -> (tempfile::TempDir, Vec<PathBuf>) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("known_hosts");
        std::fs::write(&path, text).unwrap();
        (dir, vec![path])
    }

    #[test]
    fn names_ports_patterns_and_hashes() {
        let hashed = "|1|O33ESRMWPVkMYIwJ1Uw+n877jTo=|nuuC5vEqXlEZ/8BXQR7m619W6Ak=";
        let (_dir, files) = file(&format!("# note\n\n[h]:2222 {ONE}\na,b {ONE}\n!c.x,*.x\t{ONE}\n{hashed} {TWO}\nbroken line\n"));
        let known = |host: &str, port, text| look_up(&files, &name(host, port), &key(text)) == Verdict::Known;
        assert!(known("h", 2222, ONE) && known("B", 22, ONE) && known("d.x", 22, ONE) && known("example.com", 22, TWO));
        assert!(!known("h", 22, ONE) && !known("c.x", 22, ONE) && !known("a", 22, TWO));
    }

    #[test]
    fn a_changed_and_a_revoked_key_are_found_with_their_line() {
        let (_dir, files) = file(&format!("\na {ONE}\n@revoked * {TWO}\n"));
        assert_eq!(look_up(&files, "b", &key(ONE)), Verdict::Unknown);
        assert_eq!(look_up(&files, "a", &key(TWO)), Verdict::Revoked(files[0].clone(), 3));
        std::fs::write(&files[0], format!("\na {ONE}")).unwrap();
        assert_eq!(look_up(&files, "a", &key(TWO)), Verdict::Changed(files[0].clone(), 2));
        // The last line had no end.
        learn(&files[0], "b", &key(TWO)).unwrap();
        assert_eq!(look_up(&files, "b", &key(TWO)), Verdict::Known);
        assert_eq!(look_up(&files, "a", &key(ONE)), Verdict::Known);
    }
}
