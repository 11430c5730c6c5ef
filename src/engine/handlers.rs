//! Handlers: who is notified, and when they run.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indexmap::IndexSet;

use crate::language::Value;
use crate::language::playbook::Task;
use crate::language::template;
use crate::plan::answers_to;

use super::host::{HostState, Standing};
use super::stage::Batch;
use super::strategy::Hosts;

/// The handlers of a stage and the hosts that wait for them.
#[derive(Default)]
pub struct Pending(Mutex<State>);

#[derive(Default)]
struct State {
    handlers: Vec<Arc<Task>>,
    /// By host: positions among the handlers.
    waiting: HashMap<Arc<str>, IndexSet<usize>>,
}

impl Pending {
    /// Nothing notified yet.
    pub fn new(handlers: Vec<Arc<Task>>) -> Pending {
        Pending(Mutex::new(State { handlers, waiting: HashMap::new() }))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first handler some host waits for, and who waits for it; they then wait no longer.
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

    /// Notes that `task` changed something on `host`.
    pub(super) fn notify(&self, task: &Arc<Task>, host: &Arc<HostState>) {
        let scope = self.scope(task, host, &Arc::default());
        for notice in &task.notify {
            let names = match template::resolve(notice, &scope) {
                Ok(Value::List(names)) => names.iter().map(template::text).collect(),
                Ok(Value::Omit | Value::Null) => Vec::new(),
                Ok(name) => vec![template::text(&name)],
                Err(_) => Vec::new(),
            };
            for name in names {
                self.notify_by_name(&name, host);
            }
        }
    }

    /// A topic wakes all that listen to it; a name wakes one: the last that has it.
    fn notify_by_name(&self, name: &str, host: &Arc<HostState>) {
        let handlers = self.pending.lock().handlers.clone();
        let listens = |handler: &Task| handler.listen.iter().any(|topic| topic.as_str() == Some(name) || list_has(topic, name));
        let named = |handler: &Arc<Task>| match &handler.name {
            Some(value @ Value::Template(_)) => {
                let scope = self.scope(handler, host, &Arc::default());
                template::resolve(value, &scope).is_ok_and(|own| template::text(&own) == name)
            }
            _ => answers_to(handler, name),
        };
        let last = handlers.iter().rposition(|handler| !listens(handler) && named(handler));
        let woken = handlers.iter().enumerate().filter(|(index, handler)| Some(*index) == last || listens(handler)).map(|(index, _)| index);
        self.pending.lock().waiting.entry(host.name.clone()).or_default().extend(woken);
    }

    /// Runs what was notified, in the handlers' own order, until nothing is pending; gives the hosts it failed on.
    pub(super) async fn flush(&self, hosts: &Hosts) -> Hosts {
        let mut hosts = hosts.clone();
        let mut lost = Hosts::new();
        let mut from = 0;
        while let Some((index, handler, waiting)) = self.pending.next(&hosts, from).or_else(|| self.pending.next(&hosts, 0)) {
            let failed = Box::pin(self.task(&handler, &waiting, &Arc::default(), true)).await;
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

fn list_has(value: &Value, name: &str) -> bool {
    value.as_list().is_some_and(|items| items.iter().any(|item| item.as_str() == Some(name)))
}
