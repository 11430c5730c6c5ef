//! The inventory itself: hosts and groups, addressed by small integers, cheap to clone.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::language::{Diagnostic, Map, Place};

/// A host of one inventory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HostId(pub u32);

/// A group of one inventory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupId(pub u32);

/// A host: its name, its own variables and the groups that list it.
#[derive(Clone, Debug)]
pub struct Host {
    /// `inventory_hostname`.
    pub name: Arc<str>,
    /// The variables the inventory gives to the host itself.
    pub vars: Arc<Map>,
    /// Where it was first written.
    pub place: Option<Place>,
    /// The first file that names it (`inventory_file`).
    pub file: Option<Arc<PathBuf>>,
    /// Whether nobody wrote it down: the controller under one of its own names.
    pub implicit: bool,
    /// The groups that list the host, in order.
    pub(super) groups: Vec<GroupId>,
}

/// A group: its name, its variables, its hosts and its place in the tree of groups.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its name.
    pub name: Arc<str>,
    /// The variables the inventory gives to the group.
    pub vars: Arc<Map>,
    /// Where it was first written.
    pub place: Option<Place>,
    /// `ansible_group_priority`: of two groups at the same depth the higher one wins.
    pub priority: i128,
    /// The distance from `all`, on the longest way.
    pub depth: u32,
    pub(super) hosts: Vec<HostId>,
    pub(super) children: Vec<GroupId>,
    pub(super) parents: Vec<GroupId>,
}

/// Hosts, groups and their variables. A clone shares everything until it is changed.
#[derive(Clone, Debug)]
pub struct Inventory {
    pub(super) hosts: Vec<Arc<Host>>,
    pub(super) groups: Vec<Arc<Group>>,
    pub(super) host_ids: Arc<HashMap<Arc<str>, HostId>>,
    pub(super) group_ids: Arc<HashMap<Arc<str>, GroupId>>,
    pub(super) directories: Arc<Vec<PathBuf>>,
    pub(super) warnings: Arc<Vec<Diagnostic>>,
}

/// The names the controller goes by when no inventory names it.
pub(super) const LOCALHOST: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

impl Inventory {
    /// The group every host is in.
    pub const ALL: GroupId = GroupId(0);
    /// The group of hosts that are in no other one.
    pub const UNGROUPED: GroupId = GroupId(1);

    /// The id of the host `name`; one name of the controller that was written down stands for the others too.
    pub fn host_id(&self, name: &str) -> Option<HostId> {
        let written = || LOCALHOST.iter().find_map(|name| self.host_ids.get(*name)).filter(|_| LOCALHOST.contains(&name));
        self.host_ids.get(name).or_else(written).copied()
    }

    /// The host `name`.
    pub fn host(&self, name: &str) -> Option<&Host> {
        self.host_id(name).map(|id| &self[id])
    }

    /// All hosts that were written down, in order of appearance.
    pub fn hosts(&self) -> impl Iterator<Item = (HostId, &Host)> {
        let numbered = (0..).map(HostId).zip(self.hosts.iter().map(Arc::as_ref));
        numbered.filter(|(_, host)| !host.implicit)
    }

    /// The id of the group `name`.
    pub fn group_id(&self, name: &str) -> Option<GroupId> {
        self.group_ids.get(name).copied()
    }

    /// The group `name`.
    pub fn group(&self, name: &str) -> Option<&Group> {
        self.group_id(name).map(|id| &self[id])
    }

    /// All groups in order of appearance, `all` and `ungrouped` first.
    pub fn groups(&self) -> impl Iterator<Item = (GroupId, &Group)> {
        (0..).map(GroupId).zip(self.groups.iter().map(Arc::as_ref))
    }

    /// The groups that stand directly below `group`.
    pub fn children(&self, group: GroupId) -> &[GroupId] {
        &self[group].children
    }

    /// The hosts that `group` itself lists, without those of its children.
    pub fn own_hosts(&self, group: GroupId) -> &[HostId] {
        &self[group].hosts
    }

    /// The directories that `group_vars` and `host_vars` are looked for in, in order of the sources.
    pub fn directories(&self) -> &[PathBuf] {
        &self.directories
    }

    /// What is doubtful but allowed.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }
}

impl std::ops::Index<HostId> for Inventory {
    type Output = Host;
    fn index(&self, id: HostId) -> &Host {
        &self.hosts[id.0 as usize]
    }
}

impl std::ops::Index<GroupId> for Inventory {
    type Output = Group;
    fn index(&self, id: GroupId) -> &Group {
        &self.groups[id.0 as usize]
    }
}
