//! `assert`, `debug`, `fail`, `meta`: nothing of them ever reaches a host.

use serde_json::Value as Json;

use crate::engine::outcome::{Effect, Outcome, fields};
use crate::language::playbook::Condition;
use crate::language::{Diagnostic, Value, template};

use super::Call;
use super::argument_spec::type_name;

/// Marks a result whose fields are what the task is for, so that they are always shown.
const SHOWN: &str = "_rplay_show";

/// `that`: conditions that must hold; `fail_msg`/`msg` and `success_msg` say what is shown. Source: ansible.builtin.assert.
pub async fn assert(call: Call<'_>) -> Outcome {
    let messages = [("fail_msg", "fail_msg"), ("msg", "fail_msg"), ("success_msg", "success_msg")];
    if let Some(refused) = messages.into_iter().find_map(|(given, name)| no_message(name, call.args.get(given)?)) {
        return Outcome::failed(refused);
    }
    let quiet = call.flag("quiet").unwrap_or(false);
    let place = call.task.action.place_of("that");
    let given = match call.task.action.args.get("that") {
        Some(Value::List(items)) => items.to_vec(),
        Some(template @ Value::Template(_)) => match template::resolve_top(template, call.scope) {
            Ok(Value::List(items)) => match items.iter().find(|item| matches!(item, Value::Str(_))) {
                Some(text) => return Outcome::failed(unwritten(text)),
                None => items.to_vec(),
            },
            // Its own rules keep what a template gives from being an expression again.
            Ok(_) => vec![template.clone()],
            Err(problem) => return Outcome::mistake(&problem.at(place)),
        },
        Some(single) => vec![single.clone()],
        None => return Outcome::failed("conditional required in \"that\" string"),
    };
    for value in given {
        let condition = Condition { value, place: place.clone() };
        let holds = template::condition(&condition.value, Some(place), call.scope);
        let shown = match &condition.value {
            Value::Template(t) => t.source().into(),
            other => other.to_json(),
        };
        match holds {
            Ok(true) => {}
            Ok(false) => {
                let msg = call.args.get("fail_msg").or_else(|| call.args.get("msg")).cloned().unwrap_or_else(|| "Assertion failed".into());
                let entries = [
                    ("failed", true.into()),
                    ("changed", false.into()),
                    ("assertion", shown),
                    ("evaluated_to", false.into()),
                    ("msg", msg),
                    (SHOWN, (!quiet).into()),
                ];
                return Outcome::of(fields(entries));
            }
            Err(problem) => return Outcome::mistake(&problem.at(place)),
        }
    }
    let msg = call.args.get("success_msg").cloned().unwrap_or_else(|| "All assertions passed".into());
    Outcome::of(fields([("changed", false.into()), ("msg", msg), (SHOWN, (!quiet).into())]))
}

/// Why a message cannot be shown: it is neither a text nor a list of texts.
fn no_message(name: &str, given: &Json) -> Option<String> {
    let is_message = match given {
        Json::String(_) => true,
        Json::Array(lines) => lines.iter().all(Json::is_string),
        _ => false,
    };
    let kind = type_name(given);
    let why = "we were unable to convert to str_or_list_of_str: a string or list of strings is required";
    (!is_message).then(|| format!("argument '{name}' is of type {kind} and {why}"))
}

/// A condition that nobody wrote may come from a host, whose words are never evaluated.
fn unwritten(text: &Value) -> String {
    format!("a condition must stand in the playbook: '{}' came out of a template as text", template::text(text))
}

/// `msg` (default `Hello world!`) or `var` (an expression), from `verbosity` on. Source: ansible.builtin.debug.
pub async fn debug(call: Call<'_>) -> Outcome {
    let needed = call.args.get("verbosity").and_then(Json::as_u64).unwrap_or(0);
    if needed > u64::from(call.scope.run.options.verbosity) {
        let reason =
            fields([("changed", false.into()), ("skipped", true.into()), ("skipped_reason", "Verbosity threshold not met.".into())]);
        return Outcome::of(reason);
    }
    // A template already gives the value; what it gives is data and no expression.
    if let Some(Value::Template(written)) = call.task.action.args.get("var") {
        let value = call.args.get("var").cloned().unwrap_or_default();
        return Outcome::of(fields([(written.source(), value), ("changed", false.into()), (SHOWN, true.into())]));
    }
    let Some(var) = call.text("var") else {
        let msg = call.args.get("msg").cloned().unwrap_or_else(|| "Hello world!".into());
        return Outcome::of(fields([("msg", msg), ("changed", false.into()), (SHOWN, true.into())]));
    };
    let value = template::expression(&var, Some(call.task.action.place_of("var")), call.scope);
    let shown = match value.and_then(|v| template::resolve(&v, call.scope)) {
        Ok(value) => value.to_json(),
        Err(problem) if problem.undefined => format!("<< error 1 - {} >>", problem.message).into(),
        Err(problem) => {
            let message = format!("Error while resolving `var` expression: {}", problem.message);
            return Outcome::mistake(&Diagnostic { message, ..problem });
        }
    };
    Outcome::of(fields([(var.as_str(), shown), ("changed", false.into()), (SHOWN, true.into())]))
}

/// Fails with `msg`. Source: ansible.builtin.fail.
pub async fn fail(call: Call<'_>) -> Outcome {
    let msg = call.args.get("msg").cloned().unwrap_or_else(|| "Failed as requested from task".into());
    Outcome::of(fields([("failed", true.into()), ("changed", false.into()), ("msg", msg)]))
}

/// Asks the engine for something. Source: ansible.builtin.meta.
pub async fn meta(call: Call<'_>) -> Outcome {
    let mut outcome = Outcome::of(fields([("changed", false.into())]));
    outcome.effect = call.text("_raw_params").map(Effect::Meta);
    outcome
}

/// What became of a job that `async` started: `jid`, `mode` (`status` or `cleanup`). Source: ansible.builtin.async_status.
pub async fn async_status(call: Call<'_>) -> Outcome {
    let Some(id) = call.text("jid") else { return Outcome::failed("missing required arguments: jid") };
    let jobs = &call.scope.run.jobs;
    match call.text("mode").as_deref() {
        None | Some("status") => jobs.status(&call.at.name, &id),
        Some("cleanup") => jobs.forget(&call.at.name, &id),
        Some(other) => Outcome::failed(format!("value of mode must be one of: cleanup, status, got: {other}")),
    }
}
