//! What is mounted now.

use std::path::Path;

use super::super::{Failure, Host, settings};

/// The mounts of this process's view of the host.
pub struct Table(Vec<Mount>);

/// One mount.
pub struct Mount {
    device: String,
    root: String,
    place: String,
    source: String,
}

/// Reads the kernel's table.
pub fn read(host: &Host) -> Result<Table, Failure> {
    Ok(Table::parse(&settings::read(host, Path::new("/proc/self/mountinfo"))?))
}

impl Table {
    fn parse(text: &str) -> Table {
        Table(text.lines().filter_map(mount).collect())
    }

    /// The mount that is seen at `path`: the last one made there.
    pub fn at(&self, path: &str) -> Option<&Mount> {
        let path = if path.len() > 1 { path.trim_end_matches('/') } else { path };
        self.0.iter().rfind(|mount| mount.place == path)
    }

    /// Whether `src` is what is mounted: the device, or for a bind mount the directory.
    pub fn comes_from(&self, mount: &Mount, src: &str) -> bool {
        mount.source == src
            || self.0.iter().filter(|other| other.device == mount.device).any(|other| other.shows(&mount.root).as_deref() == Some(src))
    }
}

impl Mount {
    /// Where the directory `root` of the file system is seen through this mount.
    fn shows(&self, root: &str) -> Option<String> {
        let below = Path::new(root).strip_prefix(&self.root).ok()?;
        Some(Path::new(&self.place).join(below).to_string_lossy().trim_end_matches('/').to_string())
    }
}

/// A line like `36 35 98:0 /root /place opts optional… - type source superopts`.
fn mount(line: &str) -> Option<Mount> {
    let (front, back) = line.split_once(" - ")?;
    let mut front = front.split(' ').skip(2);
    let (device, root, place) = (front.next()?, front.next()?, front.next()?);
    let source = back.split(' ').nth(1)?;
    Some(Mount { device: device.into(), root: unescape(root), place: unescape(place), source: unescape(source) })
}

fn unescape(text: &str) -> String {
    [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .iter()
        .fold(text.to_string(), |text, (from, to)| text.replace(from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    const INFO: &str = "25 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n30 25 0:26 / /tmp rw shared:2 master:1 - tmpfs tmpfs rw\n\
        40 25 8:1 /srv/data /mnt/my\\040data rw - ext4 /dev/sda1 rw\n41 30 0:26 /sub /mnt/b rw - tmpfs tmpfs rw\n";

    #[test]
    fn knows_what_is_mounted_where() {
        let table = Table::parse(INFO);
        let from = |path: &str, src: &str| table.at(path).is_some_and(|mount| table.comes_from(mount, src));
        assert!(table.at("/mnt").is_none() && table.at("/tmp/").is_some());
        assert!(from("/tmp", "tmpfs") && !from("/tmp", "/dev/sda1"));
        assert!(from("/mnt/my data", "/srv/data") && from("/mnt/my data", "/dev/sda1"));
        assert!(from("/mnt/b", "/tmp/sub") && !from("/mnt/b", "/tmp/other"));
    }
}
