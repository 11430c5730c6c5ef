//! YAML 1.1 as Ansible reads it, with the place of every node.
//!
//! `saphyr-parser` gives the events; [`build`] makes the tree, [`scalar`] resolves plain scalars as PyYAML does,
//! [`tag`] knows the tags of the language, [`mapping`] joins merge keys and finds duplicate ones.
//! [`Node::to_value`] turns a tree into the values of the language, templates compiled.

mod build;
mod file;
mod hint;
mod json;
mod mapping;
mod node;
mod scalar;
mod tag;
mod to_value;

#[cfg(test)]
mod tests;

pub use file::{load, load_with, read_text};
pub use scalar::plain;

use super::{Diagnostic, Place};

/// A node of a YAML document and where it stands.
#[derive(Debug, Clone)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Where it begins.
    pub place: Place,
}

/// What a node is. Scalars are resolved by YAML 1.1's rules as PyYAML has them.
#[derive(Debug, Clone)]
pub enum NodeKind {
    /// `null`, `~` or nothing.
    Null,
    /// `yes`, `off`, `true` …
    Bool(bool),
    /// An integer, in any base.
    Int(i128),
    /// A float.
    Float(f64),
    /// A string; `unsafe_` when it was tagged `!unsafe` (or stands within such a node) and is never templated.
    Str { text: String, unsafe_: bool },
    /// `!vault |`: the encrypted text.
    Vault(String),
    /// A date or a time, as it was written.
    Time(String),
    /// `!!binary`.
    Binary(Vec<u8>),
    /// `!!set`: its members.
    Set(Vec<Node>),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping in order; keys are nodes, so that they have places too.
    Map(Vec<(Node, Node)>),
}

/// The one document of `text`, which was read from `file`; an empty text is [`NodeKind::Null`].
pub fn parse(text: &str, file: &str) -> Result<Node, Diagnostic> {
    parse_with_warnings(text, file).map(|(node, _)| node)
}

/// All documents of `text`, which was read from `file`.
pub fn parse_all(text: &str, file: &str) -> Result<Vec<Node>, Diagnostic> {
    build::documents(text, file)
}

/// As [`parse`], with what is doubtful but allowed: keys written twice.
pub fn parse_with_warnings(text: &str, file: &str) -> Result<(Node, Vec<Diagnostic>), Diagnostic> {
    build::document(text, file)
}
