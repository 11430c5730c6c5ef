//! `slurp`: the content of a file, in base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Args, Failure, Fields, Host, Module, Outcome, Param, Spec, files};

/// `src` comes back as `content`, with `encoding: base64` and `source`. Source: ansible.builtin.slurp.
pub const MODULE: Module =
    Module { names: &["slurp"], collection: "ansible.builtin", spec: Spec::of(&[Param::path("src").aliases(&["path"]).required()]), run };

fn run(args: &Args, host: &mut Host) -> Outcome {
    let path = files::path(args, host, "src")?;
    if path.is_dir() {
        return Err(Failure::new(format!("source is a directory and must be a file: {}", path.display())));
    }
    let Some(bytes) = host.read(&path)? else {
        return Err(Failure::missing(format!("file not found: {}", path.display())));
    };
    Ok(Fields::from_iter([
        ("content".to_string(), STANDARD.encode(bytes).into()),
        ("source".to_string(), path.to_string_lossy().into()),
        ("encoding".to_string(), "base64".into()),
    ]))
}
