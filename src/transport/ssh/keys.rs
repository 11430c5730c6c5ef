//! Private keys, read and unlocked once per run.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use russh::keys::PrivateKey;
use tokio::sync::Mutex;

use super::super::error::Unreachable;
use super::super::settings::{Prompt, blocking};

/// The keys seen so far; a key that could not be used is remembered with the reason.
#[derive(Clone, Default)]
pub struct KeyRing(Arc<Mutex<HashMap<PathBuf, Opened>>>);

/// A key that was read and unlocked, or why it could not be.
type Opened = Result<Arc<PrivateKey>, String>;

impl KeyRing {
    /// The key in the file `path`. An encrypted one is asked for once, however many hosts wait for it.
    pub async fn get(&self, path: &Path, prompt: Option<&Prompt>) -> Result<Arc<PrivateKey>, String> {
        let mut keys = self.0.lock().await;
        if let Some(known) = keys.get(path) {
            return known.clone();
        }
        let (file, prompt) = (path.to_path_buf(), prompt.cloned());
        let key = blocking(move || load(&file, prompt.as_ref()).map(Arc::new).map_err(Unreachable::new)).await.map_err(|e| e.message);
        keys.insert(path.to_path_buf(), key.clone());
        key
    }
}

fn load(path: &Path, prompt: Option<&Prompt>) -> Result<PrivateKey, String> {
    let named = |e: russh::keys::Error| format!("key {}: {e}", path.display());
    match russh::keys::load_secret_key(path, None) {
        Err(russh::keys::Error::KeyIsEncrypted) => {}
        other => return other.map_err(named),
    }
    let question = format!("Passphrase for the key {}: ", path.display());
    for _ in 0..3 {
        let Some(passphrase) = prompt.and_then(|ask| ask(&question)) else {
            return Err(format!("key {}: encrypted, and nobody gave the passphrase", path.display()));
        };
        if let Ok(key) = russh::keys::load_secret_key(path, Some(passphrase.reveal())) {
            return Ok(key);
        }
    }
    Err(format!("key {}: the passphrase is wrong", path.display()))
}
