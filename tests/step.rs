//! `--step` on a terminal: the user refuses a task, allows one, and then wants to be asked no more.

use std::io::Write;
use std::process::{Command, Stdio};

const PLAY: &str = "
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - debug: {msg: first}
    - debug: {msg: second}
    - debug: {msg: third}
    - debug: {msg: fourth}
";

#[test]
fn every_task_is_asked_for_until_the_user_goes_on() {
    let dir = tempfile::tempdir().expect("a directory");
    let play = dir.path().join("play.yml");
    std::fs::write(&play, PLAY).expect("written");
    // `script` gives the program a terminal.
    let command = format!("{} --step {}", env!("CARGO_BIN_EXE_rplay"), play.display());
    let mut child = Command::new("script");
    child.args(["-qec", &command, "/dev/null"]).env_remove("ANSIBLE_CONFIG").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = child.spawn().expect("script starts");
    child.stdin.take().expect("a pipe").write_all(b"n\ny\nc\n").expect("written");
    let output = child.wait_with_output().expect("it ends");
    let shown = String::from_utf8_lossy(&output.stdout);
    assert_eq!(shown.matches("Perform task: TASK: debug").count(), 3, "{shown}");
    let done = ["first", "second", "third", "fourth"].map(|word| shown.contains(&format!("\"{word}\"")));
    assert_eq!(done, [false, true, true, true], "{shown}");
}
