//! The bytes under a connection: TCP, a channel of a jump host, or a program's pipes.

use std::pin::Pin;
use std::process::Stdio;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::super::error::Unreachable;
use super::super::target::Target;
use super::Connection;

/// Something an SSH connection can run over.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Opens the way to the target.
pub async fn open(target: &Target, through: Option<&Connection>) -> Result<Box<dyn Stream>, Unreachable> {
    if let Some(jump) = through {
        return Ok(Box::new(jump.forward(&target.address, target.port).await?));
    }
    if let Some(command) = &target.proxy_command {
        return Ok(Box::new(Proxy::start(&fill_in(command, target))?));
    }
    Ok(Box::new(tcp(target).await?))
}

/// Tries every address of the host in turn.
async fn tcp(target: &Target) -> Result<TcpStream, Unreachable> {
    let addresses = tokio::net::lookup_host((target.address.as_str(), target.port)).await;
    let addresses = addresses.map_err(|e| Unreachable::passing(format!("could not look up {}: {e}", target.address)))?;
    let mut cause = format!("{} has no address", target.address);
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                // Without it only speed is lost.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Err(e) => cause = format!("could not connect to {} ({address}): {e}", target.place()),
        }
    }
    Err(Unreachable::passing(cause))
}

/// `ProxyCommand` with its `%` signs replaced.
fn fill_in(command: &str, target: &Target) -> String {
    let mut filled = String::new();
    let mut rest = command.chars();
    while let Some(c) = rest.next() {
        match (c == '%').then(|| rest.next()).flatten() {
            Some('h') => filled.push_str(&target.address),
            Some('n') => filled.push_str(&target.name),
            Some('p') => filled.push_str(&target.port.to_string()),
            Some('r') => filled.push_str(&target.user),
            Some('%') => filled.push('%'),
            Some(other) => filled.extend(['%', other]),
            None => filled.push(c),
        }
    }
    filled
}

/// A program whose pipes are the connection. It ends with it.
struct Proxy {
    _child: Child,
    stdin: ChildStdin,
    stdout: ChildStdout,
}

impl Proxy {
    fn start(command: &str) -> Result<Proxy, Unreachable> {
        let failed = |why: String| Unreachable::new(format!("could not start the ProxyCommand: {why}"));
        let mut child = Command::new("/bin/sh")
            .args(["-c", &format!("exec {command}")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|e| failed(e.to_string()))?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(stdin), Some(stdout)) => Ok(Proxy { _child: child, stdin, stdout }),
            _ => Err(failed("it has no pipes".to_string())),
        }
    }
}

impl AsyncRead for Proxy {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stdout).poll_read(cx, buf)
    }
}

impl AsyncWrite for Proxy {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stdin).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stdin).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stdin).poll_shutdown(cx)
    }
}
