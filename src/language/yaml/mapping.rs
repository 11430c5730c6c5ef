//! The entries of a mapping: merge keys are joined in, and a key written twice keeps its last value.

use indexmap::IndexMap;
use indexmap::map::Entry;

use super::{Node, NodeKind, hint};
use crate::language::{Diagnostic, Key, Place};

/// A mapping while its entries are being read.
#[derive(Default)]
pub(super) struct Entries {
    key: Option<PendingKey>,
    own: Vec<(Node, Node)>,
    merges: Vec<Node>,
}

struct PendingKey {
    node: Node,
    merge: bool,
}

impl Entries {
    /// Takes the next node, a key or the value of the last key; `merge` says that it is a plain `<<`.
    pub(super) fn push(&mut self, node: Node, merge: bool) {
        match self.key.take() {
            None => self.key = Some(PendingKey { node, merge }),
            Some(key) if key.merge => self.merges.push(node),
            Some(key) => self.own.push((key.node, node)),
        }
    }

    /// The finished entries: merged ones first, overridden by those written in the mapping itself.
    pub(super) fn finish(self, warnings: &mut Vec<Diagnostic>) -> Result<Vec<(Node, Node)>, Diagnostic> {
        let mut entries: IndexMap<Key, (Node, Node)> = IndexMap::with_capacity(self.own.len());
        for merge in self.merges {
            for (key, value) in merged(merge)? {
                entries.insert(key_of(&key)?, (key, value));
            }
        }
        let inherited = entries.len();
        let mut overridden = vec![false; inherited];
        for (key, value) in self.own {
            match entries.entry(key_of(&key)?) {
                Entry::Vacant(vacant) => {
                    vacant.insert((key, value));
                }
                Entry::Occupied(mut occupied) => {
                    let first_time = overridden.get_mut(occupied.index()).is_some_and(|o| !std::mem::replace(o, true));
                    if !first_time {
                        warnings.push(duplicate(occupied.key(), &key.place, &occupied.get().0.place));
                    }
                    occupied.insert((key, value));
                }
            }
        }
        Ok(entries.into_values().collect())
    }
}

/// What `<<:` brings in, weakest first: of a list, the first mapping is the strongest.
fn merged(source: Node) -> Result<Vec<(Node, Node)>, Diagnostic> {
    match source.kind {
        NodeKind::Map(entries) => Ok(entries),
        NodeKind::List(items) => {
            let mut all = Vec::new();
            for item in items.into_iter().rev() {
                all.extend(merged(item)?);
            }
            Ok(all)
        }
        _ => Err(Diagnostic::new(format!("<< merges mappings, but this is {}", source.kind_name())).at(&source.place)),
    }
}

fn key_of(node: &Node) -> Result<Key, Diagnostic> {
    node.to_key().ok_or_else(|| {
        let problem = Diagnostic::new(format!("{} cannot be a key of a mapping", node.kind_name())).at(&node.place);
        match node.kind {
            NodeKind::Map(_) => problem.hint(hint::QUOTE_TEMPLATE),
            _ => problem,
        }
    })
}

fn duplicate(key: &Key, place: &Place, first: &Place) -> Diagnostic {
    Diagnostic::new(format!("the key {key} is written twice, the last value counts"))
        .at(place)
        .hint(format!("the first one is in line {}", first.line))
}
