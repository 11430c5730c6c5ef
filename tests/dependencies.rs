//! Every dependency has its reason in `docs/dependencies.md`.

use std::fs;
use std::path::Path;

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The crates that the manifest names in its sections of dependencies.
fn dependencies(manifest: &str) -> Vec<String> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.ends_with("dependencies]");
        } else if let (true, Some((name, _))) = (inside, line.split_once('=')) {
            found.push(name.trim().to_string());
        }
    }
    found.sort();
    found
}

/// The crates of the table, each with a reason.
fn reasons(table: &str) -> Vec<String> {
    let rows = table.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | "));
    rows.filter(|(name, reason)| *name != "crate" && !reason.trim().is_empty()).map(|(name, _)| name.to_string()).collect()
}

#[test]
fn every_dependency_has_a_reason() {
    assert_eq!(reasons(&read("docs/dependencies.md")), dependencies(&read("Cargo.toml")));
}

#[test]
fn a_missing_reason_would_be_found() {
    assert_eq!(reasons("| crate | reason |\n| a | why |\n| b |  |\n"), ["a"]);
}
