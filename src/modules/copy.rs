//! `copy`: content in a place, from the controller or from elsewhere on the host.

mod source;
mod tree;

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::files::{self, Wanted, backup, checksum, info, text};
use super::{Args, Change, Failure, Fields, Host, Install, Kind, Module, Outcome, Param, Spec, with_file_common};
pub(super) use source::Source;

const PARAMS: [Param; 22] = with_file_common([
    Param::path("src"),
    Param::new("content", Kind::Raw).secret(),
    Param::path("dest").required(),
    Param::str("_original_basename"),
    Param::bool("backup").default("false"),
    Param::bool("force").aliases(&["thirsty"]).default("true"),
    Param::str("validate"),
    Param::new("directory_mode", Kind::Raw),
    Param::bool("remote_src").default("false"),
    Param::new("local_follow", Kind::Bool).default("true"),
    Param::str("checksum"),
    Param::bool("follow").default("false"),
    Param::bool("decrypt").default("true"),
]);

/// `src` or `content`, `dest`, `backup` `force` `validate` `directory_mode` `remote_src` `checksum` `follow` and mode,
/// owner, group. From the controller: `_rplay_content` {sha1, sha256, size, inline} or `_rplay_tree`, a list of {path, kind,
/// mode, content, target}. Gives `dest src checksum md5sum backup_file` and what the file is like.
/// Source: ansible.builtin.copy.
pub const MODULE: Module = Module {
    names: &["copy"],
    collection: "ansible.builtin",
    spec: Spec { mutually_exclusive: &[&["src", "content"]], ..Spec::of(&PARAMS) },
    run,
};

/// What a task wants of every file it copies.
pub(super) struct Options<'a> {
    /// Keep a copy of what was there.
    pub backup: bool,
    /// Replace what is there.
    pub force: bool,
    /// Write where a link leads.
    pub follow: bool,
    /// A command that must accept the content.
    pub validate: Option<&'a str>,
    /// The file's attributes.
    pub wanted: Wanted,
    /// The attributes of directories.
    pub directory: Wanted,
}

fn run(args: &Args, host: &mut Host) -> Outcome {
    let keeps_mode = args.str("mode") == Some("preserve");
    let mode = args.get("mode").filter(|_| !keeps_mode);
    let mut options = Options {
        backup: args.bool("backup"),
        force: args.bool("force"),
        follow: args.bool("follow"),
        validate: args.str("validate"),
        wanted: Wanted::read_mode(args, host, mode)?,
        directory: Wanted::read_mode(args, host, args.get("directory_mode"))?,
    };
    let dest = files::path(args, host, "dest")?;
    if let Some(entries) = args.list("_rplay_tree") {
        return tree::sent(host, entries, &dest, &options, args.get("mode").is_some() && !keeps_mode);
    }
    let source = Source::of(args, host)?;
    if let (Source::Local(path), true) = (&source, args.bool("remote_src"))
        && path.is_dir()
    {
        return tree::local(host, path, args.need("src")?.ends_with('/'), &dest, &options, keeps_mode);
    }
    if keeps_mode {
        options.wanted = options.wanted.with_mode(source.mode());
    }
    if let Some(wanted) = args.str("checksum").filter(|sum| !sum.is_empty()) {
        source.verify(wanted)?;
    }
    let dest = settle(args, host, dest, &source, &options)?;
    let mut fields = one(host, &source, &dest, &options)?;
    // What came from the controller has no name on the host.
    if let (Some(src), true) = (args.str("src"), args.bool("remote_src")) {
        fields.insert("src".into(), src.into());
    }
    Ok(fields)
}

/// The file that `dest` means: in it, when it is a directory or is written as one, which is then made.
fn settle(args: &Args, host: &mut Host, dest: PathBuf, source: &Source, options: &Options) -> Result<PathBuf, Failure> {
    let as_directory = args.need("dest")?.ends_with('/');
    if !as_directory && !dest.is_dir() {
        return match dest.parent().filter(|dir| !dir.as_os_str().is_empty() && !dir.exists()) {
            Some(dir) => {
                Err(Failure::missing(format!("Destination directory {} does not exist", dir.display())).with("checksum", source.sha1()?))
            }
            None => Ok(dest),
        };
    }
    let name = args.str("_original_basename").map(PathBuf::from).or_else(|| source.path().map(Path::to_path_buf));
    let Some(name) = name.as_deref().and_then(Path::file_name) else {
        return Err(Failure::new(format!("can not use content with a dir as dest: {}", dest.display())));
    };
    super::file::directory::make(host, &dest, &options.directory)?;
    Ok(dest.join(name))
}

/// Puts one source in one place, whose directory exists.
pub(super) fn one(host: &mut Host, source: &Source, dest: &Path, options: &Options) -> Outcome {
    let dest = if options.follow && dest.is_symlink() { files::real(dest) } else { dest.to_path_buf() };
    let shown = dest.to_string_lossy().into_owned();
    let mut fields = Fields::from_iter([("dest".to_string(), Json::from(shown.as_str()))]);
    let old = fs::symlink_metadata(&dest).ok();
    if old.is_some() && !options.force {
        host.unchanged(format!("{shown} exists and force is off"));
        fields.insert("msg".into(), "file already exists".into());
        info::add(&mut fields, host, &dest)?;
        return Ok(fields);
    }
    if old.as_ref().is_some_and(Metadata::is_dir) {
        return Err(Failure::new(format!("cannot copy to {shown}: it is a directory")));
    }
    let plan = match &old {
        Some(meta) if meta.is_file() => Some(options.wanted.plan(host, &dest, meta)?),
        _ => None,
    };
    if source.is_at(&dest, old.as_ref())? {
        fields.insert("path".into(), shown.as_str().into());
        if plan.as_ref().is_none_or(|plan| plan.is_empty()) {
            host.unchanged(format!("{shown} has the content and attributes already"));
        }
    } else if let Some(kept) = write(host, source, &dest, old.as_ref(), options)? {
        fields.insert("backup_file".into(), kept.to_string_lossy().into());
    }
    if let Some(plan) = plan {
        plan.apply(host)?;
    }
    fields.insert("checksum".into(), source.sha1()?.into());
    if host.changed()
        && let Some(md5) = source.md5()?
    {
        fields.insert("md5sum".into(), md5.into());
    }
    info::add(&mut fields, host, &dest)?;
    Ok(fields)
}

/// Writes the file; gives the backup, if one was kept.
fn write(host: &mut Host, source: &Source, dest: &Path, old: Option<&Metadata>, options: &Options) -> Result<Option<PathBuf>, Failure> {
    let mut change = Change::new(format!("content of {}", dest.display()));
    if host.wants_diff() {
        let before = old.and_then(|_| fs::read(dest).ok());
        let after = source.bytes(host)?;
        change = change.diff(text::diff(dest, before.as_deref(), &after));
    }
    let needed = !host.is_check();
    let fetched = if needed { source.fetch(host)? } else { None };
    let replaced = old.filter(|meta| meta.is_file());
    let how = Install { validate: options.validate, ..options.wanted.install(replaced) };
    let kept = host.change(change, |w| {
        let kept = match replaced {
            Some(_) if options.backup => Some(backup::keep(w, dest)?),
            _ => None,
        };
        w.install(dest, source.content(fetched.as_deref()), &how)?;
        Ok(kept)
    })?;
    Ok(kept.flatten())
}

/// Fails unless the checksum is the wanted one.
fn same_checksum(path: &Path, wanted: &str) -> Result<(), Failure> {
    match checksum::file("sha1", path)? {
        found if found == wanted => Ok(()),
        found => Err(mismatch(wanted, &found)),
    }
}

fn mismatch(wanted: &str, found: &str) -> Failure {
    Failure::new("Copied file does not match the expected checksum. Transfer failed.")
        .with("checksum", found)
        .with("expected_checksum", wanted)
}
