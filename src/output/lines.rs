//! Lines as Ansible's default output has them.

use std::io::Write;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::engine::event::{StageEnd, Status, TaskLabel, UNKNOWN};
use crate::engine::{Event, outcome};
use crate::language::Diagnostic;
use crate::modules::{Fields, spaced};

use super::{Reader, Redactor, recap};

/// The field that marks results people always want to see.
const ALWAYS: &str = "_rplay_show";

/// Whether to colour.
#[derive(Clone, Copy)]
pub struct Paint(pub bool);

impl Paint {
    /// `text` in an ANSI colour.
    pub fn with(self, code: &str, text: &str) -> String {
        if self.0 { format!("\x1b[0;{code}m{text}\x1b[0m") } else { text.to_string() }
    }
}

/// Writes lines.
pub struct Lines<W: Write> {
    out: W,
    paint: Paint,
    verbosity: u8,
    redactor: Redactor,
    last_task: Option<u64>,
    /// The stages that run side by side, to tell their lines apart.
    running: Vec<(usize, String)>,
    skipped_shown: bool,
}

impl<W: Write + Send> Lines<W> {
    /// Lines to `out`.
    pub fn new(out: W, paint: bool, verbosity: u8, redactor: Redactor) -> Lines<W> {
        Lines { out, paint: Paint(paint), verbosity, redactor, last_task: None, running: Vec::new(), skipped_shown: true }
    }

    /// Leaves out skipped tasks.
    pub fn without_skipped(mut self) -> Self {
        self.skipped_shown = false;
        self
    }

    fn line(&mut self, text: &str) {
        // A reader that went away must not end the run.
        let _ = writeln!(self.out, "{text}");
    }

    fn header(&mut self, text: &str) {
        let stars = "*".repeat(79usize.saturating_sub(text.chars().count()).max(3));
        self.line(&format!("\n{text} {stars}"));
    }

    fn task_header(&mut self, stage: usize, task: &Arc<TaskLabel>) {
        if self.last_task == Some(task.id) {
            return;
        }
        self.last_task = Some(task.id);
        let kind = if task.handler { "RUNNING HANDLER" } else { "TASK" };
        let name = self.redactor.text(&task.name);
        let beside = match self.running.as_slice() {
            [_, _, ..] => self.running.iter().find(|(index, _)| *index == stage).map(|(_, name)| format!("{name} | ")),
            _ => None,
        };
        self.header(&format!("{kind} [{}{name}]", beside.unwrap_or_default()));
        if self.verbosity >= 2 {
            self.line(&format!("task path: {}", task.place));
        }
    }

    fn result(&self, told: &Told, item: Option<&str>) -> String {
        let Told { status, task, result, .. } = told;
        let who = told.who();
        let item = item.map(|label| format!(" (item={label})", label = self.redactor.text(label))).unwrap_or_default();
        let (color, verb) = match status {
            Status::Ok => ("32", "ok"),
            Status::Changed => ("33", "changed"),
            Status::Skipped => ("36", "skipping"),
            Status::Failed if !item.is_empty() => ("31", "failed"),
            Status::Failed | Status::Unreachable => ("31", "fatal"),
        };
        let text = match (status, item.as_str()) {
            (Status::Failed, "") => format!("{verb}: [{who}]: FAILED! => {}", self.dump(task, result)),
            (Status::Unreachable, _) => format!("{verb}: [{who}]: UNREACHABLE! => {}", self.dump(task, result)),
            (Status::Failed, _) => format!("{verb}: [{who}]{item} => {}", self.dump(task, result)),
            (_, item) => {
                let item = if item.is_empty() { String::new() } else { format!(" =>{item}") };
                let why = result.get(UNKNOWN).and_then(Json::as_str);
                let why = why.map(|why| format!(" (not known before the changes are made: {})", self.redactor.text(why)));
                let item = item + &why.unwrap_or_default();
                let tail =
                    if self.wants_result(result) { format!(" => {}", self.dump(task, result)) } else { " ".repeat(item.len().min(1)) };
                format!("{verb}: [{who}]{item}{tail}")
            }
        };
        self.paint.with(color, &text)
    }

    fn wants_result(&self, result: &Fields) -> bool {
        self.verbosity > 0 || always(result)
    }

    /// The result as it is shown: without what the line says already, without what only programs need.
    fn dump(&self, task: &TaskLabel, result: &Fields) -> String {
        let debug = short(task) == "debug";
        let hidden = |name: &str| match name {
            "failed" | "skipped" => true,
            "invocation" | "exception" => self.verbosity < 3,
            "diff" => self.verbosity < 3,
            "msg" => false,
            _ if debug && result.contains_key("msg") && always(result) => true,
            "changed" | "item" => debug,
            _ => name.starts_with("_rplay"),
        };
        let shown = result.iter().filter(|(name, _)| !hidden(name)).map(|(name, value)| (name.clone(), value.clone()));
        let mut shown = self.redactor.json(Json::Object(shown.collect()));
        shown.sort_all_objects();
        if self.verbosity > 2 || always(result) { indented(&shown) } else { spaced(&shown) }
    }

    /// The mistake behind a failure, where the playbook made it.
    fn mistake(&mut self, result: &Fields) {
        let field = |name: &str| result.get(name).and_then(Json::as_str);
        let Some(place) = field(outcome::PLACE) else { return };
        let Some(message) = field("msg") else {
            let text = self.paint.with("31", &format!("The mistake is at {place}; no_log hides the rest."));
            return self.line(&text);
        };
        let hint = field(outcome::HINT).map(str::to_string);
        let problem = Diagnostic { place: place.parse().ok(), hint, ..Diagnostic::new(message) };
        let text = self.redactor.text(super::render_problem(&problem).trim_end());
        let text = self.paint.with("31", &text);
        self.line(&text);
    }

    fn diff(&mut self, result: &Fields) {
        let Some(diff) = result.get("diff") else { return };
        let diffs = match diff {
            Json::Array(items) => items.clone(),
            single => vec![single.clone()],
        };
        for diff in diffs {
            let text = unified(&self.redactor.json(diff));
            if text.is_empty() {
                continue;
            }
            for line in text.lines() {
                let color = match line.as_bytes().first() {
                    Some(b'+') => "32",
                    Some(b'-') => "31",
                    Some(b'@') => "36",
                    _ => "0",
                };
                let painted = if color == "0" { line.to_string() } else { self.paint.with(color, line) };
                self.line(&painted);
            }
            self.line("");
        }
    }

    fn told(&mut self, told: &Told, item: Option<&str>) {
        self.diff(told.result);
        self.mistake(told.result);
        let text = self.result(told, item);
        self.line(&text);
        self.warnings(told.result);
    }

    fn warnings(&mut self, result: &Fields) {
        for warning in result.get("warnings").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str) {
            let text = self.paint.with("1;35", &format!("[WARNING]: {}", self.redactor.text(warning)));
            self.line(&text);
        }
    }
}

impl<W: Write + Send> Reader for Lines<W> {
    fn read(&mut self, event: &Event) {
        match event {
            Event::StageStarted { stage, name, hosts } => {
                self.running.push((*stage, name.clone()));
                self.header(&format!("PLAY [{}]", self.redactor.text(name)));
                if hosts.is_empty() {
                    let text = self.paint.with("36", "skipping: no hosts matched");
                    self.line(&text);
                }
            }
            Event::BatchStarted { name, .. } => self.header(&format!("PLAY [{}]", self.redactor.text(name))),
            Event::StageEnded { stage, name, end } => {
                self.running.retain(|(index, _)| index != stage);
                if let StageEnd::NotRun(cause) = end {
                    let text = self.paint.with("36", &format!("\nPLAY [{name}] not run because of [{cause}]"));
                    self.line(&text);
                }
            }
            Event::TaskStarted { stage, task } if self.skipped_shown => self.task_header(*stage, task),
            Event::ItemEnded { stage, task, host, delegate, status, label, result, .. } => {
                let quiet = *status == Status::Skipped && !self.skipped_shown;
                if quiet || is_include(task) && *status == Status::Ok {
                    return;
                }
                self.task_header(*stage, task);
                self.told(&Told { status: *status, task, host, delegate, result }, Some(label));
            }
            Event::TaskEnded { stage, task, host, delegate, status, ignored, looped, result } => {
                let quiet = *status == Status::Skipped && !self.skipped_shown;
                if quiet || short(task) == "meta" || is_include(task) && *status == Status::Ok {
                    return;
                }
                self.task_header(*stage, task);
                if !looped || *status == Status::Skipped {
                    self.told(&Told { status: *status, task, host, delegate, result }, None);
                }
                if *ignored {
                    let text = self.paint.with("36", "...ignoring");
                    self.line(&text);
                }
            }
            Event::Retrying { task, host, left } => {
                let text = format!("FAILED - RETRYING: [{host}]: {} ({left} retries left).", self.redactor.text(&task.name));
                let text = self.paint.with("36", &text);
                self.line(&text);
            }
            Event::Included { name, hosts, item } => {
                let item = item.as_ref().map(|label| format!(" => (item={})", self.redactor.text(label))).unwrap_or_default();
                let text = self.paint.with("36", &format!("included: {name} for {}{item}", hosts.join(", ")));
                self.line(&text);
            }
            Event::Warning { message } => {
                let text = self.paint.with("1;35", &format!("[WARNING]: {}", self.redactor.text(message)));
                self.line(&text);
            }
            Event::RunEnded { recap, .. } => {
                self.header("PLAY RECAP");
                for line in recap::lines(recap, self.paint) {
                    self.line(&line);
                }
                self.line("");
                let _ = self.out.flush();
            }
            _ => {}
        }
    }
}

/// Whether people always want to see the result.
fn always(result: &Fields) -> bool {
    result.get(ALWAYS).and_then(Json::as_bool).unwrap_or(false)
}

fn short(task: &TaskLabel) -> &str {
    task.module.rsplit('.').next().unwrap_or_default()
}

/// Whether the task brings in others, which has a line of its own.
fn is_include(task: &TaskLabel) -> bool {
    matches!(short(task), "include_tasks" | "include_role")
}

/// How a task or an item ended on a host.
struct Told<'a> {
    status: Status,
    task: &'a TaskLabel,
    host: &'a str,
    delegate: &'a Option<Arc<str>>,
    result: &'a Fields,
}

impl Told<'_> {
    fn who(&self) -> String {
        match self.delegate {
            Some(delegate) => format!("{} -> {delegate}", self.host),
            None => self.host.to_string(),
        }
    }
}

/// JSON indented by four, with sorted keys left as they are.
fn indented(value: &Json) -> String {
    let mut out = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, formatter);
    match serde::Serialize::serialize(value, &mut serializer) {
        Ok(()) => String::from_utf8_lossy(&out).into_owned(),
        Err(_) => value.to_string(),
    }
}

/// A `diff` of a result as unified lines.
pub fn unified(diff: &Json) -> String {
    if let Some(prepared) = diff.get("prepared").and_then(Json::as_str) {
        return prepared.to_string();
    }
    let side = |name: &str| match diff.get(name) {
        Some(Json::String(text)) => text.clone(),
        None | Some(Json::Null) => String::new(),
        Some(other) => indented(other) + "\n",
    };
    let (before, after) = (side("before"), side("after"));
    // What was not there has no name either.
    let header = |name: &str, text: &str| match diff.get(format!("{name}_header")).and_then(Json::as_str) {
        Some(header) if !text.is_empty() => format!("{name}: {header}"),
        _ => name.to_string(),
    };
    if before == after {
        return String::new();
    }
    let lines = similar::TextDiff::from_lines(&before, &after);
    lines.unified_diff().context_radius(3).header(&header("before", &before), &header("after", &after)).to_string()
}
