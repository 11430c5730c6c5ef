//! A program started on the other side: its three pipes and its end.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::task::JoinHandle;

use super::error::Unreachable;
use super::ssh::Connection;
use super::{elevate::Become, local};

/// Where programs are started.
pub enum Session {
    /// This machine.
    Local,
    /// A host over SSH.
    Ssh(Connection),
}

impl Session {
    /// Starts `command` in the user's shell, with a terminal when `pty`.
    pub async fn exec(&self, command: &str, pty: bool) -> Result<Exec, Unreachable> {
        match self {
            Session::Local => local::exec(command),
            Session::Ssh(connection) => connection.exec(command, pty).await,
        }
    }

    /// Whether nothing can be started here any more.
    pub fn is_closed(&self) -> bool {
        match self {
            Session::Local => false,
            Session::Ssh(connection) => connection.is_closed(),
        }
    }

    /// Says good-bye.
    pub async fn close(&self) {
        if let Session::Ssh(connection) = self {
            connection.close().await;
        }
    }
}

/// A pipe to read.
pub type Reader = Box<dyn AsyncRead + Send + Unpin>;
/// A pipe to write.
pub type Writer = Box<dyn AsyncWrite + Send + Unpin>;

/// A started program.
pub struct Exec {
    /// Its standard input; shutting it down is its end of file.
    pub stdin: Writer,
    /// Its standard output.
    pub stdout: Reader,
    /// Its standard error.
    pub stderr: Reader,
    /// Ends with the program; the exit status, when there is one.
    pub exit: JoinHandle<Option<i32>>,
}

/// What a plain program left behind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Output {
    /// The exit status; -1 when the program ended without one.
    pub rc: i32,
    /// Its standard output.
    pub stdout: Vec<u8>,
    /// Its standard error.
    pub stderr: Vec<u8>,
}

impl Exec {
    /// Feeds `input`, answers a password prompt of `identity`, and collects the output to the end.
    pub async fn collect(self, input: &[u8], identity: Option<&Become>) -> std::io::Result<Output> {
        let Exec { mut stdin, mut stdout, mut stderr, exit } = self;
        let feed = async {
            if identity.is_none_or(|b| b.password.is_none()) {
                // A program that does not read its input has a right to.
                let _ = stdin.write_all(input).await;
                let _ = stdin.shutdown().await;
            }
            stdin
        };
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let read_err = async {
            let mut answered = false;
            let mut buffer = [0; 4096];
            let mut stdin = feed.await;
            loop {
                let n = stderr.read(&mut buffer).await?;
                if n == 0 {
                    return std::io::Result::Ok(());
                }
                err.extend_from_slice(&buffer[..n]);
                let Some(identity) = identity.filter(|_| !answered) else { continue };
                if let (true, Some(password)) = (identity.prompts(&String::from_utf8_lossy(&err)), &identity.password) {
                    answered = true;
                    err.clear();
                    let _ = stdin.write_all(format!("{}\n", password.reveal()).as_bytes()).await;
                    let _ = stdin.shutdown().await;
                }
            }
        };
        let (read_out, read_err) = tokio::join!(stdout.read_to_end(&mut out), read_err);
        read_out.and(read_err.map(|()| 0))?;
        let rc = exit.await.ok().flatten().unwrap_or(-1);
        Ok(Output { rc, stdout: out, stderr: err })
    }
}
