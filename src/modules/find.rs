//! `find`: the paths below directories that fit.

mod criteria;
mod walk;

use std::collections::HashMap;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json, json};

use super::files::owner::Database;
use super::files::{checksum, expand, status};
use super::{Args, Failure, Fields, Host, Kind, Module, Outcome, Param, Spec};
use criteria::Criteria;
use walk::Walk;

/// What is below `paths` (one level, or all with `recurse`, down to `depth`) and is of `file_type`, has a name that fits one of `patterns`
/// and none of `excludes` (wildcards, or regular expressions with `use_regex`), is older than `age` by `age_stamp` (younger when negative),
/// larger than `size` (smaller when negative), has a line that `contains` matches from its start (a part of the file with `read_whole_file`)
/// and the `mode`. Hidden names only with `hidden`. At most `limit` are found; `get_checksum` adds their checksums.
/// Results: `files matched examined skipped_paths msg`. Source: ansible.builtin.find.
pub const MODULE: Module = Module { names: &["find"], collection: "ansible.builtin", spec: Spec::of(PARAMS), run };

const PARAMS: &[Param] = &[
    Param::list("paths").aliases(&["name", "path"]).required(),
    Param::list("patterns").aliases(&["pattern"]),
    Param::list("excludes").aliases(&["exclude"]),
    Param::str("contains"),
    Param::bool("read_whole_file").default("false"),
    Param::str("encoding"),
    Param::str("file_type").choices(&["any", "directory", "file", "link"]).default("file"),
    Param::str("age"),
    Param::str("age_stamp").choices(&["atime", "ctime", "mtime"]).default("mtime"),
    Param::str("size"),
    Param::bool("recurse").default("false"),
    Param::bool("hidden").default("false"),
    Param::bool("follow").default("false"),
    Param::bool("get_checksum").default("false"),
    Param::str("checksum_algorithm")
        .aliases(&["checksum", "checksum_algo"])
        .choices(&["md5", "sha1", "sha224", "sha256", "sha384", "sha512"])
        .default("sha1"),
    Param::bool("use_regex").default("false"),
    Param::int("depth"),
    Param::new("mode", Kind::Raw),
    Param::bool("exact_mode").default("true"),
    Param::int("limit"),
];

fn run(args: &Args, host: &mut Host) -> Outcome {
    let limit = match args.int("limit") {
        Some(limit) if limit <= 0 => return Err(format!("limit cannot be {limit} (use None for unlimited)").into()),
        limit => limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX),
    };
    let criteria = Criteria::read(args)?;
    let mut walk = Walk::new(args);
    let mut found: Vec<(PathBuf, Metadata)> = Vec::new();
    for path in args.strings("paths") {
        let path = expand(host, &path);
        if !path.is_dir() {
            let reason = format!("'{}' is not a directory", path.display());
            host.warn(format!("Skipped '{}' path due to this access issue: {reason}", path.display()));
            walk.skipped.insert(path.display().to_string(), reason.into());
            continue;
        }
        walk.below(&path, &mut |path, meta| {
            if criteria.fits(&path, &meta)? {
                found.push((path, meta));
            }
            Ok(found.len() < limit)
        })?;
        if found.len() >= limit {
            break;
        }
    }
    let algorithm = args.bool("get_checksum").then(|| args.need("checksum_algorithm")).transpose()?;
    let msg = match () {
        _ if !walk.skipped.is_empty() => "Not all paths examined, check warnings for details",
        _ if found.len() >= limit => "Limit of matches reached",
        _ => "All paths examined",
    };
    let mut names = HashMap::new();
    let files = found.iter().map(|(path, meta)| describe(path, meta, algorithm, host, &mut names)).collect::<Result<Vec<_>, _>>()?;
    let fields = [
        ("matched", json!(files.len())),
        ("files", files.into()),
        ("examined", walk.examined.into()),
        ("skipped_paths", walk.skipped.into()),
        ("msg", msg.into()),
    ];
    Ok(Fields::from_iter(fields.map(|(key, value)| (key.to_string(), value))))
}

/// Names that were looked up already.
type Names = HashMap<(bool, u32), String>;

fn describe(path: &Path, meta: &Metadata, algorithm: Option<&str>, host: &mut Host, names: &mut Names) -> Result<Json, Failure> {
    let mut row: Map<String, Json> = Map::from_iter([("path".to_string(), path.to_string_lossy().into())]);
    row.extend(status::rows(meta).map(|(key, value)| (key.to_string(), value)));
    for (key, database, id) in [("gr_name", Database::Groups, meta.gid()), ("pw_name", Database::Users, meta.uid())] {
        let slot = (database == Database::Users, id);
        if let std::collections::hash_map::Entry::Vacant(entry) = names.entry(slot) {
            // A number without a name has the empty name here.
            entry.insert(Some(database.name(host, id)?).filter(|name| *name != id.to_string()).unwrap_or_default());
        }
        row.insert(key.into(), names[&slot].as_str().into());
    }
    if let Some(algorithm) = algorithm.filter(|_| meta.is_file()) {
        row.insert("checksum".into(), checksum::file(algorithm, path).map_or(Json::Null, Json::from));
    }
    Ok(row.into())
}
