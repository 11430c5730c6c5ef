//! `--list-hosts`, `--list-tasks`, `--list-tags`.

use std::path::PathBuf;

use crate::language::playbook::{Play, TagFilter, Task};
use crate::plan::Plan;

use super::options::PlayOptions;
use super::say::say;

/// Prints what the options ask for.
pub fn print(playbooks: &[PathBuf], plan: &Plan, options: &PlayOptions, tags: &TagFilter) {
    say(format!("\nplaybook: {}", playbooks.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(" ")));
    for (_, stage) in plan.stages() {
        let play = &stage.play;
        say(format!("\n  play #{} ({}): {}\tTAGS: [{}]", stage.index + 1, hosts_text(play), name(play), join(&play.keywords.tags)));
        if options.list_hosts {
            say(format!("    pattern: ['{}']\n    hosts ({}):", hosts_text(play), stage.hosts.len()));
            stage.hosts.iter().for_each(|host| say(format!("      {host}")));
        }
        let selected: Vec<&Task> =
            play.tasks().into_iter().map(AsRef::as_ref).filter(|t| !t.implicit && tags.selects(&t.keywords.tags)).collect();
        if options.list_tasks {
            say("    tasks:");
            for task in &selected {
                say(format!("      {}\tTAGS: [{}]", task.title(), join(&sorted(task))));
            }
        }
        if options.list_tags {
            let mut all: Vec<_> = selected.iter().flat_map(|task| task.keywords.tags.iter().cloned()).collect();
            all.sort();
            all.dedup();
            say(format!("      TASK TAGS: [{}]", join(&all)));
        }
    }
}

fn hosts_text(play: &Play) -> String {
    match &play.hosts {
        crate::language::Value::List(items) => items.iter().filter_map(|i| i.as_str()).collect::<Vec<_>>().join(","),
        value => value.as_str().unwrap_or_default().to_string(),
    }
}

fn name(play: &Play) -> String {
    play.title()
}

fn sorted(task: &Task) -> Vec<std::sync::Arc<str>> {
    let mut tags = task.keywords.tags.clone();
    tags.sort();
    tags
}

fn join(tags: &[std::sync::Arc<str>]) -> String {
    tags.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ")
}
