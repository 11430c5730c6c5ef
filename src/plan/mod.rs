//! Playbook × inventory → an immutable graph of stages, printable before anything connects.

mod ahead;
mod build;
mod check;
mod draw;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use petgraph::graph::{DiGraph, NodeIndex};

use crate::language::playbook::Play;

pub use ahead::ahead;
pub use build::build;
pub use check::{answers_to, check, is_meant};
pub use draw::{Style, draw};

/// A play on its hosts.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Its position among the plays.
    pub index: usize,
    /// The play.
    pub play: Arc<Play>,
    /// The hosts it has as the inventory stands before the run; groups made at run time may add to them.
    pub hosts: Vec<Arc<str>>,
}

/// Why a stage waits for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// The play says so.
    Needs,
    /// The play says nothing, so it keeps its place in the order.
    Order,
}

/// The stages and what each waits for.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// An edge leads from a stage to one that waits for it. Acyclic.
    pub graph: DiGraph<Stage, Edge>,
}

impl Plan {
    /// The stages in the order of the plays.
    pub fn stages(&self) -> impl Iterator<Item = (NodeIndex, &Stage)> {
        self.graph.node_indices().map(|node| (node, &self.graph[node]))
    }

    /// What a stage waits for.
    pub fn waits_for(&self, node: NodeIndex) -> Vec<NodeIndex> {
        let mut before: Vec<_> = self.graph.neighbors_directed(node, petgraph::Direction::Incoming).collect();
        before.sort();
        before
    }
}
