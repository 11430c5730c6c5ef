//! Content on its way from the controller to a host.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value as Json, json};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::engine::event::Status;
use crate::engine::outcome::Outcome;
use crate::language::playbook::find_file;
use crate::language::template::Scope;

use super::{Call, remote};

/// Content up to this size travels with the task.
const INLINE: usize = 64 << 10;

/// Runs the module of a task whose content is attached.
pub async fn module(call: &mut Call<'_>, name: &str) -> Outcome {
    let args = std::mem::take(&mut call.args);
    remote::run(call, name, args).await
}

/// Has the host write what is attached, as `copy` and `template` do.
pub async fn put(call: &mut Call<'_>) -> Outcome {
    let mut outcome = module(call, "copy").await;
    // There are as many diffs as files.
    let diffs = outcome.result.shift_remove("diff").map_or_else(Vec::new, |diff| match diff {
        Json::Array(diffs) => diffs,
        single => vec![single],
    });
    outcome.result.insert("diff".into(), diffs.into());
    // What was not written cannot be described.
    if call.check && outcome.status == Status::Changed {
        outcome.result.retain(|name, _| matches!(name.as_str(), "changed" | "diff" | "failed" | "warnings"));
    }
    outcome
}

/// Attaches the controller's file that a task names; gives where it is.
pub async fn send(call: &mut Call<'_>, name: &str) -> Result<PathBuf, String> {
    let path = locate(call.scope, "files", name)?;
    let bytes = read(&path, &call.scope.run.loader.settings().secrets).await?;
    attach(call, bytes, Some(&path)).await;
    Ok(path)
}

/// Puts content beside the arguments: small content whole, large content by its hash, to be asked for.
pub async fn attach(call: &mut Call<'_>, bytes: Vec<u8>, path: Option<&Path>) {
    let sha256 = hex(&Sha256::digest(&bytes));
    let mut content = json!({"sha1": hex(&Sha1::digest(&bytes)), "sha256": sha256, "size": bytes.len()});
    if bytes.len() <= INLINE {
        content["inline"] = BASE64.encode(&bytes).into();
    } else if let Ok(link) = call.scope.run.links.to(call.scope, call.at).await {
        link.offer(sha256, crate::transport::BlobSource::Bytes(bytes.into()));
    }
    call.args.insert("_rplay_content".into(), content);
    if let Some(name) = path.and_then(Path::file_name) {
        call.args.insert("_rplay_original_basename".into(), name.to_string_lossy().into_owned().into());
    }
}

/// The files below `dir`, each with its place and content.
pub async fn tree(call: &mut Call<'_>, dir: &Path, contents_only: bool) -> Result<(), String> {
    let prefix = match contents_only {
        true => PathBuf::new(),
        false => dir.file_name().map_or_else(PathBuf::new, PathBuf::from),
    };
    let mut entries = Vec::new();
    if !contents_only {
        entries.push(json!({"path": prefix.display().to_string(), "kind": "dir", "mode": mode_of(dir)}));
    }
    let mut pending = vec![(dir.to_path_buf(), prefix)];
    while let Some((from, to)) = pending.pop() {
        let listing = std::fs::read_dir(&from).map_err(|e| format!("could not read {}: {e}", from.display()))?;
        let mut paths: Vec<PathBuf> = listing.flatten().map(|e| e.path()).collect();
        paths.sort();
        for path in paths {
            let name = to.join(path.file_name().unwrap_or_default());
            let shown = name.display().to_string();
            if path.is_dir() {
                entries.push(json!({"path": shown, "kind": "dir", "mode": mode_of(&path)}));
                pending.push((path, name));
                continue;
            }
            let bytes = tokio::fs::read(&path).await.map_err(|e| format!("could not read {}: {e}", path.display()))?;
            let saved = std::mem::take(&mut call.args);
            attach(call, bytes, None).await;
            let content = call.args.shift_remove("_rplay_content");
            call.args = saved;
            entries.push(json!({"path": shown, "kind": "file", "mode": mode_of(&path), "content": content}));
        }
    }
    call.args.insert("_rplay_tree".into(), entries.into());
    Ok(())
}

/// The mode of a file of the controller's, in octal.
pub fn mode_of(path: &Path) -> String {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).map_or_else(|_| "0644".into(), |meta| format!("{:04o}", meta.permissions().mode() & 0o7777))
}

/// A file of the controller's, decrypted when it is a vault.
pub async fn read(path: &Path, secrets: &crate::language::vault::Secrets) -> Result<Vec<u8>, String> {
    let bytes = plain(path).await?;
    match std::str::from_utf8(&bytes) {
        Ok(text) if crate::language::vault::is_encrypted(text) => {
            let plain = secrets.decrypt(text).map_err(|p| format!("{}: {p}", path.display()))?;
            secrets.register().add_from_file(&String::from_utf8_lossy(&plain));
            Ok(plain)
        }
        _ => Ok(bytes),
    }
}

/// A file of the controller's as it is.
pub async fn plain(path: &Path) -> Result<Vec<u8>, String> {
    tokio::fs::read(path).await.map_err(|e| format!("could not read {}: {e}", path.display()))
}

/// A file of the controller's, looked for beside the role, the tasks and the playbook.
pub fn locate(scope: &dyn Scope, part: &str, name: &str) -> Result<PathBuf, String> {
    find_file(&scope.search_path(), part, name).map_err(|tried| {
        let tried: Vec<String> = tried.iter().map(|p| p.display().to_string()).collect();
        format!("Could not find or access '{name}'; looked for {}", tried.join(", "))
    })
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
