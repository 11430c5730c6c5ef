//! Stages and edges from plays.

use std::sync::Arc;

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use crate::language::playbook::Play;
use crate::language::{Diagnostic, Diagnostics};

use super::{Edge, Plan, Stage};

/// The plan of `plays`; `hosts_of` tells the hosts of a play. Unknown names and circles in `needs` are reported.
pub fn build(plays: &[Arc<Play>], hosts_of: &mut dyn FnMut(&Play) -> Vec<Arc<str>>) -> (Plan, Diagnostics) {
    let mut graph = DiGraph::new();
    for (index, play) in plays.iter().enumerate() {
        graph.add_node(Stage { index, play: play.clone(), hosts: hosts_of(play) });
    }
    let mut problems = Diagnostics::new();
    for index in 0..plays.len() {
        for (before, edge) in waits(&graph, plays, index, &mut problems) {
            graph.update_edge(before, NodeIndex::new(index), edge);
        }
    }
    problems.extend(circles(&graph));
    (Plan { graph }, problems)
}

fn waits(graph: &DiGraph<Stage, Edge>, plays: &[Arc<Play>], index: usize, problems: &mut Diagnostics) -> Vec<(NodeIndex, Edge)> {
    let Some(needs) = &plays[index].needs else { return ends(graph, index) };
    let mut found = Vec::new();
    for (name, place) in needs {
        match plays.iter().position(|play| play.title() == name.as_ref()) {
            Some(at) => found.push((NodeIndex::new(at), Edge::Needs)),
            None => {
                let names: Vec<String> = plays.iter().map(|p| p.title()).collect();
                let problem = Diagnostic::new(format!("no play is called '{name}'")).at(place);
                problems.push(problem.hint(format!("the plays are: {}", names.join(", "))));
            }
        }
    }
    found
}

/// The stages before `index` that no other stage before it waits for: who waits for them waits for all.
fn ends(graph: &DiGraph<Stage, Edge>, index: usize) -> Vec<(NodeIndex, Edge)> {
    let before = (0..index).map(NodeIndex::new);
    before.filter(|node| !graph.neighbors(*node).any(|after| after.index() < index)).map(|node| (node, Edge::Order)).collect()
}

fn circles(graph: &DiGraph<Stage, Edge>) -> Diagnostics {
    let circular = kosaraju_scc(graph).into_iter().filter(|part| part.len() > 1 || graph.contains_edge(part[0], part[0]));
    let named = circular.map(|mut part| {
        part.sort();
        let names: Vec<String> = part.iter().map(|n| graph[*n].play.title()).collect();
        let first = &graph[part[0]].play;
        let place = first.needs.as_ref().and_then(|n| n.first()).map_or(&first.place, |(_, place)| place);
        Diagnostic::new(format!("the plays {} wait for each other in a circle", names.join(", "))).at(place)
    });
    named.collect()
}
