//! JSON as a tree of nodes: numbers follow JSON's rules (`1e3` is a float there).

use serde_json::Value as Json;

use super::{Node, NodeKind};
use crate::language::Place;

/// The tree of `text` when it is JSON; every node stands at the file's beginning.
pub(super) fn parse(text: &str, file: &str) -> Option<Node> {
    let json: Json = serde_json::from_str(text).ok()?;
    Some(node(json, &Place::new(file, 1, 1)))
}

fn node(json: Json, place: &Place) -> Node {
    let kind = match json {
        Json::Null => NodeKind::Null,
        Json::Bool(b) => NodeKind::Bool(b),
        Json::Number(n) => number(&n),
        Json::String(text) => NodeKind::Str { text, unsafe_: false },
        Json::Array(items) => NodeKind::List(items.into_iter().map(|item| node(item, place)).collect()),
        Json::Object(map) => NodeKind::Map(map.into_iter().map(|(key, value)| entry(key, value, place)).collect()),
    };
    Node::new(kind, place.clone())
}

fn entry(key: String, value: Json, place: &Place) -> (Node, Node) {
    (Node::new(NodeKind::Str { text: key, unsafe_: false }, place.clone()), node(value, place))
}

fn number(n: &serde_json::Number) -> NodeKind {
    match n.as_i64().map(i128::from).or_else(|| n.as_u64().map(i128::from)) {
        Some(i) => NodeKind::Int(i),
        None => NodeKind::Float(n.as_f64().unwrap_or(f64::NAN)),
    }
}
