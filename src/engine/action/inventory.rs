//! `add_host` and `group_by`: hosts and groups made while the run goes on.

use serde_json::Value as Json;

use crate::engine::outcome::{Effect, Outcome, fields};
use crate::engine::run::Run;
use crate::language::{Key, Map, Value};

use super::Call;

/// Adds a host (`name`) to groups (`groups`) with every other argument as its variable. Source: ansible.builtin.add_host.
pub async fn add_host(call: Call<'_>) -> Outcome {
    let names = ["name", "hostname", "host"];
    let Some(name) = names.into_iter().find_map(|n| call.text(n)) else {
        return Outcome::failed("name, host or hostname needs to be provided");
    };
    let groups: Vec<String> = ["groups", "group", "groupname"].into_iter().flat_map(|n| call.texts(n)).collect();
    let reserved = ["name", "hostname", "host", "groups", "group", "groupname"];
    let own = call.args.iter().filter(|(k, _)| !reserved.contains(&k.as_str()));
    let vars: Map = own.map(|(k, v)| (Key::from(k.as_str()), Value::from(v.clone()))).collect();
    let shown = Value::map(vars.clone()).to_json();
    let names: Vec<&str> = groups.iter().map(String::as_str).collect();
    let changed = call.scope.run.change_inventory(|inventory| {
        let known = inventory.host_id(&name).is_some_and(|id| {
            let own: Vec<&str> = inventory.groups_of(id).iter().map(|g| g.name.as_ref()).collect();
            names.iter().all(|group| own.contains(group))
                && vars.iter().all(|(k, v)| inventory[id].vars.get(k).is_some_and(|old| old.same(v)))
        });
        inventory.add_host(&name, &names, vars);
        !known
    });
    let added = fields([("host_name", name.into()), ("groups", groups.into()), ("host_vars", shown)]);
    Outcome::of(fields([("changed", changed.into()), ("add_host", Json::Object(added))]))
}

/// Puts the host into the group `key`, below `parents`. Source: ansible.builtin.group_by.
pub async fn group_by(call: Call<'_>) -> Outcome {
    let Some(key) = call.text("key") else { return Outcome::failed("the 'key' param is required when using group_by") };
    let group = key.replace(' ', "-");
    let parents: Vec<String> = match call.texts("parents") {
        none if none.is_empty() => vec!["all".into()],
        some => some.into_iter().map(|name| name.replace(' ', "-")).collect(),
    };
    let own = call.scope.run.group_names(&call.scope.host.name);
    let changed = !own.as_list().is_some_and(|names| names.iter().any(|name| name.as_str() == Some(&group)));
    let joined = Effect::Join(vec![(group.clone(), parents.clone())]);
    let entries = [("changed", changed.into()), ("add_group", group.into()), ("parent_groups", parents.into())];
    let mut outcome = Outcome::of(fields(entries));
    outcome.effect = Some(joined);
    outcome
}

/// Puts `host` into `groups`, each below its parents.
pub fn join(run: &Run, host: &str, groups: &[(String, Vec<String>)]) {
    run.change_inventory(|inventory| {
        let Some(id) = inventory.host_id(host) else { return false };
        for (group, parents) in groups {
            let child = inventory.add_to_group(id, group);
            for parent in parents.iter().filter(|parent| *parent != "all") {
                let parent = inventory.add_group(parent, None);
                // A circle of groups leaves the tree as it is.
                let _ = inventory.add_child(parent, child);
            }
        }
        true
    });
}
