//! Where the content of one file comes from.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;

use crate::modules::files::mode::Mode;
use crate::modules::files::{self, checksum};
use crate::modules::{Args, Content, Failure, Host, IoContext};

/// Content to be copied.
pub(in crate::modules) enum Source {
    /// Content at hand: given in the task, or small.
    Inline(Vec<u8>),
    /// Content the controller holds.
    Blob { sha1: String, sha256: String, size: u64 },
    /// A file of the host.
    Local(PathBuf),
}

impl Source {
    /// What the task's parameters say.
    pub fn of(args: &Args, host: &Host) -> Result<Source, Failure> {
        if let Some(sent) = args.get("_rplay_content") {
            return Source::sent(sent);
        }
        match (args.get("content"), args.str("src")) {
            (Some(Json::String(text)), _) => Ok(Source::Inline(text.clone().into_bytes())),
            (Some(other), _) => Ok(Source::Inline(other.to_string().into_bytes())),
            (None, Some(src)) => Source::local(files::expand(host, src)),
            (None, None) => Err(Failure::new("src (or content) is required")),
        }
    }

    /// A file of the host.
    pub fn local(path: PathBuf) -> Result<Source, Failure> {
        match path.exists() {
            true => Ok(Source::Local(path)),
            false => Err(Failure::new(format!("Source {} not found", path.display()))),
        }
    }

    /// What the controller's half sent.
    pub fn sent(sent: &Json) -> Result<Source, Failure> {
        let text = |key: &str| sent[key].as_str().unwrap_or_default().to_string();
        if let Some(inline) = sent["inline"].as_str() {
            let bytes = STANDARD.decode(inline).map_err(|e| Failure::new(format!("the content sent along is not base64: {e}")))?;
            return Ok(Source::Inline(bytes));
        }
        Ok(Source::Blob { sha1: text("sha1"), sha256: text("sha256"), size: sent["size"].as_u64().unwrap_or_default() })
    }

    /// The path of a local source.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Source::Local(path) => Some(path),
            _ => None,
        }
    }

    /// The mode of a local source.
    pub fn mode(&self) -> Option<Mode> {
        Some(Mode::Bits(self.path()?.metadata().ok()?.mode() & 0o7777))
    }

    /// Whether `dest` holds the content: sizes first, then checksums. A link never does; it is to become a file.
    pub fn is_at(&self, dest: &Path, meta: Option<&Metadata>) -> Result<bool, Failure> {
        let Some(meta) = meta.filter(|meta| meta.is_file()) else { return Ok(false) };
        match self {
            Source::Inline(bytes) => Ok(meta.size() == bytes.len() as u64 && std::fs::read(dest).context("read", dest)? == *bytes),
            Source::Blob { sha256, size, .. } => Ok(meta.size() == *size && checksum::file("sha256", dest)? == *sha256),
            Source::Local(path) => {
                let size = path.metadata().context("look at", path)?.size();
                Ok(meta.size() == size && checksum::file("sha256", dest)? == checksum::file("sha256", path)?)
            }
        }
    }

    /// The SHA-1 that results carry.
    pub fn sha1(&self) -> Result<String, Failure> {
        match self {
            Source::Inline(bytes) => checksum::bytes("sha1", bytes),
            Source::Blob { sha1, .. } => Ok(sha1.clone()),
            Source::Local(path) => checksum::file("sha1", path),
        }
    }

    /// The MD5, where the content is at hand.
    pub fn md5(&self) -> Result<Option<String>, Failure> {
        match self {
            Source::Inline(bytes) => checksum::bytes("md5", bytes).map(Some),
            Source::Blob { .. } => Ok(None),
            Source::Local(path) => checksum::file("md5", path).map(Some),
        }
    }

    /// Fails unless the content has this SHA-1.
    pub fn verify(&self, wanted: &str) -> Result<(), Failure> {
        match self {
            Source::Local(path) => super::same_checksum(path, wanted),
            other => match other.sha1()? {
                found if found == wanted => Ok(()),
                found => Err(super::mismatch(wanted, &found)),
            },
        }
    }

    /// Brings a blob to the host.
    pub fn fetch(&self, host: &mut Host) -> Result<Option<PathBuf>, Failure> {
        match self {
            Source::Blob { sha256, .. } => host.blob(sha256).map(Some),
            _ => Ok(None),
        }
    }

    /// The whole content, for a diff.
    pub fn bytes(&self, host: &mut Host) -> Result<Vec<u8>, Failure> {
        match (self, self.fetch(host)?) {
            (Source::Inline(bytes), _) => Ok(bytes.clone()),
            (Source::Local(path), _) => std::fs::read(path).context("read", path),
            (Source::Blob { .. }, Some(path)) => std::fs::read(&path).context("read", path),
            (Source::Blob { .. }, None) => Ok(Vec::new()),
        }
    }

    /// The content for the writer; `fetched` is what [`Source::fetch`] gave.
    pub fn content<'c>(&'c self, fetched: Option<&'c Path>) -> Content<'c> {
        match self {
            Source::Inline(bytes) => Content::Bytes(bytes),
            Source::Local(path) => Content::File(path),
            Source::Blob { .. } => fetched.map_or(Content::Bytes(b""), Content::File),
        }
    }
}
