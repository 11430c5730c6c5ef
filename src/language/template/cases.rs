//! Cases from real runs of ansible-core 2.19, with its usual collections: `tests/data/expressions/*.jsonl`, one a line.
//!
//! A case holds a `text` (a template, or a value of templates), a `when`, or a `loop` and what it goes `over`;
//! `vars` as a playbook has them and `data` that is never templated; and what it `gives`, or part of the error it
//! `fails` with. Those in `differences.jsonl` say what `ansible` makes of them, and `because` of what rplay differs.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::language::{Diagnostic, Edition, Key, Map, Value};

use super::{Call, Scope, condition, lookups, resolve, resolve_lenient, resolve_top, string};

const PLAYBOOK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/expressions/playbook");

/// Cases that must come to what Ansible makes of them.
const SAME: [&str; 8] = [
    include_str!("../../../tests/data/expressions/collections.jsonl"),
    include_str!("../../../tests/data/expressions/conditions.jsonl"),
    include_str!("../../../tests/data/expressions/filters.jsonl"),
    include_str!("../../../tests/data/expressions/language.jsonl"),
    include_str!("../../../tests/data/expressions/lookups.jsonl"),
    include_str!("../../../tests/data/expressions/loops.jsonl"),
    include_str!("../../../tests/data/expressions/tests.jsonl"),
    include_str!("../../../tests/data/expressions/undefined.jsonl"),
];

/// Cases that come to something else on purpose.
const DIFFERENT: &str = include_str!("../../../tests/data/expressions/differences.jsonl");

/// The variables of a task beside the playbook of the cases.
struct Beside(Map);

impl Scope for Beside {
    fn variable(&self, name: &str) -> Option<Value> {
        self.0.get(name).cloned()
    }
    fn names(&self) -> Vec<Arc<str>> {
        self.0.keys().filter_map(|k| k.as_str().map(Arc::from)).collect()
    }
    fn edition(&self) -> Edition {
        Edition::default()
    }
    fn search_path(&self) -> Vec<PathBuf> {
        vec![PLAYBOOK.into()]
    }
}

/// A value as a playbook would hold it: strings with delimiters are templates.
fn loaded(json: &Json) -> Value {
    match json {
        Json::String(text) => string(text, None).unwrap_or_else(|error| panic!("{text}: {error}")),
        Json::Array(items) => items.iter().map(loaded).collect(),
        Json::Object(map) => Value::map(map.iter().map(|(key, value)| (Key::from(key.as_str()), loaded(value))).collect()),
        other => other.clone().into(),
    }
}

fn scope(case: &Json) -> Beside {
    let magic = json!({
        "groups": {"all": ["localhost"], "ungrouped": ["localhost"]},
        "hostvars": {"localhost": {"inventory_hostname": "localhost"}},
        "inventory_hostname": "localhost",
    });
    let sources = [Value::from(magic), loaded(&case["vars"]), case["data"].clone().into()];
    Beside(sources.iter().filter_map(Value::as_map).flat_map(|map| map.clone()).collect())
}

fn looped(name: &str, over: &Value, scope: &Beside) -> Result<Value, Diagnostic> {
    let Some(name) = name.strip_prefix("with_") else { return resolve(over, scope) };
    let lookup = lookups::find(name).unwrap_or_else(|| panic!("no lookup {name}"));
    let args = match resolve_lenient(&resolve_top(over, scope)?, scope) {
        Value::List(terms) => terms.to_vec(),
        term => vec![term],
    };
    lookup(&Call { name, args, kwargs: Map::new(), scope }).map(Value::list)
}

/// What a case comes to.
fn outcome(case: &Json) -> Result<Json, String> {
    let scope = scope(case);
    let value = match (case.get("when"), case["loop"].as_str()) {
        (Some(when), _) => condition(&loaded(when), None, &scope).map(Value::Bool),
        (None, Some(name)) => looped(name, &loaded(&case["over"]), &scope),
        (None, None) => match &case["text"] {
            Json::String(text) => string(text, None).and_then(|value| resolve(&value, &scope)),
            other => resolve(&loaded(other), &scope),
        },
    };
    value.map(|value| value.to_json()).map_err(|error| error.to_string())
}

/// Whether `result` is what `case` says.
fn agrees(case: &Json, result: &Result<Json, String>) -> bool {
    let here = |json: &Json| json.to_string().replace("PLAYBOOK_DIR", PLAYBOOK);
    match (result, case.get("gives"), case["fails"].as_str()) {
        (Ok(value), Some(wanted), None) => here(value) == here(wanted),
        (Err(error), None, Some(part)) => error.contains(part),
        _ => false,
    }
}

fn cases(text: &str) -> impl Iterator<Item = Json> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}")))
}

/// The cases of `text` that `right` does not hold for.
fn wrong(text: &str, right: impl Fn(&Json, &Result<Json, String>) -> bool) -> Vec<String> {
    let outcomes = cases(text).map(|case| (outcome(&case), case));
    outcomes.filter(|(result, case)| !right(case, result)).map(|(result, case)| format!("{case}\n    gave {result:?}")).collect()
}

#[test]
fn cases_come_to_what_ansible_makes_of_them() {
    let wrong: Vec<String> = SAME.iter().flat_map(|text| wrong(text, agrees)).collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_difference_is_one_and_has_a_reason() {
    let reasoned = |case: &Json| case["because"].as_str().is_some_and(|reason| !reason.is_empty());
    let wrong = wrong(DIFFERENT, |case, result| agrees(case, result) && case.get("gives") != case.get("ansible") && reasoned(case));
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
