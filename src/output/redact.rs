//! Secrets are taken out of everything that is shown, by their value.

use serde_json::Value as Json;

use crate::language::secret::Register;

/// Knows the secrets of a run.
#[derive(Clone, Default)]
pub struct Redactor(Register);

impl Redactor {
    /// A redactor for these secrets, and those that are still told.
    pub fn new(secrets: Register) -> Redactor {
        Redactor(secrets)
    }

    /// The text without secrets.
    pub fn text(&self, text: &str) -> String {
        self.0.hide(text)
    }

    /// The value without secrets, at any depth.
    pub fn json(&self, value: Json) -> Json {
        match value {
            value if self.0.is_empty() => value,
            Json::String(text) => self.text(&text).into(),
            Json::Array(items) => items.into_iter().map(|item| self.json(item)).collect(),
            Json::Object(map) => map.into_iter().map(|(k, v)| (self.text(&k), self.json(v))).collect::<serde_json::Map<_, _>>().into(),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_at_any_depth() {
        let secrets = Register::default();
        let redactor = Redactor::new(secrets.clone());
        secrets.add("hunter2");
        let shown = redactor.json(serde_json::json!({"a": ["x hunter2 y", 1], "hunter2": "1"}));
        assert_eq!(shown, serde_json::json!({"a": ["x ******** y", 1], "********": "1"}));
    }
}
