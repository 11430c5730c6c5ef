//! `set_fact` and `include_vars`: variables from expressions and files.

use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::engine::outcome::{Outcome, fields};
use crate::language::template::{self, Scope};
use crate::modules::{Fields, boolean};

use super::Call;

/// Every argument but `cacheable` becomes a variable. Source: ansible.builtin.set_fact.
pub async fn set_fact(mut call: Call<'_>) -> Outcome {
    let cacheable = call.args.shift_remove("cacheable").is_some_and(|v| boolean(&v) == Some(true));
    let facts = std::mem::take(&mut call.args);
    if facts.is_empty() {
        return Outcome::failed("No key/value pairs provided, at least one is required for this action to succeed");
    }
    if let Some(name) = facts.keys().find(|name| !is_identifier(name)) {
        return Outcome::failed(format!(
            "The variable name '{name}' is not valid. Variables must start with a letter or underscore character, and contain only letters, numbers and underscores."
        ));
    }
    if cacheable {
        let map = facts.iter().map(|(k, v)| (k.as_str().into(), v.clone().into())).collect();
        call.scope.host.add_facts(&map);
    }
    Outcome::of(fields([("ansible_facts", Json::Object(facts)), ("changed", false.into())]))
}

fn is_identifier(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|c| c.is_alphabetic() || c == '_') && letters.all(|c| c.is_alphanumeric() || c == '_')
}

/// `file` (or the free text), or every file of `dir`; `name` puts them under one variable. Source: ansible.builtin.include_vars.
pub async fn include_vars(call: Call<'_>) -> Outcome {
    let paths = match (call.text("dir"), call.text("file").or_else(|| call.text("_raw_params"))) {
        (Some(dir), _) => files_of(&call, &dir),
        (None, Some(file)) => find(&call, &file).map(|path| vec![path]),
        (None, None) => Err("include_vars needs a file or a dir".to_string()),
    };
    let paths = match paths {
        Ok(paths) => paths,
        Err(message) => return Outcome::failed(message),
    };
    let mut vars = Fields::new();
    let mut included = Vec::new();
    for path in paths {
        let map = call.scope.run.loader.vars_file(&path, Some(&call.task.action.place));
        if let Some(problem) = call.scope.run.loader.take_problems().into_iter().next() {
            return Outcome::failed(problem.to_string());
        }
        for (name, value) in map.iter() {
            match template::resolve(value, call.scope) {
                Ok(value) => vars.insert(name.to_string(), value.to_json()),
                Err(problem) => return Outcome::failed(problem.to_string()),
            };
        }
        included.push(Json::from(path.display().to_string()));
    }
    let facts = match call.text("name") {
        Some(name) => Json::Object(Fields::from_iter([(name, Json::Object(vars))])),
        None => Json::Object(vars),
    };
    Outcome::of(fields([("ansible_facts", facts), ("ansible_included_var_files", included.into()), ("changed", false.into())]))
}

fn find(call: &Call, name: &str) -> Result<PathBuf, String> {
    let places = call.scope.search_path().into_iter().flat_map(|dir| [dir.join("vars").join(name), dir.join(name)]);
    let places: Vec<PathBuf> = places.collect();
    places.iter().find(|path| path.is_file()).cloned().ok_or_else(|| {
        let looked: Vec<String> = places.iter().map(|p| p.display().to_string()).collect();
        format!("Could not find or access '{name}'; looked for {}", looked.join(", "))
    })
}

fn files_of(call: &Call, dir: &str) -> Result<Vec<PathBuf>, String> {
    let places = call.scope.search_path().into_iter().flat_map(|base| [base.join("vars").join(dir), base.join(dir)]);
    let Some(found) = places.into_iter().find(|path| path.is_dir()) else { return Err(format!("{dir} directory does not exist")) };
    let extensions = ["yml", "yaml", "json"];
    let is_vars = |path: &Path| path.extension().is_none_or(|e| extensions.iter().any(|known| e == *known));
    let entries = std::fs::read_dir(&found).map_err(|e| format!("could not read {}: {e}", found.display()))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|e| e.path()).filter(|p| p.is_file() && is_vars(p)).collect();
    files.sort();
    Ok(files)
}
