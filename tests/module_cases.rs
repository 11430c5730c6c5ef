//! Runs every case of `tests/modules/<module>/<case>.json` against a directory of its own.
//!
//! A case is `{before, args, result, after, changed}`:
//! - `before` and `after` map paths to what is there: text (a file), `{"dir": "0755"}`, `{"link": "target"}`, `{"base64": "…"}` or
//!   `{"file": "text", "mode": "0644"}`; `mode` and the directory's mode may be left out. `after` is compared only as far
//!   as it goes: paths that map to `null` must be absent, paths not named are not looked at.
//! - `environment` is the task's; with a `PATH` into the directory a case brings programs of its own.
//! - `args` are the module's; `{root}` in any text is the directory.
//! - `result` holds fields the result must have; text that begins with `~` is a part it must contain; `null` means absent.
//! - `changed` (default false), `changed_again` (default false), `check` (fields in check mode), `failed` (default false),
//!   `check_failed` and `check_changed` (default as those), `diff` (fields of the diff in check mode).
//!
//! Each case runs in check mode (nothing may change), then for real, then once more.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rplay::modules::host::{Controller, Mode};
use rplay::modules::{Args, Failure, Fields, Host, Module, find};
use serde_json::{Map, Value as Json};

/// A controller with nothing to give.
struct Alone;

impl Controller for Alone {
    fn blob(&mut self, hash: &str) -> Result<PathBuf, Failure> {
        Err(Failure::new(format!("no content {hash}")))
    }
    fn output(&mut self, _bytes: &[u8]) {}
}

#[test]
fn every_case_holds() {
    let cases = cases();
    assert!(!cases.is_empty(), "no cases found");
    let wrong: Vec<String> = cases.iter().flat_map(|(module, path)| run_case(module, path)).collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Each case's module and file; `RPLAY_CASE` limits them to paths that contain its text.
fn cases() -> Vec<(String, PathBuf)> {
    let only = std::env::var("RPLAY_CASE").unwrap_or_default();
    let mut found = Vec::new();
    for module in list(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/modules")) {
        for case in list(&module) {
            if case.extension().is_some_and(|ext| ext == "json") && case.to_string_lossy().contains(&only) {
                found.push((name(&module), case));
            }
        }
    }
    found
}

fn list(dir: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Runs one case; gives what was wrong with it.
fn run_case(module: &str, path: &Path) -> Vec<String> {
    let label = format!("{module}/{}", name(path));
    let root = tempfile::tempdir().expect("a directory to work in");
    let text = fs::read_to_string(path).expect("a case").replace("{root}", &root.path().to_string_lossy());
    let case: Json = match serde_json::from_str(&text) {
        Ok(case) => case,
        Err(e) => return vec![format!("{label}: {e}")],
    };
    build(root.path(), &case["before"]);
    let task = Task::read(module, &case);
    let flag = |key: &str| case[key].as_bool().unwrap_or(false);
    let mut wrong = Vec::new();

    let before = snapshot(root.path());
    let checked = task.run(true);
    if snapshot(root.path()) != before {
        wrong.push(format!("{label}: check mode changed the host"));
    }
    // What cannot be known beforehand is skipped in a check, and so does not change.
    let check_changed = case["check_changed"].as_bool().unwrap_or(flag("changed") && case["check"]["skipped"] != true);
    let check_failed = case["check_failed"].as_bool().unwrap_or(flag("failed"));
    wrong.extend(compare(&format!("{label} in check mode"), &checked, check_changed, check_failed, &case["check"]));
    if let Some(diff) = case["diff"].as_object() {
        wrong.extend(fields(&format!("{label} diff"), &checked["diff"], diff));
    }

    let done = task.run(false);
    wrong.extend(compare(&label, &done, flag("changed"), flag("failed"), &case["result"]));
    wrong.extend(differences(&label, root.path(), &case["after"]));

    if !flag("failed") {
        let after = snapshot(root.path());
        let again = task.run(false);
        wrong.extend(compare(&format!("{label} again"), &again, flag("changed_again"), false, &case["again"]));
        if !flag("changed_again") && snapshot(root.path()) != after {
            wrong.push(format!("{label}: the second run changed the host"));
        }
    }
    wrong
}

/// What a case does.
struct Task {
    module: &'static Module,
    args: Map<String, Json>,
    environment: BTreeMap<String, String>,
}

impl Task {
    fn read(module: &str, case: &Json) -> Task {
        let environment = case["environment"].as_object().into_iter().flatten();
        Task {
            module: find(module).unwrap_or_else(|| panic!("no module {module}")),
            args: case["args"].as_object().cloned().unwrap_or_default(),
            environment: environment.map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_string())).collect(),
        }
    }

    fn run(&self, check: bool) -> Json {
        let mode = Mode { check, diff: true, environment: self.environment.clone() };
        let (mut controller, cancel) = (Alone, AtomicBool::new(false));
        let mut host = Host::new(&mode, &mut controller, &cancel);
        let outcome = Args::bind(self.module, self.args.clone()).and_then(|args| (self.module.run)(&args, &mut host));
        let result: Fields = host.finish(outcome);
        Json::Object(result)
    }
}

fn compare(label: &str, result: &Json, changed: bool, failed: bool, expected: &Json) -> Vec<String> {
    let mut wrong = Vec::new();
    let is = |key: &str| result[key].as_bool().unwrap_or(false);
    if is("failed") != failed {
        wrong.push(format!("{label}: failed is {}: {result}", is("failed")));
    } else if is("changed") != changed {
        wrong.push(format!("{label}: changed is {}: {result}", is("changed")));
    }
    wrong.extend(expected.as_object().map(|expected| fields(label, result, expected)).unwrap_or_default());
    wrong
}

fn fields(label: &str, result: &Json, expected: &Map<String, Json>) -> Vec<String> {
    let wrong = expected.iter().filter(|(key, wanted)| !fits(&result[key.as_str()], wanted));
    wrong.map(|(key, wanted)| format!("{label}: {key} is {} instead of {wanted} in {result}", result[key.as_str()])).collect()
}

/// Mappings are compared by what is expected of them, everything else as a whole.
fn fits(found: &Json, wanted: &Json) -> bool {
    match (found, wanted) {
        (Json::String(found), Json::String(wanted)) if wanted.starts_with('~') => found.contains(&wanted[1..]),
        (Json::Object(_), Json::Object(wanted)) => wanted.iter().all(|(key, wanted)| fits(&found[key.as_str()], wanted)),
        (Json::Array(found), Json::Array(wanted)) => found.len() == wanted.len() && found.iter().zip(wanted).all(|(f, w)| fits(f, w)),
        _ => found == wanted,
    }
}

fn build(root: &Path, tree: &Json) {
    for (path, node) in tree.as_object().into_iter().flatten() {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        if let Some(target) = node["link"].as_str() {
            std::os::unix::fs::symlink(target, &path).expect("a link");
        } else if let Some(mode) = node["dir"].as_str() {
            fs::create_dir_all(&path).expect("a directory");
            chmod(&path, mode);
        } else {
            let text = node.as_str().or(node["file"].as_str()).unwrap_or_default().as_bytes().to_vec();
            let bytes = node["base64"].as_str().map_or(text, |coded| STANDARD.decode(coded).expect("base64"));
            fs::write(&path, bytes).expect("a file");
            chmod(&path, node["mode"].as_str().unwrap_or("0644"));
        }
    }
}

fn chmod(path: &Path, mode: &str) {
    let bits = u32::from_str_radix(if mode.is_empty() { "0755" } else { mode }, 8).expect("an octal mode");
    fs::set_permissions(path, fs::Permissions::from_mode(bits)).expect("a mode set");
}

/// Everything below `root` as text; times count for files, so that a rewrite is seen.
fn snapshot(root: &Path) -> BTreeMap<PathBuf, String> {
    let mut seen = BTreeMap::new();
    let mut todo = list(root);
    while let Some(path) = todo.pop() {
        let meta = fs::symlink_metadata(&path).expect("something there");
        let what = match fs::read_link(&path) {
            Ok(target) => target.display().to_string(),
            Err(_) if meta.is_file() => format!("{:?} {:?}", meta.modified().ok(), fs::read(&path).unwrap_or_default()),
            Err(_) => String::new(),
        };
        seen.insert(path.clone(), format!("{:o} {what}", meta.permissions().mode()));
        if meta.is_dir() {
            todo.extend(list(&path));
        }
    }
    seen
}

fn differences(label: &str, root: &Path, tree: &Json) -> Vec<String> {
    let nodes = tree.as_object().into_iter().flatten();
    nodes.filter_map(|(path, node)| difference(&root.join(path), node).map(|what| format!("{label}: {path} {what}"))).collect()
}

fn difference(path: &Path, node: &Json) -> Option<String> {
    let Ok(meta) = fs::symlink_metadata(path) else {
        return (!node.is_null()).then(|| "is missing".to_string());
    };
    if node.is_null() {
        return Some("is there".into());
    }
    if let Some(target) = node["link"].as_str() {
        let found = fs::read_link(path).ok();
        return (found.as_deref() != Some(Path::new(target))).then(|| format!("leads to {found:?}"));
    }
    let mode = node["dir"].as_str().or(node["mode"].as_str()).unwrap_or_default();
    let found = format!("{:04o}", meta.permissions().mode() & 0o7777);
    if !mode.is_empty() && mode != found {
        return Some(format!("has mode {found}"));
    }
    if node["dir"].is_string() {
        return (!meta.is_dir()).then(|| "is no directory".to_string());
    }
    let wanted = node.as_str().or(node["file"].as_str())?;
    let text = String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned();
    (text != wanted || meta.is_symlink()).then(|| format!("holds {text:?}"))
}
