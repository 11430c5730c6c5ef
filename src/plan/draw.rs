//! The plan as text, DOT or Mermaid.

use std::fmt::Write;

use petgraph::graph::NodeIndex;

use super::{Edge, Plan, Stage};

/// How a plan is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Lines for people.
    Text,
    /// Graphviz.
    Dot,
    /// Mermaid.
    Mermaid,
}

/// The plan in the given style.
pub fn draw(plan: &Plan, style: Style) -> String {
    match style {
        Style::Text => text(plan),
        Style::Dot => dot(plan),
        Style::Mermaid => mermaid(plan),
    }
}

fn text(plan: &Plan) -> String {
    let mut out = String::new();
    for (node, stage) in plan.stages() {
        let before: Vec<String> = plan.waits_for(node).iter().map(|n| plan.graph[*n].play.title()).collect();
        let after = if before.is_empty() { "starts at once".to_string() } else { format!("after {}", before.join(", ")) };
        let _ = writeln!(out, "{}. {}  ({after})", stage.index + 1, stage.play.title());
        let _ = writeln!(out, "   hosts: {}", if stage.hosts.is_empty() { "none".into() } else { stage.hosts.join(", ") });
        let roles: Vec<&str> = stage.play.roles.iter().map(|r| r.name.as_ref()).collect();
        let tasks = stage.play.tasks().len();
        let roles = if roles.is_empty() { String::new() } else { format!("roles: {}; ", roles.join(", ")) };
        let _ = writeln!(out, "   {roles}{tasks} tasks, {} handlers", stage.play.handlers.len());
    }
    out
}

fn label(stage: &Stage) -> String {
    format!("{} ({} hosts)", stage.play.title(), stage.hosts.len()).replace('"', "'")
}

fn dot(plan: &Plan) -> String {
    let mut out = String::from("digraph plan {\n  rankdir=LR;\n  node [shape=box];\n");
    for (node, stage) in plan.stages() {
        let _ = writeln!(out, "  p{} [label=\"{}\"];", node.index(), label(stage));
    }
    for (node, _) in plan.stages() {
        for before in plan.waits_for(node) {
            let style = if is_order(plan, before, node) { " [style=dashed]" } else { "" };
            let _ = writeln!(out, "  p{} -> p{}{style};", before.index(), node.index());
        }
    }
    out.push_str("}\n");
    out
}

fn mermaid(plan: &Plan) -> String {
    let mut out = String::from("flowchart LR\n");
    for (node, stage) in plan.stages() {
        let _ = writeln!(out, "  p{}[\"{}\"]", node.index(), label(stage));
    }
    for (node, _) in plan.stages() {
        for before in plan.waits_for(node) {
            let arrow = if is_order(plan, before, node) { "-.->" } else { "-->" };
            let _ = writeln!(out, "  p{} {arrow} p{}", before.index(), node.index());
        }
    }
    out
}

fn is_order(plan: &Plan, from: NodeIndex, to: NodeIndex) -> bool {
    plan.graph.find_edge(from, to).is_some_and(|edge| plan.graph[edge] == Edge::Order)
}
