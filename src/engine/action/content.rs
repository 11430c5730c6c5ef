//! `copy`, `template`, `script`, `unarchive`, `fetch`: content that goes from the controller to a host or back.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value as Json, json};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::engine::event::Status;
use crate::engine::outcome::{Outcome, fields};
use crate::engine::scope::TaskScope;
use crate::language::Value;
use crate::language::place::shown;
use crate::language::playbook::find_file;
use crate::language::template::{self, Scope};
use crate::modules::assemble::{fragments, join};

use super::{Call, remote};

/// Content up to this size travels with the task.
const INLINE: usize = 64 << 10;

/// Copies `src` (a file or a tree of the controller's) or `content`. Source: ansible.builtin.copy.
pub async fn copy(mut call: Call<'_>) -> Outcome {
    if call.flag("remote_src") == Some(true) {
        return module(&mut call, "copy").await;
    }
    if let Some(content) = call.args.shift_remove("content") {
        let text = match content {
            Json::String(text) => text,
            Json::Null => String::new(),
            other => crate::modules::spaced(&other),
        };
        attach(&mut call, text.into_bytes(), None).await;
        return module(&mut call, "copy").await;
    }
    let Some(src) = call.text("src") else { return module(&mut call, "copy").await };
    let path = match locate(call.scope, "files", &src) {
        Ok(path) => path,
        Err(message) => return Outcome::failed(message),
    };
    if path.is_dir() {
        return match tree(&mut call, &path, src.ends_with('/')).await {
            Ok(()) => module(&mut call, "copy").await,
            Err(message) => Outcome::failed(message),
        };
    }
    match read(&path, &call.scope.run.loader.settings().secrets).await {
        Ok(bytes) => attach(&mut call, bytes, Some(&path)).await,
        Err(message) => return Outcome::failed(message),
    }
    if call.text("mode").as_deref() == Some("preserve") {
        call.args.insert("mode".into(), mode_of(&path).into());
    }
    module(&mut call, "copy").await
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
    module(&mut call, "assemble").await
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

/// The parameters of `template` that a file's own `#jinja2:` line can give as well.
const SYNTAX: &[&str] = &[
    "lstrip_blocks",
    "trim_blocks",
    "block_start_string",
    "block_end_string",
    "variable_start_string",
    "variable_end_string",
    "comment_start_string",
    "comment_end_string",
];

/// The template's text under a `#jinja2:` line of the task's parameters, unless it has one of its own.
fn with_header(call: &Call, text: String) -> String {
    if text.starts_with("#jinja2:") {
        return text;
    }
    let given = SYNTAX.iter().filter_map(|name| match name.ends_with("_blocks") {
        true => call.flag(name).map(|flag| format!("{name}: {}", if flag { "True" } else { "False" })),
        false => call.text(name).map(|text| format!("{name}: '{text}'")),
    });
    match given.collect::<Vec<_>>() {
        none if none.is_empty() => text,
        given => format!("#jinja2: {}\n{text}", given.join(", ")),
    }
}

/// Renders `src` and writes it to `dest`. Source: ansible.builtin.template.
pub async fn template(mut call: Call<'_>) -> Outcome {
    let Some(src) = call.text("src") else { return Outcome::failed("src and dest are required") };
    let path = match locate(call.scope, "templates", &src) {
        Ok(path) => path,
        Err(message) => return Outcome::failed(message),
    };
    let text = match read(&path, &call.scope.run.loader.settings().secrets).await.map(String::from_utf8) {
        Ok(Ok(text)) => text,
        Ok(Err(_)) => return Outcome::failed(format!("{} is not UTF-8 text", path.display())),
        Err(message) => return Outcome::failed(message),
    };
    let scope = about(&call, &path, &src);
    let rendered = match template::render_file(&with_header(&call, text), &shown(&path), &scope) {
        Ok(rendered) => rendered,
        Err(problem) => return Outcome::mistake(&problem),
    };
    let rendered = match call.text("newline_sequence").as_deref() {
        Some("\\r\\n" | "\r\n") => rendered.replace('\n', "\r\n"),
        Some("\\r" | "\r") => rendered.replace('\n', "\r"),
        _ => rendered,
    };
    for name in SYNTAX.iter().chain(&["src", "newline_sequence", "output_encoding"]) {
        call.args.shift_remove(*name);
    }
    attach(&mut call, rendered.into_bytes(), Some(&path)).await;
    if let Some(name) = path.file_name().map(|n| n.to_string_lossy().into_owned()) {
        let plain = name.strip_suffix(".j2").unwrap_or(&name);
        call.args.insert("_rplay_original_basename".into(), plain.into());
    }
    module(&mut call, "copy").await
}

/// Runs a script of the controller's on the host. Source: ansible.builtin.script.
pub async fn script(mut call: Call<'_>) -> Outcome {
    let line = call.text("_raw_params").or_else(|| call.text("cmd")).unwrap_or_default();
    let name = line.split_whitespace().next().unwrap_or_default();
    let path = match locate(call.scope, "files", name) {
        Ok(path) => path,
        Err(message) => return Outcome::failed(message),
    };
    match read(&path, &call.scope.run.loader.settings().secrets).await {
        Ok(bytes) => attach(&mut call, bytes, Some(&path)).await,
        Err(message) => return Outcome::failed(message),
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
    let path = match locate(call.scope, "files", &src) {
        Ok(path) => path,
        Err(message) => return Outcome::failed(message),
    };
    match read(&path, &call.scope.run.loader.settings().secrets).await {
        Ok(bytes) => attach(&mut call, bytes, Some(&path)).await,
        Err(message) => return Outcome::failed(message),
    }
    module(&mut call, "unarchive").await
}

/// Brings a file of the host's to the controller. Source: ansible.builtin.fetch.
pub async fn fetch(call: Call<'_>) -> Outcome {
    let (Some(src), Some(dest)) = (call.text("src"), call.text("dest")) else { return Outcome::failed("src and dest are required") };
    if call.check {
        let reason =
            [("changed", false.into()), ("skipped", true.into()), ("msg", "check mode not (yet) supported for this module".into())];
        return Outcome::of(fields(reason));
    }
    let read = remote::run(&call, "slurp", fields([("src", src.clone().into())])).await;
    if !read.goes_on() {
        let missing = read.result.get("msg").and_then(Json::as_str).is_some_and(|m| m.contains("not found"));
        if missing && call.flag("fail_on_missing") == Some(false) {
            return Outcome::of(fields([
                ("changed", false.into()),
                ("msg", "the remote file does not exist, not transferring, ignored".into()),
                ("file", src.into()),
            ]));
        }
        return read;
    }
    let content = read.result.get("content").and_then(Json::as_str).unwrap_or_default();
    let Ok(bytes) = BASE64.decode(content) else { return Outcome::failed("the host sent content that is not base64") };
    let path = destination(&call, &src, &dest);
    let (sum, md5) = (hex(&Sha1::digest(&bytes)), hex(&md5::Md5::digest(&bytes)));
    let same = tokio::fs::read(&path).await.is_ok_and(|old| old == bytes);
    if !same && let Err(message) = write(&path, &bytes).await {
        return Outcome::failed(message);
    }
    let known = [
        ("changed", (!same).into()),
        ("dest", path.display().to_string().into()),
        ("checksum", sum.clone().into()),
        ("md5sum", md5.into()),
    ];
    let mut result = fields(known);
    result.extend(match same {
        true => fields([("file", src.into())]),
        false => fields([("remote_checksum", sum.into()), ("remote_md5sum", Json::Null)]),
    });
    Outcome::of(result)
}

fn destination(call: &Call, src: &str, dest: &str) -> PathBuf {
    let base = Path::new(src).file_name().map_or_else(PathBuf::new, PathBuf::from);
    let dest_path = match Path::new(dest).is_absolute() {
        true => PathBuf::from(dest),
        false => call.scope.stage.as_ref().map_or_else(PathBuf::new, |s| s.play.dir.clone()).join(dest),
    };
    match call.flag("flat") {
        Some(true) if dest.ends_with('/') => dest_path.join(base),
        Some(true) => dest_path,
        _ => dest_path.join(call.scope.host.name.as_ref()).join(src.trim_start_matches('/')),
    }
}

async fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let explain = |e: std::io::Error| format!("could not write {}: {e}", path.display());
    if let Some(dir) = path.parent() {
        tokio::fs::create_dir_all(dir).await.map_err(explain)?;
    }
    tokio::fs::write(path, bytes).await.map_err(explain)
}

async fn module(call: &mut Call<'_>, name: &str) -> Outcome {
    let args = std::mem::take(&mut call.args);
    let mut outcome = remote::run(call, name, args).await;
    if name == "copy" {
        // There are as many diffs as files.
        let diffs = outcome.result.shift_remove("diff").into_iter().flat_map(|diff| match diff {
            Json::Array(diffs) => diffs,
            single => vec![single],
        });
        let diffs: Vec<Json> = diffs.collect();
        outcome.result.insert("diff".into(), diffs.into());
        // What was not written cannot be described.
        if call.check && outcome.status == Status::Changed {
            outcome.result.retain(|name, _| matches!(name.as_str(), "changed" | "diff" | "failed" | "warnings"));
        }
    }
    outcome
}

/// What a template sees beside the task's variables: itself.
fn about(call: &Call, path: &Path, src: &str) -> TaskScope {
    use std::os::unix::fs::MetadataExt;
    let mut scope = call.scope.clone();
    let meta = std::fs::metadata(path).ok();
    let time = |seconds: i64| {
        let moment = jiff::Timestamp::from_second(seconds).unwrap_or_default().to_zoned(jiff::tz::TimeZone::system());
        Value::from(moment.strftime("%Y-%m-%d %H:%M:%S").to_string())
    };
    let full = path.display().to_string();
    let uid = meta.as_ref().map_or(0, MetadataExt::uid);
    let owner = crate::modules::accounts::passwd::by_uid(uid).map_or_else(|| uid.to_string(), |user| user.name);
    let entries = [
        ("ansible_managed", "Ansible managed".into()),
        ("template_destpath", call.text("dest").map_or(Value::Null, Value::from)),
        ("template_fullpath", full.as_str().into()),
        ("template_host", rustix::system::uname().nodename().to_string_lossy().into_owned().into()),
        ("template_mtime", time(meta.as_ref().map_or(0, MetadataExt::mtime))),
        ("template_path", src.into()),
        ("template_run_date", time(jiff::Timestamp::now().as_second())),
        ("template_uid", owner.into()),
    ];
    for (name, value) in entries {
        if scope.given(name).is_none() {
            scope.local(name, value);
        }
    }
    scope
}

/// Puts content beside the arguments: small content whole, large content by its hash, to be asked for.
async fn attach(call: &mut Call<'_>, bytes: Vec<u8>, path: Option<&Path>) {
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
async fn tree(call: &mut Call<'_>, dir: &Path, contents_only: bool) -> Result<(), String> {
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

fn mode_of(path: &Path) -> String {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).map_or_else(|_| "0644".into(), |meta| format!("{:04o}", meta.permissions().mode() & 0o7777))
}

async fn read(path: &Path, secrets: &crate::language::vault::Secrets) -> Result<Vec<u8>, String> {
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

async fn plain(path: &Path) -> Result<Vec<u8>, String> {
    tokio::fs::read(path).await.map_err(|e| format!("could not read {}: {e}", path.display()))
}

/// A file of the controller's, looked for beside the role, the tasks and the playbook.
fn locate(scope: &dyn Scope, part: &str, name: &str) -> Result<PathBuf, String> {
    find_file(&scope.search_path(), part, name).map_err(|tried| {
        let tried: Vec<String> = tried.iter().map(|p| p.display().to_string()).collect();
        format!("Could not find or access '{name}'; looked for {}", tried.join(", "))
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
