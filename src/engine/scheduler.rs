//! Starts every stage when what it waits for has ended and its hosts are free.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use petgraph::graph::NodeIndex;
use tokio::task::JoinSet;

use crate::language::playbook::Play;
use crate::language::{Diagnostic, Value, template};
use crate::plan::{Plan, Stage};

use super::event::{Counts, Event, StageEnd};
use super::host::Standing;
use super::run::Run;
use super::stage;

/// How a run ended.
#[derive(Debug, Default)]
pub struct Verdict {
    /// What each host did.
    pub recap: Vec<(Arc<str>, Counts)>,
    /// Mistakes that only showed at run time.
    pub problems: Vec<Diagnostic>,
    /// Whether a host failed and nothing rescued or forgave it.
    pub failed: bool,
    /// Whether a host could not be reached and nothing forgave it.
    pub unreachable: bool,
    /// Whether the user stopped it.
    pub cancelled: bool,
}

impl Verdict {
    /// The exit code of `ansible-playbook`.
    pub fn exit_code(&self) -> u8 {
        match () {
            () if self.cancelled => 99,
            () if !self.problems.is_empty() => 1,
            () if self.unreachable => 4,
            () if self.failed => 2,
            () => 0,
        }
    }
}

/// Where a stage stands.
enum Progress {
    Waiting,
    Running,
    Ended(StageEnd),
}

/// Walks the plan to its end.
pub async fn execute(run: &Arc<Run>, plan: &Plan) -> Verdict {
    let began = Instant::now();
    let stages = plan.stages().map(|(_, s)| (s.play.title(), s.hosts.clone(), s.play.tasks().len())).collect();
    run.events.emit(Event::RunStarted { stages }).await;
    let mut walk =
        Walk { run, plan, progress: plan.stages().map(|_| Progress::Waiting).collect(), busy: HashSet::new(), problems: Vec::new() };
    let mut running: JoinSet<(NodeIndex, Result<StageEnd, Diagnostic>)> = JoinSet::new();
    let mut lanes: Vec<(NodeIndex, Vec<Arc<str>>)> = Vec::new();
    loop {
        for (node, hosts) in walk.ready().await {
            let (run, stage) = (run.clone(), plan.graph[node].clone());
            lanes.push((node, hosts.clone()));
            running.spawn(async move { (node, stage::run(&run, stage.index, &stage.play, hosts).await) });
        }
        match running.join_next().await {
            None => break,
            Some(Ok((node, end))) => {
                let hosts = lanes.iter().position(|(n, _)| *n == node).map(|at| lanes.swap_remove(at).1);
                hosts.into_iter().flatten().for_each(|host| {
                    walk.busy.remove(&host);
                });
                walk.ended(node, end).await;
            }
            Some(Err(crash)) => {
                walk.problems.push(Diagnostic::new(format!("a stage ended without a result: {crash}")));
                break;
            }
        }
    }
    let recap: Vec<_> = run.seen_hosts().iter().filter(|h| h.counts() != Counts::default()).map(|h| (h.name.clone(), h.counts())).collect();
    let mut problems = walk.problems;
    problems.extend(run.loader.take_problems());
    run.links.close().await;
    let mut sorted = recap.clone();
    sorted.sort();
    run.events.emit(Event::RunEnded { recap: sorted, seconds: began.elapsed().as_secs_f64() }).await;
    let any = |standing: Standing| run.seen_hosts().iter().any(|host| host.standing() == standing);
    Verdict { recap, problems, failed: any(Standing::Failed), unreachable: any(Standing::Unreachable), cancelled: run.cancelled() }
}

struct Walk<'a> {
    run: &'a Arc<Run>,
    plan: &'a Plan,
    progress: Vec<Progress>,
    busy: HashSet<Arc<str>>,
    problems: Vec<Diagnostic>,
}

impl Walk<'_> {
    /// The stages that may start now, with their hosts, which are then busy.
    async fn ready(&mut self) -> Vec<(NodeIndex, Vec<Arc<str>>)> {
        let mut found = Vec::new();
        for (node, stage) in self.plan.stages() {
            if !matches!(self.progress[node.index()], Progress::Waiting) {
                continue;
            }
            match self.cause(node) {
                Cause::NotYet => continue,
                Cause::Never(end) => {
                    self.end(node, end).await;
                    continue;
                }
                Cause::Go => {}
            }
            let hosts = match self.hosts(stage).await {
                Ok(hosts) => hosts,
                Err(problem) => {
                    self.problems.push(problem);
                    self.end(node, StageEnd::Failed).await;
                    continue;
                }
            };
            if hosts.iter().any(|host| self.busy.contains(host)) {
                continue;
            }
            self.busy.extend(hosts.iter().cloned());
            self.progress[node.index()] = Progress::Running;
            found.push((node, hosts));
        }
        found
    }

    fn cause(&self, node: NodeIndex) -> Cause {
        if self.run.cancelled() {
            return Cause::Never(StageEnd::Cancelled);
        }
        for before in self.plan.waits_for(node) {
            match &self.progress[before.index()] {
                Progress::Ended(StageEnd::Done) => {}
                Progress::Ended(StageEnd::Failed) => return Cause::Never(StageEnd::NotRun(self.plan.graph[before].play.title())),
                Progress::Ended(end) => return Cause::Never(end.clone()),
                Progress::Waiting | Progress::Running => return Cause::NotYet,
            }
        }
        Cause::Go
    }

    /// The hosts of a stage as the inventory now stands, without those that are lost.
    async fn hosts(&self, stage: &Stage) -> Result<Vec<Arc<str>>, Diagnostic> {
        let pattern = pattern(self.run, &stage.play)?;
        let (names, warnings) = self.run.select(&pattern).map_err(|p| p.at(&stage.play.hosts_place))?;
        for message in warnings {
            self.run.events.emit(Event::Warning { message }).await;
        }
        let mut hosts: Vec<Arc<str>> =
            names.into_iter().filter(|name| self.run.host(name).is_some_and(|h| h.rejoin(stage.index) == Standing::Active)).collect();
        match stage.play.order.as_ref().and_then(Value::as_str) {
            Some("sorted") => hosts.sort(),
            Some("reverse_sorted") => hosts.sort_by(|a, b| b.cmp(a)),
            Some("reverse_inventory") => hosts.reverse(),
            _ => {}
        }
        Ok(hosts)
    }

    async fn ended(&mut self, node: NodeIndex, end: Result<StageEnd, Diagnostic>) {
        match end {
            Ok(end) => self.end(node, end).await,
            Err(problem) => {
                self.problems.push(problem);
                self.end(node, StageEnd::Failed).await;
            }
        }
    }

    async fn end(&mut self, node: NodeIndex, end: StageEnd) {
        let stage = &self.plan.graph[node];
        self.progress[node.index()] = Progress::Ended(end.clone());
        self.run.events.emit(Event::StageEnded { stage: stage.index, name: stage.play.title(), end }).await;
    }
}

/// Whether a stage may start.
enum Cause {
    Go,
    NotYet,
    Never(StageEnd),
}

/// The host pattern of a play, which may be a template of extra and play variables.
pub fn pattern(run: &Run, play: &Play) -> Result<String, Diagnostic> {
    let known = play.vars.iter().chain(run.options.extra_vars.iter()).map(|(k, v)| (k.clone(), v.clone())).collect();
    let value = template::resolve(&play.hosts, &template::MapScope(known)).map_err(|p| p.at(&play.hosts_place))?;
    match &value {
        Value::List(items) => Ok(items.iter().map(template::text).collect::<Vec<_>>().join(",")),
        other => Ok(template::text(other)),
    }
}
