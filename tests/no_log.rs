//! What `no_log` hides, and that where a mistake stands is not hidden.

use std::process::Command;

const PLAY: &str = "
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - debug: {msg: \"the-secret {{ nowhere }}\"}
      no_log: true
";

#[test]
fn a_mistake_is_found_by_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let play = dir.path().join("play.yml");
    std::fs::write(&play, PLAY).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_rplay")).args(["-i", "localhost,"]).arg(&play).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("play.yml:6:"), "{told}");
    assert!(told.contains("no_log hides the rest"), "{told}");
    assert!(!told.contains("the-secret"), "{told}");
}
