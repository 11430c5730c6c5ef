//! Handlers: who is notified, and when they run.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indexmap::IndexSet;

use crate::language::playbook::Task;
use crate::language::template;
use crate::language::{Diagnostic, Value};
use crate::plan::{answers_to, is_meant};

use super::host::{HostState, Standing};
use super::stage::Batch;
use super::strategy::{Around, Hosts};

/// The handlers of a stage and the hosts that wait for them.
#[derive(Default)]
pub struct Pending(Mutex<State>);

#[derive(Default)]
struct State {
    handlers: Vec<Arc<Task>>,
    /// By host: the names it was notified under since handlers last ran.
    notified: HashMap<Arc<str>, IndexSet<String>>,
    /// By host: positions among the handlers that are about to run.
    waiting: HashMap<Arc<str>, IndexSet<usize>>,
}

impl Pending {
    /// Nothing notified yet.
    pub fn new(handlers: Vec<Arc<Task>>) -> Pending {
        Pending(Mutex::new(State { handlers, ..State::default() }))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first handler from `from` on that some host waits for, and who waits for it; they then wait no longer.
    fn next(&self, hosts: &Hosts, from: usize) -> Option<(usize, Arc<Task>, Hosts)> {
        let mut state = self.lock();
        for index in from..state.handlers.len() {
            let waiting: Hosts = hosts
                .iter()
                .filter(|host| state.waiting.get_mut(&host.name).is_some_and(|set| set.shift_remove(&index)))
                .cloned()
                .collect();
            if !waiting.is_empty() {
                return Some((index, state.handlers[index].clone(), waiting));
            }
        }
        None
    }

    fn wait(&self, host: &HostState, handlers: impl IntoIterator<Item = usize>) {
        self.lock().waiting.entry(host.name.clone()).or_default().extend(handlers);
    }
}

impl Batch {
    /// Adds handlers of an included role.
    pub(super) fn add_handlers(&self, handlers: Vec<Arc<Task>>) {
        let mut state = self.pending.lock();
        for handler in handlers {
            let known = |own: &Arc<Task>| {
                own.place == handler.place && own.role.as_ref().map(|r| &r.name) == handler.role.as_ref().map(|r| &r.name)
            };
            if !state.handlers.iter().any(known) {
                state.handlers.push(handler);
            }
        }
    }

    /// Notes that something changed on `host` that these names are to be told of. What a handler notifies waits at once;
    /// all other names are looked up when handlers run, so that those that came later count.
    pub(super) fn notify(&self, names: &[String], host: &Arc<HostState>, around: &Around) {
        for name in names {
            let found = self.named(name, host);
            match (found.is_empty(), around.handler) {
                (true, _) => self.unknown(name),
                (false, true) => self.pending.wait(host, found),
                (false, false) => {
                    self.pending.lock().notified.entry(host.name.clone()).or_default().insert(name.clone());
                }
            }
        }
    }

    /// A name no handler has ends the play.
    fn unknown(&self, name: &str) {
        let message =
            format!("The requested handler '{name}' was not found in either the main handlers list nor in the listening handlers list");
        self.run.loader.report(Diagnostic::new(message).at(&self.vars.play.place));
        self.ended.store(true, std::sync::atomic::Ordering::Relaxed);
    }

    /// The handlers of a name: the last that is called so, and all that listen to it; of those with one name the last.
    fn named(&self, name: &str, host: &Arc<HostState>) -> Vec<usize> {
        let handlers = self.pending.lock().handlers.clone();
        let own = |handler: &Arc<Task>| match &handler.name {
            Some(value @ Value::Template(_)) => {
                let scope = self.scope(handler, host, &Around::default());
                template::resolve(value, &scope).is_ok_and(|own| template::text(&own) == name)
            }
            Some(_) => answers_to(handler, name),
            None => false,
        };
        let order = latest_first(&handlers);
        let mut found: Vec<usize> = order.iter().copied().find(|index| own(&handlers[*index])).into_iter().collect();
        let mut seen: Vec<String> = Vec::new();
        for index in order {
            let handler = &handlers[index];
            let title = handler.name.as_ref().map(|_| handler.title());
            let listens = handler.topics().any(|topic| is_meant(&topic, handler, name));
            if listens && title.as_ref().is_none_or(|title| !seen.contains(title)) {
                found.push(index);
                seen.extend(title);
            }
        }
        found
    }

    /// Runs what was notified, in the handlers' own order; gives the hosts it failed on.
    /// What a handler notifies before itself waits for the next time.
    pub(super) async fn flush(&self, hosts: &Hosts, around: &Around) -> Hosts {
        for host in hosts {
            let names = self.pending.lock().notified.remove(&host.name).unwrap_or_default();
            names.iter().for_each(|name| self.pending.wait(host, self.named(name, host)));
        }
        let inside = Around { handler: true, params: Arc::default(), ..around.clone() };
        let mut hosts = hosts.clone();
        let mut lost = Hosts::new();
        let mut from = 0;
        while let Some((index, handler, waiting)) = self.pending.next(&hosts, from) {
            let failed = Box::pin(self.task(&handler, &waiting, &inside)).await;
            hosts.retain(|host| !super::strategy::contains(&failed, host) && host.standing() == Standing::Active);
            lost.extend(failed);
            from = index + 1;
            if self.over() {
                break;
            }
        }
        lost
    }
}

/// The positions of handlers in the order in which names are looked up: the role or play that came last first, and within
/// each the handlers as they are written.
fn latest_first(handlers: &[Arc<Task>]) -> Vec<usize> {
    let source = |index: usize| handlers[index].role.as_ref().map(|role| role.identity.clone());
    let mut sections: Vec<Vec<usize>> = Vec::new();
    for index in 0..handlers.len() {
        match sections.last_mut() {
            Some(section) if source(section[0]) == source(index) => section.push(index),
            _ => sections.push(vec![index]),
        }
    }
    sections.into_iter().rev().flatten().collect()
}
