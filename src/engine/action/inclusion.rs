//! `include_tasks` and `include_role`: tasks that are read when the task runs.

use std::sync::Arc;

use crate::engine::outcome::{Effect, Inclusion, Outcome, fields};
use crate::language::playbook::{Keywords, RoleFiles, Surroundings};
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
        return Outcome::failed(format!("Could not find or access '{name}' on the Ansible Controller."));
    };
    let items = loader.task_file(&path, &around, Some(&call.task.action.place));
    included(&call, path.display().to_string(), items, Vec::new())
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
    let from = |part: &str| call.text(&format!("{part}_from"));
    let files = RoleFiles { tasks: from("tasks"), vars: from("vars"), defaults: from("defaults"), handlers: from("handlers") };
    let loader = &call.scope.run.loader;
    let place = &call.task.action.place;
    let Some(role) = loader.role(&name, &files, &around, place, Arc::default(), Arc::default()) else {
        let problems: Vec<String> = loader.take_problems().iter().map(ToString::to_string).collect();
        return Outcome::failed(problems.join("; "));
    };
    let items = loader.role_tasks(&role, &files, &around, place);
    let handlers = loader.role_handlers(&role, &files, &around);
    included(&call, role.name.to_string(), items, handlers)
}

fn included(
    call: &Call,
    name: String,
    items: Vec<crate::language::playbook::Item>,
    handlers: Vec<Arc<crate::language::playbook::Task>>,
) -> Outcome {
    let problems = call.scope.run.loader.take_problems();
    if !problems.is_empty() {
        let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
        return Outcome::failed(texts.join("; "));
    }
    let mut outcome = Outcome::of(fields([("include", name.clone().into()), ("changed", false.into())]));
    let vars = match variables(call) {
        Ok(vars) => vars,
        Err(problem) => return Outcome::failed(problem.to_string()),
    };
    outcome.effect = Some(Effect::Include(vec![Inclusion { name, items: Arc::new(items), vars: Arc::new(vars), handlers }]));
    outcome
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
    })
}
