//! Looking into a node.

use super::{Node, NodeKind};
use crate::language::{Key, Place};

impl Node {
    /// A node of `kind` at `place`.
    pub fn new(kind: NodeKind, place: Place) -> Node {
        Node { kind, place }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::Str { text, .. } | NodeKind::Time(text) => Some(text),
            _ => None,
        }
    }

    /// The value of a boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self.kind {
            NodeKind::Bool(b) => Some(b),
            _ => None,
        }
    }

    /// The items of a list.
    pub fn as_list(&self) -> Option<&[Node]> {
        match &self.kind {
            NodeKind::List(items) => Some(items),
            _ => None,
        }
    }

    /// The entries of a mapping.
    pub fn as_map(&self) -> Option<&[(Node, Node)]> {
        match &self.kind {
            NodeKind::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The entries of a mapping; none for any other node.
    pub fn entries(&self) -> impl Iterator<Item = (&Node, &Node)> {
        self.as_map().unwrap_or_default().iter().map(|(key, value)| (key, value))
    }

    /// The value under `key` of a mapping.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().find(|(k, _)| k.as_str() == Some(key)).map(|(_, value)| value)
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self.kind, NodeKind::Null)
    }

    /// What the node is, for messages.
    pub fn kind_name(&self) -> &'static str {
        match self.kind {
            NodeKind::Null => "null",
            NodeKind::Bool(_) => "a boolean",
            NodeKind::Int(_) => "an integer",
            NodeKind::Float(_) => "a float",
            NodeKind::Str { .. } => "a string",
            NodeKind::Vault(_) => "an encrypted string",
            NodeKind::Time(_) => "a time",
            NodeKind::Binary(_) => "bytes",
            NodeKind::Set(_) => "a set",
            NodeKind::List(_) => "a list",
            NodeKind::Map(_) => "a mapping",
        }
    }

    /// The key this node is in a mapping; `None` for lists, mappings and encrypted strings.
    pub fn to_key(&self) -> Option<Key> {
        Some(match &self.kind {
            NodeKind::Null => Key::Null,
            NodeKind::Bool(b) => Key::Bool(*b),
            NodeKind::Int(i) => Key::Int(*i),
            NodeKind::Float(f) if f.fract() == 0.0 => Key::Int(*f as i128),
            NodeKind::Float(f) => Key::from(f.to_string()),
            NodeKind::Str { text, .. } | NodeKind::Time(text) => Key::from(text.as_str()),
            NodeKind::Vault(_) | NodeKind::Binary(_) | NodeKind::Set(_) | NodeKind::List(_) | NodeKind::Map(_) => return None,
        })
    }

    /// How many levels of nodes there are, this one included.
    pub(super) fn height(&self) -> usize {
        1 + match &self.kind {
            NodeKind::List(items) | NodeKind::Set(items) => items.iter().map(Node::height).max().unwrap_or(0),
            NodeKind::Map(entries) => entries.iter().map(|(k, v)| k.height().max(v.height())).max().unwrap_or(0),
            _ => 0,
        }
    }

    /// Marks every string in the node as data that is never templated.
    pub(super) fn make_unsafe(&mut self) {
        match &mut self.kind {
            NodeKind::Str { unsafe_, .. } => *unsafe_ = true,
            NodeKind::List(items) => items.iter_mut().for_each(Node::make_unsafe),
            NodeKind::Map(entries) => entries.iter_mut().for_each(|(_, value)| value.make_unsafe()),
            _ => {}
        }
    }
}
