//! The tree of groups: which hosts a group holds, which groups a host is in, and in what order they count.

use std::collections::HashSet;

use super::{Group, GroupId, HostId, Inventory};

impl Inventory {
    /// The hosts of `group` and of all groups below it, each once, level by level.
    pub fn hosts_of(&self, group: GroupId) -> Vec<HostId> {
        let mut seen = HashSet::new();
        let groups = self.walk(&[group], |g| &g.children);
        groups.into_iter().flat_map(|g| &self[g].hosts).copied().filter(|host| seen.insert(*host)).collect()
    }

    /// All groups `host` is in, at any distance, the weakest first: by depth, priority and name.
    pub fn groups_of(&self, host: HostId) -> Vec<&Group> {
        self.group_ids_of(host).into_iter().map(|id| &self[id]).collect()
    }

    /// As [`Inventory::groups_of`], the ids.
    pub fn group_ids_of(&self, host: HostId) -> Vec<GroupId> {
        let host = &self[host];
        if host.implicit {
            return Vec::new();
        }
        let mut groups = self.walk(&host.groups, |g| &g.parents);
        if !groups.contains(&Inventory::ALL) {
            groups.push(Inventory::ALL);
        }
        groups.sort_by_key(|id| (self[*id].depth, self[*id].priority, self[*id].name.clone()));
        groups
    }

    /// `from` and everything reachable from there, level by level.
    pub(super) fn walk<'a>(&'a self, from: &[GroupId], next: impl Fn(&'a Group) -> &'a Vec<GroupId>) -> Vec<GroupId> {
        let mut seen = HashSet::new();
        let mut found: Vec<GroupId> = from.iter().copied().filter(|g| seen.insert(*g)).collect();
        let mut at = 0;
        while let Some(group) = found.get(at).copied() {
            found.extend(next(&self[group]).iter().copied().filter(|g| seen.insert(*g)));
            at += 1;
        }
        found
    }
}
