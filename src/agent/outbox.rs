//! The one writer of frames: a bounded queue and a thread that empties it.

use std::io::{BufWriter, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::frame;
use super::protocol::Reply;

/// How many replies wait at most.
const CAPACITY: usize = 64;

/// Where replies go. Once the controller is gone they go nowhere: results are kept by the table.
#[derive(Clone)]
pub struct Outbox(SyncSender<Reply>);

impl Outbox {
    /// Starts the writer. It ends, everything written, when the last outbox is dropped.
    pub fn start(output: impl Write + Send + 'static) -> (Outbox, JoinHandle<()>) {
        let (sender, receiver) = sync_channel(CAPACITY);
        (Outbox(sender), std::thread::spawn(move || write_all(&receiver, output)))
    }

    /// Sends, waiting for room.
    pub fn send(&self, reply: Reply) {
        let _ = self.0.send(reply);
    }

    /// Sends when there is room: the live tail must never hold a task up.
    pub fn try_send(&self, reply: Reply) {
        let _ = self.0.try_send(reply);
    }
}

fn write_all(receiver: &Receiver<Reply>, output: impl Write) {
    let mut output = BufWriter::new(output);
    let mut gone = false;
    while let Ok(reply) = receiver.recv() {
        gone = gone || write_burst(reply, receiver, &mut output).is_err();
    }
}

/// Writes a reply and what queued up behind it, then flushes once.
fn write_burst(first: Reply, receiver: &Receiver<Reply>, output: &mut impl Write) -> std::io::Result<()> {
    output.write_all(&frame::encode(&first)?)?;
    while let Ok(reply) = receiver.try_recv() {
        output.write_all(&frame::encode(&reply)?)?;
    }
    output.flush()
}
