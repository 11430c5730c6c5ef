//! Memory, processors, firmware and how long the host has been up.

use std::collections::HashSet;
use std::path::Path;

use serde_json::{Value as Json, json};

use super::{Facts, text};
use crate::modules::Failure;

/// `mem* swap* processor* uptime_seconds`, the DMI facts (`product_name system_vendor bios_* …`).
pub fn collect(facts: &mut Facts) -> Result<(), Failure> {
    memory(facts, &text("/proc/meminfo"));
    processors(facts, &text("/proc/cpuinfo"));
    dmi(facts);
    let uptime = text("/proc/uptime");
    if let Some(seconds) = uptime.split('.').next().and_then(|s| s.parse::<i64>().ok()) {
        facts.set("uptime_seconds", seconds);
    }
    Ok(())
}

/// `loadavg`.
pub fn load(facts: &mut Facts) -> Result<(), Failure> {
    let load: Vec<f64> = text("/proc/loadavg").split_whitespace().take(3).filter_map(|n| n.parse().ok()).collect();
    if let [one, five, fifteen] = load[..] {
        facts.set("loadavg", json!({"1m": one, "5m": five, "15m": fifteen}));
    }
    Ok(())
}

fn memory(facts: &mut Facts, meminfo: &str) {
    let mb = |key: &str| {
        let line = meminfo.lines().find_map(|l| l.strip_prefix(key)?.strip_prefix(':'));
        line.and_then(|v| v.split_whitespace().next()?.parse::<i64>().ok()).map_or(0, |kb| kb / 1024)
    };
    let (total, free) = (mb("MemTotal"), mb("MemFree"));
    let (buffers, cached) = (mb("Buffers"), mb("Cached"));
    let (swap, swap_free) = (mb("SwapTotal"), mb("SwapFree"));
    let nocache = free + buffers + cached;
    for (name, value) in [("memtotal_mb", total), ("memfree_mb", free), ("swaptotal_mb", swap), ("swapfree_mb", swap_free)] {
        facts.set(name, value);
    }
    facts.set(
        "memory_mb",
        json!({
            "real": {"total": total, "free": free, "used": total - free},
            "nocache": {"free": nocache, "used": total - nocache},
            "swap": {"total": swap, "free": swap_free, "used": swap - swap_free, "cached": mb("SwapCached")},
        }),
    );
}

fn processors(facts: &mut Facts, cpuinfo: &str) {
    let mut listed: Vec<Json> = Vec::new();
    let (mut sockets, mut cores, mut threads) = (HashSet::new(), HashSet::new(), 0);
    let mut socket = "0";
    for (key, value) in cpuinfo.lines().filter_map(|l| l.split_once(':')).map(|(k, v)| (k.trim(), v.trim())) {
        match key {
            "processor" => {
                threads += 1;
                listed.push(value.into());
            }
            "vendor_id" | "model name" => listed.push(value.into()),
            "physical id" => {
                socket = value;
                sockets.insert(value);
            }
            "core id" => drop(cores.insert((socket, value))),
            _ => {}
        }
    }
    let count = sockets.len().max(1) as u64;
    let per_socket = if cores.is_empty() { threads / count } else { cores.len() as u64 / count }.max(1);
    let per_core = (threads / count / per_socket).max(1);
    facts.set("processor", listed);
    facts.set("processor_count", count);
    facts.set("processor_cores", per_socket);
    facts.set("processor_threads_per_core", per_core);
    facts.set("processor_vcpus", threads.max(1));
    facts.set("processor_nproc", std::thread::available_parallelism().map_or(1, |n| n.get() as u64));
}

/// A DMI fact and the file that holds it.
const DMI: &[(&str, &str)] = &[
    ("bios_date", "bios_date"),
    ("bios_vendor", "bios_vendor"),
    ("bios_version", "bios_version"),
    ("board_asset_tag", "board_asset_tag"),
    ("board_name", "board_name"),
    ("board_serial", "board_serial"),
    ("board_vendor", "board_vendor"),
    ("board_version", "board_version"),
    ("chassis_asset_tag", "chassis_asset_tag"),
    ("chassis_serial", "chassis_serial"),
    ("chassis_vendor", "chassis_vendor"),
    ("chassis_version", "chassis_version"),
    ("form_factor", "chassis_type"),
    ("product_name", "product_name"),
    ("product_serial", "product_serial"),
    ("product_uuid", "product_uuid"),
    ("product_version", "product_version"),
    ("system_vendor", "sys_vendor"),
];

/// What the kinds of chassis are called, by number.
const FORMS: &[&str] = &[
    "Unknown",
    "Other",
    "Unknown",
    "Desktop",
    "Low Profile Desktop",
    "Pizza Box",
    "Mini Tower",
    "Tower",
    "Portable",
    "Laptop",
    "Notebook",
    "Hand Held",
    "Docking Station",
    "All In One",
    "Sub Notebook",
    "Space-saving",
    "Lunch Box",
    "Main Server Chassis",
    "Expansion Chassis",
    "Sub Chassis",
    "Bus Expansion Chassis",
    "Peripheral Chassis",
    "RAID Chassis",
    "Rack Mount Chassis",
    "Sealed-case PC",
    "Multi-system",
    "CompactPCI",
    "AdvancedTCA",
    "Blade",
];

fn dmi(facts: &mut Facts) {
    for (name, file) in DMI {
        let value = text(Path::new("/sys/class/dmi/id").join(file));
        let value = match (*file, value.parse::<usize>()) {
            ("chassis_type", Ok(number)) => FORMS.get(number).copied().unwrap_or("Unknown").to_string(),
            _ if value.is_empty() => "NA".to_string(),
            _ => value,
        };
        facts.set(name, value);
    }
}
