//! Plays.

use std::path::PathBuf;
use std::sync::Arc;

use crate::language::{Map, Place, Value};

use super::keywords::Keywords;
use super::role::Role;
use super::task::{Item, Task};

/// A play: hosts and what they do.
#[derive(Debug)]
pub struct Play {
    /// Where it stands.
    pub place: Place,
    /// Its name, when it was given one.
    pub name: Option<Value>,
    /// The pattern of its hosts.
    pub hosts: Value,
    /// Where the pattern stands.
    pub hosts_place: Place,
    /// The plays it waits for; `None`: all before it.
    pub needs: Option<Vec<(Arc<str>, Place)>>,
    /// `gather_facts`.
    pub gather_facts: Option<Value>,
    /// `serial`.
    pub serial: Option<Value>,
    /// `strategy`.
    pub strategy: Option<Value>,
    /// `order`.
    pub order: Option<Value>,
    /// `max_fail_percentage`.
    pub max_fail_percentage: Option<Value>,
    /// `force_handlers`.
    pub force_handlers: Option<Value>,
    /// `vars`.
    pub vars: Arc<Map>,
    /// `vars_files`: each a file, or a list of which the first that exists counts.
    pub vars_files: Vec<(Value, Place)>,
    /// `vars_prompt`.
    pub vars_prompt: Vec<Prompt>,
    /// The play's keywords.
    pub keywords: Keywords,
    /// Everything it does, in order.
    pub items: Vec<Item>,
    /// Its handlers, those of its roles first.
    pub handlers: Vec<Arc<Task>>,
    /// Its roles, dependencies before those that need them.
    pub roles: Vec<Arc<Role>>,
    /// The directory of the playbook.
    pub dir: PathBuf,
}

/// One question of `vars_prompt`.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// The variable.
    pub name: Arc<str>,
    /// The question.
    pub prompt: String,
    /// The answer when none is given.
    pub default: Option<Value>,
    /// Whether the answer is hidden.
    pub private: bool,
}

impl Play {
    /// The name people see: its own, else its hosts.
    pub fn title(&self) -> String {
        match self.name.as_ref().unwrap_or(&self.hosts) {
            Value::Template(t) => t.source().to_string(),
            Value::List(items) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","),
            value => value.as_str().unwrap_or_default().to_string(),
        }
    }

    /// Every task it knows of before it runs, in order, with those of blocks.
    pub fn tasks(&self) -> Vec<&Arc<Task>> {
        tasks_of(&self.items)
    }
}

/// The tasks of a list, in order, with those of blocks.
pub fn tasks_of(items: &[Item]) -> Vec<&Arc<Task>> {
    let mut found = Vec::new();
    collect(items, &mut found);
    found
}

fn collect<'a>(items: &'a [Item], found: &mut Vec<&'a Arc<Task>>) {
    for item in items {
        match item {
            Item::Task(task) => found.push(task),
            Item::Block(block) => {
                collect(&block.block, found);
                collect(block.rescue.as_deref().unwrap_or_default(), found);
                collect(&block.always, found);
            }
            Item::Role(role) => collect(&role.items, found),
            Item::Flush => {}
        }
    }
}
