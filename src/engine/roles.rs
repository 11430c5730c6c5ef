//! Which hosts have been through which roles of a play.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::language::playbook::Role;

use super::host::HostState;

/// Roles by host.
#[derive(Default)]
pub struct Roles(Mutex<HashSet<(Arc<str>, Arc<str>)>>);

impl Roles {
    fn lock(&self) -> MutexGuard<'_, HashSet<(Arc<str>, Arc<str>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a task of `role` was done on `host`, and not skipped.
    pub fn ran(&self, host: &HostState, role: &Role) {
        self.lock().insert((host.name.clone(), role.identity.clone()));
    }

    /// Whether a task of `role` was done on `host`.
    pub fn has_run(&self, host: &HostState, role: &Role) -> bool {
        self.lock().contains(&(host.name.clone(), role.identity.clone()))
    }
}
