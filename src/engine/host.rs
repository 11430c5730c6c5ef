//! What the engine knows of one host during a run.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::language::{Key, Map, Value};

use super::event::Counts;

/// Whether a host still takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Standing {
    /// It does.
    #[default]
    Active,
    /// A task failed on it.
    Failed,
    /// It could not be reached.
    Unreachable,
    /// It left that stage by `meta: end_host` and takes part again in the next.
    Ended(usize),
    /// It left a role by `meta: end_role` and goes on after it.
    LeftRole,
}

/// A host: its variables as they grow, and how it stands.
#[derive(Debug)]
pub struct HostState {
    /// Its name.
    pub name: Arc<str>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    vars: HostVars,
    standing: Standing,
    /// Whether a task failed on it for good in the play that runs.
    lost: bool,
    counts: Counts,
}

/// The variables of a host that are not a play's or a task's. Every part is shared until it changes.
#[derive(Debug, Clone, Default)]
pub struct HostVars {
    /// From inventory, `group_vars` and `host_vars`, already merged.
    pub inventory: Arc<Map>,
    /// Facts under their own names (`ansible_hostname`).
    pub facts: Arc<Map>,
    /// `include_vars`.
    pub included: Arc<Map>,
    /// `set_fact` and registered results.
    pub set: Arc<Map>,
}

impl HostState {
    /// A host with its variables from the inventory.
    pub fn new(name: Arc<str>, inventory: Arc<Map>) -> HostState {
        let vars = HostVars { inventory, ..HostVars::default() };
        HostState { name, state: Mutex::new(State { vars, ..State::default() }) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The variables as they are now.
    pub fn vars(&self) -> HostVars {
        self.lock().vars.clone()
    }

    /// Sets a variable as `set_fact` and `register` do.
    pub fn set(&self, name: &str, value: Value) {
        Arc::make_mut(&mut self.lock().vars.set).insert(Key::from(name), value);
    }

    /// Adds variables as `include_vars` does.
    pub fn include(&self, vars: &Map) {
        Arc::make_mut(&mut self.lock().vars.included).extend(vars.iter().map(|(k, v)| (k.clone(), v.clone())));
    }

    /// Adds facts.
    pub fn add_facts(&self, facts: &Map) {
        Arc::make_mut(&mut self.lock().vars.facts).extend(facts.iter().map(|(k, v)| (k.clone(), v.clone())));
    }

    /// Forgets all facts.
    pub fn clear_facts(&self) {
        self.lock().vars.facts = Arc::default();
    }

    /// Replaces what the inventory says, after groups changed.
    pub fn set_inventory(&self, vars: Arc<Map>) {
        self.lock().vars.inventory = vars;
    }

    /// How it stands.
    pub fn standing(&self) -> Standing {
        self.lock().standing
    }

    /// Says how it stands.
    pub fn stand(&self, standing: Standing) {
        self.lock().standing = standing;
    }

    /// Notes that a task failed on it and nothing rescues it.
    pub fn lose(&self) {
        self.lock().lost = true;
    }

    /// Whether a task failed on it for good.
    pub fn is_lost(&self) -> bool {
        self.lock().lost
    }

    /// Whether it failed or could not be reached.
    pub fn is_out(&self) -> bool {
        let state = self.lock();
        state.lost || matches!(state.standing, Standing::Failed | Standing::Unreachable)
    }

    /// Forgets that it failed or was out of reach.
    pub fn forgive(&self) {
        let mut state = self.lock();
        state.lost = false;
        if matches!(state.standing, Standing::Failed | Standing::Unreachable) {
            state.standing = Standing::Active;
        }
    }

    /// Notes that a failure is about to be rescued, and what is known of it.
    pub fn rescue(&self, counted: bool, failure: &[(&str, Value)]) {
        if counted {
            self.count(|counts| {
                counts.rescued += 1;
                counts.failed = counts.failed.saturating_sub(1);
            });
        }
        failure.iter().for_each(|(name, value)| self.set(name, value.clone()));
    }

    /// How it stands at the start of a stage: who left another one early is back.
    pub fn rejoin(&self, stage: usize) -> Standing {
        let mut state = self.lock();
        if matches!(state.standing, Standing::Ended(left) if left != stage) {
            state.standing = Standing::Active;
        }
        state.standing
    }

    /// Takes over what another host's variables gained between `before` and `after`: what a `run_once` task left behind.
    pub fn adopt(&self, before: &HostVars, after: &HostVars) {
        let parts = |vars: &HostVars| [vars.facts.clone(), vars.included.clone(), vars.set.clone()];
        let mut state = self.lock();
        let vars = &mut state.vars;
        for ((own, old), new) in [&mut vars.facts, &mut vars.included, &mut vars.set].into_iter().zip(parts(before)).zip(parts(after)) {
            if Arc::ptr_eq(&old, &new) {
                continue;
            }
            let gained = new.iter().filter(|(key, value)| old.get(*key).is_none_or(|had| !value.same(had)));
            let gained: Vec<_> = gained.map(|(k, v)| (k.clone(), v.clone())).collect();
            Arc::make_mut(own).extend(gained);
        }
    }

    /// Its counts so far.
    pub fn counts(&self) -> Counts {
        self.lock().counts
    }

    /// Changes its counts.
    pub fn count(&self, change: impl FnOnce(&mut Counts)) {
        change(&mut self.lock().counts);
    }
}
