//! An open connection to one host for the whole run.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde_json::{Map, Value as Json};
use tokio::sync::Mutex;

use super::blobs::{BlobSource, Offers};
use super::elevate::Become;
use super::error::{LinkError, Unreachable};
use super::exec::{Output, Session};
use super::greet::{Refusal, greet};
use super::peer::Peer;
use super::program::{Program, path_for};
use super::script::{self, Place};
use super::settings::Settings;
use super::ssh;
use super::target::{Kind, Target};
use crate::agent::protocol::{Task, TaskId};

/// The longest pause between two tries to connect again.
const MAX_PAUSE: Duration = Duration::from_secs(8);

/// What happens on a link, for those who watch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkEvent {
    /// A connection is being made.
    Connecting,
    /// It was made.
    Connected,
    /// The agent's program is being sent: this many bytes.
    Sending(usize),
    /// The connection was lost and will be made again; the count of the try.
    Lost(u32),
}

/// A link to one host. Any number of tasks may be under way on it.
pub struct Link {
    target: Target,
    settings: Settings,
    events: Box<dyn Fn(LinkEvent) + Send + Sync>,
    session: Mutex<Option<Arc<Session>>>,
    agents: Mutex<HashMap<Identity, Slot>>,
    offers: Offers,
    /// The program for this host once it turned out to be of another kind than this machine.
    other: OnceLock<PathBuf>,
    closed: AtomicBool,
}

/// Whom an agent runs as; `None` is the user who logged in.
type Identity = Option<(super::Method, String)>;

/// An agent that runs, or that is being started.
type Slot = Arc<Mutex<Option<Arc<Peer>>>>;

impl Link {
    /// Connects. The agent is started with the first task, as the user it needs.
    pub async fn open(
        target: Target,
        settings: &Settings,
        events: impl Fn(LinkEvent) + Send + Sync + 'static,
    ) -> Result<Link, Unreachable> {
        let link = Link {
            target,
            settings: settings.clone(),
            events: Box::new(events),
            session: Mutex::default(),
            agents: Mutex::default(),
            offers: Offers::default(),
            other: OnceLock::new(),
            closed: AtomicBool::new(false),
        };
        link.session().await?;
        Ok(link)
    }

    /// The host.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Offers content that tasks may ask for, by its SHA-256 in hexadecimal.
    pub fn offer(&self, hash: impl Into<String>, source: BlobSource) {
        self.offers.add(hash.into(), source);
    }

    /// Carries out a task and gives the fields of its result. A lost connection is made again, and the same task (by its
    /// id) attached to; dropping this cancels the task.
    pub async fn run(
        &self,
        task: Task,
        identity: Option<&Become>,
        output: &mut (dyn FnMut(&[u8]) + Send),
    ) -> Result<Map<String, Json>, LinkError> {
        let mut losses = 0;
        loop {
            let cause = match self.agent(identity).await {
                Ok(peer) => match peer.run(&task, output).await {
                    Ok(text) => return parse(&text),
                    Err(_) => Unreachable::passing("the connection was lost while a task ran"),
                },
                Err(LinkError::Unreachable(cause)) if cause.passing && losses > 0 => cause,
                Err(other) => return Err(other),
            };
            losses += 1;
            if losses > self.settings.reconnects || self.closed.load(Ordering::Relaxed) {
                return Err(cause.into());
            }
            (self.events)(LinkEvent::Lost(losses));
            tokio::time::sleep(pause(losses)).await;
        }
    }

    /// Asks a running task to stop; its result still comes.
    pub async fn cancel(&self, id: TaskId) {
        let slots: Vec<_> = self.agents.lock().await.values().cloned().collect();
        for slot in slots {
            // An agent that is being started runs nothing yet.
            let peer = slot.try_lock().ok().and_then(|slot| slot.clone());
            if let Some(peer) = peer {
                peer.cancel(id).await;
            }
        }
    }

    /// Runs a command without an agent, as `raw` does.
    pub async fn raw(&self, command: &str, identity: Option<&Become>) -> Result<Output, LinkError> {
        let session = self.session().await?;
        let identity = self.needed(identity);
        let line = match identity {
            None => command.to_string(),
            Some(identity) if identity.method == super::Method::Su => {
                identity.wrap(&inside_quotes(&format!("/bin/sh -c {}", script::quote(command))))
            }
            Some(identity) => identity.wrap(&format!("/bin/sh -c {}", script::quote(command))),
        };
        let exec = session.exec(&line, identity.is_some_and(Become::needs_terminal)).await?;
        let broken = |e| Unreachable::passing(format!("the connection was lost while a command ran: {e}"));
        Ok(exec.collect(b"", identity).await.map_err(broken)?)
    }

    /// Drops the connection and the agents; the next task connects anew, and tasks under way attach again.
    pub async fn reset(&self) {
        self.agents.lock().await.clear();
        if let Some(session) = self.session.lock().await.take() {
            session.close().await;
        }
    }

    /// Ends the link: the agents end when their tasks have.
    pub async fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
        self.reset().await;
    }

    /// The agent of an identity, started when there is none.
    async fn agent(&self, identity: Option<&Become>) -> Result<Arc<Peer>, LinkError> {
        let identity = self.needed(identity);
        let key = identity.map(|identity| (identity.method, identity.user.clone()));
        let slot = self.agents.lock().await.entry(key).or_default().clone();
        let mut slot = slot.lock().await;
        if let Some(peer) = slot.as_ref().filter(|peer| !peer.is_gone()) {
            return Ok(peer.clone());
        }
        let peer = Arc::new(self.start(identity).await?);
        *slot = Some(peer.clone());
        Ok(peer)
    }

    /// An identity that the login has already needs no escalation.
    fn needed<'a>(&self, identity: Option<&'a Become>) -> Option<&'a Become> {
        let login = match self.target.kind {
            Kind::Ssh => Some(self.target.user.as_str()),
            Kind::Local => (rustix::process::geteuid().is_root()).then_some("root"),
        };
        identity.filter(|identity| Some(identity.user.as_str()) != login)
    }

    async fn start(&self, identity: Option<&Become>) -> Result<Peer, LinkError> {
        let session = self.session().await?;
        let own = self.settings.own_path()?;
        for _ in 0..3 {
            let refusal = match self.launch(&session, &own, identity).await? {
                Ok(peer) => return Ok(peer),
                Err(refusal) => refusal,
            };
            match refusal {
                Refusal::Become(cause) => return Err(LinkError::Become(cause)),
                Refusal::Unreachable(cause) => return Err(cause.into()),
                Refusal::Absent { system, machine, gzip } => {
                    let path = path_for(&own, &system, &machine)?;
                    if path != own && self.other.set(path.clone()).is_ok() {
                        // The host may have the program for its kind already.
                        continue;
                    }
                    self.send(&session, path, gzip).await?;
                }
            }
        }
        Err(Unreachable::new("the agent was sent and is still absent").hint("is the home directory mounted noexec?").into())
    }

    async fn launch(&self, session: &Session, own: &PathBuf, identity: Option<&Become>) -> Result<Result<Peer, Refusal>, Unreachable> {
        let line = match session {
            Session::Local => script::launch(&Place::File(&own.to_string_lossy()), identity),
            Session::Ssh(_) => {
                let program = self.settings.program(self.other.get().unwrap_or(own).clone()).await?;
                script::launch(&Place::Cached(&program.hash), identity)
            }
        };
        let exec = session.exec(&line, identity.is_some_and(Become::needs_terminal)).await?;
        Ok(greet(exec, &self.settings.run, identity).await.map(|greeted| Peer::start(greeted, self.offers.clone())))
    }

    /// Sends the program, once per host and version.
    async fn send(&self, session: &Session, path: PathBuf, gzip: bool) -> Result<(), Unreachable> {
        let program: Program = self.settings.program(path.clone()).await?;
        if !self.settings.allow_dynamic {
            program.check_standalone()?;
        }
        let bytes = if gzip { self.settings.gzip(path).await? } else { program.bytes.clone() };
        (self.events)(LinkEvent::Sending(bytes.len()));
        let exec = session.exec(&script::receive(&program.hash, program.bytes.len(), gzip), false).await?;
        let broken = |e| Unreachable::passing(format!("the connection was lost while the agent was sent: {e}"));
        let output = exec.collect(&bytes, None).await.map_err(broken)?;
        if output.rc == 0 {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let cause = said.trim().rsplit('\n').next().filter(|line| !line.is_empty()).unwrap_or("it did not arrive unharmed").to_string();
        Err(Unreachable::new(format!("the agent could not be put into ~/.cache/rplay: {cause}")))
    }

    /// The connection, made when there is none.
    async fn session(&self) -> Result<Arc<Session>, Unreachable> {
        let mut slot = self.session.lock().await;
        if let Some(session) = slot.as_ref().filter(|session| !session.is_closed()) {
            return Ok(session.clone());
        }
        let session = match self.target.kind {
            Kind::Local => Session::Local,
            Kind::Ssh => {
                (self.events)(LinkEvent::Connecting);
                Session::Ssh(ssh::connect(&self.target, &self.settings).await?)
            }
        };
        (self.events)(LinkEvent::Connected);
        let session = Arc::new(session);
        *slot = Some(session.clone());
        Ok(session)
    }
}

fn pause(losses: u32) -> Duration {
    Duration::from_millis(250).saturating_mul(1 << losses.min(6)).min(MAX_PAUSE)
}

fn parse(text: &str) -> Result<Map<String, Json>, LinkError> {
    serde_json::from_str(text).map_err(|e| Unreachable::new(format!("the agent sent a malformed result: {e}")).into())
}

/// `text` as it stands between double quotes for a shell.
fn inside_quotes(text: &str) -> String {
    text.chars().flat_map(|c| ['\\'].into_iter().filter(move |_| matches!(c, '\\' | '"' | '$' | '`')).chain([c])).collect()
}
