//! How the hosts of a batch go through a list of tasks.
//!
//! Under `linear` all hosts of the batch go through the list together; under `free` and `host_pinned` each goes alone.
//! Blocks are the same for both: those that fail in the block go through its rescue, all that are left through its always.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use tokio::task::JoinSet;

use crate::language::Map;
use crate::language::playbook::{Block, Item, Keyword, Task};

use super::attempt::flag;
use super::event::{Event, Status, TaskLabel};
use super::host::{HostState, Standing};
use super::looping;
use super::outcome::{Effect, Inclusion, Outcome};
use super::scope::TaskScope;
use super::stage::Batch;

/// Hosts that go together.
pub type Hosts = Vec<Arc<HostState>>;

/// Variables of the includes around a list of tasks.
pub type Params = Arc<Vec<Arc<Map>>>;

type Walk<'a> = Pin<Box<dyn Future<Output = Hosts> + Send + 'a>>;

impl Batch {
    /// Takes `hosts` through `items`; gives those that failed on the way.
    pub(super) fn walk<'a>(&'a self, items: &'a [Item], hosts: Hosts, params: Params) -> Walk<'a> {
        Box::pin(async move {
            let (mut active, mut failed) = (hosts, Hosts::new());
            for item in items {
                active.retain(|host| self.takes_part(host));
                if active.is_empty() || self.over() {
                    break;
                }
                let lost = match item {
                    Item::Task(task) => self.task(task, &active, &params, false).await,
                    Item::Block(block) => self.block(block, &active, &params).await,
                    Item::Flush => self.flush(&active).await,
                };
                active.retain(|host| !contains(&lost, host));
                failed.extend(lost);
            }
            failed
        })
    }

    async fn block(&self, block: &Block, hosts: &Hosts, params: &Params) -> Hosts {
        let mut lost = self.walk(&block.block, hosts.clone(), params.clone()).await;
        if let (Some(rescue), false) = (&block.rescue, lost.is_empty()) {
            let tried: Hosts = lost.iter().filter(|host| self.takes_part(host)).cloned().collect();
            let still = self.walk(rescue, tried.clone(), params.clone()).await;
            for host in tried.iter().filter(|host| !contains(&still, host)) {
                host.count(|counts| {
                    counts.rescued += 1;
                    counts.failed = counts.failed.saturating_sub(1);
                });
            }
            lost.retain(|host| !contains(&tried, host) || contains(&still, host));
        }
        let all: Hosts = hosts.iter().filter(|host| self.takes_part(host)).cloned().collect();
        for host in self.walk(&block.always, all, params.clone()).await {
            if !contains(&lost, &host) {
                lost.push(host);
            }
        }
        lost
    }

    /// Runs one task on all `hosts` side by side; gives those it failed on.
    pub(super) async fn task(&self, task: &Arc<Task>, hosts: &Hosts, params: &Params, handler: bool) -> Hosts {
        if !handler && !self.selected(task) {
            return Hosts::new();
        }
        let label = Arc::new(self.label(task, &hosts[0], params, handler));
        self.run.events.emit(Event::TaskStarted { stage: self.stage, task: label.clone() }).await;
        let once = flag(task, Keyword::RunOnce, &self.scope(task, &hosts[0], params)).ok().flatten().unwrap_or(false);
        let outcomes = match once && !self.free {
            true => self.once(task, &label, hosts, params).await,
            false => self.everywhere(task, &label, hosts, params).await,
        };
        let mut lost = Hosts::new();
        let mut included = Vec::new();
        for (host, outcome) in outcomes {
            if !self.after(task, &host, &outcome) {
                lost.push(host.clone());
            }
            match outcome.effect {
                Some(Effect::Include(list)) => included.extend(list.into_iter().map(|inclusion| (host.clone(), inclusion))),
                Some(Effect::Meta(what)) => lost.extend(self.meta(&what, &host, hosts).await),
                None => {}
            }
        }
        if !lost.is_empty() && self.fatal(task, hosts, params, &lost) {
            lost = hosts.clone();
        }
        for host in self.include(included, params).await {
            if !contains(&lost, &host) {
                lost.push(host);
            }
        }
        lost
    }

    /// What people see of a task: its name is evaluated as far as it can be.
    fn label(&self, task: &Arc<Task>, host: &Arc<HostState>, params: &Params, handler: bool) -> TaskLabel {
        TaskLabel {
            id: self.run.task_id(),
            name: self.scope(task, host, params).title(task),
            module: task.action.module.to_string(),
            place: task.place.to_string(),
            handler,
        }
    }

    pub(super) fn scope(&self, task: &Arc<Task>, host: &Arc<HostState>, params: &Params) -> TaskScope {
        TaskScope::new(&self.run, host, &self.vars, task, params)
    }

    async fn everywhere(&self, task: &Arc<Task>, label: &Arc<TaskLabel>, hosts: &Hosts, params: &Params) -> Vec<(Arc<HostState>, Outcome)> {
        if let [host] = hosts.as_slice() {
            let outcome = looping::run(task.clone(), label.clone(), self.stage, self.scope(task, host, params)).await;
            return vec![(host.clone(), outcome)];
        }
        let gate = self.throttle(task, &hosts[0], params);
        let mut running = JoinSet::new();
        for (index, host) in hosts.iter().enumerate() {
            let (task, label, scope, stage, gate) = (task.clone(), label.clone(), self.scope(task, host, params), self.stage, gate.clone());
            running.spawn(async move {
                let _pass = match &gate {
                    Some(gate) => gate.acquire().await.ok(),
                    None => None,
                };
                (index, looping::run(task, label, stage, scope).await)
            });
        }
        let mut outcomes: Vec<Option<Outcome>> = hosts.iter().map(|_| None).collect();
        while let Some(done) = running.join_next().await {
            if let Ok((index, outcome)) = done {
                outcomes[index] = Some(outcome);
            }
        }
        let crashed = || Outcome::failed("the task ended without a result; this is a fault of rplay");
        hosts.iter().cloned().zip(outcomes.into_iter().map(|o| o.unwrap_or_else(crashed))).collect()
    }

    /// `run_once`: the first host does it, and all get what it left behind.
    async fn once(&self, task: &Arc<Task>, label: &Arc<TaskLabel>, hosts: &Hosts, params: &Params) -> Vec<(Arc<HostState>, Outcome)> {
        let first = &hosts[0];
        let before = first.vars();
        let outcome = looping::run(task.clone(), label.clone(), self.stage, self.scope(task, first, params)).await;
        let after = first.vars();
        for host in &hosts[1..] {
            host.adopt(&before, &after);
        }
        let rest = hosts[1..].iter().map(|host| {
            let mut copy = outcome.clone();
            copy.effect = copy.effect.filter(|effect| matches!(effect, Effect::Include(_)));
            (host.clone(), copy)
        });
        std::iter::once((first.clone(), outcome.clone())).chain(rest).collect()
    }

    /// Takes hosts through what they included: hosts with the same file and variables together, in the order of first naming.
    async fn include(&self, included: Vec<(Arc<HostState>, Inclusion)>, params: &Params) -> Hosts {
        let mut groups: Vec<(Inclusion, Hosts)> = Vec::new();
        for (host, inclusion) in included {
            let mark = |i: &Inclusion| format!("{} {:?}", i.name, i.vars);
            match groups.iter_mut().find(|(known, hosts)| mark(known) == mark(&inclusion) && !contains(hosts, &host)) {
                Some((_, hosts)) => hosts.push(host),
                None => groups.push((inclusion, vec![host])),
            }
        }
        let mut lost = Hosts::new();
        for (inclusion, mut hosts) in groups {
            hosts.retain(|host| !contains(&lost, host));
            if hosts.is_empty() {
                continue;
            }
            let names = hosts.iter().map(|host| host.name.clone()).collect();
            self.run.events.emit(Event::Included { name: inclusion.name.clone(), hosts: names }).await;
            self.add_handlers(inclusion.handlers);
            let mut inner = params.as_ref().clone();
            inner.push(inclusion.vars.clone());
            lost.extend(self.walk(&inclusion.items, hosts, Arc::new(inner)).await);
        }
        lost
    }

    /// Notes what a task's outcome means for its host; whether the host goes on.
    fn after(&self, task: &Arc<Task>, host: &Arc<HostState>, outcome: &Outcome) -> bool {
        if outcome.status == Status::Unreachable && !outcome.ignored {
            host.stand(Standing::Unreachable);
            return true;
        }
        if outcome.goes_on() {
            let changed = outcome.result.get("changed").and_then(serde_json::Value::as_bool).unwrap_or(false);
            if changed && outcome.status != Status::Failed && !task.notify.is_empty() {
                self.notify(task, host);
            }
            return true;
        }
        host.set("ansible_failed_result", super::attempt::as_value(&outcome.result));
        let about = [("name", task.title().into()), ("action", task.action.module.as_ref().into())];
        let about: Map = about.into_iter().map(|(k, v): (&str, crate::language::Value)| (k.into(), v)).collect();
        host.set("ansible_failed_task", crate::language::Value::map(about));
        false
    }
}

/// Whether `host` is among `hosts`.
pub fn contains(hosts: &[Arc<HostState>], host: &Arc<HostState>) -> bool {
    hosts.iter().any(|known| Arc::ptr_eq(known, host))
}
