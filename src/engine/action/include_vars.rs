//! `include_vars`: variables from files.

use std::path::{Path, PathBuf};

use fancy_regex::Regex;
use serde_json::Value as Json;

use crate::engine::outcome::{Outcome, fields};
use crate::language::template::Scope;
use crate::language::{Key, Map, Value};

use super::Call;

/// Its parameters.
pub const PARAMS: &[&str] =
    &["dir", "file", "name", "depth", "files_matching", "ignore_files", "extensions", "ignore_unknown_extensions", "hash_behaviour"];

/// `file` (or the free text), or every file of `dir` (`depth`, `files_matching`, `ignore_files`, `extensions`,
/// `ignore_unknown_extensions`); `name` puts them under one variable. What is in the files stays as it is written: its
/// templates are evaluated when they are used. Source: ansible.builtin.include_vars.
pub async fn include_vars(call: Call<'_>) -> Outcome {
    let paths = match (call.text("dir"), call.text("file").or_else(|| call.text("_raw_params"))) {
        (Some(dir), _) => files_of(&call, &dir),
        (None, Some(file)) => find(&call, &file).map(|path| vec![path]),
        (None, None) => Err("include_vars needs a file or a dir".to_string()),
    };
    let read = paths.and_then(|paths| Ok((read(&call, &paths)?, paths)));
    let (vars, paths) = match read {
        Ok(read) => read,
        Err(message) => return failed(message),
    };
    let vars = match call.text("name") {
        Some(name) => Map::from_iter([(Key::from(name.as_str()), Value::map(vars))]),
        None => vars,
    };
    let files: Vec<Json> = paths.iter().map(|path| path.display().to_string().into()).collect();
    let facts = Value::map(vars.clone()).to_json();
    let mut outcome =
        Outcome::of(fields([("ansible_facts", facts), ("ansible_included_var_files", files.into()), ("changed", false.into())]));
    outcome.vars = Some(vars);
    outcome
}

fn failed(message: String) -> Outcome {
    let nothing = Json::Object(Default::default());
    let mut outcome = Outcome::failed(message.clone());
    outcome.result.extend(fields([
        ("message", message.into()),
        ("ansible_facts", nothing),
        ("ansible_included_var_files", Json::Array(Vec::new())),
    ]));
    outcome
}

fn read(call: &Call, paths: &[PathBuf]) -> Result<Map, String> {
    let mut vars = Map::default();
    for path in paths {
        let map = call.scope.run.loader.vars_file(path, Some(&call.task.action.place));
        if let Some(problem) = call.scope.run.loader.take_problems().into_iter().next() {
            return Err(problem.to_string());
        }
        vars.extend(map.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
    Ok(vars)
}

fn find(call: &Call, name: &str) -> Result<PathBuf, String> {
    let places = call.scope.search_path().into_iter().flat_map(|dir| [dir.join("vars").join(name), dir.join(name)]);
    let places: Vec<PathBuf> = places.collect();
    places.iter().find(|path| path.is_file()).cloned().ok_or_else(|| {
        let looked: Vec<String> = places.iter().map(|p| p.display().to_string()).collect();
        format!("Could not find or access '{name}'; looked for {}", looked.join(", "))
    })
}

/// Which files of a directory are meant.
struct Choice {
    depth: usize,
    matching: Option<Regex>,
    ignored: Vec<Regex>,
    extensions: Vec<String>,
    others_allowed: bool,
}

impl Choice {
    fn of(call: &Call) -> Result<Choice, String> {
        let pattern = |text: &str| Regex::new(text).map_err(|e| format!("'{text}' is no regular expression: {e}"));
        let extensions = match call.texts("extensions") {
            none if none.is_empty() => ["yaml", "yml", "json"].map(String::from).to_vec(),
            given => given,
        };
        Ok(Choice {
            depth: call.text("depth").and_then(|depth| depth.parse().ok()).filter(|depth| *depth > 0).unwrap_or(usize::MAX),
            matching: call.text("files_matching").map(|text| pattern(&text)).transpose()?,
            ignored: call.texts("ignore_files").iter().map(|text| pattern(&format!("{text}$"))).collect::<Result<_, _>>()?,
            extensions,
            others_allowed: call.flag("ignore_unknown_extensions").unwrap_or(false),
        })
    }

    /// Whether a file is meant; an unknown extension is a mistake unless that is allowed.
    fn takes(&self, path: &Path) -> Result<bool, String> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let fits = |pattern: &Regex| pattern.is_match(name.as_str()).unwrap_or(false);
        if self.ignored.iter().any(fits) || !self.matching.as_ref().is_none_or(fits) {
            return Ok(false);
        }
        let extension = path.extension().map(|e| e.to_string_lossy().into_owned());
        if extension.as_ref().is_some_and(|extension| self.extensions.contains(extension)) {
            return Ok(true);
        }
        match self.others_allowed {
            true => Ok(false),
            false => Err(format!("{} does not have a valid extension: {}", path.display(), self.extensions.join(", "))),
        }
    }

    fn below(&self, dir: &Path, level: usize) -> Result<Vec<PathBuf>, String> {
        let entries = std::fs::read_dir(dir).map_err(|e| format!("could not read {}: {e}", dir.display()))?;
        let mut entries: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        entries.sort();
        let (dirs, files): (Vec<PathBuf>, Vec<PathBuf>) = entries.into_iter().partition(|path| path.is_dir());
        let mut found = Vec::new();
        for file in files {
            if self.takes(&file)? {
                found.push(file);
            }
        }
        for dir in dirs.into_iter().filter(|_| level < self.depth) {
            found.extend(self.below(&dir, level + 1)?);
        }
        Ok(found)
    }
}

fn files_of(call: &Call, dir: &str) -> Result<Vec<PathBuf>, String> {
    let places = call.scope.search_path().into_iter().flat_map(|base| [base.join("vars").join(dir), base.join(dir)]);
    let Some(found) = places.into_iter().find(|path| path.is_dir()) else { return Err(format!("{dir} directory does not exist")) };
    Choice::of(call)?.below(&found, 1)
}
