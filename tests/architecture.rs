//! The arrows between the folders of `src` run one way.

use std::fs;
use std::path::{Path, PathBuf};

/// Each folder and the folders it may name.
const ALLOWED: &[(&str, &[&str])] = &[
    ("language", &[]),
    ("modules", &[]),
    ("plan", &["language", "modules"]),
    ("agent", &["modules"]),
    ("transport", &["agent", "language", "modules"]),
    ("engine", &["agent", "language", "modules", "plan", "transport"]),
    ("output", &["engine", "language", "modules"]),
    ("cli", &["agent", "engine", "language", "modules", "output", "plan", "transport"]),
];

/// Every Rust file below `dir`.
fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .filter(|p| p.extension().is_some_and(|e| e == "rs"))
        .collect()
}

/// The folders of the crate that a text names, as `crate::FOLDER`.
fn named(text: &str) -> Vec<&str> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let uses = code.flat_map(|line| line.split("crate::").skip(1));
    uses.map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()).collect()
}

fn violations(folder: &str, allowed: &[&str], text: &str) -> Vec<String> {
    let folders: Vec<&str> = ALLOWED.iter().map(|(name, _)| *name).collect();
    let foreign = named(text).into_iter().filter(|name| folders.contains(name) && *name != folder && !allowed.contains(name));
    foreign.map(|name| format!("{folder} → {name}")).collect()
}

#[test]
fn arrows_run_one_way() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    for (folder, allowed) in ALLOWED {
        for file in files(&src.join(folder)) {
            let text = fs::read_to_string(&file).unwrap();
            found.extend(violations(folder, allowed, &text).into_iter().map(|v| format!("{}: {v}", file.display())));
        }
    }
    assert_eq!(found, [""; 0]);
}

#[test]
fn a_wrong_arrow_would_be_found() {
    assert_eq!(violations("language", &[], "use crate::engine::Run;"), ["language → engine"]);
    assert_eq!(violations("plan", &["language"], "// crate::engine\nuse crate::language::Value;"), [""; 0]);
}

#[test]
fn every_folder_has_its_arrows() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders: Vec<String> = fs::read_dir(src)
        .unwrap()
        .map(|e| e.unwrap())
        .filter(|e| e.path().is_dir())
        .map(|e| e.file_name().into_string().unwrap())
        .collect();
    folders.sort();
    let mut known: Vec<&str> = ALLOWED.iter().map(|(name, _)| *name).collect();
    known.sort_unstable();
    assert_eq!(folders, known);
}
