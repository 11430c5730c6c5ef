//! `meta`: what playbooks ask of the engine itself.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::language::Value;
use crate::language::playbook::Task;

use super::host::{HostState, Standing};
use super::stage::Batch;
use super::strategy::{Around, Hosts};

/// What is asked of each host by itself; everything else is asked once for all.
const BY_HOST: &[&str] = &["end_host", "end_role", "flush_handlers", "noop", "reset_connection"];

/// Whether a task asks for something that concerns all hosts, so that the first one's conditions decide.
pub fn for_all(task: &Task) -> bool {
    let what = task.action.args.get("_raw_params").and_then(Value::as_str);
    task.action.short() == "meta" && what.is_some_and(|what| !BY_HOST.contains(&what))
}

impl Batch {
    /// Does what hosts asked for; gives those that leave the list of tasks.
    pub(super) async fn meta(&self, asked: Vec<(Arc<HostState>, String)>, around: &Around) -> Hosts {
        let mut flushing = Hosts::new();
        for (host, what) in asked {
            match what.as_str() {
                "flush_handlers" => flushing.push(host),
                "clear_facts" => self.vars.batch.iter().for_each(|host| host.clear_facts()),
                "clear_host_errors" => self.run.seen_hosts().iter().for_each(|host| host.forgive()),
                "end_play" => self.ended.store(true, Ordering::Relaxed),
                "end_batch" => self.vars.batch.iter().for_each(|host| self.leave(host)),
                "end_host" => self.leave(&host),
                "end_role" => host.stand(Standing::LeftRole),
                "reset_connection" => self.run.links.forget(&host.name),
                _ => {}
            }
        }
        match flushing.is_empty() {
            true => Hosts::new(),
            false => self.flush(&flushing, around).await,
        }
    }

    fn leave(&self, host: &HostState) {
        if host.standing() == Standing::Active {
            host.stand(Standing::Ended(self.stage));
        }
    }
}
