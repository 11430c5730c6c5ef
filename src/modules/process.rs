//! Running a program: in a process group of its own, its pipes kept flowing, ended when the task is.

use std::io::{ErrorKind, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};

use super::host::Output;
use super::{Failure, IoContext};

/// A program's output is collected up to this many bytes; more is a failure.
const MAX_OUTPUT: usize = 64 << 20;
/// How often a cancel is looked for while the program is silent.
const TICK: Duration = Duration::from_millis(100);
/// What a cancelled program gets between SIGTERM and SIGKILL.
const GRACE: Duration = Duration::from_secs(3);
/// After the program ended its pipes are read until they are silent for this long: what it left behind may hold them open.
const SILENCE: Duration = Duration::from_millis(300);
/// And never longer than this.
const LINGER: Duration = Duration::from_secs(2);

/// Runs `command` to its end. `tail` hears the output as it comes; a set `cancel` ends the whole process group.
pub fn run(mut command: Command, stdin: Option<&[u8]>, cancel: &AtomicBool, tail: &mut dyn FnMut(&[u8])) -> Result<Output, Failure> {
    let name = command.get_program().to_string_lossy().into_owned();
    // A group is asked for through posix_spawn's own attribute, which keeps the cheap vfork path.
    command.process_group(0);
    command.stdin(if stdin.is_some() { Stdio::piped() } else { Stdio::null() }).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().map_err(|e| unstarted(&name, &e))?;
    Running::new(child, stdin.unwrap_or_default()).and_then(|running| running.finish(cancel, tail)).map_err(|failure| {
        let msg = format!("{name}: {}", failure.msg);
        failure.reworded(msg)
    })
}

fn unstarted(name: &str, error: &std::io::Error) -> Failure {
    let number = error.raw_os_error().unwrap_or(2);
    let failure = Failure::new(format!("could not run {name}: {error}")).with("rc", number);
    // A package of an earlier task may be meant to bring it.
    Failure { unstarted: Some(number), missing: error.kind() == ErrorKind::NotFound, ..failure }
}

/// A program and its pipes; a pipe that was closed is gone.
struct Running<'a> {
    child: Child,
    pidfd: Option<OwnedFd>,
    stdin: Option<ChildStdin>,
    input: &'a [u8],
    stdout: Option<ChildStdout>,
    stderr: Option<ChildStderr>,
    output: Output,
    ended: Option<(ExitStatus, Instant)>,
    heard: Instant,
    told_to_end: Option<Instant>,
}

impl<'a> Running<'a> {
    fn new(mut child: Child, input: &'a [u8]) -> Result<Running<'a>, Failure> {
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        for fd in
            [stdin.as_ref().map(AsFd::as_fd), stdout.as_ref().map(AsFd::as_fd), stderr.as_ref().map(AsFd::as_fd)].into_iter().flatten()
        {
            rustix::io::ioctl_fionbio(fd, true).context("prepare", "a pipe")?;
        }
        // An old kernel has no pidfd: then the tick finds the end.
        let pidfd = Pid::from_raw(child.id().cast_signed()).and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok());
        Ok(Running {
            child,
            pidfd,
            stdin,
            input,
            stdout,
            stderr,
            output: Output::default(),
            ended: None,
            heard: Instant::now(),
            told_to_end: None,
        })
    }

    /// Keeps the pipes flowing until the program and its output have ended.
    fn finish(mut self, cancel: &AtomicBool, tail: &mut dyn FnMut(&[u8])) -> Result<Output, Failure> {
        if self.input.is_empty() {
            self.stdin = None;
        }
        loop {
            self.wait()?;
            self.feed();
            self.listen(tail);
            if self.output.stdout.len() + self.output.stderr.len() > MAX_OUTPUT {
                self.signal(Signal::KILL);
                let _ = self.child.wait();
                return Err(Failure::new(format!("more than {} MiB of output", MAX_OUTPUT >> 20)));
            }
            if cancel.load(Ordering::Relaxed) {
                self.end_group();
            }
            self.look_for_end()?;
            if let Some(status) = self.finished() {
                return self.conclude(status);
            }
        }
    }

    /// Sleeps until a pipe is ready, the program ended or a tick is over.
    fn wait(&self) -> Result<(), Failure> {
        let pipes: [(Option<BorrowedFd<'_>>, PollFlags); 4] = [
            (self.stdin.as_ref().map(AsFd::as_fd), PollFlags::OUT),
            (self.stdout.as_ref().map(AsFd::as_fd), PollFlags::IN),
            (self.stderr.as_ref().map(AsFd::as_fd), PollFlags::IN),
            (self.pidfd.as_ref().filter(|_| self.ended.is_none()).map(AsFd::as_fd), PollFlags::IN),
        ];
        let mut ready: Vec<PollFd<'_>> =
            pipes.into_iter().filter_map(|(fd, flags)| fd.map(|fd| PollFd::from_borrowed_fd(fd, flags))).collect();
        let timeout = if self.pidfd.is_some() { TICK } else { TICK / 10 };
        let timeout = Timespec { tv_sec: 0, tv_nsec: i64::from(timeout.subsec_nanos()) };
        match poll(&mut ready, Some(&timeout)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(e) => Err(Failure::new(format!("could not wait for its output: {e}"))),
        }
    }

    /// Writes what the pipe takes. A program that does not read its input has a right to.
    fn feed(&mut self) {
        let Some(pipe) = &mut self.stdin else { return };
        match pipe.write(self.input) {
            Ok(n) => self.input = &self.input[n..],
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => return,
            Err(_) => self.input = &[],
        }
        if self.input.is_empty() {
            self.stdin = None;
        }
    }

    fn listen(&mut self, tail: &mut dyn FnMut(&[u8])) {
        let before = self.output.stdout.len() + self.output.stderr.len();
        drain(&mut self.stdout, &mut self.output.stdout, tail);
        drain(&mut self.stderr, &mut self.output.stderr, tail);
        if self.output.stdout.len() + self.output.stderr.len() > before {
            self.heard = Instant::now();
        }
    }

    fn look_for_end(&mut self) -> Result<(), Failure> {
        if self.ended.is_none() {
            self.ended = self.child.try_wait().context("wait for", "it")?.map(|status| (status, Instant::now()));
        }
        Ok(())
    }

    /// The status, once the program ended and nothing more is to be heard.
    fn finished(&self) -> Option<ExitStatus> {
        let (status, since) = self.ended?;
        let closed = self.stdout.is_none() && self.stderr.is_none();
        let silent = self.heard.max(since).elapsed() >= SILENCE || since.elapsed() >= LINGER;
        (closed || silent).then_some(status)
    }

    /// SIGTERM for the whole group, and after the grace SIGKILL.
    fn end_group(&mut self) {
        match self.told_to_end {
            None => {
                self.signal(Signal::TERM);
                self.told_to_end = Some(Instant::now());
            }
            Some(since) if since.elapsed() >= GRACE => self.signal(Signal::KILL),
            Some(_) => {}
        }
    }

    fn signal(&self, signal: Signal) {
        if let Some(pid) = Pid::from_raw(self.child.id().cast_signed()) {
            // The group may be gone already, which is what was wanted.
            let _ = kill_process_group(pid, signal);
        }
    }

    fn conclude(mut self, status: ExitStatus) -> Result<Output, Failure> {
        if self.told_to_end.is_some() {
            self.signal(Signal::KILL);
            return Err(Failure::new("cancelled").with("stdout", self.output.out()).with("stderr", self.output.err()));
        }
        self.output.rc = status.code().unwrap_or_else(|| -status.signal().unwrap_or(1));
        Ok(self.output)
    }
}

/// Takes what the pipe holds, at most about a mebibyte at a time so that both pipes and the cancel get their turn.
fn drain<R: Read>(pipe: &mut Option<R>, into: &mut Vec<u8>, tail: &mut dyn FnMut(&[u8])) {
    let mut buffer = [0; 16 << 10];
    for _ in 0..64 {
        let Some(reader) = pipe else { return };
        match reader.read(&mut buffer) {
            Ok(0) => *pipe = None,
            Ok(n) => {
                tail(&buffer[..n]);
                into.extend_from_slice(&buffer[..n]);
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) if e.kind() == ErrorKind::WouldBlock => return,
            Err(_) => *pipe = None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, stdin: Option<&[u8]>) -> Result<Output, Failure> {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        run(command, stdin, &AtomicBool::new(false), &mut |_| {})
    }

    #[test]
    fn what_cannot_be_started_is_told_apart() {
        let run = |program: &str| run(Command::new(program), None, &AtomicBool::new(false), &mut |_| {}).unwrap_err();
        let (none, refused) = (run("/no/such"), run("/etc/passwd"));
        assert_eq!((none.unstarted, none.missing), (Some(2), true));
        assert_eq!((refused.unstarted, refused.missing), (Some(13), false));
    }

    #[test]
    fn collects_both_outputs_and_the_status() {
        let output = shell("echo out; echo err >&2; exit 3", None).unwrap();
        assert_eq!((output.rc, output.out().as_str(), output.err().as_str()), (3, "out\n", "err\n"));
    }

    #[test]
    fn a_signal_is_a_negative_status() {
        assert_eq!(shell("kill -9 $$", None).unwrap().rc, -9);
    }

    #[test]
    fn full_pipes_on_all_sides_do_not_lock() {
        let input = vec![b'x'; 3 << 20];
        let output = shell("head -c 1000000 /dev/zero >&2; cat", Some(&input)).unwrap();
        assert_eq!((output.stdout.len(), output.stderr.len()), (input.len(), 1_000_000));
    }

    #[test]
    fn input_nobody_reads_is_no_error() {
        assert_eq!(shell("exec true", Some(&vec![b'x'; 1 << 20])).unwrap().rc, 0);
    }

    #[test]
    fn a_child_left_behind_does_not_hold_the_task() {
        let started = Instant::now();
        let output = shell("sleep 20 & echo $!", None).unwrap();
        let left = output.out().trim().parse().ok().and_then(Pid::from_raw).unwrap();
        rustix::process::kill_process(left, Signal::KILL).unwrap();
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn a_cancel_ends_the_whole_group() {
        let cancel = AtomicBool::new(false);
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "echo ready; sleep 60 | cat"]);
        let failure = run(command, None, &cancel, &mut |_| cancel.store(true, Ordering::Relaxed)).unwrap_err();
        assert!(failure.msg.contains("cancelled"), "{}", failure.msg);
    }

    #[test]
    fn endless_output_is_a_failure() {
        assert!(shell("cat /dev/zero", None).unwrap_err().msg.contains("64 MiB"));
    }
}
