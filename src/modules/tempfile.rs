//! `tempfile`: a new file or directory with a name of its own.

use super::files::info;
use super::{Args, Fields, Host, Module, Outcome, Param, Spec, files};

/// `state` (file, directory) `path` `prefix` `suffix`; gives `path`. Source: ansible.builtin.tempfile.
pub const MODULE: Module = Module {
    names: &["tempfile"],
    collection: "ansible.builtin",
    spec: Spec::of(&[
        Param::str("state").default("file").choices(&["directory", "file"]),
        Param::path("path"),
        Param::str("prefix").default("ansible."),
        Param::str("suffix").default(""),
    ]),
    run,
};

fn run(args: &Args, host: &mut Host) -> Outcome {
    let dir = args.str("path").map_or_else(std::env::temp_dir, |path| files::expand(host, path));
    let (prefix, suffix, directory) = (args.need("prefix")?, args.need("suffix")?, args.str("state") == Some("directory"));
    let what = format!("make a temporary {} in {}", args.need("state")?, dir.display());
    let made = host.opaque(&what, |w| w.temporary(&dir, prefix, suffix, directory))?;
    let mut fields = Fields::new();
    if let Some(path) = made {
        fields.insert("path".into(), path.to_string_lossy().into());
        info::add(&mut fields, host, &path)?;
    }
    Ok(fields)
}
