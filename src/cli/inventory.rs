//! `rplay inventory`: hosts, groups and variables, as JSON that `ansible-inventory --list` would give.

use serde_json::{Map as Object, Value as Json, json};

use crate::language::Diagnostic;
use crate::language::inventory::{HostId, Inventory, layers::Files};

use super::config::Config;
use super::failure::Failure;
use super::options::InventoryOptions;
use super::prepare;

/// Prints the inventory.
pub fn run(options: InventoryOptions) -> Result<u8, Failure> {
    let (inventory, _, secrets) = prepare::inventory(&options.common, &Config::find())?;
    let files = Files::new(&inventory, None, &secrets);
    let vars = |id: HostId| -> Result<Json, Failure> {
        let layers = files.for_host(&inventory, id).map_err(Failure::mistakes)?;
        let merged: Object<String, Json> =
            layers.iter().flat_map(|layer| layer.vars.iter()).map(|(k, v)| (k.to_string(), v.to_json())).collect();
        Ok(Json::Object(merged))
    };
    let shown = match &options.host {
        Some(name) => {
            let id = inventory.host_id(name).ok_or_else(|| Diagnostic::new(format!("Could not match supplied host pattern: {name}")))?;
            vars(id)?
        }
        None => {
            let mut hostvars = Object::new();
            for (id, host) in inventory.hosts().filter(|(_, host)| !host.implicit) {
                hostvars.insert(host.name.to_string(), vars(id)?);
            }
            groups(&inventory, hostvars)
        }
    };
    println!("{}", serde_json::to_string_pretty(&shown).unwrap_or_default());
    Ok(0)
}

fn groups(inventory: &Inventory, hostvars: Object<String, Json>) -> Json {
    let mut shown = Object::from_iter([("_meta".to_string(), json!({"hostvars": hostvars}))]);
    for (id, group) in inventory.groups() {
        let children: Vec<&str> = inventory.children(id).iter().map(|child| inventory[*child].name.as_ref()).collect();
        let hosts: Vec<&str> = inventory.own_hosts(id).iter().map(|host| inventory[*host].name.as_ref()).collect();
        let mut entry = Object::new();
        if !children.is_empty() {
            entry.insert("children".into(), children.into());
        }
        if !hosts.is_empty() {
            entry.insert("hosts".into(), hosts.into());
        }
        if !entry.is_empty() {
            shown.insert(group.name.to_string(), Json::Object(entry));
        }
    }
    Json::Object(shown)
}
