//! `stat`: what a path is.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use serde_json::{Map, Value as Json, json};

use super::files::owner::Database;
use super::files::{self, checksum, status};
use super::{Args, Fields, Host, IoContext, Module, Outcome, Param, Spec};

/// `path` `follow` `get_checksum` `checksum_algorithm` `get_mime` `get_attributes`; gives `stat`.
/// Source: ansible.builtin.stat.
pub const MODULE: Module = Module {
    names: &["stat"],
    collection: "ansible.builtin",
    spec: Spec::of(&[
        Param::path("path").aliases(&["dest", "name"]).required(),
        Param::bool("follow").default("false"),
        Param::bool("get_checksum").default("true"),
        Param::str("checksum_algorithm")
            .aliases(&["checksum", "checksum_algo"])
            .default("sha1")
            .choices(&["md5", "sha1", "sha224", "sha256", "sha384", "sha512"]),
        Param::bool("get_mime").aliases(&["mime", "mime_type", "mime-type"]).default("true"),
        Param::bool("get_attributes").aliases(&["attr", "attributes"]).default("true"),
        Param::bool("get_selinux_context").default("false"),
    ]),
    run,
};

fn run(args: &Args, host: &mut Host) -> Outcome {
    let path = files::path(args, host, "path")?;
    let found = if args.bool("follow") { fs::metadata(&path) } else { fs::symlink_metadata(&path) };
    let meta = match found {
        Err(e) if matches!(e.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
            return Ok(Fields::from_iter([("stat".to_string(), json!({"exists": false}))]));
        }
        found => found.context("look at", &path)?,
    };
    let mut stat = describe(&path, &meta);
    stat.insert("pw_name".into(), Database::Users.name(host, meta.uid())?.into());
    stat.insert("gr_name".into(), Database::Groups.name(host, meta.gid())?.into());
    if let Some(target) = fs::read_link(&path).ok().filter(|_| meta.is_symlink()) {
        stat.insert("lnk_target".into(), target.to_string_lossy().into());
        stat.insert("lnk_source".into(), files::real(&path).to_string_lossy().into());
    }
    if meta.is_file() && args.bool("get_checksum") && stat["readable"] == true {
        stat.insert("checksum".into(), checksum::file(args.need("checksum_algorithm")?, &path)?.into());
    }
    if args.bool("get_mime") {
        mime(host, &path, &mut stat);
    }
    if args.bool("get_attributes") && (meta.is_file() || meta.is_dir()) {
        flags(&path, &mut stat);
    }
    Ok(Fields::from_iter([("stat".to_string(), Json::Object(stat))]))
}

fn describe(path: &Path, meta: &Metadata) -> Map<String, Json> {
    use rustix::fs::{Access, access};
    let may = |what: Access| Json::from(access(path, what).is_ok());
    let mut stat = Map::from_iter([("exists".to_string(), true.into()), ("path".to_string(), path.to_string_lossy().into())]);
    let rows: [(&str, Json); 10] = [
        ("blocks", meta.blocks().into()),
        ("block_size", meta.blksize().into()),
        ("device_type", meta.rdev().into()),
        ("readable", may(Access::READ_OK)),
        ("writeable", may(Access::WRITE_OK)),
        ("executable", may(Access::EXEC_OK)),
        ("mimetype", "unknown".into()),
        ("charset", "unknown".into()),
        ("attributes", json!([])),
        ("attr_flags", "".into()),
    ];
    stat.extend(status::rows(meta).into_iter().chain(rows).map(|(key, value)| (key.to_string(), value)));
    stat
}

/// Asks `file` for the MIME type, where it is installed.
fn mime(host: &mut Host, path: &Path, stat: &mut Map<String, Json>) {
    let Ok(output) = host.probe("file", &["--mime-type", "--mime-encoding", "--brief", &path.to_string_lossy()]) else { return };
    if let Some((kind, charset)) = output.out().trim().split_once("; charset=").filter(|_| output.rc == 0) {
        stat.insert("mimetype".into(), kind.into());
        stat.insert("charset".into(), charset.into());
    }
}

/// The inode flags as `lsattr` writes them: letter, name, bit.
const FLAGS: [(char, &str, u32); 16] = [
    ('A', "noatime", 0x80),
    ('a', "append", 0x20),
    ('c', "compressed", 0x4),
    ('C', "nocow", 0x80_0000),
    ('d', "nodump", 0x40),
    ('D', "dirsync", 0x1_0000),
    ('e', "extents", 0x8_0000),
    ('E', "encrypted", 0x800),
    ('i', "immutable", 0x10),
    ('I', "indexed", 0x1000),
    ('j', "journalled", 0x4000),
    ('N', "inline", 0x1000_0000),
    ('s', "zero", 0x1),
    ('S', "synchronous", 0x8),
    ('t', "notail", 0x8000),
    ('u', "undelete", 0x2),
];

/// Reads the flags where the file can be opened and its file system keeps them.
fn flags(path: &Path, stat: &mut Map<String, Json>) {
    let Ok(file) = fs::File::open(path) else { return };
    let Ok(bits) = rustix::fs::ioctl_getflags(&file) else { return };
    let set: Vec<_> = FLAGS.iter().filter(|(_, _, bit)| bits.bits() & bit != 0).collect();
    stat.insert("attributes".into(), set.iter().map(|(_, name, _)| *name).collect());
    stat.insert("attr_flags".into(), set.iter().map(|(letter, ..)| *letter).collect::<String>().into());
}
