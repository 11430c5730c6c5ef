//! `rplay inventory --from-vagrant`, with a program that prints what Vagrant prints.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

/// What `vagrant ssh-config` prints for two machines, the second behind a jump host.
const SSH_CONFIG: &str = r#"Host node1
  HostName 127.0.0.1
  User vagrant
  Port 2222
  UserKnownHostsFile /dev/null
  StrictHostKeyChecking no
  PasswordAuthentication no
  IdentityFile "/home/me/my cluster/.vagrant/machines/node1/virtualbox/private_key"
  IdentitiesOnly yes
  LogLevel FATAL
  PubkeyAcceptedKeyTypes +ssh-rsa

Host node2
  HostName 192.168.121.7
  User vagrant
  Port 22
  UserKnownHostsFile /dev/null
  StrictHostKeyChecking no
  IdentityFile /home/me/.vagrant.d/insecure_private_keys/vagrant.key.ed25519
  IdentityFile /home/me/.vagrant.d/insecure_private_keys/vagrant.key.rsa
  IdentitiesOnly yes
  LogLevel FATAL
  ProxyCommand ssh -W %h:%p -l me build.example.org
"#;

/// Exit code, standard output and standard error.
type Said = (Option<i32>, String, String);

/// Runs the verb in `dir` with a `vagrant` that is this script; `None`: there is none.
fn run(dir: &Path, script: Option<&str>, directory: &str) -> Said {
    let programs = dir.join("bin");
    fs::create_dir_all(&programs).unwrap();
    let program = programs.join("vagrant");
    let _ = fs::remove_file(&program);
    if let Some(script) = script {
        fs::write(&program, format!("#!/bin/sh\n{script}")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut rplay = Command::new(env!("CARGO_BIN_EXE_rplay"));
    let output = rplay.args(["inventory", "--from-vagrant", directory]).current_dir(dir).env("PATH", &programs).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn machines_become_an_inventory() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("cluster")).unwrap();
    let print = format!("[ \"$PWD $*\" = '{}/cluster ssh-config' ] || exit 9\n/bin/cat <<'END'\n{SSH_CONFIG}END\n", dir.path().display());
    let (code, inventory, problems) = run(dir.path(), Some(&print), "cluster");
    assert_eq!((code, problems.as_str()), (Some(0), ""));
    fs::write(dir.path().join("hosts"), &inventory).unwrap();
    let mut rplay = Command::new(env!("CARGO_BIN_EXE_rplay"));
    let read = rplay.args(["inventory", "-i", "hosts", "--list"]).current_dir(dir.path()).output().unwrap();
    let read: serde_json::Value = serde_json::from_slice(&read.stdout).unwrap();
    let expected = serde_json::json!({
        "node1": {
            "ansible_host": "127.0.0.1", "ansible_port": 2222, "ansible_user": "vagrant",
            "ansible_ssh_private_key_file": "/home/me/my cluster/.vagrant/machines/node1/virtualbox/private_key",
            "ansible_ssh_common_args": "-o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no -o IdentitiesOnly=yes"
        },
        "node2": {
            "ansible_host": "192.168.121.7", "ansible_port": 22, "ansible_user": "vagrant",
            "ansible_ssh_private_key_file": "/home/me/.vagrant.d/insecure_private_keys/vagrant.key.ed25519",
            "ansible_ssh_common_args": "-o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no -o IdentitiesOnly=yes \
                -o ProxyCommand='ssh -W %h:%p -l me build.example.org'"
        }
    });
    assert_eq!(read["_meta"]["hostvars"], expected, "{inventory}");

    // Mistakes stand in the same test: a script that another thread's child still holds open could not be run.
    let asleep = "echo 'The provider for this machine reports that it is\nnot yet ready for SSH.' >&2; exit 1\n";
    for (script, directory, parts) in [
        (
            Some(asleep),
            "cluster",
            ["no machine of cluster runs: The provider for this machine reports that it is not yet ready", "vagrant up"],
        ),
        (Some("exit 0\n"), "cluster", ["it names no machine", "vagrant up"]),
        (None, "cluster", ["could not run `vagrant ssh-config`", "no program `vagrant`"]),
        (None, "nowhere", ["there is no directory nowhere", ""]),
    ] {
        let (code, inventory, problems) = run(dir.path(), script, directory);
        assert_eq!((code, inventory.as_str()), (Some(1), ""), "{problems}");
        assert!(parts.iter().all(|part| problems.contains(part)), "{parts:?}: {problems}");
    }
}
