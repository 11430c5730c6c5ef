//! `apt_repository`: where apt gets packages from.

mod sources;

use std::path::{Path, PathBuf};

use serde_json::json;

use super::apt::lists;
use super::files::{Wanted, real};
use super::{Args, Change, Content, Failure, Fields, Host, Install, Kind, Module, Outcome, Param, Spec, Writer, settings};
use sources::Source;

/// The line `repo` (`deb [options] address suite components`) is in `/etc/apt/sources.list` or a file below `sources.list.d`, or in none
/// of them; `filename` names the file for a new line, `mode` is its mode. After a change the package lists are fetched unless
/// `update_cache` is false; when that fails the files are as before. Short names of PPAs are refused: their line and key must be given.
/// Results: `repo state sources_added sources_removed`. Source: ansible.builtin.apt_repository.
pub const MODULE: Module = Module { names: &["apt_repository"], collection: "ansible.builtin", spec: Spec::of(PARAMS), run };

const PARAMS: &[Param] = &[
    Param::str("repo").required(),
    Param::str("state").choices(&["absent", "present"]).default("present"),
    Param::new("mode", Kind::Raw),
    Param::bool("update_cache").aliases(&["update-cache"]).default("true"),
    Param::int("update_cache_retries").default("5"),
    Param::int("update_cache_retry_max_delay").default("12"),
    Param::str("filename"),
    Param::bool("install_python_apt").default("true"),
    Param::bool("validate_certs").default("true"),
    Param::str("codename"),
];

const MAIN: &str = "/etc/apt/sources.list";
const PARTS: &str = "/etc/apt/sources.list.d";

/// A file's text before and after.
struct Edit {
    path: PathBuf,
    before: Option<String>,
    after: String,
}

fn run(args: &Args, host: &mut Host) -> Outcome {
    let repo = args.need("repo")?;
    let source = source(repo)?;
    let present = args.need("state")? == "present";
    let edits = edits(args, host, &source, present)?;
    let changed: Vec<&Edit> = edits.iter().filter(|edit| edit.before.as_deref().unwrap_or_default() != edit.after).collect();
    if changed.is_empty() {
        host.unchanged(format!("{source} is {}", if present { "there and enabled" } else { "not there" }));
    }
    let mode = Wanted::read_mode(args, host, args.get("mode"))?.install(None).mode;
    for edit in &changed {
        edit.make(host, mode.filter(|_| args.get("mode").is_some()))?;
    }
    if !changed.is_empty() && args.bool("update_cache") {
        let fetched = host.refresh("fetched the package lists", |w| lists::fetch(args, w));
        if let Err(failure) = fetched {
            host.refresh("restored the files", |w| changed.iter().try_for_each(|edit| edit.undo(w)))?;
            return Err(failure);
        }
    }
    let named = |filter: fn(&Edit) -> bool| changed.iter().filter(|e| filter(e)).map(|e| e.path.display().to_string()).collect::<Vec<_>>();
    let mut fields = Fields::from_iter(["repo", "state"].map(|key| (key.to_string(), args.get(key).cloned().unwrap_or_default())));
    fields.insert("sources_added".into(), json!(named(|edit| edit.before.is_none())));
    fields.insert("sources_removed".into(), json!(named(|edit| edit.after.is_empty())));
    Ok(fields)
}

/// The line that the task asks for, in its plainest form.
fn source(repo: &str) -> Result<String, Failure> {
    match Source::parse(repo) {
        _ if repo.trim().is_empty() => Err("Please set argument 'repo' to a non-empty value".into()),
        _ if repo.starts_with("ppa:") => {
            Err(format!("{repo}: the short name of a PPA says neither its address nor its key; give the whole line, with signed-by=")
                .into())
        }
        Some(source) if source.enabled => Ok(source.text),
        _ => Err(format!("Invalid repository string: {repo}").into()),
    }
}

/// Every file that apt reads lines from, as it is and as it should be.
fn edits(args: &Args, host: &Host, source: &str, present: bool) -> Result<Vec<Edit>, Failure> {
    let mut paths: Vec<PathBuf> = glob::glob(&format!("{PARTS}/*.list")).ok().into_iter().flatten().flatten().collect();
    paths.insert(0, PathBuf::from(MAIN));
    let (mut edits, mut found) = (Vec::new(), false);
    for path in paths.into_iter().filter(|path| path.is_file()) {
        let before = settings::read(host, &path)?;
        let after = if present { sources::enable(&before, source) } else { Some(sources::remove(&before, source)) };
        found |= after.is_some();
        let after = after.unwrap_or_else(|| before.clone());
        edits.push(Edit { path, before: Some(before), after });
    }
    if present && !found {
        let name = args.str("filename").map_or_else(|| sources::file_name(source), str::to_string);
        let path = Path::new(PARTS).join(format!("{name}.list"));
        match edits.iter_mut().find(|edit| edit.path == path) {
            Some(edit) => edit.after = sources::add(&edit.after, source),
            None => edits.push(Edit { path, before: None, after: sources::add("", source) }),
        }
    }
    Ok(edits)
}

impl Edit {
    /// Writes the file; one that would be empty goes. `mode` is for a new file.
    fn make(&self, host: &mut Host, mode: Option<u32>) -> Result<(), Failure> {
        let shown = self.path.display().to_string();
        let header = |there: bool| if there { shown.as_str() } else { "/dev/null" };
        let before = self.before.as_deref().unwrap_or_default();
        let diff = json!({"before_header": header(self.before.is_some()), "after_header": header(!self.after.is_empty()), "before": before, "after": self.after});
        host.change(Change::new(format!("content of {shown}")).diff(diff), |w| self.put(w, &self.after, mode)).map(drop)
    }

    fn undo(&self, writer: &mut Writer) -> Result<(), Failure> {
        self.put(writer, self.before.as_deref().unwrap_or_default(), None)
    }

    fn put(&self, writer: &mut Writer, text: &str, mode: Option<u32>) -> Result<(), Failure> {
        if text.is_empty() {
            return writer.remove(&self.path);
        }
        let path = real(&self.path);
        let dir = path.parent().unwrap_or(Path::new("/"));
        if !dir.exists() {
            writer.mkdir(dir, 0o755)?;
        }
        let how = Install { mode: (!path.exists()).then(|| mode.unwrap_or(0o644)), ..Install::default() };
        writer.install(&path, Content::Bytes(text.as_bytes()), &how)
    }
}
