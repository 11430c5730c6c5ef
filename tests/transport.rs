//! Links to this machine: as a child process, and through a real sshd on loopback when the machine has one.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rplay::agent::protocol::Task;
use rplay::transport::{Become, Defaults, HostKeyChecking, Link, LinkError, LinkEvent, Method, Settings, Target};

fn settings() -> Settings {
    let mut settings = Settings::new(uuid::Uuid::new_v4().to_string(), 10);
    settings.binary = Some(PathBuf::from(env!("CARGO_BIN_EXE_rplay")));
    settings.allow_dynamic = true;
    settings
}

fn ping(id: u64, data: &str) -> Task {
    let args = format!("{{\"data\":\"{data}\"}}");
    Task { id, module: "ping".into(), args, check: false, diff: false, environment: Default::default(), timeout: None }
}

async fn pong(link: &Link, id: u64, data: &str) -> String {
    let result = link.run(ping(id, data), None, &mut |_| {}).await.unwrap();
    result["ping"].as_str().unwrap().to_string()
}

#[tokio::test]
async fn the_local_link_runs_tasks_and_plain_commands() {
    let target =
        Target::from_vars("here", &|name| (name == "ansible_connection").then(|| "local".to_string()), &Defaults::default()).unwrap();
    let link = Link::open(target, &settings(), |_| {}).await.unwrap();
    let (one, two) = tokio::join!(pong(&link, 1, "a"), pong(&link, 2, "b"));
    assert_eq!((one.as_str(), two.as_str()), ("a", "b"));
    let output = link.raw("echo out; echo err >&2; exit 3", None).await.unwrap();
    assert_eq!((output.rc, output.stdout.as_slice(), output.stderr.as_slice()), (3, &b"out\n"[..], &b"err\n"[..]));
    link.close().await;
}

#[tokio::test]
async fn sudo_runs_an_agent_as_another_user() {
    if !Path::new("/usr/bin/sudo").exists() || !rustix::process::geteuid().is_root() {
        return;
    }
    let target =
        Target::from_vars("here", &|name| (name == "ansible_connection").then(|| "local".to_string()), &Defaults::default()).unwrap();
    let link = Link::open(target, &settings(), |_| {}).await.unwrap();
    let nobody = Become { method: Method::Sudo, user: "nobody".into(), password: None, flags: None };
    let result = link.run(ping(1, "as nobody"), Some(&nobody), &mut |_| {}).await.unwrap();
    assert_eq!(result["ping"], "as nobody");
    assert_eq!(link.raw("id -un", Some(&nobody)).await.unwrap().stdout, b"nobody\n");
    let stranger = Become { user: "no-such-user".into(), ..nobody };
    let Err(LinkError::Become(cause)) = link.run(ping(2, "x"), Some(&stranger), &mut |_| {}).await else { panic!("it ran") };
    assert!(cause.contains("no-such-user"), "{cause}");
    link.close().await;
}

/// A real sshd, ended with the test.
struct Sshd {
    child: Child,
    directory: tempfile::TempDir,
    port: u16,
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn keygen(path: &Path) {
    let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(path).status().unwrap();
    assert!(made.success());
}

impl Sshd {
    /// Starts one; `None` on a machine without sshd or when the tests do not run as root.
    fn start() -> Option<Sshd> {
        if !Path::new("/usr/sbin/sshd").exists() || !rustix::process::geteuid().is_root() {
            return None;
        }
        std::fs::create_dir_all("/run/sshd").unwrap();
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        keygen(&path("host"));
        keygen(&path("key"));
        std::fs::copy(path("key.pub"), path("authorized")).unwrap();
        let home = path("home");
        std::fs::create_dir(&home).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let config = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\nStrictModes no\nUsePAM no\n\
             PermitRootLogin yes\nPasswordAuthentication no\nSetEnv HOME={}\n",
            path("host").display(),
            path("authorized").display(),
            home.display()
        );
        std::fs::write(path("config"), config).unwrap();
        let child = Command::new("/usr/sbin/sshd").args(["-D", "-e", "-f"]).arg(path("config")).stderr(Stdio::null()).spawn().unwrap();
        let deadline = Instant::now() + Duration::from_secs(20);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "sshd did not come up");
            std::thread::yield_now();
        }
        Some(Sshd { child, directory, port })
    }

    fn target(&self) -> Target {
        let defaults = Defaults { user: Some("root".into()), ssh_config: "/nonexistent".into(), ..Defaults::default() };
        let mut target = Target::from_vars("127.0.0.1", &|_| None, &defaults).unwrap();
        target.port = self.port;
        target.keys = vec![self.directory.path().join("key")];
        target.identities_only = true;
        target.known_hosts = vec![self.directory.path().join("known_hosts")];
        target.host_key_checking = HostKeyChecking::AcceptNew;
        target
    }
}

#[tokio::test]
async fn over_ssh_the_program_is_sent_once_and_runs_tasks() {
    let Some(sshd) = Sshd::start() else { return };
    let seen = Arc::new(Mutex::new(Vec::new()));
    let settings = settings();
    for round in 0..2 {
        let heard = seen.clone();
        let link = Link::open(sshd.target(), &settings, move |event| heard.lock().unwrap().push(event)).await.unwrap();
        assert_eq!(pong(&link, round, "over ssh").await, "over ssh");
        assert_eq!(link.raw("echo $0; exit 4", None).await.unwrap().rc, 4);
        link.close().await;
    }
    let sent = seen.lock().unwrap().iter().filter(|event| matches!(event, LinkEvent::Sending(_))).count();
    assert_eq!(sent, 1);
}

#[tokio::test]
async fn a_link_connects_again_after_a_reset() {
    let Some(sshd) = Sshd::start() else { return };
    let link = Link::open(sshd.target(), &settings(), |_| {}).await.unwrap();
    assert_eq!(pong(&link, 1, "before").await, "before");
    link.reset().await;
    assert_eq!(pong(&link, 2, "after").await, "after");
    link.close().await;
}

#[tokio::test]
async fn an_unknown_and_a_changed_host_key_are_refused() {
    let Some(sshd) = Sshd::start() else { return };
    let strict = Target { host_key_checking: HostKeyChecking::Strict, ..sshd.target() };
    let cause = Link::open(strict.clone(), &settings(), |_| {}).await.err().unwrap();
    assert!(cause.message.contains("is not known") && cause.hint.unwrap().contains("ssh-keyscan"));
    // The login's key stands for the one the host had before.
    let other = std::fs::read_to_string(sshd.directory.path().join("key.pub")).unwrap();
    std::fs::write(&strict.known_hosts[0], format!("[127.0.0.1]:{} {other}", sshd.port)).unwrap();
    let cause = Link::open(sshd.target(), &settings(), |_| {}).await.err().unwrap();
    assert!(cause.message.contains("has changed") && cause.message.contains("known_hosts:1"), "{cause}");
}

#[tokio::test]
async fn a_refused_login_says_what_was_tried() {
    let Some(sshd) = Sshd::start() else { return };
    let wrong = sshd.directory.path().join("wrong");
    keygen(&wrong);
    let target = Target { keys: vec![wrong.clone()], default_keys: Vec::new(), ..sshd.target() };
    let cause = Link::open(target, &settings(), |_| {}).await.err().unwrap();
    assert!(cause.message.contains(&wrong.display().to_string()), "{cause}");
    assert!(cause.hint.unwrap().contains("publickey"));
}

#[tokio::test]
async fn a_jump_host_leads_on() {
    let Some(sshd) = Sshd::start() else { return };
    let target = Target { jump: Some(Box::new(sshd.target())), ..sshd.target() };
    let link = Link::open(target, &settings(), |_| {}).await.unwrap();
    assert_eq!(link.raw("echo through", None).await.unwrap().stdout, b"through\n");
    link.close().await;
}

#[tokio::test]
async fn a_dynamic_program_is_not_sent() {
    let Some(sshd) = Sshd::start() else { return };
    let mut settings = settings();
    settings.binary = Some("/bin/sh".into());
    settings.allow_dynamic = false;
    let link = Link::open(sshd.target(), &settings, |_| {}).await.unwrap();
    let Err(LinkError::Unreachable(cause)) = link.run(ping(1, "x"), None, &mut |_| {}).await else { panic!("it ran") };
    assert!(cause.hint.unwrap().contains("make build"));
}
