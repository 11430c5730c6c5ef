//! YAML 1.1 as Ansible reads it, with the place of every node.

use super::Place;

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
    /// A sequence.
    List(Vec<Node>),
    /// A mapping in order; keys are nodes, so that they have places too.
    Map(Vec<(Node, Node)>),
}
