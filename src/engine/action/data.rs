//! `set_fact`: variables from expressions.

use serde_json::Value as Json;

use crate::engine::outcome::{Outcome, fields};
use crate::modules::boolean;

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
