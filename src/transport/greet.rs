//! The first words with an agent: past what the login shell prints, past a password prompt, to its greeting.

use std::time::Duration;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::time::Instant;

use super::elevate::Become;
use super::error::Unreachable;
use super::exec::{Exec, Reader, Writer};
use super::{peer, script};
use crate::agent::protocol::{Reply, Request, VERSION};
use crate::agent::{READY, frame};

/// What an escalation gets to come to an agent.
const ESCALATION: Duration = Duration::from_secs(12);
/// What a plain start gets.
const START: Duration = Duration::from_secs(30);
/// Noise beyond this is no noise.
const MAX_NOISE: usize = 64 << 10;

/// An agent that answered.
pub struct Greeted {
    pub stdin: Writer,
    pub stdout: BufReader<Reader>,
    pub stderr: Reader,
}

/// Why no agent answered.
pub enum Refusal {
    /// The host has none; it is of this kind.
    Absent { system: String, machine: String, gzip: bool },
    /// The escalation failed.
    Become(String),
    /// Everything else.
    Unreachable(Unreachable),
}

impl From<std::io::Error> for Refusal {
    fn from(e: std::io::Error) -> Refusal {
        Refusal::Unreachable(Unreachable::passing(format!("the connection to the agent broke: {e}")))
    }
}

/// Greets the agent that `exec` starts.
pub async fn greet(exec: Exec, run: &str, identity: Option<&Become>) -> Result<Greeted, Refusal> {
    let Exec { stdin, stdout, stderr, exit } = exec;
    let mut talk =
        Talk { stdin, stdout: BufReader::new(stdout), stderr, said: String::new(), out: String::new(), answered: false, identity };
    let hello = frame::encode(&Request::Hello { version: VERSION, run: run.to_string() })?;
    // Where nothing else reads our input the greeting goes ahead of the answer, which saves a round trip.
    let early = identity.is_none_or(|identity| identity.password.is_none());
    if early {
        talk.stdin.write_all(&hello).await?;
        talk.stdin.flush().await?;
    }
    let limit = if identity.is_some() { ESCALATION } else { START };
    match tokio::time::timeout_at(Instant::now() + limit, talk.ready()).await {
        Ok(Ok(true)) => {}
        Ok(Ok(false)) => {
            let rc = tokio::time::timeout(Duration::from_secs(1), exit).await.ok().and_then(Result::ok).flatten();
            return Err(talk.ended(rc));
        }
        Ok(Err(refusal)) => return Err(refusal),
        Err(_) => return Err(talk.stuck(limit)),
    }
    if !early {
        talk.stdin.write_all(&hello).await?;
        talk.stdin.flush().await?;
    }
    let answer = tokio::time::timeout(START, peer::receive(&mut talk.stdout)).await;
    match answer {
        Ok(Ok(Some(Reply::Hello { version: VERSION, .. }))) => Ok(Greeted { stdin: talk.stdin, stdout: talk.stdout, stderr: talk.stderr }),
        Ok(Ok(None)) => Err(talk.ended(None)),
        Ok(Err(e)) => Err(e.into()),
        Ok(Ok(Some(_))) => Err(Refusal::Unreachable(Unreachable::new("the agent speaks another version"))),
        Err(_) => Err(talk.stuck(START)),
    }
}

struct Talk<'a> {
    stdin: Writer,
    stdout: BufReader<Reader>,
    stderr: Reader,
    /// Standard error so far.
    said: String,
    /// The unfinished line of standard output, and noise before it.
    out: String,
    answered: bool,
    identity: Option<&'a Become>,
}

impl Talk<'_> {
    /// Reads until the agent is ready (true) or its output ends (false).
    async fn ready(&mut self) -> Result<bool, Refusal> {
        let mut buffer = [0; 4096];
        let mut listening = true;
        loop {
            tokio::select! {
                biased;
                line = read_some(&mut self.stdout) => {
                    let Some(text) = line? else { return self.last_words(listening).await };
                    self.out.push_str(&text);
                    if text.ends_with('\n') && self.line_ends()? {
                        return Ok(true);
                    }
                    if self.out.len() > MAX_NOISE {
                        return Err(Refusal::Unreachable(Unreachable::new("the login shell prints without end")));
                    }
                    let out = std::mem::take(&mut self.out);
                    let asked = self.answer(&out).await;
                    self.out = out;
                    asked?;
                }
                n = self.stderr.read(&mut buffer), if listening => {
                    let n = n?;
                    listening = n > 0;
                    self.said.push_str(&String::from_utf8_lossy(&buffer[..n]));
                    let said = std::mem::take(&mut self.said);
                    let asked = self.answer(&said).await;
                    self.said.push_str(&said);
                    asked?;
                }
            }
        }
    }

    /// Takes what standard error still holds; then there is no agent.
    async fn last_words(&mut self, listening: bool) -> Result<bool, Refusal> {
        if listening {
            let mut rest = Vec::new();
            let _ = tokio::time::timeout(Duration::from_secs(1), (&mut self.stderr).take(MAX_NOISE as u64).read_to_end(&mut rest)).await;
            self.said.push_str(&String::from_utf8_lossy(&rest));
        }
        Ok(false)
    }

    /// Judges the line that just ended.
    fn line_ends(&mut self) -> Result<bool, Refusal> {
        let line = self.out.trim_end().rsplit('\n').next().unwrap_or_default().trim();
        let mut words = line.split_whitespace();
        match words.next() {
            Some(READY) => Ok(true),
            Some(script::ABSENT) => {
                let mut next = || words.next().unwrap_or_default().to_string();
                Err(Refusal::Absent { system: next(), machine: next(), gzip: next() == "gzip" })
            }
            Some(script::NO_COPY) => {
                Err(Refusal::Become("the agent could not be copied to /var/tmp, where the other user could start it".to_string()))
            }
            // A prompt and the agent's line may share a line.
            _ => Ok(line.ends_with(READY)),
        }
    }

    /// Answers a prompt. One that comes back means that the password was wrong.
    async fn answer(&mut self, said: &str) -> Result<(), Refusal> {
        let Some(identity) = self.identity.filter(|identity| identity.prompts(said)) else { return Ok(()) };
        let Some(password) = &identity.password else { return Err(Refusal::Become(identity.stuck())) };
        if self.answered && said.matches(':').count() + said.matches(']').count() > 1 {
            return Err(Refusal::Become(identity.explain("incorrect password")));
        }
        if !self.answered {
            self.answered = true;
            self.stdin.write_all(format!("{}\n", password.reveal()).as_bytes()).await?;
            self.stdin.flush().await?;
        }
        Ok(())
    }

    fn ended(&self, rc: Option<i32>) -> Refusal {
        let said = format!("{}\n{}", self.out.trim(), self.said.trim());
        if let Some(identity) = self.identity {
            return Refusal::Become(identity.explain(&said));
        }
        let said = said.trim().rsplit('\n').next().unwrap_or_default();
        let cause = match (rc, said) {
            (None, "") => Unreachable::passing("the connection broke while the agent started"),
            (Some(rc), "") => Unreachable::new(format!("the agent did not start (exit status {rc})")),
            (_, said) => Unreachable::new(format!("the agent did not start: {said}")),
        };
        Refusal::Unreachable(cause)
    }

    fn stuck(&self, limit: Duration) -> Refusal {
        match self.identity {
            Some(identity) => Refusal::Become(identity.stuck()),
            None => Refusal::Unreachable(Unreachable::passing(format!("the agent did not answer for {} s", limit.as_secs()))),
        }
    }
}

/// What is there, at most to the end of a line, so that nothing behind the agent's line is taken. Loses nothing when dropped.
async fn read_some(input: &mut (impl AsyncBufRead + Unpin)) -> std::io::Result<Option<String>> {
    let chunk = input.fill_buf().await?;
    let end = chunk.iter().position(|byte| *byte == b'\n').map_or(chunk.len(), |at| at + 1);
    let text = String::from_utf8_lossy(&chunk[..end]).into_owned();
    input.consume(end);
    Ok((end > 0).then_some(text))
}
