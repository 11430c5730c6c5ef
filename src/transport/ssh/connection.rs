//! One SSH connection, from the first packet to the last channel.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use russh::client::{self, Handle, Handler};
use russh::keys::PublicKeyOrCertificate;
use russh::{ChannelMsg, Disconnect};
use tokio::io::AsyncWriteExt;

use super::super::error::Unreachable;
use super::super::exec::Exec;
use super::super::settings::Settings;
use super::super::target::Target;
use super::{auth, known_hosts, stream};

/// A silent connection is asked for a sign of life this often.
const KEEPALIVE: Duration = Duration::from_secs(15);
/// What logging in gets, people typing passphrases included.
const LOGIN: Duration = Duration::from_secs(120);
/// What a pipe holds between us and the connection.
const PIPE: usize = 256 << 10;

/// An open, logged-in connection.
pub struct Connection {
    handle: Handle<Guard>,
    /// What the connection runs through.
    _through: Option<Box<Connection>>,
}

/// Connects and logs in, trying again as often as the target says when the cause may pass.
pub async fn connect(target: &Target, settings: &Settings) -> Result<Connection, Unreachable> {
    let mut tries = 0;
    loop {
        let permit = settings.connects.acquire().await;
        let cause = match try_connect(target, settings).await {
            Err(cause) if cause.passing && tries < target.retries => cause,
            outcome => return outcome,
        };
        drop((permit, cause));
        tries += 1;
        tokio::time::sleep(Duration::from_secs(1) * tries.min(5)).await;
    }
}

async fn try_connect(target: &Target, settings: &Settings) -> Result<Connection, Unreachable> {
    let through = match target.jump.as_deref() {
        Some(jump) => Some(Box::new(Box::pin(try_connect(jump, settings)).await?)),
        None => None,
    };
    let complaint = Arc::new(Mutex::new(None));
    let guard = Guard { target: target.clone(), complaint: complaint.clone() };
    let open = async {
        let stream = stream::open(target, through.as_deref()).await?;
        client::connect_stream(config(target), stream, guard).await.map_err(|e| {
            let refused = complaint.lock().unwrap_or_else(PoisonError::into_inner).take();
            refused.unwrap_or_else(|| Unreachable::passing(format!("could not agree on a connection with {}: {e}", target.place())))
        })
    };
    let late = || Unreachable::passing(format!("{} did not answer for {} s", target.place(), target.timeout.as_secs()));
    let mut handle = tokio::time::timeout(target.timeout, open).await.map_err(|_| late())??;
    let login = auth::login(&mut handle, target, settings);
    tokio::time::timeout(LOGIN, login)
        .await
        .map_err(|_| Unreachable::passing(format!("logging in to {} took too long", target.place())))??;
    Ok(Connection { handle, _through: through })
}

fn config(target: &Target) -> Arc<client::Config> {
    let mut config = client::Config { keepalive_interval: Some(KEEPALIVE), keepalive_max: 3, nodelay: true, ..client::Config::default() };
    // A host whose key is known is asked for that kind of key first.
    let known = known_hosts::algorithms(&target.known_hosts, &target.key_alias(), target.port);
    let (mut first, rest): (Vec<_>, Vec<_>) = config
        .preferred
        .key
        .iter()
        .cloned()
        .partition(|algorithm| known.iter().any(|known| known == algorithm || (known.clone().is_rsa() && algorithm.clone().is_rsa())));
    first.extend(rest);
    config.preferred.key = first.into();
    Arc::new(config)
}

/// Looks at the host's key.
pub struct Guard {
    target: Target,
    complaint: Arc<Mutex<Option<Unreachable>>>,
}

impl Handler for Guard {
    type Error = russh::Error;

    async fn check_server_key(&mut self, key: &PublicKeyOrCertificate) -> Result<bool, russh::Error> {
        let verdict = match key {
            PublicKeyOrCertificate::PublicKey { key, .. } => known_hosts::judge(&self.target, key),
            PublicKeyOrCertificate::Certificate(_) => Err(Unreachable::new("the host shows a certificate instead of a key")),
        };
        match verdict {
            Ok(()) => Ok(true),
            Err(complaint) => {
                *self.complaint.lock().unwrap_or_else(PoisonError::into_inner) = Some(complaint);
                Ok(false)
            }
        }
    }
}

impl Connection {
    /// Whether the connection is gone.
    pub fn is_closed(&self) -> bool {
        self.handle.is_closed()
    }

    /// Says good-bye.
    pub async fn close(&self) {
        let _ = self.handle.disconnect(Disconnect::ByApplication, "done", "").await;
    }

    /// A channel that leads on to another host.
    pub async fn forward(&self, host: &str, port: u16) -> Result<russh::ChannelStream<client::Msg>, Unreachable> {
        let channel = self.handle.channel_open_direct_tcpip(host, port.into(), "127.0.0.1", 0).await;
        Ok(channel.map_err(|e| Unreachable::passing(format!("the jump host did not reach {host} port {port}: {e}")))?.into_stream())
    }

    /// Starts `command` in the user's login shell.
    pub async fn exec(&self, command: &str, pty: bool) -> Result<Exec, Unreachable> {
        let lost = |e: russh::Error| Unreachable::passing(format!("the connection broke: {e}"));
        let channel = self.handle.channel_open_session().await.map_err(lost)?;
        if pty {
            channel.request_pty(false, "dumb", 80, 24, 0, 0, &[(russh::Pty::ECHO, 0)]).await.map_err(lost)?;
        }
        channel.exec(false, command).await.map_err(lost)?;
        let (mut messages, sender) = channel.split();
        let stdin = Box::new(sender.make_writer());
        let (mut out, stdout) = tokio::io::duplex(PIPE);
        let (mut err, stderr) = tokio::io::duplex(PIPE);
        let exit = tokio::spawn(async move {
            let mut status = None;
            while let Some(message) = messages.wait().await {
                // Nobody may be reading any more; the status is wanted all the same.
                match message {
                    ChannelMsg::Data { data } => drop(out.write_all(&data).await),
                    ChannelMsg::ExtendedData { data, .. } => drop(err.write_all(&data).await),
                    ChannelMsg::ExitStatus { exit_status } => status = i32::try_from(exit_status).ok(),
                    ChannelMsg::Close => break,
                    _ => {}
                }
            }
            let _ = sender.close().await;
            status
        });
        Ok(Exec { stdin, stdout: Box::new(stdout), stderr: Box::new(stderr), exit })
    }
}
