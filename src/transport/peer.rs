//! One running agent: tasks out, results back to whoever waits for them.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::blobs::Offers;
use super::exec::Writer;
use super::greet::Greeted;
use crate::agent::frame;
use crate::agent::protocol::{Reply, Request, Task, TaskId};

/// Requests that wait at most: content must not pile up ahead of a slow line.
const QUEUE: usize = 8;

/// A running agent.
pub struct Peer {
    requests: mpsc::Sender<Request>,
    waiting: Waiting,
    reader: JoinHandle<()>,
}

/// The connection to the agent ended before the result came.
#[derive(Debug)]
pub struct Lost;

type Waiting = Arc<Mutex<Option<HashMap<TaskId, Waiter>>>>;

struct Waiter {
    output: mpsc::UnboundedSender<Vec<u8>>,
    done: oneshot::Sender<String>,
}

impl Peer {
    /// Takes over a channel whose agent has greeted.
    pub fn start(greeted: Greeted, offers: Offers) -> Peer {
        let Greeted { stdin, stdout, stderr } = greeted;
        let (requests, queue) = mpsc::channel(QUEUE);
        let waiting: Waiting = Arc::new(Mutex::new(Some(HashMap::new())));
        tokio::spawn(write(stdin, queue));
        tokio::spawn(drain(stderr));
        let reader = tokio::spawn(read(stdout, waiting.clone(), requests.downgrade(), offers));
        Peer { requests, waiting, reader }
    }

    /// Whether the agent is gone.
    pub fn is_gone(&self) -> bool {
        self.reader.is_finished() || lock(&self.waiting).is_none()
    }

    /// Runs a task and hears its output. When this is dropped before its end, the task is cancelled.
    pub async fn run(&self, task: &Task, output: &mut (dyn FnMut(&[u8]) + Send)) -> Result<String, Lost> {
        let (sender, mut pieces) = mpsc::unbounded_channel();
        let (done, mut result) = oneshot::channel();
        match &mut *lock(&self.waiting) {
            Some(waiting) => waiting.insert(task.id, Waiter { output: sender, done }),
            None => return Err(Lost),
        };
        let guard = CancelOnDrop { id: task.id, peer: self, armed: true };
        self.requests.send(Request::Task(Box::new(task.clone()))).await.map_err(|_| Lost)?;
        let text = loop {
            tokio::select! {
                biased;
                Some(bytes) = pieces.recv() => output(&bytes),
                text = &mut result => break text.map_err(|_| Lost),
            }
        };
        guard.disarm();
        text
    }

    /// Asks for a task's end; its result still comes.
    pub async fn cancel(&self, id: TaskId) {
        let _ = self.requests.send(Request::Cancel { id }).await;
    }
}

struct CancelOnDrop<'a> {
    id: TaskId,
    peer: &'a Peer,
    armed: bool,
}

impl CancelOnDrop<'_> {
    fn disarm(mut self) {
        self.armed = false;
    }
}

impl Drop for CancelOnDrop<'_> {
    fn drop(&mut self) {
        if !self.armed {
            return;
        }
        if let Some(waiting) = &mut *lock(&self.peer.waiting) {
            waiting.remove(&self.id);
        }
        let (requests, id) = (self.peer.requests.clone(), self.id);
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { requests.send(Request::Cancel { id }).await });
        }
    }
}

/// Writes requests until the last sender is gone, then closes the agent's input.
async fn write(mut stdin: Writer, mut queue: mpsc::Receiver<Request>) {
    while let Some(request) = queue.recv().await {
        let sent = match frame::encode(&request) {
            Ok(frame) => stdin.write_all(&frame).await,
            Err(e) => Err(e),
        };
        let flushed = if queue.is_empty() { stdin.flush().await } else { Ok(()) };
        if sent.and(flushed).is_err() {
            break;
        }
    }
    let _ = stdin.shutdown().await;
}

async fn read(mut stdout: impl AsyncRead + Unpin, waiting: Waiting, requests: mpsc::WeakSender<Request>, offers: Offers) {
    while let Ok(Some(reply)) = receive(&mut stdout).await {
        match reply {
            Reply::Output { id, bytes } => {
                if let Some(waiter) = lock(&waiting).as_ref().and_then(|waiting| waiting.get(&id)) {
                    let _ = waiter.output.send(bytes);
                }
            }
            Reply::Done { id, result } => {
                let waiter = lock(&waiting).as_mut().and_then(|waiting| waiting.remove(&id));
                if let Some(waiter) = waiter {
                    let _ = waiter.done.send(result);
                }
                let Some(requests) = requests.upgrade() else { break };
                // Aside, so that a full queue does not stop the reading.
                if let Err(mpsc::error::TrySendError::Full(ack)) = requests.try_send(Request::Ack { id }) {
                    tokio::spawn(async move { requests.send(ack).await });
                }
            }
            Reply::NeedBlob { hash } => {
                let Some(requests) = requests.upgrade() else { break };
                tokio::spawn(offers.clone().send(hash, requests));
            }
            Reply::Hello { .. } => {}
        }
    }
    // Whoever waits learns that nothing will come, and nobody new starts waiting.
    lock(&waiting).take();
}

/// Reads one reply; `None` at a clean end.
pub async fn receive(input: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Reply>> {
    let mut head = [0; 4];
    if input.read(&mut head[..1]).await? == 0 {
        return Ok(None);
    }
    input.read_exact(&mut head[1..]).await?;
    let length = frame::length(head)?;
    let mut body = Vec::new();
    input.take(length as u64).read_to_end(&mut body).await?;
    if body.len() < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    frame::decode(&body).map(Some)
}

/// Keeps the agent's standard error flowing; nothing on it matters once it has greeted.
async fn drain(mut stderr: impl AsyncRead + Unpin) {
    let _ = tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await;
}

fn lock(waiting: &Waiting) -> MutexGuard<'_, Option<HashMap<TaskId, Waiter>>> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}
