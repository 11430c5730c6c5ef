//! Modules that run on the host, and `raw`.

use serde_json::Value as Json;
use tokio::sync::{AcquireError, SemaphorePermit};

use crate::agent::protocol;
use crate::engine::attempt::{flag, unsettled};
use crate::engine::event::{Event, Status};
use crate::engine::links::escalation;
use crate::engine::outcome::{Outcome, fields};
use crate::language::playbook::Keyword;
use crate::language::template;
use crate::modules::host::MISSING;
use crate::modules::{self, Args, Fields};
use crate::transport::LinkError;

use super::Call;

/// Runs the task's module on its host.
pub async fn module(mut call: Call<'_>) -> Outcome {
    let name = match call.task.action.short() {
        "gather_facts" => "setup".to_string(),
        _ => call.task.action.module.to_string(),
    };
    let args = std::mem::take(&mut call.args);
    run(&call, &name, args).await
}

/// Runs module `name` with `args` on the host of `call`.
pub async fn run(call: &Call<'_>, name: &str, args: Fields) -> Outcome {
    let Some(module) = modules::find(name) else { return Outcome::failed(format!("couldn't resolve module/action '{name}'")) };
    let bound = match Args::bind(module, args) {
        Ok(bound) => bound,
        Err(failure) => return Outcome::failed(failure.msg),
    };
    let escalation = match escalation(call.task, call.scope, call.at) {
        Ok(escalation) => escalation,
        Err(problem) => return Outcome::failed(problem.at(&call.task.place).to_string()),
    };
    let run = &call.scope.run;
    let Ok(_slot) = slot(call).await else { return Outcome::failed("the run was stopped") };
    let started = Event::HostStarted { stage: call.stage, task: call.label.clone(), host: call.scope.host.name.clone() };
    run.events.emit(started).await;
    let link = match run.links.to(call.scope, call.at).await {
        Ok(link) => link,
        Err(unreachable) => return Outcome::unreachable(unreachable.to_string()),
    };
    let task = protocol::Task {
        id: run.task_id(),
        module: module.names[0].to_string(),
        args: Json::Object(bound.into_inner()).to_string(),
        check: call.check,
        diff: call.diff,
        environment: call.environment.clone(),
        timeout: timeout(call),
    };
    let hidden = flag(call.task, Keyword::NoLog, call.scope).map_or(true, |flag| flag.unwrap_or(false));
    let mut tail = |bytes: &[u8]| {
        if hidden {
            return;
        }
        let text = String::from_utf8_lossy(bytes).into_owned();
        run.events.try_emit(Event::Output { task: call.label.clone(), host: call.scope.host.name.clone(), text });
    };
    let mut cancel = run.cancel.subscribe();
    let done = tokio::select! {
        done = link.run(task, escalation.as_ref(), &mut tail) => done,
        _ = cancel.wait_for(|stop| *stop) => return Outcome::failed("the task was stopped by the user"),
    };
    match done {
        Ok(result) if result.contains_key(MISSING) && unsettled(call.scope) => expected(name, result),
        Ok(result) => skipped_with_reason(call, Outcome::of(result)),
        Err(LinkError::Unreachable(why)) => Outcome::unreachable(why.to_string()),
        Err(LinkError::Become(msg)) => Outcome::failed(msg),
    }
}

/// In a check, what is missing is taken to be what the changes before it would bring: this task would then change its part,
/// or read what nobody knows yet.
fn expected(name: &str, mut result: Fields) -> Outcome {
    if name == "slurp" {
        return Outcome::unknown(result.get("msg").and_then(Json::as_str).unwrap_or_default());
    }
    result.shift_remove("failed");
    result.shift_remove(MISSING);
    result.insert("changed".into(), true.into());
    Outcome::of(result)
}

/// A place among the hosts that work at once; a job in the background takes none.
async fn slot<'a>(call: &Call<'a>) -> Result<Option<SemaphorePermit<'a>>, AcquireError> {
    match call.limit {
        Some(_) => Ok(None),
        None => call.scope.run.slots.acquire().await.map(Some),
    }
}

/// A module that did nothing in a check without saying why cannot be checked.
fn skipped_with_reason(call: &Call, mut outcome: Outcome) -> Outcome {
    let silent = !outcome.result.contains_key("skip_reason") && !outcome.result.contains_key("msg");
    if call.check && outcome.status == Status::Skipped && silent {
        outcome.result.insert("msg".into(), "remote module does not support check mode".into());
    }
    outcome
}

fn timeout(call: &Call) -> Option<u64> {
    if call.limit.is_some() {
        return call.limit;
    }
    let value = call.task.keywords.get(Keyword::Timeout)?;
    let value = template::resolve(value, call.scope).ok()?;
    template::text(&value).parse().ok().filter(|seconds| *seconds > 0)
}

/// Runs free text through the host's shell without any agent. Source: ansible.builtin.raw.
pub async fn raw(call: Call<'_>) -> Outcome {
    let Some(command) = call.text("_raw_params") else { return Outcome::failed("no command given") };
    if call.check {
        return Outcome::of(fields([("changed", false.into()), ("skipped", true.into())]));
    }
    let escalation = match escalation(call.task, call.scope, call.at) {
        Ok(escalation) => escalation,
        Err(problem) => return Outcome::failed(problem.to_string()),
    };
    let link = match call.scope.run.links.to(call.scope, call.at).await {
        Ok(link) => link,
        Err(unreachable) => return Outcome::unreachable(unreachable.to_string()),
    };
    let output = match link.raw(&command, escalation.as_ref()).await {
        Ok(output) => output,
        Err(LinkError::Unreachable(why)) => return Outcome::unreachable(why.to_string()),
        Err(LinkError::Become(msg)) => return Outcome::failed(msg),
    };
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let mut result = fields([
        ("changed", true.into()),
        ("rc", output.rc.into()),
        ("stdout", stdout.as_ref().into()),
        ("stdout_lines", stdout.lines().collect::<Vec<_>>().into()),
        ("stderr", stderr.as_ref().into()),
        ("stderr_lines", stderr.lines().collect::<Vec<_>>().into()),
    ]);
    if output.rc != 0 {
        result.insert("failed".into(), true.into());
        result.insert("msg".into(), "non-zero return code".into());
    }
    Outcome::of(result)
}
