//! The shell lines that find, start and receive the agent on a host. They stay within what every Bourne shell knows.

use super::elevate::Become;

/// Said instead of starting when the host has no agent; the system, the machine and `gzip` or `plain` follow.
pub const ABSENT: &str = "rplay-agent-absent";
/// Said when the agent could not be put where the other user can start it.
pub const NO_COPY: &str = "rplay-agent-no-copy";

/// Where the agent's program is.
pub enum Place<'a> {
    /// In the login's cache, under the program's hash.
    Cached(&'a str),
    /// In a file of this machine.
    File(&'a str),
}

/// `text` as one word for a shell.
pub fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Starts the agent, or says that it is absent: one round trip either way.
pub fn launch(place: &Place, identity: Option<&Become>) -> String {
    let find = match place {
        Place::File(path) => format!("p={}; ", quote(path)),
        Place::Cached(hash) => format!(
            "p=\"$HOME/{}\"; [ -x \"$p\" ] || {{ g=plain; command -v gzip >/dev/null 2>&1 && g=gzip; \
             echo; echo \"{ABSENT} $(uname -s) $(uname -m) $g\"; exit 0; }}; ",
            cached(hash)
        ),
    };
    let share = identity.filter(|identity| identity.user != "root").map(|_| share(place)).unwrap_or_default();
    let start = identity.map_or("\"$p\" agent".to_string(), |identity| match identity.method {
        super::Method::Su => identity.wrap("'$p' agent"),
        _ => identity.wrap("\"$p\" agent"),
    });
    // A terminal would change what passes through it.
    let raw = if identity.is_some_and(Become::needs_terminal) { "stty raw -echo; " } else { "" };
    format!("/bin/sh -c {}", quote(&format!("{find}{share}{raw}exec {start}")))
}

/// Copies the program to a directory of the login's that others can read, and that nobody else can have made.
fn share(place: &Place) -> String {
    let tag = match place {
        Place::Cached(hash) => short(hash).to_string(),
        // The file may be rebuilt: its size and time stand for its content.
        Place::File(_) => "$(ls -ln --time-style=+%s \"$p\" | tr -s \" \" | cut -d \" \" -f 5-6 | tr \" \" -)".to_string(),
    };
    format!(
        "d=\"/var/tmp/rplay-$(id -u)-{tag}\"; (umask 022; mkdir \"$d\" 2>/dev/null; \
         if [ -L \"$d\" ]; then exit 1; fi; [ -d \"$d\" ] && [ -O \"$d\" ] && {{ [ -x \"$d/rplay\" ] || \
         {{ cp \"$p\" \"$d/new.$$\" && chmod 755 \"$d/new.$$\" && mv -f \"$d/new.$$\" \"$d/rplay\"; }}; }}) \
         || {{ echo; echo {NO_COPY}; exit 0; }}; p=\"$d/rplay\"; "
    )
}

/// Receives the program on standard input, checks it and puts it into the login's cache.
pub fn receive(hash: &str, size: usize, gzip: bool) -> String {
    let unpack = if gzip { "gzip -dc" } else { "cat" };
    let script = format!(
        "umask 077; f=\"$HOME/{path}\"; t=\"$f.$$\"; mkdir -p \"${{f%/*}}\" && {unpack} >\"$t\" && \
         if command -v sha256sum >/dev/null 2>&1; then s=$(sha256sum <\"$t\"); [ \"${{s%% *}}\" = {hash} ]; \
         else [ $(wc -c <\"$t\") -eq {size} ]; fi && chmod 700 \"$t\" && mv -f \"$t\" \"$f\" || {{ rm -f \"$t\"; exit 1; }}",
        path = cached(hash)
    );
    format!("/bin/sh -c {}", quote(&script))
}

fn cached(hash: &str) -> String {
    format!(".cache/rplay/{}/rplay", short(hash))
}

fn short(hash: &str) -> &str {
    hash.get(..16).unwrap_or(hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    const PROGRAM: &[u8] = b"#!/bin/sh\necho started \"$@\"\n";

    fn sh(home: &std::path::Path, script: &str, input: &[u8]) -> (bool, String) {
        use std::io::Write;
        let mut child =
            Command::new("/bin/sh").args(["-c", script]).env("HOME", home).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    }

    fn hash(bytes: &[u8]) -> String {
        use sha2::Digest;
        sha2::Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
    }

    #[test]
    fn an_absent_agent_is_said_sent_checked_and_started() {
        let home = tempfile::tempdir().unwrap();
        let hash = hash(PROGRAM);
        let launch = launch(&Place::Cached(&hash), None);
        assert!(sh(home.path(), &launch, b"").1.contains(ABSENT));
        assert!(!sh(home.path(), &receive(&hash, PROGRAM.len(), false), b"something else").0);
        assert!(sh(home.path(), &receive(&hash, PROGRAM.len(), false), PROGRAM).0);
        assert_eq!(sh(home.path(), &launch, b"").1, "started agent\n");
    }

    #[test]
    fn words_are_quoted() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(sh(home.path(), &format!("echo {}", quote("a'b $HOME \"c\"")), b"").1, "a'b $HOME \"c\"\n");
    }
}
