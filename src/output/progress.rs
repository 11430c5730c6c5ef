//! Progress on a terminal: a bar for the whole run, a line for each host with what it is doing and for how long.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::engine::Event;

use super::{Reader, Redactor};

/// At most this many hosts have a line of their own.
const MAX_LINES: usize = 12;
/// How often the age of a running task is drawn.
const TICK: Duration = Duration::from_millis(200);

/// Draws progress; lines of others go through [`Progress::above`].
pub struct Progress {
    bars: MultiProgress,
    whole: ProgressBar,
    hosts: HashMap<Arc<str>, ProgressBar>,
    redactor: Redactor,
}

impl Progress {
    /// Progress on standard error.
    pub fn new(redactor: Redactor) -> Progress {
        let bars = MultiProgress::new();
        let whole = bars.add(ProgressBar::new(0));
        whole.set_style(style("{bar:24.cyan/blue} {pos}/{len} tasks  {elapsed}  {msg}"));
        Progress { bars, whole, hosts: HashMap::new(), redactor }
    }

    /// Something to print with, above the bars.
    pub fn above(&self) -> MultiProgress {
        self.bars.clone()
    }

    fn line(&mut self, host: &Arc<str>) -> Option<&ProgressBar> {
        if !self.hosts.contains_key(host) {
            if self.hosts.len() >= MAX_LINES {
                return None;
            }
            let bar = self.bars.add(ProgressBar::new_spinner());
            bar.set_style(style("  {spinner} {prefix:<16} {wide_msg} {elapsed}"));
            bar.set_prefix(host.to_string());
            self.hosts.insert(host.clone(), bar);
        }
        self.hosts.get(host)
    }
}

impl Progress {
    /// A host that is done keeps its line, which spares the terminal much drawing, unless another needs it.
    fn rest(&mut self, host: &Arc<str>) {
        if self.hosts.len() >= MAX_LINES {
            self.hosts.remove(host).iter().for_each(ProgressBar::finish_and_clear);
        } else if let Some(bar) = self.hosts.get(host) {
            bar.disable_steady_tick();
            bar.set_message("");
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

impl Reader for Progress {
    fn read(&mut self, event: &Event) {
        match event {
            Event::RunStarted { stages } => {
                let total: usize = stages.iter().map(|(_, hosts, tasks)| hosts.len() * tasks).sum();
                self.whole.set_length(total as u64);
            }
            Event::StageStarted { name, .. } => self.whole.set_message(name.clone()),
            Event::HostStarted { task, host, .. } => {
                let name = self.redactor.text(&task.name);
                if let Some(bar) = self.line(host) {
                    bar.reset_elapsed();
                    bar.set_message(name);
                    bar.enable_steady_tick(TICK);
                }
            }
            Event::Output { task, host, text } => {
                let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default().to_string();
                let message = self.redactor.text(&format!("{}: {last}", task.name));
                if let Some(bar) = self.line(host) {
                    bar.set_message(message);
                }
            }
            Event::TaskEnded { host, .. } => {
                self.whole.inc(1);
                if self.whole.position() > self.whole.length().unwrap_or(0) {
                    self.whole.set_length(self.whole.position());
                }
                self.rest(host);
            }
            Event::RunEnded { .. } => {
                for (_, bar) in self.hosts.drain() {
                    bar.finish_and_clear();
                }
                self.whole.finish_and_clear();
            }
            _ => {}
        }
    }
}
