//! `rplay vault` on files, as a user runs it.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn vault(dir: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rplay"));
    command.current_dir(dir).env_clear().arg("vault").args(args).stdin(std::process::Stdio::null());
    command.output().expect("rplay starts")
}

fn workplace() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    fs::write(dir.path().join("password"), "first one\n").expect("written");
    fs::write(dir.path().join("other"), "second one\n").expect("written");
    fs::write(dir.path().join("vars.yml"), "token: hunter2hunter2\n").expect("written");
    dir
}

#[test]
fn a_file_is_encrypted_viewed_rekeyed_and_decrypted() {
    let dir = workplace();
    let file = dir.path().join("vars.yml");
    let plain = fs::read(&file).expect("read");
    let encrypted = vault(dir.path(), &["encrypt", "--vault-password-file", "password", "vars.yml"]);
    assert!(encrypted.status.success(), "{encrypted:?}");
    assert!(fs::read_to_string(&file).expect("read").starts_with("$ANSIBLE_VAULT;1.1;AES256\n"));
    let again = vault(dir.path(), &["encrypt", "--vault-password-file", "password", "vars.yml"]);
    assert!(String::from_utf8_lossy(&again.stderr).contains("encrypted already"), "{again:?}");
    assert_eq!(vault(dir.path(), &["view", "--vault-password-file", "password", "vars.yml"]).stdout, plain);
    let rekeyed = vault(dir.path(), &["rekey", "--vault-password-file", "password", "--new-vault-password-file", "other", "vars.yml"]);
    assert!(rekeyed.status.success(), "{rekeyed:?}");
    assert!(!vault(dir.path(), &["view", "--vault-password-file", "password", "vars.yml"]).status.success());
    let decrypted = vault(dir.path(), &["decrypt", "--vault-password-file", "other", "vars.yml"]);
    assert!(decrypted.status.success(), "{decrypted:?}");
    assert_eq!(fs::read(&file).expect("read"), plain);
}

#[test]
fn an_encrypted_string_is_read_by_a_play_and_never_shown() {
    let dir = workplace();
    let made = vault(dir.path(), &["encrypt_string", "--vault-password-file", "password", "--name", "token", "hunter2hunter2"]);
    assert!(made.status.success(), "{made:?}");
    fs::write(dir.path().join("vars.yml"), &made.stdout).expect("written");
    let play = "- hosts: localhost\n  gather_facts: false\n  vars_files: [vars.yml]\n  tasks:\n    - debug: {msg: 'it is {{ token }}'}\n    - assert: {that: token == 'hunter2hunter2'}\n";
    fs::write(dir.path().join("play.yml"), play).expect("written");
    for output in ["lines", "ndjson"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rplay"));
        command.current_dir(dir.path()).env_clear().args(["--vault-password-file", "password", "-vvvv", "--output", output, "play.yml"]);
        let run = command.arg("-c").arg("local").output().expect("rplay starts");
        let shown = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
        assert!(run.status.success(), "{shown}");
        assert!(shown.contains("it is ********"), "{shown}");
        assert!(!shown.contains("hunter2hunter2"), "{shown}");
    }
}
