//! One task on one host with its loop: what is registered, which facts are kept, who is notified.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as Json;

use crate::language::playbook::{Keyword, Loop, Task};
use crate::language::template::{self, lookups};
use crate::language::{Diagnostic, Key, Map, Value};
use crate::modules::Fields;

use super::attempt::{Attempt, all, as_map, as_value, flag, unsettled};
use super::event::{Event, Status, TaskLabel};
use super::host::HostState;
use super::outcome::{self, Effect, Outcome, fields};
use super::scope::TaskScope;

/// Runs a task on the scope's host, tells how it ended, and keeps what it leaves behind.
pub async fn run(task: Arc<Task>, label: Arc<TaskLabel>, stage: usize, scope: TaskScope) -> Outcome {
    let outcome = match &task.looped {
        None => Attempt { task: &task, label: &label, stage, scope: scope.clone() }.run().await,
        Some(looped) => match items(looped, &scope) {
            Ok(items) => each(&task, &label, stage, &scope, looped, items).await,
            Err(NoItems::Loop(problem) | NoItems::Task(problem)) if problem.undefined && unsettled(&scope) => {
                Outcome::unknown(&problem.message)
            }
            Err(none) => loop_failed(&task, &label, stage, &scope, none).await,
        },
    };
    keep(&task, &scope, &outcome);
    tell(&task, &label, stage, &scope, &outcome).await;
    outcome
}

/// Why a loop has no items.
enum NoItems {
    /// The loop itself is wrong: the message stands alone.
    Loop(Diagnostic),
    /// What gives the items cannot be evaluated, as the task's arguments might not be.
    Task(Diagnostic),
}

impl From<Diagnostic> for NoItems {
    fn from(problem: Diagnostic) -> NoItems {
        NoItems::Task(problem)
    }
}

/// The items of a loop.
fn items(looped: &Loop, scope: &TaskScope) -> Result<Vec<Value>, NoItems> {
    let wrong = |message: String| NoItems::Loop(Diagnostic::new(message));
    let Some(lookup) = &looped.lookup else {
        return match template::resolve(&looped.over, scope)? {
            Value::List(items) => Ok(items.to_vec()),
            Value::Omit => Err(wrong("A template was resolved to an Omit scalar.".into())),
            other => Err(wrong(format!("The `loop` value must resolve to a 'list', not '{}'.", other.type_name()))),
        };
    };
    let find = lookups::find(lookup).ok_or_else(|| Diagnostic::new(format!("there is no lookup '{lookup}' for with_{lookup}")))?;
    let terms = match (lookup.as_ref(), &looped.over) {
        ("first_found", Value::List(terms)) => terms.iter().filter_map(|term| known(template::resolve_lenient(term, scope))).collect(),
        _ => match template::resolve(&looped.over, scope)? {
            Value::List(items) => items.to_vec(),
            single => vec![single],
        },
    };
    let explained = |problem: Diagnostic| {
        NoItems::Loop(Diagnostic { message: format!("The lookup plugin '{lookup}' failed: {}", problem.message), ..problem })
    };
    find(&template::Call { name: lookup, args: terms, kwargs: Map::default(), scope }).map_err(explained)
}

/// The value without the parts of it that are undefined.
fn known(value: Value) -> Option<Value> {
    match value {
        Value::Undefined(_) => None,
        Value::List(items) => Some(items.iter().cloned().filter_map(known).collect()),
        Value::Map(map) => {
            let kept = map.iter().filter_map(|(key, value)| Some((key.clone(), known(value.clone())?)));
            Some(Value::map(kept.collect()))
        }
        other => Some(other),
    }
}

/// A loop whose items cannot be had fails only where the conditions hold.
async fn loop_failed(task: &Arc<Task>, label: &Arc<TaskLabel>, stage: usize, scope: &TaskScope, none: NoItems) -> Outcome {
    for condition in &task.keywords.when {
        if let Ok(false) = template::condition(&condition.value, Some(&condition.place), scope) {
            return Attempt { task, label, stage, scope: scope.clone() }.run().await;
        }
    }
    let problem = match none {
        NoItems::Loop(problem) => return wrong_loop(task, scope, problem.at(&task.place)),
        NoItems::Task(problem) => problem.at(&task.place),
    };
    let mut outcome = Outcome::mistake(&problem);
    outcome.ignored = flag(task, Keyword::IgnoreErrors, scope).ok().flatten().unwrap_or(false);
    outcome
}

async fn each(task: &Arc<Task>, label: &Arc<TaskLabel>, stage: usize, scope: &TaskScope, looped: &Loop, items: Vec<Value>) -> Outcome {
    let mut outcomes: Vec<Outcome> = Vec::with_capacity(items.len());
    let extended = looped.extended.as_ref().is_some_and(|v| matches!(template::resolve(v, scope), Ok(Value::Bool(true))));
    for index in 0..items.len() {
        let mut inside = scope.clone();
        inside.local(&looped.var, items[index].clone());
        inside.local("ansible_loop_var", Value::Str(looped.var.clone()));
        if let Some(name) = &looped.index_var {
            inside.local(name, Value::from(index));
            inside.local("ansible_index_var", Value::Str(name.clone()));
        }
        if extended {
            inside.local("ansible_loop", position(looped, &items, index));
        }
        // What the items before left behind is in sight.
        inside.refresh();
        if let (Some(name), Some(last)) = (&task.register, outcomes.last()) {
            inside.local(name, as_value(&last.result));
        }
        let mut outcome = Attempt { task, label, stage, scope: inside.clone() }.run().await;
        describe(&mut outcome, looped, &items, index, extended);
        let shown = label_of(&inside, looped, &items[index], outcome.no_log);
        if let Some(Effect::Include(list)) = &mut outcome.effect {
            list.iter_mut().for_each(|inclusion| inclusion.item = Some(shown.clone()));
        }
        tell_item(label, stage, &inside, shown, &outcome).await;
        keep_facts(task, &inside, &outcome);
        outcomes.push(outcome);
        if let Some(name) = &task.register {
            inside.local(name, outcomes.last().map_or(Value::Null, |o| as_value(&o.result)));
        }
        let stop = match looped.break_when.as_ref().map_or(Ok(false), |conditions| all(conditions, &inside)) {
            Ok(stop) => stop,
            Err(problem) => return wrong_loop(task, scope, problem),
        };
        if stop || scope.run.cancelled() {
            break;
        }
        if let (Some(pause), true) = (&looped.pause, index + 1 < items.len())
            && let Ok(seconds) = template::resolve(pause, &inside)
        {
            scope.run.pause(Duration::from_secs_f64(template::text(&seconds).parse().unwrap_or(0.0))).await;
        }
    }
    merge(outcomes)
}

/// A mistake in the loop itself, whose message stands alone.
fn wrong_loop(task: &Task, scope: &TaskScope, problem: Diagnostic) -> Outcome {
    let mut outcome = Outcome::mistake(&problem);
    outcome.result.insert("msg".into(), problem.message.into());
    outcome.result.shift_remove("changed");
    outcome.ignored = flag(task, Keyword::IgnoreErrors, scope).ok().flatten().unwrap_or(false);
    outcome
}

/// The fields of an item's result that tell which item it was.
fn describe(outcome: &mut Outcome, looped: &Loop, items: &[Value], index: usize, extended: bool) {
    let result = &mut outcome.result;
    result.insert(looped.var.to_string(), items[index].to_json());
    result.insert("ansible_loop_var".into(), looped.var.as_ref().into());
    if let Some(name) = &looped.index_var {
        result.insert(name.to_string(), index.into());
        result.insert("ansible_index_var".into(), name.as_ref().into());
    }
    if extended {
        result.insert("ansible_loop".into(), position(looped, items, index).to_json());
    }
}

/// `ansible_loop`.
fn position(looped: &Loop, items: &[Value], index: usize) -> Value {
    let length = items.len();
    let mut entries = vec![
        ("index", Value::from(index + 1)),
        ("index0", Value::from(index)),
        ("first", Value::Bool(index == 0)),
        ("last", Value::Bool(index + 1 == length)),
        ("length", Value::from(length)),
        ("revindex", Value::from(length - index)),
        ("revindex0", Value::from(length - index - 1)),
    ];
    if looped.allitems {
        entries.push(("allitems", Value::list(items.to_vec())));
    }
    if index > 0 {
        entries.push(("previtem", items[index - 1].clone()));
    }
    if index + 1 < length {
        entries.push(("nextitem", items[index + 1].clone()));
    }
    Value::map(entries.into_iter().map(|(k, v)| (Key::from(k), v)).collect())
}

/// One outcome from those of all items.
fn merge(outcomes: Vec<Outcome>) -> Outcome {
    if outcomes.is_empty() {
        let empty = [
            ("changed", false.into()),
            ("skipped", true.into()),
            ("skipped_reason", "No items in the list".into()),
            ("results", Json::Array(vec![])),
        ];
        return Outcome::of(fields(empty));
    }
    let any = |status: Status| outcomes.iter().any(|o| o.status == status);
    let failed = any(Status::Failed);
    let skipped = outcomes.iter().all(|o| o.status == Status::Skipped);
    let msg = match (failed, skipped) {
        (true, _) => "One or more items failed",
        (_, true) => "All items skipped",
        _ => "All items completed",
    };
    let changed = outcomes.iter().any(|o| o.result.get("changed").and_then(Json::as_bool).unwrap_or(false));
    let mut merged = Outcome::of(fields([("changed", changed.into()), ("msg", msg.into()), ("skipped", skipped.into())]));
    if failed {
        merged.result.insert("failed".into(), true.into());
    }
    merged.status = match () {
        () if any(Status::Unreachable) => Status::Unreachable,
        () if failed => Status::Failed,
        () if skipped => Status::Skipped,
        () if changed => Status::Changed,
        () => Status::Ok,
    };
    let bad = |o: &&Outcome| matches!(o.status, Status::Failed | Status::Unreachable);
    merged.ignored = outcomes.iter().any(|o| bad(&o)) && outcomes.iter().filter(bad).all(|o| o.ignored);
    merged.no_log = outcomes.iter().any(|o| o.no_log);
    merged.effect = merge_effects(&outcomes);
    merged.notify = outcomes.iter().flat_map(|o| o.notify.iter().cloned()).collect();
    merged.delegate = outcomes.last().and_then(|o| o.delegate.clone());
    merged.result.insert("results".into(), outcomes.into_iter().map(|o| Json::Object(o.result)).collect());
    merged
}

fn merge_effects(outcomes: &[Outcome]) -> Option<Effect> {
    let effects: Vec<&Effect> = outcomes.iter().filter_map(|outcome| outcome.effect.as_ref()).collect();
    Some(match effects.first()? {
        Effect::Include(_) => {
            Effect::Include(effects.iter().flat_map(|e| if let Effect::Include(list) = e { list.clone() } else { Vec::new() }).collect())
        }
        Effect::Join(_) => {
            Effect::Join(effects.iter().flat_map(|e| if let Effect::Join(list) = e { list.clone() } else { Vec::new() }).collect())
        }
        Effect::Meta(_) => return None,
    })
}

/// Registers the result and keeps facts.
fn keep(task: &Task, scope: &TaskScope, outcome: &Outcome) {
    if task.looped.is_none() {
        keep_facts(task, scope, outcome);
    }
    if let Some(name) = &task.register {
        scope.host.set(name, registered(outcome));
    }
}

fn registered(outcome: &Outcome) -> Value {
    let mut result = as_map(&outcome.result);
    for (name, lines) in [("stdout", "stdout_lines"), ("stderr", "stderr_lines")] {
        if let (Some(Json::String(text)), false) = (outcome.result.get(name), outcome.result.contains_key(lines)) {
            result.insert(lines.into(), text.lines().map(Value::from).collect());
        }
    }
    Value::map(result)
}

/// `ansible_facts` of a result: variables for `set_fact` and `include_vars`, facts for all others.
fn keep_facts(task: &Task, scope: &TaskScope, outcome: &Outcome) {
    let Some(Json::Object(facts)) = outcome.result.get("ansible_facts") else { return };
    let to_delegate = flag(task, Keyword::DelegateFacts, scope).ok().flatten().unwrap_or(false);
    let host: Arc<HostState> = match (&outcome.delegate, to_delegate) {
        (Some(name), true) => scope.run.host_or_new(name),
        _ => scope.host.clone(),
    };
    let facts: Map = facts.iter().map(|(k, v)| (Key::from(k.as_str()), Value::from(v.clone()))).collect();
    match task.action.short() {
        "include_vars" if outcome.vars.is_some() => outcome.vars.iter().for_each(|vars| host.include(vars)),
        "set_fact" => facts.iter().for_each(|(k, v)| host.set(&k.to_string(), v.clone())),
        _ => host.add_facts(&facts),
    }
}

async fn tell(task: &Task, label: &Arc<TaskLabel>, stage: usize, scope: &TaskScope, outcome: &Outcome) {
    let host = &scope.host;
    host.count(|counts| match outcome.status {
        _ if task.action.short() == "meta" => {}
        // Every file or role that is brought in counts by itself.
        Status::Ok | Status::Changed if task.is_include() => {}
        Status::Ok => counts.ok += 1,
        Status::Changed => {
            counts.ok += 1;
            counts.changed += 1;
        }
        Status::Skipped => counts.skipped += 1,
        Status::Failed if outcome.ignored => {
            counts.ok += 1;
            counts.ignored += 1;
            counts.changed += u64::from(outcome.result.get("changed").and_then(Json::as_bool).unwrap_or(false));
        }
        Status::Failed => counts.failed += 1,
        Status::Unreachable if outcome.ignored => {
            counts.ok += 1;
            counts.ignored += 1;
        }
        Status::Unreachable => counts.unreachable += 1,
    });
    let event = Event::TaskEnded {
        stage,
        task: label.clone(),
        host: host.name.clone(),
        delegate: delegate_shown(scope, outcome),
        status: outcome.status,
        ignored: outcome.ignored,
        looped: task.looped.is_some() && outcome.result.contains_key("results"),
        result: Arc::new(shown(outcome)),
    };
    scope.run.events.emit(event).await;
}

/// What is shown of an item.
fn label_of(scope: &TaskScope, looped: &Loop, item: &Value, no_log: bool) -> String {
    match &looped.label {
        _ if no_log => "(censored due to no_log)".to_string(),
        Some(label) => template::resolve(label, scope).map_or_else(|p| p.to_string(), |v| template::text(&v)),
        None => template::text(item),
    }
}

async fn tell_item(label: &Arc<TaskLabel>, stage: usize, scope: &TaskScope, shown_label: String, outcome: &Outcome) {
    let event = Event::ItemEnded {
        stage,
        task: label.clone(),
        host: scope.host.name.clone(),
        delegate: delegate_shown(scope, outcome),
        status: outcome.status,
        ignored: outcome.ignored,
        label: shown_label,
        result: Arc::new(shown(outcome)),
    };
    scope.run.events.emit(event).await;
}

/// The host a task was delegated to as people see it: with its address when that differs from its name.
fn delegate_shown(scope: &TaskScope, outcome: &Outcome) -> Option<Arc<str>> {
    let name = outcome.delegate.clone()?;
    let at = TaskScope::of_host(&scope.run, &scope.run.host_or_new(&name));
    let address = at.given("ansible_host").and_then(|value| template::resolve(&value, &at).ok());
    match address.as_ref().and_then(Value::as_str) {
        Some(address) if address != name.as_ref() => Some(format!("{name}({address})").into()),
        _ => Some(name),
    }
}

/// The result as it may be shown. Where a mistake stands is no secret.
fn shown(outcome: &Outcome) -> Fields {
    if !outcome.no_log {
        return outcome.result.clone();
    }
    let censored = "the output has been hidden due to the fact that 'no_log: true' was specified for this result";
    let mut shown = fields([("censored", censored.into())]);
    let told =
        ["changed", "attempts", outcome::PLACE].into_iter().filter_map(|name| Some((name.to_string(), outcome.result.get(name)?.clone())));
    shown.extend(told);
    shown
}
