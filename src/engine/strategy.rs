//! How the hosts of a batch go through a list of tasks.
//!
//! Under `linear` all hosts of the batch go through the list together; under `free` and `host_pinned` each goes alone.
//! Blocks are the same for both: those that fail in the block go through its rescue, all that are left through its always.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use tokio::task::JoinSet;

use crate::language::playbook::{Block, Item, Keyword, RoleTasks, Task};
use crate::language::{Map, Value};

use super::action;
use super::attempt::{all, flag};
use super::event::{Event, Status, TaskLabel};
use super::host::{HostState, Standing};
use super::looping;
use super::meta;
use super::outcome::{Effect, Inclusion, Outcome};
use super::scope::TaskScope;
use super::stage::Batch;

/// Hosts that go together.
pub type Hosts = Vec<Arc<HostState>>;

/// What surrounds a list of tasks while it runs.
#[derive(Clone, Default)]
pub struct Around {
    /// Variables of the includes around it.
    pub params: Arc<Vec<Arc<Map>>>,
    /// Whether a rescue stands ready for those that fail.
    pub rescued: bool,
    /// Whether these are handlers, which no tag holds back.
    pub handler: bool,
}

type Walk<'a> = Pin<Box<dyn Future<Output = Hosts> + Send + 'a>>;

impl Batch {
    /// Takes `hosts` through `items`; gives those that failed on the way.
    pub(super) fn walk<'a>(&'a self, items: &'a [Item], hosts: Hosts, around: Around) -> Walk<'a> {
        Box::pin(async move {
            let (mut active, mut failed) = (hosts, Hosts::new());
            for item in items {
                active.retain(|host| self.takes_part(host));
                if active.is_empty() || self.over() {
                    break;
                }
                let lost = match item {
                    Item::Task(task) => self.task(task, &active, &around).await,
                    Item::Block(block) => self.block(block, &active, &around).await,
                    Item::Role(role) => self.role(role, &active, &around).await,
                    Item::Flush if !self.run.options.tags.selects(&["always".into()]) => Hosts::new(),
                    Item::Flush => self.flush(&active, &around).await,
                };
                active.retain(|host| !contains(&lost, host));
                failed.extend(lost);
            }
            failed
        })
    }

    async fn block(&self, block: &Block, hosts: &Hosts, around: &Around) -> Hosts {
        let inside = Around { rescued: around.rescued || block.rescue.is_some(), ..around.clone() };
        let mut lost = self.walk(&block.block, hosts.clone(), inside).await;
        if let (Some(rescue), false) = (&block.rescue, lost.is_empty()) {
            let tried: Hosts = lost.iter().filter(|host| self.takes_part(host)).cloned().collect();
            let still = self.walk(rescue, tried.clone(), around.clone()).await;
            lost.retain(|host| !contains(&tried, host) || contains(&still, host));
        }
        let all: Hosts = hosts.iter().filter(|host| self.takes_part(host)).cloned().collect();
        for host in self.walk(&block.always, all, around.clone()).await {
            if !contains(&lost, &host) {
                lost.push(host);
            }
        }
        lost
    }

    /// Takes the hosts through a role that have not been through it in this play, or may go through it again.
    async fn role(&self, role: &RoleTasks, hosts: &Hosts, around: &Around) -> Hosts {
        let hosts: Hosts = hosts.iter().filter(|host| role.again || !self.roles.has_run(host, &role.role)).cloned().collect();
        let lost = self.walk(&role.items, hosts.clone(), around.clone()).await;
        hosts.iter().filter(|host| host.standing() == Standing::LeftRole).for_each(|host| host.stand(Standing::Active));
        lost
    }

    /// Runs one task on all `hosts` side by side; gives those it failed on.
    pub(super) async fn task(&self, task: &Arc<Task>, hosts: &Hosts, around: &Around) -> Hosts {
        if !around.handler && !self.selected(task) {
            return Hosts::new();
        }
        let hosts = &self.unless_implicit(task, hosts, around);
        if hosts.is_empty() {
            return Hosts::new();
        }
        let scope = self.scope(task, &hosts[0], around);
        let label = Arc::new(self.label(task, &scope, around));
        if !self.run.allowed(&label.name).await {
            return Hosts::new();
        }
        self.run.events.emit(Event::TaskStarted { stage: self.stage, task: label.clone() }).await;
        let once = flag(task, Keyword::RunOnce, &scope).ok().flatten().unwrap_or(false);
        let outcomes = match () {
            () if !self.free && (meta::for_all(task) || action::bypasses_hosts(task)) => {
                self.everywhere(task, &label, &hosts[..1].to_vec(), around).await
            }
            () if !self.free && once => self.once(task, &label, hosts, around).await,
            () => self.everywhere(task, &label, hosts, around).await,
        };
        let mut lost = Hosts::new();
        let mut included = Vec::new();
        let mut asked = Vec::new();
        for (host, outcome) in outcomes {
            if !self.after(task, &host, &outcome, around) {
                lost.push(host.clone());
            }
            match outcome.effect {
                Some(Effect::Include(list)) => included.extend(list.into_iter().map(|inclusion| (host.clone(), inclusion))),
                Some(Effect::Meta(what)) => asked.push((host, what)),
                Some(Effect::Join(groups)) => action::join(&self.run, &host.name, &groups),
                None => {}
            }
        }
        lost.extend(self.meta(asked, around).await);
        if !lost.is_empty() && self.fatal(task, hosts, around, &lost) {
            lost = hosts.clone();
        }
        for host in self.include(included, around).await {
            if !contains(&lost, &host) {
                lost.push(host);
            }
        }
        if !around.rescued {
            lost.iter().for_each(|host| host.lose());
        }
        lost
    }

    /// The hosts on which a task is done at all: facts are gathered without a word where they need not be.
    fn unless_implicit(&self, task: &Arc<Task>, hosts: &Hosts, around: &Around) -> Hosts {
        if !task.implicit {
            return hosts.clone();
        }
        let own: Vec<_> = task.keywords.when.iter().filter(|condition| condition.place == task.place).cloned().collect();
        let wanted = |host: &&Arc<HostState>| all(&own, &self.scope(task, host, around)).unwrap_or(true);
        hosts.iter().filter(wanted).cloned().collect()
    }

    /// What people see of a task: its name is evaluated as far as it can be.
    fn label(&self, task: &Task, scope: &TaskScope, around: &Around) -> TaskLabel {
        TaskLabel {
            id: self.run.task_id(),
            name: scope.title(task),
            module: task.action.module.to_string(),
            place: task.place.to_string(),
            handler: around.handler,
        }
    }

    pub(super) fn scope(&self, task: &Arc<Task>, host: &Arc<HostState>, around: &Around) -> TaskScope {
        TaskScope::new(&self.run, host, &self.vars, task, &around.params)
    }

    async fn everywhere(&self, task: &Arc<Task>, label: &Arc<TaskLabel>, hosts: &Hosts, around: &Around) -> Vec<(Arc<HostState>, Outcome)> {
        // Groups are made host by host, so that their members stand in the hosts' order.
        if hosts.len() == 1 || task.action.short() == "group_by" {
            let mut outcomes = Vec::new();
            for host in hosts {
                let outcome = looping::run(task.clone(), label.clone(), self.stage, self.scope(task, host, around)).await;
                outcomes.push((host.clone(), outcome));
            }
            return outcomes;
        }
        let gate = self.throttle(task, &hosts[0], around);
        let mut running = JoinSet::new();
        for (index, host) in hosts.iter().enumerate() {
            let (task, label, scope, stage, gate) = (task.clone(), label.clone(), self.scope(task, host, around), self.stage, gate.clone());
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
    async fn once(&self, task: &Arc<Task>, label: &Arc<TaskLabel>, hosts: &Hosts, around: &Around) -> Vec<(Arc<HostState>, Outcome)> {
        let first = &hosts[0];
        let before = first.vars();
        let outcome = looping::run(task.clone(), label.clone(), self.stage, self.scope(task, first, around)).await;
        let after = first.vars();
        for host in &hosts[1..] {
            host.adopt(&before, &after);
        }
        let rest = hosts[1..].iter().map(|host| {
            let mut copy = outcome.clone();
            copy.notify.clear();
            copy.effect = copy.effect.filter(|effect| matches!(effect, Effect::Include(_)));
            (host.clone(), copy)
        });
        std::iter::once((first.clone(), outcome.clone())).chain(rest).collect()
    }

    /// Takes hosts through what they included: hosts with the same file and variables together, in the order of first naming.
    async fn include(&self, included: Vec<(Arc<HostState>, Inclusion)>, around: &Around) -> Hosts {
        let mut groups: Vec<(Inclusion, Hosts)> = Vec::new();
        for (host, inclusion) in included {
            let mark = |i: &Inclusion| format!("{} {:?}", i.name, i.vars);
            match groups.iter_mut().find(|(known, hosts)| mark(known) == mark(&inclusion) && !contains(hosts, &host)) {
                Some((_, hosts)) => hosts.push(host),
                None => groups.push((inclusion, vec![host])),
            }
        }
        for (inclusion, hosts) in &groups {
            hosts.iter().for_each(|host| host.count(|counts| counts.ok += 1));
            let names = hosts.iter().map(|host| host.name.clone()).collect();
            let told = Event::Included { name: inclusion.name.clone(), hosts: names, item: inclusion.item.clone() };
            self.run.events.emit(told).await;
        }
        let mut lost = Hosts::new();
        for (inclusion, mut hosts) in groups {
            hosts.retain(|host| !contains(&lost, host));
            if hosts.is_empty() {
                continue;
            }
            self.add_handlers(inclusion.handlers);
            self.vars.expose(&inclusion.roles);
            let mut params = around.params.as_ref().clone();
            params.push(inclusion.vars.clone());
            lost.extend(self.walk(&inclusion.items, hosts, Around { params: Arc::new(params), ..around.clone() }).await);
        }
        lost
    }

    /// Notes what a task's outcome means for its host; whether the host goes on.
    fn after(&self, task: &Arc<Task>, host: &Arc<HostState>, outcome: &Outcome, around: &Around) -> bool {
        if outcome.status == Status::Unreachable && !outcome.ignored {
            host.stand(Standing::Unreachable);
            return true;
        }
        if let (Some(role), Status::Ok | Status::Changed | Status::Failed) = (&task.role, outcome.status) {
            self.roles.ran(host, role);
        }
        if outcome.goes_on() {
            let changed = outcome.result.get("changed").and_then(serde_json::Value::as_bool).unwrap_or(false);
            if changed && outcome.status != Status::Failed {
                self.notify(&outcome.notify, host, around);
            }
            return true;
        }
        if around.rescued {
            // A file that cannot be included is a failure even where it is rescued.
            host.rescue(!outcome.is_missing_file(), &failure(task, outcome));
        }
        false
    }
}

/// What the tasks of a rescue see of the failure before them.
fn failure(task: &Task, outcome: &Outcome) -> [(&'static str, Value); 2] {
    let name = task.name.as_ref().map_or_else(String::new, |_| task.title());
    let about = [("name", name.into()), ("action", task.action.module.as_ref().into())];
    let about: Map = about.into_iter().map(|(k, v): (&str, Value)| (k.into(), v)).collect();
    [("ansible_failed_result", super::attempt::as_value(&outcome.result)), ("ansible_failed_task", Value::map(about))]
}

/// Whether `host` is among `hosts`.
pub fn contains(hosts: &[Arc<HostState>], host: &Arc<HostState>) -> bool {
    hosts.iter().any(|known| Arc::ptr_eq(known, host))
}
