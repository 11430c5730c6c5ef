//! The host as a module sees it: free to read, and one door to change anything.

mod files;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value as Json, json};

use super::process::run;
use super::{Failure, Fields, IoContext};
pub(in crate::modules) use files::umask;
pub use files::{Content, Install};

/// The field of a check's result that failed because something is not there yet.
pub const MISSING: &str = "_rplay_missing";

/// How a task is to be run.
#[derive(Debug, Clone, Default)]
pub struct Mode {
    /// Nothing is changed; the result says what would be.
    pub check: bool,
    /// The result carries a `diff`.
    pub diff: bool,
    /// The environment that the task's `environment` adds for the programs it runs.
    pub environment: BTreeMap<String, String>,
}

/// What a task reads from its controller while it runs: content by its hash, and a way to be heard.
pub trait Controller {
    /// The content whose SHA-256 is `hash`, in a file of the agent's own.
    fn blob(&mut self, hash: &str) -> Result<PathBuf, Failure>;
    /// Output of a running program, for the live tail.
    fn output(&mut self, bytes: &[u8]);
}

/// One host during one task.
pub struct Host<'a> {
    mode: &'a Mode,
    controller: &'a mut dyn Controller,
    cancel: &'a AtomicBool,
    changed: bool,
    diffs: Vec<Json>,
    notes: Vec<String>,
    skipped: bool,
    warnings: Vec<String>,
}

/// A change that a module is about to make: said before it is made.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// What changes, as a phrase: "mode of /etc/x from 0644 to 0600".
    what: String,
    diff: Option<Json>,
}

impl Change {
    /// A change described by a phrase.
    pub fn new(what: impl Into<String>) -> Change {
        Change { what: what.into(), diff: None }
    }

    /// The same change with the text before and after.
    pub fn texts(mut self, header: &str, before: &str, after: &str) -> Change {
        self.diff = Some(json!({"before_header": header, "after_header": header, "before": before, "after": after}));
        self
    }

    /// The same change with mappings of what differs before and after, as `file` reports attributes.
    pub fn states(mut self, before: Json, after: Json) -> Change {
        self.diff = Some(json!({"before": before, "after": after}));
        self
    }

    /// The same change with a diff made elsewhere.
    pub fn diff(mut self, diff: Json) -> Change {
        self.diff = Some(diff);
        self
    }
}

impl<'a> Host<'a> {
    /// A host for one task.
    pub fn new(mode: &'a Mode, controller: &'a mut dyn Controller, cancel: &'a AtomicBool) -> Host<'a> {
        Host { mode, controller, cancel, changed: false, diffs: Vec::new(), notes: Vec::new(), skipped: false, warnings: Vec::new() }
    }

    /// The one door: says what changes and, unless this is a check, runs `act`, which alone receives what can change the host.
    /// Gives `None` in check mode.
    pub fn change<T>(&mut self, change: Change, act: impl FnOnce(&mut Writer) -> Result<T, Failure>) -> Result<Option<T>, Failure> {
        self.changed = true;
        self.notes.push(change.what);
        if self.mode.diff {
            self.diffs.extend(change.diff);
        }
        if self.mode.check {
            return Ok(None);
        }
        let mut writer = Writer { environment: &self.mode.environment, controller: self.controller, cancel: self.cancel };
        act(&mut writer).map(Some)
    }

    /// For `command` and its like, whose effect cannot be known beforehand: in check mode the task counts as skipped and
    /// `act` does not run; else it runs and the task counts as changed.
    pub fn opaque<T>(&mut self, what: &str, act: impl FnOnce(&mut Writer) -> Result<T, Failure>) -> Result<Option<T>, Failure> {
        if self.mode.check {
            self.skipped = true;
            return Ok(None);
        }
        self.change(Change::new(what), act)
    }

    /// For a program that the task itself names: as `opaque`, or as `change` where a check foresees that it runs.
    /// One that could not be started changed nothing.
    pub fn program<T>(
        &mut self,
        what: &str,
        foreseen: bool,
        act: impl FnOnce(&mut Writer) -> Result<T, Failure>,
    ) -> Result<Option<T>, Failure> {
        let changed = self.changed;
        let done = if foreseen { self.change(Change::new(what), act) } else { self.opaque(what, act) };
        if done.as_ref().is_err_and(|failure| failure.unstarted.is_some()) {
            self.changed = changed;
            self.notes.pop();
        }
        done
    }

    /// For what brings something up to date without counting as a change (`systemctl daemon-reload`, `apt-get update`).
    /// Gives `None` in check mode.
    pub fn refresh<T>(&mut self, what: &str, act: impl FnOnce(&mut Writer) -> Result<T, Failure>) -> Result<Option<T>, Failure> {
        let changed = self.changed;
        let done = self.change(Change::new(what), act);
        self.changed = changed;
        done
    }

    /// Says why nothing had to be done.
    pub fn unchanged(&mut self, reason: impl Into<String>) {
        self.notes.push(reason.into());
    }

    /// Adds a warning that the user sees.
    pub fn warn(&mut self, warning: impl Into<String>) {
        self.warnings.push(warning.into());
    }

    /// Whether this is a check; for wording only, as the door already holds in check mode.
    pub fn is_check(&self) -> bool {
        self.mode.check
    }

    /// Whether a diff is wanted; for leaving out costly reading.
    pub fn wants_diff(&self) -> bool {
        self.mode.diff
    }

    /// Whether something went through the door so far.
    pub fn changed(&self) -> bool {
        self.changed
    }

    /// Whether the task was cancelled; long waits look here at least every second.
    pub fn cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }

    /// The task's environment.
    pub fn environment(&self) -> &BTreeMap<String, String> {
        &self.mode.environment
    }

    /// Content that the controller sent along, by its hash.
    pub fn blob(&mut self, hash: &str) -> Result<PathBuf, Failure> {
        self.controller.blob(hash)
    }

    /// Reads a whole file; `None` when there is none.
    pub fn read(&self, path: impl AsRef<Path>) -> Result<Option<Vec<u8>>, Failure> {
        match std::fs::read(path.as_ref()) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e).context("read", path),
        }
    }

    /// Runs a program that only looks (`systemctl show`, `dpkg-query`): allowed in check mode.
    pub fn probe(&mut self, program: &str, args: &[&str]) -> Result<Output, Failure> {
        let mut command = Command::new(program);
        command.args(args).envs(&self.mode.environment);
        run(command, None, self.cancel, &mut |_| {})
    }

    /// The result: the module's fields with what the door saw.
    pub fn finish(self, outcome: Result<Fields, Failure>) -> Fields {
        let mut result = match outcome {
            Ok(fields) => fields,
            Err(failure) => {
                let mut fields = failure.fields;
                if failure.missing && self.mode.check {
                    fields.insert(MISSING.into(), true.into());
                }
                fields.insert("failed".into(), true.into());
                fields.insert("msg".into(), failure.msg.into());
                fields
            }
        };
        result.insert("changed".into(), self.changed.into());
        if self.skipped {
            result.insert("skipped".into(), true.into());
        }
        if !self.diffs.is_empty() {
            let diff = if self.diffs.len() == 1 { self.diffs.into_iter().next().unwrap_or_default() } else { Json::Array(self.diffs) };
            result.insert("diff".into(), diff);
        }
        if !self.notes.is_empty() {
            result.insert("_rplay_notes".into(), self.notes.into());
        }
        if !self.warnings.is_empty() {
            result.insert("warnings".into(), self.warnings.into());
        }
        result
    }
}

/// What a program left behind.
#[derive(Debug, Clone, Default)]
pub struct Output {
    /// The exit status; the negated signal number when a signal ended it.
    pub rc: i32,
    /// Its standard output.
    pub stdout: Vec<u8>,
    /// Its standard error.
    pub stderr: Vec<u8>,
}

impl Output {
    /// Standard output as text.
    pub fn out(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }
    /// Standard error as text.
    pub fn err(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }
    /// The output, or a failure with `msg` and the usual fields when the program did not succeed.
    pub fn success(self, msg: &str) -> Result<Output, Failure> {
        if self.rc == 0 {
            return Ok(self);
        }
        Err(Failure::new(format!("{msg}: {}", self.err().trim())).with("rc", self.rc).with("stdout", self.out()).with("stderr", self.err()))
    }
}

/// What can write, run and restart. Only [`Host::change`] hands it out.
pub struct Writer<'a> {
    environment: &'a BTreeMap<String, String>,
    controller: &'a mut dyn Controller,
    cancel: &'a AtomicBool,
}

impl Writer<'_> {
    /// Runs a program to its end; its output is also streamed to the live tail. `command` is used as it stands, with the task's environment added.
    pub fn run(&mut self, mut command: Command, stdin: Option<&[u8]>) -> Result<Output, Failure> {
        command.envs(self.environment);
        let controller = &mut *self.controller;
        run(command, stdin, self.cancel, &mut |bytes| controller.output(bytes))
    }

    /// Runs `program` with `args`.
    pub fn exec(&mut self, program: &str, args: &[&str]) -> Result<Output, Failure> {
        let mut command = Command::new(program);
        command.args(args);
        self.run(command, None)
    }

    /// Whether the task was cancelled.
    pub fn cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }
}
