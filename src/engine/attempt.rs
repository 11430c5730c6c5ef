//! One task on one host for one item: conditions, arguments, tries, and what counts as changed or failed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as Json;

use crate::language::playbook::{Condition, Keyword, Task};
use crate::language::template::{self, Scope};
use crate::language::{Diagnostic, Map, Value};
use crate::modules::Fields;

use super::action::{self, Call};
use super::event::{Event, Status, TaskLabel};
use super::host::HostState;
use super::jobs::Job;
use super::outcome::{Outcome, status};
use super::scope::TaskScope;

/// One task as it is about to run on one host.
pub struct Attempt<'a> {
    pub task: &'a Arc<Task>,
    pub label: &'a Arc<TaskLabel>,
    pub stage: usize,
    pub scope: TaskScope,
}

impl Attempt<'_> {
    /// Runs the task to its end, for one item.
    pub async fn run(mut self) -> Outcome {
        let ahead = self.ahead();
        let early = ahead.is_err();
        let mut outcome = match ahead {
            Ok(None) => self.tries(self.scope.delegate.clone().as_ref()).await,
            Ok(Some(condition)) => Outcome::skipped("Conditional result was False", Some(condition)),
            Err(problem) if self.unsettled(&problem) => Outcome::unknown(&problem.message),
            Err(problem) => self.mistake(problem),
        };
        outcome.no_log = self.flag(Keyword::NoLog).unwrap_or(true);
        let ignores = match outcome.status {
            Status::Failed if !outcome.is_missing_file() => Some(Keyword::IgnoreErrors),
            Status::Unreachable => Some(Keyword::IgnoreUnreachable),
            _ => None,
        };
        outcome.ignored = ignores.is_some_and(|keyword| (early && self.is_template(keyword)) || self.flag(keyword).unwrap_or(false));
        if !matches!(outcome.status, Status::Skipped | Status::Unreachable) {
            outcome.notify = self.notices();
        }
        outcome.delegate = self.scope.delegate.as_ref().map(|host| host.name.clone());
        outcome
    }

    /// What comes before anything else: where the task runs, and the first condition that does not hold.
    fn ahead(&mut self) -> Result<Option<Json>, Diagnostic> {
        self.scope.delegate = self.delegate()?;
        self.unmet()
    }

    fn mistake(&self, problem: Diagnostic) -> Outcome {
        Outcome::mistake(&problem.at(&self.task.place))
    }

    /// A keyword as a boolean; absent counts as false.
    fn flag(&self, keyword: Keyword) -> Result<bool, Diagnostic> {
        flag(self.task, keyword, &self.scope).map(|flag| flag.unwrap_or(false))
    }

    /// Whether a keyword is a template. Before it is evaluated it is a text, and as such counts as true.
    fn is_template(&self, keyword: Keyword) -> bool {
        matches!(self.task.keywords.get(keyword), Some(Value::Template(_)))
    }

    /// The names that `notify` gives; one that cannot be evaluated is none.
    fn notices(&self) -> Vec<String> {
        let values = self.task.notify.iter().filter_map(|notice| template::resolve(notice, &self.scope).ok());
        let names = values.flat_map(|value| match value {
            Value::List(names) => names.to_vec(),
            Value::Omit | Value::Null => Vec::new(),
            name => vec![name],
        });
        names.map(|name| template::text(&name)).collect()
    }

    /// The first condition that does not hold.
    fn unmet(&self) -> Result<Option<Json>, Diagnostic> {
        for condition in &self.task.keywords.when {
            if !template::condition(&condition.value, Some(&condition.place), &self.scope)? {
                return Ok(Some(condition_text(condition)));
            }
        }
        Ok(None)
    }

    /// Whether a value is undefined in a check only because the change was not made that would bring it.
    fn unsettled(&self, problem: &Diagnostic) -> bool {
        problem.undefined && unsettled(&self.scope)
    }

    /// The host the task is delegated to; `None` when it stays at home.
    fn delegate(&self) -> Result<Option<Arc<HostState>>, Diagnostic> {
        let Some(value) = self.task.keywords.get(Keyword::DelegateTo) else { return Ok(None) };
        match template::resolve(value, &self.scope)? {
            Value::Str(name) if !name.is_empty() => Ok(Some(self.scope.run.host_or_new(&name))),
            _ => Ok(None),
        }
    }

    /// Runs the task until it needs no further try.
    async fn tries(&mut self, delegate: Option<&Arc<HostState>>) -> Outcome {
        let number = |value: &Option<Value>| -> Result<Option<f64>, Diagnostic> {
            value.as_ref().map(|v| template::resolve(v, &self.scope)).transpose().map(|v| v.as_ref().and_then(number))
        };
        let (retries, delay) = match (number(&self.task.retries), number(&self.task.delay)) {
            (Ok(retries), Ok(delay)) => (retries, delay.unwrap_or(5.0)),
            (Err(problem), _) | (_, Err(problem)) => return self.mistake(problem),
        };
        let limit = match (&self.task.until, retries) {
            (Some(_), None) => 3,
            (None, None) => 0,
            (_, Some(given)) => given.max(0.0) as u64,
        };
        let mut attempts = 1;
        loop {
            let mut outcome = self.once(delegate).await;
            if limit == 0 || outcome.status == Status::Unreachable {
                return outcome;
            }
            outcome.result.insert("attempts".into(), attempts.into());
            match self.settled(&outcome) {
                Ok(true) => return outcome,
                Err(problem) => return self.mistake(problem),
                Ok(false) if attempts > limit || self.scope.run.cancelled() => {
                    outcome.result.insert("attempts".into(), limit.into());
                    outcome.result.insert("failed".into(), true.into());
                    if self.task.failed_when.is_none() {
                        outcome.status = Status::Failed;
                    }
                    return outcome;
                }
                Ok(false) => {}
            }
            let left = limit + 1 - attempts;
            let event = Event::Retrying { task: self.label.clone(), host: self.scope.host.name.clone(), left };
            self.scope.run.events.emit(event).await;
            self.scope.run.pause(Duration::from_secs_f64(delay.max(0.0))).await;
            attempts += 1;
        }
    }

    fn settled(&self, outcome: &Outcome) -> Result<bool, Diagnostic> {
        match &self.task.until {
            None => Ok(outcome.status != Status::Failed),
            Some(conditions) => all(conditions, &self.scope),
        }
    }

    /// One try.
    async fn once(&mut self, delegate: Option<&Arc<HostState>>) -> Outcome {
        let args = match action::arguments(self.task, &self.scope) {
            Ok(args) => args,
            Err(problem) if self.unsettled(&problem) => return Outcome::unknown(&problem.message),
            Err(problem) => return self.mistake(problem),
        };
        let modes = (self.mode(Keyword::CheckMode, self.scope.run.options.check), self.mode(Keyword::Diff, self.scope.run.options.diff));
        let (check, diff, environment) = match (modes.0, modes.1, self.environment()) {
            (Ok(check), Ok(diff), Ok(environment)) => (check, diff, environment),
            (Err(problem), ..) | (_, Err(problem), _) | (.., Err(problem)) => return self.mistake(problem),
        };
        let at = delegate.unwrap_or(&self.scope.host);
        let background = match self.background() {
            Ok(background) => background.filter(|_| !check),
            Err(problem) => return self.mistake(problem),
        };
        if let Some((limit, wait)) = background {
            let (task, label, scope) = (self.task.clone(), self.label.clone(), self.scope.clone());
            let job = Job { task, label, stage: self.stage, scope, at: at.clone(), args, diff, environment, limit };
            let mut outcome = job.start(wait).await;
            outcome.complete();
            self.judge(&mut outcome);
            return outcome;
        }
        let call = Call {
            task: self.task,
            label: self.label,
            stage: self.stage,
            scope: &self.scope,
            at,
            args,
            check,
            diff,
            environment,
            limit: None,
        };
        let mut outcome = action::dispatch(call).await;
        outcome.complete();
        self.judge(&mut outcome);
        outcome
    }

    /// The seconds that `async` gives the task, and whether `poll` waits for its end; `None` when it is not for the background.
    fn background(&self) -> Result<Option<(u64, bool)>, Diagnostic> {
        let seconds = |value: &Option<Value>, otherwise: f64| -> Result<f64, Diagnostic> {
            let value = value.as_ref().map(|v| template::resolve(v, &self.scope)).transpose()?;
            Ok(value.as_ref().and_then(number).unwrap_or(otherwise))
        };
        let limit = seconds(&self.task.async_seconds, 0.0)?;
        Ok(if limit > 0.0 { Some((limit as u64, seconds(&self.task.poll, 15.0)? > 0.0)) } else { None })
    }

    fn mode(&self, keyword: Keyword, otherwise: bool) -> Result<bool, Diagnostic> {
        flag(self.task, keyword, &self.scope).map(|flag| flag.unwrap_or(otherwise))
    }

    fn environment(&self) -> Result<BTreeMap<String, String>, Diagnostic> {
        let mut merged = BTreeMap::new();
        for layer in &self.task.keywords.environment {
            match template::resolve(layer, &self.scope)? {
                Value::Map(map) => {
                    merged.extend(map.iter().map(|(k, v)| (k.to_string(), template::text(v))));
                }
                Value::List(items) => {
                    let maps = items.iter().filter_map(Value::as_map).flatten();
                    merged.extend(maps.map(|(k, v)| (k.to_string(), template::text(v))));
                }
                Value::Null | Value::Omit => {}
                other => return Err(Diagnostic::new(format!("environment must be a mapping, not a {}", other.type_name()))),
            }
        }
        Ok(merged)
    }

    /// `changed_when` and `failed_when`, which see the result under the registered name.
    fn judge(&mut self, outcome: &mut Outcome) {
        if let Some(name) = &self.task.register {
            self.scope.local(name, as_value(&outcome.result));
        }
        let judged = self.task.changed_when.is_some() || self.task.failed_when.is_some();
        if !judged || matches!(outcome.status, Status::Unreachable | Status::Skipped) {
            return;
        }
        for (key, conditions) in [("changed", &self.task.changed_when), ("failed", &self.task.failed_when)] {
            let Some(conditions) = conditions else { continue };
            match all(conditions, &self.scope) {
                Ok(holds) => {
                    outcome.result.insert(key.into(), holds.into());
                    if key == "failed" {
                        outcome.result.insert("failed_when_result".into(), holds.into());
                    }
                }
                Err(problem) => {
                    outcome.locate(&problem);
                    outcome.result.insert(format!("{key}_when_result"), problem.message.into());
                    outcome.result.insert("failed".into(), true.into());
                }
            }
        }
        outcome.status = status(&outcome.result);
        if let Some(name) = &self.task.register {
            self.scope.local(name, as_value(&outcome.result));
        }
    }
}

/// Whether this is a check, and the host would no longer be as it is.
pub fn unsettled(scope: &TaskScope) -> bool {
    scope.run.options.check && scope.host.counts().changed > 0
}

/// A keyword as a boolean; `None` when it is not set.
pub fn flag(task: &Task, keyword: Keyword, scope: &TaskScope) -> Result<Option<bool>, Diagnostic> {
    let Some(value) = task.keywords.get(keyword) else { return Ok(None) };
    match template::resolve(value, scope)? {
        Value::Bool(b) => Ok(Some(b)),
        Value::Null | Value::Omit => Ok(None),
        other => {
            let text = template::text(&other);
            let parsed = crate::modules::boolean(&Json::from(text.as_str()));
            parsed.map(Some).ok_or_else(|| Diagnostic::new(format!("'{text}' is not a boolean")))
        }
    }
}

/// Whether all conditions hold.
pub fn all(conditions: &[Condition], scope: &dyn Scope) -> Result<bool, Diagnostic> {
    for condition in conditions {
        if !template::condition(&condition.value, Some(&condition.place), scope)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A result as the value that `register` keeps: data, never templates.
pub fn as_value(result: &Fields) -> Value {
    Value::map(as_map(result))
}

/// The entries of [`as_value`].
pub fn as_map(result: &Fields) -> Map {
    result.iter().filter(|(k, _)| !k.starts_with("_rplay")).map(|(k, v)| (k.as_str().into(), v.clone().into())).collect()
}

fn condition_text(condition: &Condition) -> Json {
    match &condition.value {
        Value::Template(t) => t.source().into(),
        other => other.to_json(),
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(i) => Some(*i as f64),
        Value::Float(f) => Some(*f),
        Value::Str(s) => s.trim().parse().ok(),
        _ => None,
    }
}
