//! `copy`, `assemble`, `script`, `unarchive`: files of the controller's that go to a host.

use serde_json::Value as Json;

use crate::engine::event::Status;
use crate::engine::outcome::Outcome;
use crate::modules::assemble::{fragments, join};

use super::Call;
use super::content::{attach, locate, mode_of, module, plain, put, read, send, tree};

/// Copies `src` (a file or a tree of the controller's) or `content`. Source: ansible.builtin.copy.
pub async fn copy(mut call: Call<'_>) -> Outcome {
    if call.flag("remote_src") == Some(true) {
        return put(&mut call).await;
    }
    if let Some(content) = call.args.shift_remove("content") {
        let text = match content {
            Json::String(text) => text,
            Json::Null => String::new(),
            other => crate::modules::spaced(&other),
        };
        attach(&mut call, text.into_bytes(), None).await;
        return put(&mut call).await;
    }
    let Some(src) = call.text("src") else { return put(&mut call).await };
    let path = match locate(call.scope, "files", &src) {
        Ok(path) => path,
        Err(message) => return Outcome::failed(message),
    };
    if path.is_dir() {
        return match tree(&mut call, &path, src.ends_with('/')).await {
            Ok(()) => put(&mut call).await,
            Err(message) => Outcome::failed(message),
        };
    }
    if let Err(message) = send(&mut call, &src).await {
        return Outcome::failed(message);
    }
    if call.text("mode").as_deref() == Some("preserve") {
        call.args.insert("mode".into(), mode_of(&path).into());
    }
    put(&mut call).await
}

/// Joins the controller's fragments in `src` with `remote_src: false`. Source: ansible.builtin.assemble.
pub async fn assemble(mut call: Call<'_>) -> Outcome {
    if call.flag("remote_src") != Some(false) {
        return module(&mut call, "assemble").await;
    }
    match assembled(&call).await {
        Ok(bytes) => attach(&mut call, bytes, None).await,
        Err(message) => return Outcome::failed(message),
    }
    let mut outcome = module(&mut call, "assemble").await;
    if outcome.status != Status::Failed {
        outcome.result.shift_remove("msg");
    }
    outcome
}

async fn assembled(call: &Call<'_>) -> Result<Vec<u8>, String> {
    let dir = locate(call.scope, "files", &call.text("src").unwrap_or_default())?;
    let hidden = call.flag("ignore_hidden") == Some(true);
    let paths = fragments(&dir, call.text("regexp").as_deref(), hidden).map_err(|failure| failure.msg)?;
    let mut contents = Vec::new();
    for path in paths {
        let decrypt = call.flag("decrypt") != Some(false);
        contents.push(if decrypt { read(&path, &call.scope.run.loader.settings().secrets).await? } else { plain(&path).await? });
    }
    Ok(join(&contents, call.text("delimiter").as_deref()))
}

/// Runs a script of the controller's on the host. Source: ansible.builtin.script.
pub async fn script(mut call: Call<'_>) -> Outcome {
    let line = call.text("_raw_params").or_else(|| call.text("cmd")).unwrap_or_default();
    let name = line.split_whitespace().next().unwrap_or_default();
    if let Err(message) = send(&mut call, name).await {
        return Outcome::failed(message);
    }
    let mut outcome = module(&mut call, "script").await;
    outcome.result.shift_remove("cmd");
    if outcome.status != Status::Failed {
        outcome.result.shift_remove("msg");
    }
    outcome
}

/// Unpacks an archive, of the controller's unless `remote_src`. Source: ansible.builtin.unarchive.
pub async fn unarchive(mut call: Call<'_>) -> Outcome {
    let src = call.text("src").unwrap_or_default();
    if call.flag("remote_src") == Some(true) || src.contains("://") || call.flag("copy") == Some(false) {
        return module(&mut call, "unarchive").await;
    }
    if let Err(message) = send(&mut call, &src).await {
        return Outcome::failed(message);
    }
    module(&mut call, "unarchive").await
}
