//! What all tasks of a stage see alike.

use std::sync::{Arc, PoisonError, RwLock};

use crate::language::Map;
use crate::language::playbook::{Play, Role};

use super::host::HostState;
use super::vars_files::VarsFiles;

/// What all tasks of a stage see alike.
#[derive(Debug)]
pub struct StageVars {
    /// The play.
    pub play: Arc<Play>,
    /// `vars_files` and the answers to `vars_prompt`, above the play's `vars`.
    pub files: VarsFiles,
    /// What the play's roles show to all of it.
    pub roles: RwLock<Arc<Exposed>>,
    /// The hosts of the play.
    pub hosts: Vec<Arc<str>>,
    /// The hosts of the batch.
    pub batch: Vec<Arc<HostState>>,
}

/// The variables that the roles of a play show to all of it, the last one's winning.
#[derive(Debug, Clone, Default)]
pub struct Exposed {
    /// Their `vars`.
    pub vars: Map,
    /// Their `defaults`.
    pub defaults: Map,
    /// The names of those the play itself names.
    pub names: Vec<Arc<str>>,
    /// The names of those they depend on.
    pub dependent: Vec<Arc<str>>,
}

impl Exposed {
    /// Adds the variables of `roles`.
    pub fn add(&mut self, roles: &[Arc<Role>]) {
        let copy = |map: &Arc<Map>| map.iter().map(|(k, v)| (k.clone(), v.clone())).collect::<Vec<_>>();
        for role in roles {
            self.vars.extend(copy(&role.vars));
            self.defaults.extend(copy(&role.defaults));
            match role.parent {
                None => self.names.push(role.name.clone()),
                Some(_) if self.dependent.contains(&role.name) => {}
                Some(_) => self.dependent.push(role.name.clone()),
            }
        }
    }
}

impl StageVars {
    /// Shows the variables of `roles` to the whole play.
    pub fn expose(&self, roles: &[Arc<Role>]) {
        if !roles.is_empty() {
            Arc::make_mut(&mut self.roles.write().unwrap_or_else(PoisonError::into_inner)).add(roles);
        }
    }

    /// What the roles show now.
    pub fn exposed(&self) -> Arc<Exposed> {
        self.roles.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
