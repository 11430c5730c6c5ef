//! A key pair of the account's own.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::super::accounts::passwd::User;
use super::super::{Args, Change, Failure, Fields, Host, IoContext, Writer, settings};

/// Makes the pair unless there is one, and tells of it.
pub fn generate(args: &Args, host: &mut Host, user: &User, fields: &mut Fields) -> Result<(), Failure> {
    let default = format!(".ssh/id_{}", args.need("ssh_key_type")?);
    let key = Path::new(&user.home).join(args.str("ssh_key_file").unwrap_or(&default));
    let public = PathBuf::from(format!("{}.pub", key.display()));
    let found = [&key, &public].into_iter().find(|path| path.exists());
    match found.filter(|_| !args.bool("force")) {
        Some(path) => host.unchanged(format!("{} is there already; force makes a new pair", path.display())),
        None => {
            let change = Change::new(format!("made the key {}", key.display()));
            host.change(change, |w| make(w, args, user, &key, &public))?;
        }
    }
    fields.insert("ssh_key_file".into(), key.to_string_lossy().into());
    if key.exists() {
        let shown = host.probe("ssh-keygen", &["-l", "-f", &key.to_string_lossy()])?;
        let fingerprint = if shown.rc == 0 { shown.out() } else { shown.err() };
        fields.insert("ssh_fingerprint".into(), fingerprint.trim().into());
    }
    let text = settings::read(host, &public)?;
    fields.insert("ssh_public_key".into(), if text.is_empty() { ().into() } else { text.trim().into() });
    Ok(())
}

fn make(writer: &mut Writer, args: &Args, user: &User, key: &Path, public: &Path) -> Result<(), Failure> {
    let dir = key.parent().unwrap_or(Path::new("/"));
    if !dir.exists() {
        writer.mkdir(dir, 0o700)?;
        writer.chown(dir, Some(user.uid), Some(user.gid))?;
    }
    // ssh-keygen asks before it overwrites, and nobody answers.
    writer.remove(key)?;
    writer.remove(public)?;
    let comment = format!("ansible-generated on {}", rustix::system::uname().nodename().to_string_lossy());
    let mut command = Command::new("ssh-keygen");
    command.args(["-q", "-t", args.need("ssh_key_type")?, "-C", args.str("ssh_key_comment").unwrap_or(&comment), "-f"]).arg(key);
    if let Some(bits) = args.int("ssh_key_bits").filter(|bits| *bits > 0) {
        command.args(["-b", &bits.to_string()]);
    }
    let _asked = match args.str("ssh_key_passphrase") {
        Some(passphrase) => Some(answer(&mut command, passphrase)?),
        None => {
            command.args(["-N", ""]);
            None
        }
    };
    writer.run(command, None)?.success(&format!("could not make the key {}", key.display()))?;
    [key, public].iter().try_for_each(|path| writer.chown(path, Some(user.uid), Some(user.gid)))
}

/// Lets ssh-keygen ask a program for the passphrase: in its environment others cannot read it, among its arguments they could.
fn answer(command: &mut Command, passphrase: &str) -> Result<tempfile::TempDir, Failure> {
    let dir = tempfile::tempdir().context("make a directory in", std::env::temp_dir())?;
    let program = dir.path().join("answer");
    std::fs::write(&program, "#!/bin/sh\nprintf '%s\\n' \"$RPLAY_PASSPHRASE\"\n").context("write", &program)?;
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).context("set the mode of", &program)?;
    command.env("SSH_ASKPASS", &program).env("SSH_ASKPASS_REQUIRE", "force").env("RPLAY_PASSPHRASE", passphrase);
    Ok(dir)
}
