//! `rplay inventory`: hosts, groups and variables, in the forms of `ansible-inventory`.

use std::collections::HashSet;

use serde_json::{Map as Object, Value as Json, json};

use crate::language::inventory::{GroupId, HostId, Inventory, layers::Files};
use crate::language::template::{self, Call, MapScope};
use crate::language::{Diagnostic, Map, Value};

use super::config::Config;
use super::failure::Failure;
use super::options::InventoryOptions;
use super::prepare;
use super::say::say;
use super::vagrant;

/// Prints the inventory.
pub fn run(options: InventoryOptions) -> Result<u8, Failure> {
    if let Some(dir) = &options.from_vagrant {
        say(vagrant::inventory(dir)?.trim_end());
        return Ok(0);
    }
    let (inventory, _, secrets) = prepare::inventory(&options.common, &Config::find())?;
    let files = Files::new(&inventory, None, &secrets);
    let shown = Shown { inventory: &inventory, files: &files };
    let text = match (&options.host, &options.graph) {
        (Some(name), _) => {
            let missing = || Diagnostic::new(format!("Could not match supplied host pattern: {name}"));
            options.written(&shown.vars(inventory.host_id(name).ok_or_else(missing)?)?)?
        }
        (None, Some(name)) => {
            let missing = || Diagnostic::new(format!("Could not find group \"{name}\" in the inventory"));
            shown.graph(inventory.group_id(name).ok_or_else(missing)?, options.vars)?
        }
        (None, None) if options.yaml => options.written(&shown.tree()?)?,
        (None, None) => options.written(&shown.list()?)?,
    };
    say(text.trim_end());
    Ok(0)
}

impl InventoryOptions {
    fn written(&self, value: &Json) -> Result<String, Failure> {
        let mut value = value.clone();
        value.sort_all_objects();
        if self.yaml {
            return yaml(value.into());
        }
        let mut out = Vec::new();
        let formatter = serde_json::ser::PrettyFormatter::with_indent(b"    ");
        let mut serializer = serde_json::Serializer::with_formatter(&mut out, formatter);
        serde::Serialize::serialize(&value, &mut serializer).map_err(|e| Diagnostic::new(e.to_string()))?;
        Ok(String::from_utf8_lossy(&out).into_owned())
    }
}

fn yaml(value: Value) -> Result<String, Failure> {
    let kwargs = Map::from_iter([("indent".into(), 2i64.into())]);
    let scope = MapScope(Map::default());
    let text = template::apply_filter("to_nice_yaml", &Call { name: "to_nice_yaml", args: vec![value], kwargs, scope: &scope })?;
    Ok(template::text(&text))
}

/// An inventory with the files beside it.
struct Shown<'a> {
    inventory: &'a Inventory,
    files: &'a Files,
}

impl Shown<'_> {
    /// The hosts a group lists itself; those of `all` stand in groups below it.
    fn own_hosts(&self, group: GroupId) -> &[HostId] {
        if group == Inventory::ALL { &[] } else { self.inventory.own_hosts(group) }
    }

    fn vars(&self, id: HostId) -> Result<Json, Failure> {
        let layers = self.files.for_host(self.inventory, id).map_err(Failure::mistakes)?;
        let merged: Object<String, Json> =
            layers.iter().flat_map(|layer| layer.vars.iter()).map(|(k, v)| (k.to_string(), v.to_json())).collect();
        Ok(Json::Object(merged))
    }

    /// Everything, as programs read it.
    fn list(&self) -> Result<Json, Failure> {
        let mut hostvars = Object::new();
        for (id, host) in self.inventory.hosts().filter(|(_, host)| !host.implicit) {
            let vars = self.vars(id)?;
            if vars.as_object().is_some_and(|vars| !vars.is_empty()) {
                hostvars.insert(host.name.to_string(), vars);
            }
        }
        let mut shown = Object::from_iter([("_meta".to_string(), json!({"hostvars": hostvars, "profile": "inventory_legacy"}))]);
        for (id, group) in self.inventory.groups() {
            let children: Vec<&str> = self.inventory.children(id).iter().map(|child| self.inventory[*child].name.as_ref()).collect();
            let hosts: Vec<&str> = self.own_hosts(id).iter().map(|host| self.inventory[*host].name.as_ref()).collect();
            let parts = [("children", children), ("hosts", hosts)].into_iter().filter(|(_, names)| !names.is_empty());
            let entry: Object<String, Json> = parts.map(|(part, names)| (part.to_string(), names.into())).collect();
            if !entry.is_empty() {
                shown.insert(group.name.to_string(), Json::Object(entry));
            }
        }
        Ok(Json::Object(shown))
    }

    /// Everything, as an inventory file has it.
    fn tree(&self) -> Result<Json, Failure> {
        let all = self.branch(Inventory::ALL, &mut HashSet::new())?;
        Ok(json!({"all": all}))
    }

    fn branch(&self, group: GroupId, seen: &mut HashSet<HostId>) -> Result<Json, Failure> {
        let mut entry = Object::new();
        let mut children = Object::new();
        for child in self.inventory.children(group) {
            let branch = self.branch(*child, seen)?;
            if *child != Inventory::UNGROUPED || branch.as_object().is_some_and(|branch| !branch.is_empty()) {
                children.insert(self.inventory[*child].name.to_string(), branch);
            }
        }
        let mut hosts = Object::new();
        for host in self.own_hosts(group) {
            // Only the first time a host is named are its variables.
            let vars = if seen.insert(*host) { self.vars(*host)? } else { json!({}) };
            hosts.insert(self.inventory[*host].name.to_string(), vars);
        }
        for (part, members) in [("children", children), ("hosts", hosts)] {
            if !members.is_empty() {
                entry.insert(part.into(), Json::Object(members));
            }
        }
        Ok(Json::Object(entry))
    }

    /// The groups below `group` as a drawing.
    fn graph(&self, group: GroupId, vars: bool) -> Result<String, Failure> {
        let mut lines = Vec::new();
        self.draw(group, 0, vars, &mut lines)?;
        Ok(lines.join("\n"))
    }

    fn draw(&self, group: GroupId, depth: usize, vars: bool, lines: &mut Vec<String>) -> Result<(), Failure> {
        lines.push(line(&format!("@{}:", self.inventory[group].name), depth));
        for child in self.inventory.children(group) {
            self.draw(*child, depth + 1, vars, lines)?;
        }
        for host in self.own_hosts(group) {
            lines.push(line(&self.inventory[*host].name, depth + 1));
            if vars {
                lines.extend(variables(&self.vars(*host)?, depth + 2));
            }
        }
        if vars {
            lines.extend(variables(&Value::Map(self.inventory[group].vars.clone()).to_json(), depth + 1));
        }
        Ok(())
    }
}

fn line(text: &str, depth: usize) -> String {
    match depth {
        0 => text.to_string(),
        depth => format!("{}--{text}", "  |".repeat(depth)),
    }
}

fn variables(vars: &Json, depth: usize) -> Vec<String> {
    let mut vars: Vec<(&String, &Json)> = vars.as_object().into_iter().flatten().collect();
    vars.sort_by_key(|(name, _)| name.as_str());
    vars.into_iter().map(|(name, value)| line(&format!("{{{name} = {}}}", template::text(&value.clone().into())), depth)).collect()
}
