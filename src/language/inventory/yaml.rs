//! YAML inventories (and those of programs, which print the same in JSON): groups with `hosts`, `vars` and `children`.

use super::load::Loading;
use crate::language::yaml::{Node, NodeKind};
use crate::language::{Diagnostic, Map, Value};

/// Reads the groups of `root` into the inventory that is being loaded.
pub(super) fn read(root: &Node, loading: &mut Loading<'_>) {
    if root.get("plugin").is_some() {
        let problem = Diagnostic::new("this file configures an inventory plugin, which is not supported");
        return loading.problem(problem.hint("a program that prints the inventory with --list is").at(&root.place));
    }
    for (name, body) in root.entries() {
        group(name, body, loading);
    }
}

fn group(name: &Node, body: &Node, loading: &mut Loading<'_>) {
    let Some(name_text) = text_of(name) else {
        return loading.problem(Diagnostic::new("the name of a group must be a string").at(&name.place));
    };
    loading.inventory.add_group(&name_text, Some(&name.place));
    if !matches!(body.kind, NodeKind::Map(_) | NodeKind::Null) {
        let problem = Diagnostic::new(format!("the group {name_text} is {}, not a mapping", body.kind_name()));
        return loading.problem(problem.hint("it may have hosts, vars and children").at(&body.place));
    }
    for (key, section) in body.entries() {
        match key.as_str().unwrap_or_default() {
            "hosts" => hosts(&name_text, section, loading),
            "vars" => vars(&name_text, section, loading),
            "children" => children(&name_text, section, loading),
            other => loading.warn(
                Diagnostic::new(format!("{other} means nothing in the group {name_text}"))
                    .hint("a group may have hosts, vars and children")
                    .at(&key.place),
            ),
        }
    }
}

/// A name as text: host names may look like numbers.
pub(super) fn text_of(node: &Node) -> Option<String> {
    node.to_key().map(|key| key.to_string())
}

/// The entries of a section: a mapping, or one bare name.
fn members<'a>(section: &'a Node, what: &str, loading: &mut Loading<'_>) -> Vec<(&'a Node, Option<&'a Node>)> {
    match &section.kind {
        NodeKind::Null => Vec::new(),
        NodeKind::Map(entries) => entries.iter().map(|(key, value)| (key, Some(value))).collect(),
        NodeKind::Str { .. } => vec![(section, None)],
        _ => {
            let problem = Diagnostic::new(format!("{what} must be a mapping, but this is {}", section.kind_name()));
            loading.problem(problem.hint("write every name with a colon behind it").at(&section.place));
            Vec::new()
        }
    }
}

fn hosts(group: &str, section: &Node, loading: &mut Loading<'_>) {
    for (name, body) in members(section, "hosts", loading) {
        let vars = body.map(|body| variables(body, loading)).unwrap_or_default();
        let added = match text_of(name) {
            Some(text) => loading.hosts(&text, group, vars, &name.place),
            None => Err(Diagnostic::new("the name of a host must be a string")),
        };
        if let Err(problem) = added {
            loading.problem(problem.at(&name.place));
        }
    }
}

fn vars(group: &str, section: &Node, loading: &mut Loading<'_>) {
    let vars = variables(section, loading);
    let id = loading.inventory.add_group(group, None);
    loading.inventory.set_group_vars(id, vars);
}

fn children(group_name: &str, section: &Node, loading: &mut Loading<'_>) {
    for (name, body) in members(section, "children", loading) {
        let nothing = Node::new(NodeKind::Null, name.place.clone());
        group(name, body.unwrap_or(&nothing), loading);
        if let Some(child) = text_of(name) {
            loading.link(group_name, &child, &name.place);
        }
    }
}

/// The variables that `node` holds; null is none.
pub(super) fn variables(node: &Node, loading: &mut Loading<'_>) -> Map {
    match node.to_value_with(loading.secrets) {
        Ok(Value::Map(map)) => Map::clone(&map),
        Ok(Value::Null) => Map::new(),
        Ok(_) => {
            let problem = Diagnostic::new(format!("variables must be a mapping, but this is {}", node.kind_name()));
            loading.problem(problem.at(&node.place));
            Map::new()
        }
        Err(problems) => {
            problems.into_iter().for_each(|problem| loading.problem(problem));
            Map::new()
        }
    }
}
