//! PEM files and the parameters that hold or name them.

use std::path::PathBuf;

use pem::{EncodeConfig, LineEnding, Pem};

use crate::modules::files::expand;
use crate::modules::{Args, Failure, Host, IoContext};

/// Content in PEM.
pub fn encode(label: &str, der: &[u8]) -> String {
    pem::encode_config(&Pem::new(label, der), EncodeConfig::new().set_line_ending(LineEnding::LF))
}

/// The first block of `text` whose label is one of `labels`, decoded.
pub fn decode(text: &[u8], labels: &[&str]) -> Option<Vec<u8>> {
    let blocks = pem::parse_many(text).ok()?;
    blocks.into_iter().find(|block| labels.contains(&block.tag())).map(Pem::into_contents)
}

/// What the parameter `content` holds, or the file that the parameter `path` names; `None` when neither is given.
pub fn given(args: &Args, host: &Host, path: &str, content: &str) -> Result<Option<Vec<u8>>, Failure> {
    match (args.str(content), file(args, host, path)) {
        (Some(text), _) => Ok(Some(text.as_bytes().to_vec())),
        (None, Some(path)) if !path.exists() => Err(Failure::missing(format!("{}: No such file or directory", path.display()))),
        (None, Some(path)) => std::fs::read(&path).context("read", &path).map(Some),
        (None, None) => Ok(None),
    }
}

/// The path parameter `name`, expanded.
pub fn file(args: &Args, host: &Host, name: &str) -> Option<PathBuf> {
    args.str(name).map(|path| expand(host, path))
}
