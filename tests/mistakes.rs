//! A playbook with its roles and files that carries many mistakes: all are reported at once, before any connection.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};

fn rplay(playbook: &str, port: u16) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rplay"));
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mistakes"));
    command.env_clear().env("HOME", "/nonexistent");
    command.args(["-i", "inventory.cfg", "-T", "2", "-e"]).arg(format!("ansible_port={port}")).arg(playbook);
    command.output().expect("rplay starts")
}

/// A port that tells afterwards whether anybody came.
fn listener() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.set_nonblocking(true).expect("a socket that does not block");
    let port = listener.local_addr().expect("an address").port();
    (listener, port)
}

#[test]
fn all_mistakes_are_reported_before_any_connection() {
    let (listener, port) = listener();
    let output = rplay("site.yml", port);
    let shown = String::from_utf8_lossy(&output.stderr);
    let expected = include_str!("mistakes/expected.txt");
    assert_eq!(shown, expected, "shown:\n{shown}");
    assert_eq!(output.status.code(), Some(4));
    assert!(listener.accept().is_err(), "somebody connected");
}

#[test]
fn every_mistake_has_its_place() {
    let expected = include_str!("mistakes/expected.txt");
    let problems: Vec<&str> = expected.split("[ERROR]: ").skip(1).collect();
    let placed = problems.iter().filter(|problem| problem.contains("\n  --> ")).count();
    assert_eq!(placed, problems.len());
    assert!(placed >= 12, "only {placed}");
}

#[test]
fn a_playbook_without_mistakes_connects() {
    let (listener, port) = listener();
    let output = rplay("right.yml", port);
    assert_eq!(output.status.code(), Some(4), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(listener.accept().is_ok(), "nobody connected");
}
