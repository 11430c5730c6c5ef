//! The block devices.

use std::path::Path;

use serde_json::{Map, Value as Json, json};

use super::{Facts, text};
use crate::modules::Failure;

/// `devices`: model, vendor, size, partitions and holders of every block device.
pub fn collect(facts: &mut Facts) -> Result<(), Failure> {
    let devices: Map<String, Json> = names("/sys/block").into_iter().map(|name| (name.clone(), device(&name))).collect();
    facts.set("devices", devices);
    Ok(())
}

fn names(dir: impl AsRef<Path>) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(dir).into_iter().flatten().flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn device(name: &str) -> Json {
    let dir = Path::new("/sys/block").join(name);
    let read = |file: &str| Some(text(dir.join(file))).filter(|t| !t.is_empty());
    let sector = read("queue/logical_block_size").and_then(|s| s.parse().ok()).unwrap_or(512);
    let sectors = read("size").and_then(|s| s.parse().ok()).unwrap_or(0);
    let partitions: Map<String, Json> = names(&dir)
        .into_iter()
        .filter(|n| dir.join(n).join("partition").exists())
        .map(|n| (n.clone(), partition(&dir.join(n), sector)))
        .collect();
    json!({
        "model": read("device/model"), "vendor": read("device/vendor"), "serial": read("device/serial"),
        "removable": read("removable").unwrap_or_else(|| "0".into()), "rotational": read("queue/rotational").unwrap_or_else(|| "0".into()),
        "virtual": u8::from(!dir.join("device").exists()),
        "sectors": sectors.to_string(), "sectorsize": sector.to_string(), "size": human(sectors * 512),
        "holders": names(dir.join("holders")), "partitions": partitions,
    })
}

fn partition(dir: &Path, sector: u64) -> Json {
    let sectors: u64 = text(dir.join("size")).parse().unwrap_or(0);
    json!({
        "start": text(dir.join("start")), "sectors": sectors.to_string(), "sectorsize": sector,
        "size": human(sectors * 512), "holders": names(dir.join("holders")),
    })
}

/// A size as people read it: `20.00 GB`.
fn human(bytes: u64) -> String {
    let units = ["Bytes", "KB", "MB", "GB", "TB", "PB"];
    let (mut size, mut unit) = (bytes as f64, 0);
    while size >= 1024.0 && unit + 1 < units.len() {
        size /= 1024.0;
        unit += 1;
    }
    format!("{size:.2} {}", units[unit])
}

#[cfg(test)]
mod tests {
    #[test]
    fn sizes_are_for_people() {
        assert_eq!(super::human(20 << 30), "20.00 GB");
        assert_eq!(super::human(1), "1.00 Bytes");
    }
}
