//! A task's arguments, evaluated.

use crate::language::playbook::Task;
use crate::language::template;
use crate::language::{Diagnostic, Map, Value};
use crate::modules::{self, Fields};

use crate::engine::scope::TaskScope;

/// The arguments of `task` as `scope` sees them: `module_defaults` below, `omit` left out.
pub fn arguments(task: &Task, scope: &TaskScope) -> Result<Fields, Diagnostic> {
    let mut args = Fields::new();
    for defaults in &task.keywords.module_defaults {
        if let Value::Map(map) = template::resolve(defaults, scope)? {
            extend(
                &mut args,
                map.iter().filter(|(name, _)| same_module(task, &name.to_string())).filter_map(|(_, v)| v.as_map()).flatten(),
            );
        }
    }
    if let Some(whole) = &task.action.whole {
        match template::resolve(whole, scope)? {
            Value::Map(map) => extend(&mut args, map.iter()),
            Value::Null | Value::Omit => {}
            other => {
                let message = format!("the arguments of {} must be a mapping, not a {}", task.action.module, other.type_name());
                return Err(Diagnostic::new(message).at(&task.action.place));
            }
        }
    }
    let skip = skipped(task.action.short());
    for (name, value) in &task.action.args {
        let text = name.to_string();
        if skip.contains(&text.as_str()) {
            continue;
        }
        let name = match text.contains("{{") {
            true => template::text(&template::resolve(&template::string(&text, None)?, scope)?),
            false => text,
        };
        match template::resolve(value, scope).map_err(|problem| unresolved(task, &name, problem))? {
            Value::Omit => {}
            value => {
                args.insert(name, value.to_json());
            }
        }
    }
    Ok(args)
}

fn unresolved(task: &Task, name: &str, problem: Diagnostic) -> Diagnostic {
    let module = full_name(&task.action.module);
    let message = format!("Finalization of task args for '{module}' failed: Error while resolving value for '{name}': {}", problem.message);
    Diagnostic { message, ..problem }.at(task.action.place_of(name))
}

/// A module's name with its collection.
fn full_name(module: &str) -> String {
    match module.contains('.') {
        true => module.replace("ansible.legacy.", "ansible.builtin."),
        false => format!("ansible.builtin.{module}"),
    }
}

/// Arguments that an action evaluates itself.
fn skipped(module: &str) -> &'static [&'static str] {
    match module {
        "assert" => &["that"],
        "include_tasks" | "include_role" => &["apply"],
        _ => &[],
    }
}

fn extend<'a>(args: &mut Fields, entries: impl Iterator<Item = (&'a crate::language::Key, &'a Value)>) {
    let kept: Map = entries.filter(|(_, v)| !matches!(v, Value::Omit)).map(|(k, v)| (k.clone(), v.clone())).collect();
    args.extend(kept.iter().map(|(name, value)| (name.to_string(), value.to_json())));
}

fn same_module(task: &Task, name: &str) -> bool {
    match (modules::find(&task.action.module), modules::find(name)) {
        (Some(own), Some(other)) => std::ptr::eq(own, other),
        _ => name.rsplit('.').next() == Some(task.action.short()),
    }
}
