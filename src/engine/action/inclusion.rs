//! `include_tasks` and `include_role`: tasks that are read when the task runs.

use std::sync::{Arc, PoisonError};

use crate::engine::outcome::{Effect, Inclusion, Outcome, fields};
use crate::language::playbook::{Gathered, Keywords, RoleFiles, RoleUse, Surroundings};
use crate::language::{Map, Value, template};

use super::Call;

/// Runs the tasks of `file` (or the free text) next, under the keywords of `apply`. Source: ansible.builtin.include_tasks.
pub async fn include_tasks(call: Call<'_>) -> Outcome {
    let Some(name) = call.text("file").or_else(|| call.text("_raw_params")) else {
        return Outcome::failed("No file specified for ansible.builtin.include_tasks");
    };
    let around = match surroundings(&call) {
        Ok(around) => around,
        Err(message) => return Outcome::failed(message),
    };
    let loader = &call.scope.run.loader;
    let Some(path) = loader.find_tasks(&name, &around) else {
        let mut outcome = missing(format!("Could not find or access '{name}' on the Ansible Controller."));
        outcome.result.insert("include".into(), name.into());
        return outcome;
    };
    let items = loader.task_file(&path, &around, Some(&call.task.action.place));
    let mut gathered = std::mem::take(&mut *around.imported.lock().unwrap_or_else(PoisonError::into_inner));
    gathered.items = items;
    included(&call, path.display().to_string(), gathered, true)
}

/// Runs a role next. Source: ansible.builtin.include_role.
pub async fn include_role(call: Call<'_>) -> Outcome {
    let Some(name) = call.text("name").or_else(|| call.text("role")) else {
        return Outcome::failed("'name' is a required field for include_role.");
    };
    let around = match surroundings(&call) {
        Ok(around) => around,
        Err(message) => return Outcome::failed(message),
    };
    let files = RoleFiles::of(|param| call.text(param), call.flag("rolespec_validate") == Some(false));
    let again = call.flag("allow_duplicates").unwrap_or(true);
    let usage = RoleUse { name, files, ..RoleUse::default() };
    let mut gathered = call.scope.run.loader.gather(&usage, &around, &call.task.action.place, again);
    gathered.extend(std::mem::take(&mut *around.imported.lock().unwrap_or_else(PoisonError::into_inner)));
    let public = call.flag("public").unwrap_or(false);
    included(&call, usage.name, gathered, public)
}

fn included(call: &Call, name: String, gathered: Gathered, public: bool) -> Outcome {
    let problems = call.scope.run.loader.take_problems();
    if !problems.is_empty() {
        let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
        return missing(texts.join("; "));
    }
    let vars = match variables(call) {
        Ok(vars) => vars,
        Err(problem) => return Outcome::mistake(&problem),
    };
    let roles = if public { gathered.roles } else { Vec::new() };
    let inclusion = Inclusion {
        name: name.clone(),
        item: None,
        items: Arc::new(gathered.items),
        vars: Arc::new(vars),
        handlers: gathered.handlers,
        roles,
    };
    let mut outcome = Outcome::of(fields([("include", name.into()), ("changed", false.into())]));
    outcome.effect = Some(Effect::Include(vec![inclusion]));
    outcome
}

/// A failure to find or read what is to be included.
fn missing(reason: String) -> Outcome {
    let entries = [("failed", true.into()), ("changed", false.into()), ("msg", reason.clone().into()), ("reason", reason.into())];
    Outcome::of(fields(entries))
}

/// The include's own variables, and those of its loop.
fn variables(call: &Call) -> Result<Map, crate::language::Diagnostic> {
    let mut vars = call.scope.locals.clone();
    for (name, value) in call.task.own_vars.iter().flat_map(|vars| vars.iter()) {
        // What an include is given is evaluated once, with the loop's item in sight.
        let value = match (&call.task.looped, template::resolve(value, call.scope)) {
            (_, Ok(value)) => value,
            (None, Err(_)) => value.clone(),
            (Some(_), Err(problem)) => return Err(problem),
        };
        vars.insert(name.clone(), value);
    }
    Ok(vars)
}

/// What the included tasks inherit: the play's, role's and blocks' keywords, and those of `apply`; not the include's own.
fn surroundings(call: &Call) -> Result<Surroundings, String> {
    let apply = match call.task.action.args.get("apply") {
        Some(value) => template::resolve(value, call.scope).map_err(|p| p.to_string())?,
        None => Value::Null,
    };
    let keywords = Keywords::from_value(&apply, &call.task.action.place).within(&call.task.around);
    let play_dir = call.scope.stage.as_ref().map(|stage| stage.play.dir.clone()).unwrap_or_default();
    Ok(Surroundings {
        keywords: Arc::new(keywords),
        role: call.task.role.clone(),
        play_dir,
        dir: call.task.dir.clone(),
        handlers: false,
        importing: Vec::new(),
        imported: Arc::default(),
    })
}
