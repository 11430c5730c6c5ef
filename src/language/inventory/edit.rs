//! Changing an inventory: while it is loaded, and by `add_host` and `group_by` while a play runs.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::model::LOCALHOST;
use super::{Group, GroupId, Host, HostId, Inventory};
use crate::language::{Diagnostic, Key, Map, Place, Value};

/// The variable that sets [`Group::priority`].
const PRIORITY: &str = "ansible_group_priority";

impl Default for Inventory {
    fn default() -> Inventory {
        let mut empty = Inventory {
            hosts: Vec::new(),
            groups: Vec::new(),
            host_ids: Arc::new(HashMap::new()),
            group_ids: Arc::new(HashMap::new()),
            directories: Arc::default(),
            warnings: Arc::default(),
        };
        empty.add_group("all", None);
        empty.add_group("ungrouped", None);
        empty.link(Inventory::ALL, Inventory::UNGROUPED);
        empty
    }
}

impl Inventory {
    /// Adds the host `name` (or finds it), puts it into `groups` (made when they are new) and sets `vars` on it.
    pub fn add_host(&mut self, name: &str, groups: &[&str], vars: Map) -> HostId {
        let host = self.ensure_host(name, None, None);
        for group in groups {
            self.add_to_group(host, group);
        }
        self.set_host_vars(host, vars);
        self.settle();
        host
    }

    /// Puts `host` into the group `group`, which is made when it is new.
    pub fn add_to_group(&mut self, host: HostId, group: &str) -> GroupId {
        let group = self.add_group(group, None);
        self.join(group, host);
        self.settle();
        group
    }

    /// The group `name`, made when it is new.
    pub fn add_group(&mut self, name: &str, place: Option<&Place>) -> GroupId {
        if let Some(id) = self.group_id(name) {
            return id;
        }
        let id = GroupId(self.groups.len() as u32);
        let name: Arc<str> = name.into();
        Arc::make_mut(&mut self.group_ids).insert(name.clone(), id);
        self.groups.push(Arc::new(Group {
            name,
            vars: Arc::default(),
            place: place.cloned(),
            priority: 1,
            depth: u32::from(id != Inventory::ALL),
            hosts: Vec::new(),
            children: Vec::new(),
            parents: Vec::new(),
        }));
        id
    }

    /// Puts the group `child` below the group `parent`; a cycle is an error.
    pub fn add_child(&mut self, parent: GroupId, child: GroupId) -> Result<(), Diagnostic> {
        if self.walk(&[child], |g| &g.children).contains(&parent) {
            let (parent, child) = (&self[parent].name, &self[child].name);
            return Err(Diagnostic::new(format!("the group {child} cannot be below {parent}: it already holds it")));
        }
        self.link(parent, child);
        Ok(())
    }

    fn link(&mut self, parent: GroupId, child: GroupId) {
        if self[parent].children.contains(&child) {
            return;
        }
        self.group_mut(parent).children.push(child);
        self.group_mut(child).parents.push(parent);
        self.deepen(child, self[parent].depth + 1);
    }

    fn deepen(&mut self, group: GroupId, depth: u32) {
        if self[group].depth >= depth {
            return;
        }
        self.group_mut(group).depth = depth;
        for child in self[group].children.clone() {
            self.deepen(child, depth + 1);
        }
    }

    /// The host `name`, made when it is new; an implicit one becomes a host like others.
    pub(super) fn ensure_host(&mut self, name: &str, place: Option<&Place>, file: Option<&Arc<PathBuf>>) -> HostId {
        let known = self.host_ids.get(name).copied();
        if let Some(id) = known.filter(|id| !self[*id].implicit) {
            return id;
        }
        let id = known.unwrap_or(HostId(self.hosts.len() as u32));
        let name: Arc<str> = name.into();
        let host = Arc::new(Host {
            name: name.clone(),
            vars: Arc::default(),
            place: place.cloned(),
            file: file.cloned(),
            implicit: false,
            groups: Vec::new(),
        });
        match known {
            Some(id) => self.hosts[id.0 as usize] = host,
            None => self.hosts.push(host),
        }
        Arc::make_mut(&mut self.host_ids).insert(name, id);
        id
    }

    pub(super) fn join(&mut self, group: GroupId, host: HostId) {
        if self[host].groups.contains(&group) {
            return;
        }
        self.group_mut(group).hosts.push(host);
        self.host_mut(host).groups.push(group);
    }

    pub(super) fn set_host_vars(&mut self, host: HostId, vars: Map) {
        if !vars.is_empty() {
            Arc::make_mut(&mut self.host_mut(host).vars).extend(vars);
        }
    }

    pub(super) fn set_group_vars(&mut self, group: GroupId, mut vars: Map) {
        if let Some(Value::Int(priority)) = vars.shift_remove(&Key::from(PRIORITY)) {
            self.group_mut(group).priority = priority;
        }
        Arc::make_mut(&mut self.group_mut(group).vars).extend(vars);
    }

    /// Hangs groups without a parent below `all`, and keeps in `ungrouped` exactly the hosts no other group lists.
    pub(super) fn settle(&mut self) {
        for id in (2..self.groups.len() as u32).map(GroupId) {
            if self[id].parents.is_empty() {
                self.link(Inventory::ALL, id);
            }
        }
        for id in (0..self.hosts.len() as u32).map(HostId) {
            self.settle_host(id);
        }
    }

    fn settle_host(&mut self, id: HostId) {
        let host = &self[id];
        let grouped = host.groups.iter().any(|g| *g != Inventory::ALL && *g != Inventory::UNGROUPED);
        let listed = host.groups.contains(&Inventory::UNGROUPED);
        if grouped && listed {
            self.group_mut(Inventory::UNGROUPED).hosts.retain(|h| *h != id);
            self.host_mut(id).groups.retain(|g| *g != Inventory::UNGROUPED);
        } else if !grouped && !listed && !host.implicit {
            self.join(Inventory::UNGROUPED, id);
        }
    }

    /// Adds the controller under each of its names when nobody named it.
    pub(super) fn add_implicit_localhost(&mut self) {
        if LOCALHOST.iter().any(|name| self.host_ids.contains_key(*name)) {
            return;
        }
        let vars = Arc::new(Map::from_iter([(Key::from("ansible_connection"), Value::from("local"))]));
        for name in LOCALHOST {
            let id = self.ensure_host(name, None, None);
            let host = self.host_mut(id);
            host.implicit = true;
            host.vars = vars.clone();
        }
    }

    fn host_mut(&mut self, id: HostId) -> &mut Host {
        Arc::make_mut(&mut self.hosts[id.0 as usize])
    }

    fn group_mut(&mut self, id: GroupId) -> &mut Group {
        Arc::make_mut(&mut self.groups[id.0 as usize])
    }
}
