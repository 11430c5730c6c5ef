//! Vaults: text into an ansible-vault envelope and back.

use super::Family;
use crate::language::template::{Call, memo};
use crate::language::vault::{Password, Secrets};
use crate::language::{Diagnostic, Value};

pub(super) const FAMILY: Family = &[("vault", vault), ("unvault", unvault)];

/// The label Ansible gives when none is asked for.
const LABEL: &str = "filter_default";

/// The one password of a call, under its label: arguments `secret`, `vault_id`.
fn secrets(call: &Call, label_at: usize) -> Result<(Secrets, String), Diagnostic> {
    let password = Password::new(&call.text_arg(1, "secret")?.unwrap_or_default())?;
    let label = call.text_arg(label_at, "vault_id")?.unwrap_or_else(|| LABEL.into());
    let mut secrets = Secrets::default();
    secrets.add(Some(&label), password);
    Ok((secrets, label))
}

/// `vault(secret, salt, vault_id='filter_default')`: the text encrypted. The salt is always a new one.
fn vault(call: &Call) -> Result<Value, Diagnostic> {
    memo::changing();
    let (secrets, label) = secrets(call, 3)?;
    secrets.encrypt(call.text()?.as_bytes(), Some(&label)).map(Value::from)
}

/// `unvault(secret, vault_id='filter_default')`: what the envelope holds; other text stays as it is.
fn unvault(call: &Call) -> Result<Value, Diagnostic> {
    let text = call.text()?;
    if !crate::language::vault::is_encrypted(&text) {
        return Ok(text.into());
    }
    secrets(call, 2)?.0.decrypt_text(&text).map(Value::from)
}

#[cfg(test)]
mod tests {
    use super::super::testing::filter;
    use serde_json::json;

    #[test]
    fn there_and_back() {
        let sealed = filter("vault", json!(["hidden", "pw"]), json!({"vault_id": "dev"})).unwrap();
        let text = sealed.as_str().unwrap().to_string();
        assert!(text.starts_with("$ANSIBLE_VAULT;1.2;AES256;dev\n"), "{text}");
        assert_eq!(filter("unvault", json!([text, "pw"]), json!({})).map(|v| v.to_json()), Ok(json!("hidden")));
        assert!(filter("unvault", json!([text, "other"]), json!({})).is_err());
        assert_eq!(filter("unvault", json!(["plain", "pw"]), json!({})).map(|v| v.to_json()), Ok(json!("plain")));
    }
}
