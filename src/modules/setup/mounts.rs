//! The mounted file systems and how full they are.

use std::collections::HashMap;
use std::os::unix::fs::MetadataExt;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use super::{Facts, text};
use crate::modules::Failure;

/// `mounts`. A file system that does not answer within `gather_timeout` is listed without its sizes.
pub fn collect(facts: &mut Facts) -> Result<(), Failure> {
    let table = text("/proc/self/mounts");
    let mut mounts: Vec<Json> = table.lines().filter_map(entry).collect();
    let uuids = uuids();
    for mount in &mut mounts {
        let device = mount["device"].as_str().unwrap_or_default();
        let uuid = uuids.get(&std::fs::metadata(device).map_or(0, |m| m.rdev())).map_or("N/A", String::as_str);
        mount["uuid"] = uuid.into();
    }
    let timeout = u64::try_from(facts.args.int("gather_timeout").unwrap_or(10)).unwrap_or(10);
    add_sizes(&mut mounts, Duration::from_secs(timeout));
    facts.set("mounts", mounts);
    Ok(())
}

/// A line of the table of mounts, when it is of something that stores files.
fn entry(line: &str) -> Option<Json> {
    let [device, mount, fstype, options, dump, passno] = line.split(' ').map(unescape).collect::<Vec<_>>().try_into().ok()?;
    if !(device.starts_with(['/', '\\']) || device.contains(":/")) || fstype == "none" {
        return None;
    }
    let number = |text: String| text.parse::<i64>().unwrap_or(0);
    Some(json!({"mount": mount, "device": device, "fstype": fstype, "options": options, "dump": number(dump), "passno": number(passno)}))
}

/// The kernel writes blanks and backslashes as octal numbers.
fn unescape(field: &str) -> String {
    let octal = [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\043", "#"), ("\\134", "\\")];
    octal.iter().fold(field.to_string(), |field, (code, c)| field.replace(code, c))
}

/// The UUID of every block device, by device number.
fn uuids() -> HashMap<u64, String> {
    let entries = std::fs::read_dir("/dev/disk/by-uuid").into_iter().flatten().flatten();
    entries.filter_map(|e| Some((std::fs::metadata(e.path()).ok()?.rdev(), e.file_name().to_string_lossy().into_owned()))).collect()
}

/// Asks each file system in a thread of its own: a network file system without a server blocks for good.
fn add_sizes(mounts: &mut [Json], timeout: Duration) {
    let (sender, receiver) = mpsc::channel();
    let paths: Vec<String> = mounts.iter().map(|m| m["mount"].as_str().unwrap_or_default().to_string()).collect();
    let asked = paths.len();
    std::thread::spawn(move || {
        for (at, path) in paths.into_iter().enumerate() {
            if sender.send((at, rustix::fs::statvfs(path).ok())).is_err() {
                return;
            }
        }
    });
    let deadline = Instant::now() + timeout;
    for _ in 0..asked {
        let Ok((at, size)) = receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())) else { return };
        let (Some(size), Some(mount)) = (size, mounts.get_mut(at).and_then(Json::as_object_mut)) else { continue };
        let numbers = [
            ("size_total", size.f_frsize * size.f_blocks),
            ("size_available", size.f_frsize * size.f_bavail),
            ("block_size", size.f_bsize),
            ("block_total", size.f_blocks),
            ("block_available", size.f_bavail),
            ("block_used", size.f_blocks - size.f_bavail),
            ("inode_total", size.f_files),
            ("inode_available", size.f_favail),
            ("inode_used", size.f_files.saturating_sub(size.f_favail)),
        ];
        mount.extend(numbers.map(|(name, value)| (name.to_string(), value.into())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_what_stores_files() {
        assert_eq!(entry("/dev/sda1 /a\\040b ext4 rw 0 1").map(|m| m["mount"].clone()), Some("/a b".into()));
        assert!(entry("srv:/x /n nfs4 rw 0 0").is_some());
        assert!(entry("proc /proc proc rw 0 0").is_none());
        assert!(entry("/dev/sda1 /a").is_none());
    }
}
