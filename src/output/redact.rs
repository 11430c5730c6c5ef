//! Secrets are taken out of everything that is shown, by their value.

use serde_json::Value as Json;

/// What stands in for a secret.
const HIDDEN: &str = "********";

/// Knows the secrets of a run.
#[derive(Clone, Default)]
pub struct Redactor {
    secrets: Vec<String>,
}

impl Redactor {
    /// A redactor for these secrets. Very short ones are left: hiding every `1` would hide more than the secret.
    pub fn new(secrets: impl IntoIterator<Item = String>) -> Redactor {
        let mut secrets: Vec<String> = secrets.into_iter().filter(|s| s.trim().len() >= 4).collect();
        secrets.sort_by_key(|s| std::cmp::Reverse(s.len()));
        secrets.dedup();
        Redactor { secrets }
    }

    /// The text without secrets.
    pub fn text(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_string(), |text, secret| if text.contains(secret) { text.replace(secret, HIDDEN) } else { text })
    }

    /// The value without secrets, at any depth.
    pub fn json(&self, value: &Json) -> Json {
        match value {
            _ if self.secrets.is_empty() => value.clone(),
            Json::String(text) => self.text(text).into(),
            Json::Array(items) => items.iter().map(|item| self.json(item)).collect(),
            Json::Object(map) => map.iter().map(|(k, v)| (self.text(k), self.json(v))).collect::<serde_json::Map<_, _>>().into(),
            other => other.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_at_any_depth() {
        let redactor = Redactor::new(["hunter2".to_string(), "1".to_string()]);
        let shown = redactor.json(&serde_json::json!({"a": ["x hunter2 y", 1], "hunter2": "1"}));
        assert_eq!(shown, serde_json::json!({"a": ["x ******** y", 1], "********": "1"}));
    }
}
