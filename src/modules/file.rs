//! `file`: files, directories, links and their attributes.

mod absent;
pub(super) mod directory;
mod link;
mod touch;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use super::files::{self, Wanted, info};
use super::{Args, Failure, Fields, Host, Kind, Module, Outcome, Param, Spec, with_file_common};

const PARAMS: [Param; 20] = with_file_common([
    Param::path("path").aliases(&["dest", "name"]).required(),
    Param::str("state").choices(&["absent", "directory", "file", "hard", "link", "touch"]),
    Param::path("src"),
    Param::str("_original_basename"),
    Param::bool("recurse").default("false"),
    Param::bool("force").default("false"),
    Param::bool("follow").default("true"),
    Param::str("access_time"),
    Param::str("access_time_format").default("%Y%m%d%H%M.%S"),
    Param::str("modification_time"),
    Param::new("modification_time_format", Kind::Str).default("%Y%m%d%H%M.%S"),
]);

/// `path` `state` (absent, directory, file, hard, link, touch) `src` `recurse` `force` `follow` `access_time`
/// `modification_time` (`now`, `preserve` or a date in `…_format`), and mode, owner, group. Gives `path` or `dest`, and
/// what the file is like. Source: ansible.builtin.file.
pub const MODULE: Module = Module { names: &["file"], collection: "ansible.builtin", spec: Spec::of(&PARAMS), run };

/// One `file` task: its parameters read and its path settled.
struct Task {
    path: PathBuf,
    src: Option<PathBuf>,
    follow: bool,
    force: bool,
    wanted: Wanted,
}

impl Task {
    /// What is at the path now.
    fn state(&self) -> &'static str {
        state_of(&self.path)
    }

    fn shown(&self) -> String {
        self.path.to_string_lossy().into_owned()
    }

    /// The path attributes go to: behind a link, unless links are not followed.
    fn attribute_path(&self) -> PathBuf {
        if self.follow { files::real(&self.path) } else { self.path.clone() }
    }
}

/// What is at `path`, as the parameter `state` calls it.
fn state_of(path: &Path) -> &'static str {
    fs::symlink_metadata(path).map_or("absent", |meta| info::state(&meta))
}

/// The diff of a path whose state changes.
fn states(path: &Path, before: &str, after: &str) -> (Json, Json) {
    let side = |state: &str| json!({"path": path.to_string_lossy(), "state": state});
    (side(before), side(after))
}

fn run(args: &Args, host: &mut Host) -> Outcome {
    let src = args.str("src").map(|src| files::expand(host, src));
    let mut path = files::path(args, host, "path")?;
    let recurse = args.bool("recurse");
    let before = state_of(&path);
    let state = args.str("state").unwrap_or(match before {
        "absent" if recurse => "directory",
        "absent" => "file",
        present => present,
    });
    check(args, state, recurse, src.is_some())?;
    if !matches!(state, "link" | "absent") && path.is_dir() {
        let basename = args.str("_original_basename").map(PathBuf::from).or(src.clone());
        if let Some(name) = basename.as_deref().and_then(Path::file_name) {
            path.push(name);
        }
    }
    let wanted = Wanted::read(args, host).map_err(|failure| failure.with("path", path.to_string_lossy()))?;
    let task = Task { path, src, follow: args.bool("follow"), force: args.bool("force"), wanted };
    let (key, place) = match state {
        "absent" => return absent::ensure(&task, host),
        "directory" => ("path", directory::ensure(&task, host, recurse)?),
        "touch" => ("dest", touch::ensure(&task, host, args)?),
        "link" => ("dest", link::ensure_symbolic(&task, host)?),
        "hard" if task.src.is_some() => ("dest", link::ensure_hard(&task, host)?),
        _ => ("path", ensure_file(&task, host)?),
    };
    let mut fields = Fields::from_iter([(key.to_string(), Json::from(place.to_string_lossy()))]);
    if let Some(src) = task.src.as_ref().filter(|_| key == "dest") {
        fields.insert("src".into(), src.to_string_lossy().into());
    }
    if !host.changed() {
        host.unchanged(format!("{} is as wanted ({state})", task.shown()));
    }
    info::add(&mut fields, host, &place)?;
    Ok(fields)
}

fn check(args: &Args, state: &str, recurse: bool, src: bool) -> Result<(), Failure> {
    if recurse && state != "directory" {
        return Err(Failure::new("recurse option requires state to be 'directory'"));
    }
    if src && !matches!(state, "link" | "hard") {
        return Err(Failure::new("src option requires state to be 'link' or 'hard'"));
    }
    if args.str("state") == Some("hard") && !src {
        return Err(Failure::new("src is required for creating new hardlinks"));
    }
    Ok(())
}

/// `state: file` only sets attributes; it never makes a file.
fn ensure_file(task: &Task, host: &mut Host) -> Result<PathBuf, Failure> {
    let path = task.attribute_path();
    let shown = path.to_string_lossy().into_owned();
    match state_of(&path) {
        "file" | "hard" => {}
        "absent" => {
            return Err(Failure::missing(format!("file ({shown}) is absent, cannot continue")).with("path", shown).with("state", "absent"));
        }
        other => return Err(Failure::new(format!("file ({shown}) is {other}, cannot continue")).with("path", shown).with("state", other)),
    }
    task.wanted.apply(host, &path)?;
    Ok(path)
}
