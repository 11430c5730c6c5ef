//! What can be known to be wrong before any host is touched.

use std::sync::Arc;

use crate::language::playbook::{Action, Play, Task, nearest};
use crate::language::{Diagnostic, Diagnostics, Key, Value};
use crate::modules::{self, Kind, Param};

/// What the engine carries out itself, and the parameters it takes: `None` when it is no such thing, `Some(None)` when its
/// parameters have free names.
pub type Actions<'a> = &'a dyn Fn(&str) -> Option<Option<&'static [&'static str]>>;

/// The mistakes in the tasks and handlers of `plays`: unknown modules and parameters, missing required ones, unknown handlers.
pub fn check(plays: &[Arc<Play>], actions: Actions) -> Diagnostics {
    let mut problems = Diagnostics::new();
    for play in plays {
        for task in play.tasks().into_iter().chain(&play.handlers) {
            problems.extend(check_action(&task.action, actions));
        }
        problems.extend(play.tasks().into_iter().flat_map(|task| unknown_handlers(play, task)));
    }
    problems
}

/// The mistakes in one action.
pub fn check_action(action: &Action, actions: Actions) -> Diagnostics {
    if let Some(known) = actions(action.short()) {
        return known.map_or_else(Vec::new, |known| unknown_params(action, known));
    }
    let Some(module) = modules::find(&action.module) else { return vec![unknown_module(action)] };
    let known: Vec<&str> = module.spec.params.iter().flat_map(|p| p.aliases.iter().copied().chain([p.name])).collect();
    let mut problems = unknown_params(action, &known);
    problems.extend(module.spec.params.iter().filter_map(|param| wrong_choice(action, param)));
    if action.whole.is_none() && !module.spec.free_form {
        let missing = module.spec.params.iter().filter(|p| p.required);
        let missing = missing.filter(|p| !std::iter::once(&p.name).chain(p.aliases).any(|n| action.args.contains_key(*n)));
        problems.extend(missing.map(|p| Diagnostic::new(format!("missing required arguments: {}", p.name)).at(&action.place)));
    }
    problems
}

/// Whether there is a module or action of this name.
pub fn is_known(action: &Action, actions: Actions) -> bool {
    actions(action.short()).is_some() || modules::find(&action.module).is_some()
}

fn unknown_module(action: &Action) -> Diagnostic {
    let names: Vec<&str> = modules::ALL.iter().flat_map(|m| m.names.iter().copied()).collect();
    let problem = Diagnostic::new(format!("couldn't resolve module/action '{}'", action.module)).at(&action.place);
    match nearest(action.short(), &names) {
        Some(meant) => problem.hint(format!("did you mean '{meant}'?")),
        None => problem.hint("`rplay doc` lists the modules there are"),
    }
}

fn unknown_params(action: &Action, known: &[&str]) -> Diagnostics {
    let given = action.args.keys().filter_map(Key::as_str).filter(|n| *n != "_raw_params" && !known.contains(n));
    let problems = given.map(|name| {
        let mut names: Vec<&str> = known.to_vec();
        names.sort_unstable();
        Diagnostic::new(format!("Unsupported parameters for ({}) module: {name}", action.module))
            .at(action.place_of(name))
            .hint(format!("supported parameters: {}", names.join(", ")))
    });
    problems.collect()
}

/// Handlers that a task names but no play or role has; with dynamic includes around they may still come.
fn unknown_handlers(play: &Play, task: &Task) -> Diagnostics {
    if play.tasks().iter().any(|t| t.is_include()) || play.handlers.iter().any(|h| h.is_include()) {
        return Vec::new();
    }
    let names = task.notify.iter().flat_map(texts);
    let unknown = names.filter(|name| !play.handlers.iter().any(|handler| may_be(handler, name)));
    unknown.map(|name| Diagnostic::new(format!("the requested handler '{name}' was not found")).at(&task.place)).collect()
}

/// A plain text that is none of the values the parameter may have.
fn wrong_choice(action: &Action, param: &Param) -> Option<Diagnostic> {
    if param.choices.is_empty() || param.kind != Kind::Str {
        return None;
    }
    let name = std::iter::once(&param.name).chain(param.aliases).find(|name| action.args.contains_key(**name))?;
    let given = action.args.get(*name)?.as_str().filter(|given| !param.choices.contains(given))?;
    let message = format!("value of {name} must be one of: {}, got: {given}", param.choices.join(", "));
    Some(Diagnostic::new(message).at(action.place_of(name)))
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::List(items) => items.iter().filter_map(Value::as_str).collect(),
        other => other.as_str().into_iter().collect(),
    }
}

/// Whether a handler listens to the topic `name` or may be called so.
fn may_be(handler: &Task, name: &str) -> bool {
    handler.topics().any(|topic| is_meant(&topic, handler, name)) || answers_to(handler, name)
}

/// Whether `name` means a handler's `own` name or topic: with or without the name of its role.
pub fn is_meant(own: &str, handler: &Task, name: &str) -> bool {
    let of_role = handler.role.as_ref().and_then(|role| name.strip_prefix(role.name.as_ref())?.strip_prefix(" : "));
    own == name || of_role == Some(own)
}

/// Whether a handler may be called `name`, with or without its role's name; one whose name is a template always may.
pub fn answers_to(handler: &Task, name: &str) -> bool {
    match &handler.name {
        Some(Value::Template(_)) => true,
        Some(own) => own.as_str().is_some_and(|own| is_meant(own, handler, name)),
        None => false,
    }
}
