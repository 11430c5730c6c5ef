//! One stage: a play on its hosts, batch by batch.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, RwLock};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::language::playbook::{Keyword, Play, Task};
use crate::language::template::{self, MapScope};
use crate::language::{Diagnostic, Map, Value};

use super::attempt::flag;
use super::event::{Event, StageEnd};
use super::handlers::Pending;
use super::host::{HostState, Standing};
use super::roles::Roles;
use super::run::Run;
use super::scheduler::pattern;
use super::stage_vars::{Exposed, StageVars};
use super::strategy::{Around, Hosts, contains};
use super::vars_files::VarsFiles;

/// The hosts of a stage that go through the play together, and what they share.
pub struct Batch {
    pub(super) run: Arc<Run>,
    pub(super) stage: usize,
    pub(super) vars: Arc<StageVars>,
    pub(super) pending: Pending,
    /// Whether every host goes alone.
    pub(super) free: bool,
    /// Which hosts have been through which roles.
    pub(super) roles: Roles,
    pub(super) ended: AtomicBool,
}

/// Runs a stage to its end.
pub async fn run(run: &Arc<Run>, index: usize, play: &Arc<Play>, hosts: Vec<Arc<str>>) -> Result<StageEnd, Diagnostic> {
    let name = play.title();
    let started = Event::StageStarted { stage: index, name, hosts: hosts.clone() };
    run.events.emit(started).await;
    if hosts.is_empty() {
        return Ok(StageEnd::Done);
    }
    let all: Hosts = hosts.iter().filter_map(|name| run.host(name)).collect();
    // Those that were lost before are named all the same.
    let named = run.select(&pattern(run, play)?).map_or(hosts, |(names, _)| names);
    let answers = prompts(run, play)?;
    let mut end = StageEnd::Done;
    for (number, members) in batches(run, play, &all)?.into_iter().enumerate() {
        let active: Hosts = members.into_iter().filter(|host| host.standing() == Standing::Active).collect();
        if active.is_empty() {
            continue;
        }
        if number > 0 {
            let hosts = active.iter().map(|host| host.name.clone()).collect();
            run.events.emit(Event::BatchStarted { stage: index, name: play.title(), hosts }).await;
        }
        let batch = Arc::new(batch(run, index, play, &named, &active, &answers)?);
        let failed = batch.clone().go(&active).await;
        for host in &failed {
            if host.standing() == Standing::Active {
                host.stand(Standing::Failed);
            }
        }
        let left = active.iter().any(|host| !matches!(host.standing(), Standing::Failed | Standing::Unreachable));
        if run.cancelled() {
            return Ok(StageEnd::Cancelled);
        }
        if !left {
            end = StageEnd::Failed;
            break;
        }
        if batch.ended.load(Ordering::Relaxed) {
            break;
        }
    }
    Ok(end)
}

fn batch(run: &Arc<Run>, stage: usize, play: &Arc<Play>, hosts: &[Arc<str>], active: &Hosts, answers: &Map) -> Result<Batch, Diagnostic> {
    let strategy = play.strategy.as_ref().and_then(Value::as_str).unwrap_or("linear");
    let free = match strategy.rsplit('.').next() {
        Some("linear" | "debug") => false,
        Some("free" | "host_pinned") => true,
        _ => return Err(Diagnostic::new(format!("Invalid play strategy specified: {strategy}")).at(&play.place)),
    };
    let mut roles = Exposed::default();
    roles.add(&play.roles);
    let vars = StageVars {
        play: play.clone(),
        files: VarsFiles::new(play, answers.clone()),
        roles: RwLock::new(Arc::new(roles)),
        hosts: hosts.to_vec(),
        batch: active.clone(),
    };
    Ok(Batch {
        run: run.clone(),
        stage,
        vars: Arc::new(vars),
        pending: Pending::new(play.handlers.clone()),
        free,
        roles: Roles::default(),
        ended: AtomicBool::new(false),
    })
}

impl Batch {
    /// Takes the batch through the play; gives the hosts it failed on.
    async fn go(self: Arc<Self>, hosts: &Hosts) -> Hosts {
        let failed = match self.free {
            false => self.walk(&self.vars.play.items, hosts.clone(), Around::default()).await,
            true => self.clone().each_alone(hosts).await,
        };
        if self.force_handlers() {
            let late: Hosts = failed.iter().filter(|host| host.standing() == Standing::Active).cloned().collect();
            self.flush(&late, &Around::default()).await;
        }
        failed
    }

    async fn each_alone(self: Arc<Self>, hosts: &Hosts) -> Hosts {
        let mut running = JoinSet::new();
        for host in hosts {
            let (batch, host) = (self.clone(), host.clone());
            running.spawn(async move { batch.walk(&batch.vars.play.items, vec![host], Around::default()).await });
        }
        let mut failed = Hosts::new();
        while let Some(done) = running.join_next().await {
            failed.extend(done.unwrap_or_default());
        }
        failed
    }

    fn force_handlers(&self) -> bool {
        self.run.options.force_handlers || matches!(self.vars.play.force_handlers, Some(Value::Bool(true)))
    }

    /// Whether a host still takes part in the stage.
    pub(super) fn takes_part(&self, host: &Arc<HostState>) -> bool {
        host.standing() == Standing::Active
    }

    /// Whether the stage is to end now.
    pub(super) fn over(&self) -> bool {
        self.ended.load(Ordering::Relaxed) || self.run.cancelled()
    }

    /// Whether tags and `--start-at-task` let the task run.
    pub(super) fn selected(&self, task: &Task) -> bool {
        self.run.reached(task) && self.run.options.tags.selects(&task.keywords.tags)
    }

    /// `throttle`: how many hosts may run the task at once.
    pub(super) fn throttle(&self, task: &Arc<Task>, host: &Arc<HostState>, around: &Around) -> Option<Arc<Semaphore>> {
        let value = task.keywords.get(Keyword::Throttle)?;
        let limit = template::resolve(value, &self.scope(task, host, around)).ok()?;
        let limit = template::text(&limit).parse::<f64>().ok()? as usize;
        (limit > 0).then(|| Arc::new(Semaphore::new(limit)))
    }

    /// Whether losing `lost` ends it for all hosts: `any_errors_fatal`, or more than `max_fail_percentage`.
    pub(super) fn fatal(&self, task: &Arc<Task>, hosts: &Hosts, around: &Around, lost: &Hosts) -> bool {
        if self.free {
            return false;
        }
        let scope = self.scope(task, &hosts[0], around);
        if flag(task, Keyword::AnyErrorsFatal, &scope).ok().flatten().unwrap_or(false) {
            return true;
        }
        let Some(limit) = &self.vars.play.max_fail_percentage else { return false };
        let limit = template::resolve(limit, &scope).ok().and_then(|v| template::text(&v).trim_end_matches('%').parse::<f64>().ok());
        let batch = &self.vars.batch;
        let failed = batch.iter().filter(|h| h.is_lost() || contains(lost, h)).count();
        limit.is_some_and(|limit| failed as f64 * 100.0 / batch.len() as f64 > limit)
    }
}

/// The hosts of a play in batches, as `serial` says.
fn batches(run: &Arc<Run>, play: &Play, hosts: &Hosts) -> Result<Vec<Hosts>, Diagnostic> {
    let scope = MapScope(play.vars.iter().chain(run.options.extra_vars.iter()).map(|(k, v)| (k.clone(), v.clone())).collect());
    let sizes = match play.serial.as_ref().map(|value| template::resolve(value, &scope)).transpose().map_err(|p| p.at(&play.place))? {
        None => return Ok(vec![hosts.clone()]),
        Some(Value::List(sizes)) => sizes.to_vec(),
        Some(size) => vec![size],
    };
    let mut rest = hosts.as_slice();
    let mut found = Vec::new();
    let mut index = 0;
    while !rest.is_empty() {
        let size = sizes.get(index).or(sizes.last()).map_or(Ok(0), |size| batch_size(size, hosts.len(), play))?;
        let (batch, left) = rest.split_at(if size == 0 { rest.len() } else { size.min(rest.len()) });
        found.push(batch.to_vec());
        rest = left;
        index += 1;
    }
    Ok(found)
}

fn batch_size(size: &Value, hosts: usize, play: &Play) -> Result<usize, Diagnostic> {
    let text = template::text(size);
    let parsed = match text.strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().ok().map(|p| ((hosts as f64 * p / 100.0) as usize).max(1)),
        None => text.trim().parse().ok(),
    };
    parsed.ok_or_else(|| Diagnostic::new(format!("serial must be a number or a percentage, not '{text}'")).at(&play.place))
}

/// The answers to `vars_prompt`: what `-e` gives, else the defaults.
fn prompts(run: &Arc<Run>, play: &Play) -> Result<Map, Diagnostic> {
    let mut answers = Map::default();
    for prompt in &play.vars_prompt {
        if run.options.extra_vars.contains_key(prompt.name.as_ref()) {
            continue;
        }
        let value = match (run.options.ask)(prompt) {
            Some(answer) => {
                if prompt.private {
                    run.secrets().add(&answer);
                }
                Value::from(answer)
            }
            None => prompt.default.clone().unwrap_or(Value::Null),
        };
        answers.insert(prompt.name.as_ref().into(), value);
    }
    Ok(answers)
}
