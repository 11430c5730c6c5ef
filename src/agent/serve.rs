//! The agent's loop: requests in, work on threads, and the wait for what still runs when the controller is gone.

use std::io::{self, BufReader, ErrorKind, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use serde_json::json;

use super::blobs::{Blobs, LOST};
use super::frame;
use super::outbox::Outbox;
use super::perform::{failed, perform};
use super::protocol::{MAX_FRAME, Reply, Request, Task, TaskId, VERSION};
use super::spool::{Claim, Claimed, Spool};
use super::table::{Begun, Table};
use crate::modules::Fields;

/// What a task that was told to stop gets before it is given up.
const GRACE: Duration = Duration::from_secs(5);
/// How often an agent without a controller looks for cancels.
const TICK: Duration = Duration::from_millis(500);

/// Everything the threads share.
struct Agent {
    table: Table,
    blobs: Blobs,
    spool: Option<Spool>,
    outbox: Outbox,
}

/// Serves one controller. Returns when it is gone and the last task has ended.
pub fn serve(input: impl Read, mut output: impl Write + Send + 'static, cache: &Path) -> io::Result<()> {
    writeln!(output, "{}", super::READY)?;
    output.flush()?;
    let mut input = BufReader::new(input);
    let run = match frame::read(&mut input)? {
        Some(Request::Hello { version: VERSION, run }) => run,
        Some(Request::Hello { version, .. }) => {
            return Err(io::Error::new(ErrorKind::InvalidData, format!("the controller speaks version {version}, this agent {VERSION}")));
        }
        Some(_) => return Err(io::Error::new(ErrorKind::InvalidData, "the first frame is no greeting")),
        None => return Ok(()),
    };
    let (outbox, writer) = Outbox::start(output);
    let spool = Spool::open(cache, &run).map_err(|e| eprintln!("rplay agent: results cannot be kept: {e}")).ok();
    let agent = Arc::new(Agent { table: Table::default(), blobs: Blobs::new(cache)?, spool, outbox });
    agent.outbox.send(Reply::Hello { version: VERSION, pid: std::process::id(), uid: rustix::process::geteuid().as_raw() });
    let end = agent.attend(&mut input);
    agent.outlive();
    if let Some(spool) = &agent.spool {
        spool.tidy();
    }
    // A thread that was given up may hold the agent still; it must not hold the process.
    if let Some(agent) = Arc::into_inner(agent) {
        drop(agent);
        let _ = writer.join();
    }
    end
}

impl Agent {
    /// Takes requests until the controller is gone.
    fn attend(self: &Arc<Self>, input: &mut impl Read) -> io::Result<()> {
        while let Some(request) = frame::read(input)? {
            match request {
                Request::Hello { .. } => return Err(io::Error::new(ErrorKind::InvalidData, "a second greeting")),
                Request::Task(task) => self.begin(*task),
                Request::Cancel { id } => self.cancel(id, None),
                Request::Ack { id } => self.table.acknowledge(id),
                Request::Blob { hash, bytes, last, error } => self.blobs.piece(&hash, &bytes, last, error),
            }
        }
        Ok(())
    }

    /// Without a controller: spools what it did not take, and waits for the rest.
    fn outlive(self: &Arc<Self>) {
        self.table.lose();
        self.blobs.lost();
        loop {
            let running = self.table.running_after(TICK);
            if running.is_empty() {
                return;
            }
            for id in running.into_iter().filter(|id| self.spool.as_ref().is_some_and(|spool| spool.cancelled(*id))) {
                self.cancel(id, None);
            }
        }
    }

    fn begin(self: &Arc<Self>, task: Task) {
        let id = task.id;
        match self.table.begin(id) {
            Begun::Running => {}
            Begun::Done(result) => self.outbox.send(Reply::Done { id, result: result.to_string() }),
            Begun::New(cancel) => {
                if let Some(seconds) = task.timeout {
                    let agent = self.clone();
                    std::thread::spawn(move || agent.time_out(id, seconds));
                }
                let agent = self.clone();
                let started = std::thread::Builder::new().name(task.module.clone()).spawn(move || agent.work(&task, &cancel));
                if let Err(e) = started {
                    self.finish(id, &failed("the host has no thread left for the task", json!(e.to_string())), None);
                }
            }
        }
    }

    fn work(&self, task: &Task, cancel: &AtomicBool) {
        // A host whose disk is full must still be able to run what mends that.
        let claimed = self.spool.as_ref().map(|spool| spool.claim(task.id, cancel));
        match claimed {
            Some(Ok(Claimed::Answer(claim, result))) => self.deliver(task.id, result.into(), Some(claim)),
            Some(Ok(Claimed::Interrupted(claim))) => {
                let msg = "the agent that ran this task died; how far the task came is unknown";
                self.finish(task.id, &failed(msg, json!("")), Some(claim));
            }
            Some(Ok(Claimed::Cancelled)) => self.finish(task.id, &failed("cancelled", json!("")), None),
            Some(Ok(Claimed::New(claim))) => self.run(task, cancel, Some(claim)),
            Some(Err(_)) | None => self.run(task, cancel, None),
        }
    }

    fn run(&self, task: &Task, cancel: &AtomicBool, claim: Option<Claim>) {
        let mut fields = perform(task, cancel, &self.blobs, &self.outbox);
        if fields.remove(LOST).is_some() {
            if let Some(_claim) = claim {
                Claim::forget(_claim)
            }
            return self.table.withdraw(task.id);
        }
        self.finish(task.id, &fields, claim);
    }

    fn finish(&self, id: TaskId, fields: &Fields, claim: Option<Claim>) {
        self.deliver(id, text(fields), claim);
    }

    fn deliver(&self, id: TaskId, result: Arc<str>, claim: Option<Claim>) {
        if let Some(result) = self.table.finish(id, result, claim) {
            self.outbox.send(Reply::Done { id, result: result.to_string() });
        }
    }

    /// Tells a task to stop, with the result it will then have. One that does not stop is given up.
    fn cancel(self: &Arc<Self>, id: TaskId, result: Option<Arc<str>>) {
        if !self.table.cancel(id, result) {
            return;
        }
        let agent = self.clone();
        std::thread::spawn(move || {
            if !agent.table.ends_within(id, GRACE) {
                agent.finish(id, &failed("cancelled, but the module did not stop", json!("")), None);
            }
        });
    }

    fn time_out(self: &Arc<Self>, id: TaskId, seconds: u64) {
        if !self.table.ends_within(id, Duration::from_secs(seconds)) {
            let mut fields = failed(&format!("Timed out after {seconds} second(s)."), json!(""));
            fields.insert("timedout".to_string(), json!({"period": seconds}));
            self.cancel(id, Some(text(&fields)));
        }
    }
}

/// A result as it is sent; one that is too long becomes a failure.
fn text(fields: &Fields) -> Arc<str> {
    let text = serde_json::to_string(fields).unwrap_or_default();
    if text.len() + 64 <= MAX_FRAME {
        return text.into();
    }
    let msg = format!("the result has {} MiB, which is more than can be sent", text.len() >> 20);
    serde_json::to_string(&failed(&msg, json!(""))).unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::UnixStream;

    /// An agent on a thread, and the controller's end of its pipes.
    struct Session {
        stream: UnixStream,
        agent: std::thread::JoinHandle<io::Result<()>>,
    }

    impl Session {
        fn open(cache: &Path) -> Session {
            let (ours, theirs) = UnixStream::pair().unwrap();
            let (input, cache) = (theirs.try_clone().unwrap(), cache.to_path_buf());
            let agent = std::thread::spawn(move || serve(input, theirs, &cache));
            let mut session = Session { stream: ours, agent };
            let mut line = [0; super::super::READY.len() + 1];
            session.stream.read_exact(&mut line).unwrap();
            assert_eq!(std::str::from_utf8(&line).unwrap().trim_end(), super::super::READY);
            session.send(&Request::Hello { version: VERSION, run: "r1".into() });
            assert!(matches!(session.receive(), Reply::Hello { version: VERSION, .. }));
            session
        }

        fn send(&mut self, request: &Request) {
            self.stream.write_all(&frame::encode(request).unwrap()).unwrap();
        }

        fn receive(&mut self) -> Reply {
            frame::read(&mut self.stream).unwrap().unwrap()
        }

        fn task(&mut self, id: TaskId, module: &str, args: &str) {
            let task = Task {
                id,
                module: module.into(),
                args: args.into(),
                check: false,
                diff: false,
                environment: Default::default(),
                timeout: None,
            };
            self.send(&Request::Task(Box::new(task)));
        }

        fn done(&mut self) -> (TaskId, Fields) {
            loop {
                if let Reply::Done { id, result } = self.receive() {
                    return (id, serde_json::from_str(&result).unwrap());
                }
            }
        }

        fn hang_up(self) {
            self.stream.shutdown(std::net::Shutdown::Both).unwrap();
            self.agent.join().unwrap().unwrap();
        }
    }

    #[test]
    fn answers_a_task_and_forgets_it_once_acknowledged() {
        let cache = tempfile::tempdir().unwrap();
        let mut session = Session::open(cache.path());
        session.task(1, "ping", r#"{"data":"hi"}"#);
        let (id, fields) = session.done();
        assert_eq!((id, fields["ping"].as_str()), (1, Some("hi")));
        session.send(&Request::Ack { id: 1 });
        session.hang_up();
        assert!(!cache.path().join("spool/r1").exists());
    }

    #[test]
    fn a_result_nobody_took_is_handed_to_the_next_connection() {
        let cache = tempfile::tempdir().unwrap();
        let mut session = Session::open(cache.path());
        session.task(1, "ping", r#"{"data":"first"}"#);
        session.done();
        session.hang_up();
        let mut session = Session::open(cache.path());
        // Other arguments show that it did not run again.
        session.task(1, "ping", r#"{"data":"second"}"#);
        assert_eq!(session.done().1["ping"], "first");
        session.hang_up();
    }

    #[test]
    fn what_cannot_run_fails_alone() {
        let cache = tempfile::tempdir().unwrap();
        let mut session = Session::open(cache.path());
        session.task(1, "no_such_module", "{}");
        assert!(session.done().1["msg"].as_str().unwrap().contains("no_such_module"));
        session.task(2, "ping", "not json");
        assert_eq!(session.done().1["failed"], true);
        session.task(3, "ping", r#"{"data":"fine"}"#);
        assert_eq!(session.done().0, 3);
        session.hang_up();
    }

    #[test]
    fn garbage_ends_the_agent_with_an_error() {
        let cache = tempfile::tempdir().unwrap();
        let mut session = Session::open(cache.path());
        session.stream.write_all(&[0xff; 16]).unwrap();
        assert!(session.agent.join().unwrap().is_err());
    }
}
