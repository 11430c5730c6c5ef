//! `unarchive`: what an archive holds, in a directory.

mod tar;
mod zip;

use std::io::Write;
use std::path::{Component, Path, PathBuf};

use ::tempfile::NamedTempFile;
use serde_json::{Value as Json, json};

use super::copy::Source;
use super::files::{self, Wanted, info};
use super::host::Output;
use super::{Args, Failure, Fields, Host, IoContext, Kind, Module, Outcome, Param, Spec, with_file_common};

const PARAMS: [Param; 21] = with_file_common([
    Param::path("src").required(),
    Param::path("dest").required(),
    Param::bool("remote_src").default("false"),
    Param::path("creates"),
    Param::bool("list_files").default("false"),
    Param::bool("keep_newer").default("false"),
    Param::list("exclude").default(""),
    Param::list("include").default(""),
    Param::list("extra_opts").default(""),
    Param::bool("validate_certs").default("true"),
    Param::new("io_buffer_size", Kind::Int).default("65536"),
    Param::bool("copy").default("true"),
]);

/// `src` `dest` `remote_src` `creates` `list_files` `keep_newer` `exclude` `include` `extra_opts` and mode, owner, group.
/// Gives `dest src handler files extract_results` and what `dest` is like. A tar archive is read by the host's `tar`, which
/// knows its compressions; a zip archive is read here. Source: ansible.builtin.unarchive.
pub const MODULE: Module = Module { names: &["unarchive"], collection: "ansible.builtin", spec: Spec::of(&PARAMS), run };

/// An archive and where it goes.
struct Archive {
    path: PathBuf,
    dest: PathBuf,
    exclude: Vec<String>,
    include: Vec<String>,
    options: Vec<String>,
    keep_newer: bool,
    /// Differences in these are settled by the attributes the task asks for.
    ignored: Vec<&'static str>,
}

fn run(args: &Args, host: &mut Host) -> Outcome {
    let src = args.need("src")?;
    let mut fields = Fields::from_iter([("src".to_string(), Json::from(src))]);
    if let Some(path) = args.str("creates").filter(|path| files::expand(host, path).exists()) {
        let msg = format!("skipped, since {path} exists");
        host.unchanged(msg.as_str());
        fields.insert("msg".into(), msg.into());
        return Ok(fields);
    }
    let dest = files::path(args, host, "dest")?;
    if !dest.is_dir() {
        let msg = format!("Destination '{}' is not a directory", dest.display());
        return Err(if dest.exists() { Failure::new(msg) } else { Failure::missing(msg) });
    }
    let source = Source::of(args, host).map_err(|_| Failure::missing(format!("Source '{src}' does not exist")))?;
    let (path, _temp) = at_hand(&source, host)?;
    let given = |name: &str, what: &'static str| args.get(name).is_some().then_some(what);
    let archive = Archive {
        path,
        dest: dest.clone(),
        exclude: args.strings("exclude"),
        include: args.strings("include"),
        options: args.strings("extra_opts"),
        keep_newer: args.bool("keep_newer"),
        ignored: [given("owner", "Uid differs"), given("group", "Gid differs"), given("mode", "Mode differs")]
            .into_iter()
            .flatten()
            .collect(),
    };
    let wanted = Wanted::read(args, host)?;
    let (handler, names, results) = match zip::is(&archive.path) {
        true => ("ZipArchive", zip::extract(&archive, host)?, Output::default()),
        false => {
            let (names, results) = tar::extract(&archive, host)?;
            ("TarArchive", names, results)
        }
    };
    for name in &names {
        wanted.apply(host, &dest.join(name))?;
    }
    if !host.changed() {
        host.unchanged(format!("{} holds all of {src}", dest.display()));
    }
    fields.insert("handler".into(), handler.into());
    fields.insert("dest".into(), dest.to_string_lossy().into());
    fields.insert("extract_results".into(), json!({"rc": results.rc, "out": results.out(), "err": results.err()}));
    if args.bool("list_files") {
        fields.insert("files".into(), names.into());
    }
    info::add(&mut fields, host, &dest)?;
    Ok(fields)
}

/// The archive as a file; one that came inline is put into a temporary file of ours, removed when the task ends.
fn at_hand(source: &Source, host: &mut Host) -> Result<(PathBuf, Option<NamedTempFile>), Failure> {
    if let Some(path) = source.fetch(host)?.or_else(|| source.path().map(Path::to_path_buf)) {
        return Ok((path, None));
    }
    let mut temp = NamedTempFile::new().context("create a file in", std::env::temp_dir())?;
    temp.write_all(&source.bytes(host)?).context("write", temp.path())?;
    Ok((temp.path().to_path_buf(), Some(temp)))
}

/// Fails for a name that leaves the destination.
fn inside(name: &str) -> Result<(), Failure> {
    match Path::new(name).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        true => Ok(()),
        false => Err(Failure::new(format!("refusing to unpack {name}: it leaves the destination"))),
    }
}
