use std::path::Path;
use std::process::Command;
use std::sync::atomic::AtomicBool;

use serde_json::{Value as Json, json};

use super::MODULE;
use crate::modules::host::{Controller, Mode};
use crate::modules::{Args, Failure, Host};

struct Alone;

impl Controller for Alone {
    fn blob(&mut self, hash: &str) -> Result<std::path::PathBuf, Failure> {
        Err(Failure::new(format!("no content {hash}")))
    }
    fn output(&mut self, _: &[u8]) {}
}

/// Runs git in `dir` and gives what it says.
fn git(dir: &Path, words: &[&str]) -> String {
    let identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false"];
    let output = Command::new("git").current_dir(dir).args(identity).args(words).output().unwrap();
    assert!(output.status.success(), "git {words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_string()
}

/// A repository with one commit on `main`, which `v1` names.
fn origin(dir: &Path) -> String {
    std::fs::create_dir(dir).unwrap();
    git(dir, &["init", "-q"]);
    commit(dir, "one");
    git(dir, &["tag", "-a", "v1", "-m", "first"]);
    git(dir, &["rev-parse", "HEAD"])
}

fn commit(dir: &Path, text: &str) -> String {
    std::fs::write(dir.join("f"), text).unwrap();
    git(dir, &["add", "f"]);
    git(dir, &["commit", "-q", "-m", text]);
    git(dir, &["rev-parse", "HEAD"])
}

fn run(root: &Path, check: bool, more: Json) -> Json {
    let mut args = json!({"repo": root.join("o"), "dest": root.join("sub/w")});
    args.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
    let (mode, mut controller, cancel) = (Mode { check, ..Mode::default() }, Alone, AtomicBool::new(false));
    let mut host = Host::new(&mode, &mut controller, &cancel);
    let outcome = Args::bind(&MODULE, args.as_object().cloned().unwrap()).and_then(|args| (MODULE.run)(&args, &mut host));
    Json::Object(host.finish(outcome))
}

fn file(root: &Path) -> String {
    std::fs::read_to_string(root.join("sub/w/f")).unwrap()
}

#[test]
fn follows_a_branch() {
    let root = tempfile::tempdir().unwrap();
    let root = root.path();
    let one = origin(&root.join("o"));
    let checked = run(root, true, json!({}));
    assert_eq!((&checked["changed"], &checked["after"], root.join("sub").exists()), (&json!(true), &json!(one), false), "{checked}");
    let made = run(root, false, json!({}));
    assert_eq!((&made["changed"], &made["before"], &made["after"]), (&json!(true), &Json::Null, &json!(one)), "{made}");
    assert_eq!(run(root, false, json!({}))["changed"], false);
    let two = commit(&root.join("o"), "two");
    assert_eq!(run(root, false, json!({"update": false}))["after"], json!(one));
    let moved = run(root, false, json!({"version": "main"}));
    assert_eq!((&moved["before"], &moved["after"], file(root).as_str()), (&json!(one), &json!(two), "two"), "{moved}");
    assert_eq!(run(root, false, json!({"version": "main"}))["changed"], false);
}

#[test]
fn goes_to_tags_and_commits() {
    let root = tempfile::tempdir().unwrap();
    let root = root.path();
    let one = origin(&root.join("o"));
    let two = commit(&root.join("o"), "two");
    assert_eq!(run(root, false, json!({"version": "v1"}))["after"], json!(one));
    assert_eq!(run(root, false, json!({"version": "v1"}))["changed"], false);
    for version in [two.as_str(), &two[..8]] {
        assert_eq!(run(root, false, json!({"version": version}))["after"], json!(two));
        assert_eq!(run(root, false, json!({"version": version}))["changed"], false);
    }
    let failed = run(root, false, json!({"version": "nope"}));
    assert!(failed["msg"].as_str().is_some_and(|msg| msg.starts_with("Failed to checkout nope")), "{failed}");
}

#[test]
fn makes_files_with_the_mask() {
    use std::os::unix::fs::PermissionsExt;
    let root = tempfile::tempdir().unwrap();
    origin(&root.path().join("o"));
    let made = run(root.path(), false, json!({"umask": "0077"}));
    let mode = std::fs::metadata(root.path().join("sub/w/f")).map(|meta| meta.permissions().mode() & 0o777);
    assert_eq!(mode.ok(), Some(0o600), "{made}");
}

#[test]
fn an_unsigned_commit_is_refused() {
    let root = tempfile::tempdir().unwrap();
    origin(&root.path().join("o"));
    let failed = run(root.path(), false, json!({"verify_commit": true}));
    assert!(failed["msg"].as_str().is_some_and(|msg| msg.starts_with("git verify-commit failed")), "{failed}");
}

#[test]
fn keeps_local_changes_unless_forced() {
    let root = tempfile::tempdir().unwrap();
    let root = root.path();
    origin(&root.join("o"));
    run(root, false, json!({}));
    std::fs::write(root.join("sub/w/f"), "mine").unwrap();
    let failed = run(root, false, json!({}));
    assert_eq!(failed["msg"], format!("Local modifications exist in the destination: {} (force=no).", root.join("sub/w").display()));
    assert_eq!(file(root), "mine");
    let forced = run(root, false, json!({"force": true}));
    assert_eq!((&forced["changed"], file(root).as_str()), (&json!(true), "one"), "{forced}");
}

#[test]
fn clones_shallow_and_bare_ones() {
    let root = tempfile::tempdir().unwrap();
    let root = root.path();
    let address = format!("file://{}", root.join("o").display());
    origin(&root.join("o"));
    let two = commit(&root.join("o"), "two");
    let bare = json!({"bare": true, "repo": address, "dest": root.join("b")});
    assert_eq!(run(root, false, bare.clone())["after"], json!(two));
    assert_eq!(run(root, false, bare)["changed"], false);
    let shallow = json!({"depth": 1, "repo": address, "version": "main"});
    assert_eq!(run(root, false, shallow.clone())["after"], json!(two));
    assert_eq!(git(&root.join("sub/w"), &["rev-list", "--count", "HEAD"]), "1");
    assert_eq!(run(root, false, shallow)["changed"], false);
}
