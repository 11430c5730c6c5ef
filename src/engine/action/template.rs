//! `template`: rendered here, written there.

use std::path::Path;

use crate::engine::outcome::Outcome;
use crate::engine::scope::TaskScope;
use crate::language::Value;
use crate::language::place::shown;
use crate::language::template;

use super::Call;
use super::content::{attach, locate, put, read};

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
    put(&mut call).await
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
