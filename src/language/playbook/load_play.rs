//! From YAML to plays.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use crate::language::yaml::{Node, NodeKind};
use crate::language::{Diagnostic, Key, Map, Value};

use super::fields::Fields;
use super::keywords::{Keywords, place};
use super::load_role::{Gathered, flat};
use super::load_task::Surroundings;
use super::loader::{Gathering, Loader};
use super::play::{Play, Prompt};
use super::task::{Action, Item, Task};

const KNOWN: &[&str] = &[
    "hosts",
    "name",
    "tasks",
    "roles",
    "pre_tasks",
    "post_tasks",
    "handlers",
    "vars",
    "vars_files",
    "vars_prompt",
    "gather_facts",
    "gather_subset",
    "gather_timeout",
    "fact_path",
    "serial",
    "strategy",
    "order",
    "max_fail_percentage",
    "force_handlers",
    "needs",
    "become",
    "become_user",
    "tags",
    "environment",
    "any_errors_fatal",
    "import_playbook",
];

impl Loader {
    /// The plays of a playbook, with those it imports in their place.
    pub fn playbook(&self, path: &Path) -> Vec<Arc<Play>> {
        self.plays(path, &Keywords::default(), &mut Vec::new())
    }

    fn plays(&self, path: &Path, outer: &Keywords, importing: &mut Vec<PathBuf>) -> Vec<Arc<Play>> {
        let Some(document) = self.file(path, None) else { return Vec::new() };
        let NodeKind::List(nodes) = &document.kind else {
            self.report(Diagnostic::new(format!("a playbook must be a list of plays, not {}", document.kind_name())).at(&document.place));
            return Vec::new();
        };
        // An absolute directory keeps everything found from it absolute, as `role_path` and its like have to be.
        let dir = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
        let dir = dir.parent().map_or_else(PathBuf::new, Path::to_path_buf);
        importing.push(path.to_path_buf());
        let mut plays = Vec::new();
        for node in nodes {
            let Some(fields) = Fields::of(self, node, "a play") else { continue };
            let import = ["import_playbook", "ansible.builtin.import_playbook"].into_iter().find(|name| fields.has(name));
            match import {
                Some(name) => plays.extend(self.import_playbook(fields, name, &dir, outer, importing)),
                None => plays.extend(self.play(fields, &dir, outer).map(Arc::new)),
            }
        }
        importing.pop();
        plays
    }

    fn import_playbook(
        &self,
        mut fields: Fields,
        name: &str,
        dir: &Path,
        outer: &Keywords,
        importing: &mut Vec<PathBuf>,
    ) -> Vec<Arc<Play>> {
        let Some(node) = fields.take(name) else { return Vec::new() };
        let _ = fields.take("name");
        let mut keywords = fields.keywords(place::PLAY);
        let vars = fields.take("vars").map(|n| self.vars(n, "vars")).unwrap_or_default();
        if !vars.is_empty() {
            keywords.vars.push(vars.clone());
        }
        fields.nothing_else("PlaybookInclude", &["import_playbook", "name", "vars", "when", "tags"]);
        let text = node.as_str().map(|text| self.template(text.trim(), &node.place));
        let Some(file) = text.and_then(|t| self.static_text(&t, &vars, &node.place)) else { return Vec::new() };
        let path = dir.join(file);
        if importing.contains(&path) {
            self.report(Diagnostic::new(format!("import_playbook goes in a circle through {}", path.display())).at(&node.place));
            return Vec::new();
        }
        if !path.is_file() {
            self.report(Diagnostic::new(format!("the playbook {} does not exist", path.display())).at(&node.place));
            return Vec::new();
        }
        self.plays(&path, &keywords.within(outer), importing)
    }

    fn play(&self, mut fields: Fields, dir: &Path, outer: &Keywords) -> Option<Play> {
        let at = fields.place.clone();
        let Some(hosts) = fields.take("hosts") else {
            self.report(Diagnostic::new("the field 'hosts' is required but was not set").at(&at));
            return None;
        };
        if matches!(&hosts.kind, NodeKind::Null) || hosts.as_list().is_some_and(<[Node]>::is_empty) {
            self.report(Diagnostic::new("Hosts list cannot be empty").at(&hosts.place).hint("name hosts, groups or a pattern"));
        }
        let vars = fields.take("vars").map(|node| self.play_vars(node)).unwrap_or_default();
        let keywords = fields.keywords(place::PLAY).within(outer);
        let around = Surroundings {
            keywords: Arc::new(keywords.clone()),
            role: None,
            play_dir: dir.to_path_buf(),
            dir: dir.to_path_buf(),
            handlers: false,
            importing: Vec::new(),
            imported: Arc::default(),
        };
        let mut gathered = Gathered::default();
        if let Some(node) = fields.take("roles") {
            self.roles(node, &around, &mut gathered);
        }
        let mut list = |name: &str, handlers: bool| {
            let around = Surroundings { handlers, ..around.clone() };
            fields.take(name).map_or_else(Vec::new, |node| self.items(node, &around))
        };
        let (pre, tasks, post) = (list("pre_tasks", false), list("tasks", false), list("post_tasks", false));
        let own_handlers = flat(list("handlers", true));
        gathered.extend(std::mem::take(&mut *around.imported.lock().unwrap_or_else(PoisonError::into_inner)));
        let mut handlers = gathered.handlers;
        handlers.extend(own_handlers);
        let mut items = pre;
        items.push(Item::Flush);
        items.extend(gathered.items);
        items.extend(tasks);
        items.push(Item::Flush);
        items.extend(post);
        items.push(Item::Flush);
        let gather = self.gathering(&mut fields, &keywords, dir);
        items.splice(0..0, gather.1);
        let play = Play {
            name: fields.value("name"),
            hosts: self.value(hosts),
            hosts_place: hosts.place.clone(),
            needs: self.needs(&mut fields),
            gather_facts: gather.0,
            serial: fields.value("serial"),
            strategy: fields.value("strategy"),
            order: fields.value("order"),
            max_fail_percentage: fields.value("max_fail_percentage"),
            force_handlers: fields.value("force_handlers"),
            vars,
            vars_files: fields.list("vars_files"),
            vars_prompt: self.prompts(&mut fields),
            keywords,
            items,
            handlers,
            roles: gathered.roles,
            dir: dir.to_path_buf(),
            place: at,
        };
        fields.nothing_else("Play", KNOWN);
        Some(play)
    }

    /// `vars`: a mapping, or a list of mappings.
    fn play_vars(&self, node: &Node) -> Arc<Map> {
        let NodeKind::List(parts) = &node.kind else { return self.vars(node, "vars") };
        let mut merged = Map::default();
        for part in parts {
            merged.extend(self.vars(part, "vars").iter().map(|(k, v)| (k.clone(), v.clone())));
        }
        Arc::new(merged)
    }

    fn roles(&self, node: &Node, around: &Surroundings, gathered: &mut Gathered) {
        match &node.kind {
            NodeKind::List(entries) => entries.iter().for_each(|entry| self.role_entry(entry, around, None, gathered)),
            NodeKind::Null => {}
            _ => self.report(Diagnostic::new("roles must be a list").at(&node.place)),
        }
    }

    fn needs(&self, fields: &mut Fields) -> Option<Vec<(Arc<str>, crate::language::Place)>> {
        fields.has("needs").then(|| {
            let names = fields.list("needs").into_iter();
            names
                .filter_map(|(value, at)| match value.as_str() {
                    Some(name) => Some((Arc::from(name), at)),
                    None => {
                        self.report(Diagnostic::new("needs lists the names of plays").at(&at));
                        None
                    }
                })
                .collect()
        })
    }

    fn prompts(&self, fields: &mut Fields) -> Vec<Prompt> {
        let Some(NodeKind::List(nodes)) = fields.take("vars_prompt").map(|n| &n.kind) else { return Vec::new() };
        let prompts = nodes.iter().filter_map(|node| {
            let mut entry = Fields::of(self, node, "vars_prompt")?;
            let name = entry.text("name")?;
            let prompt = entry.text("prompt").map_or_else(|| name.to_string(), |p| p.to_string());
            let private = !matches!(entry.value("private"), Some(Value::Bool(false)));
            Some(Prompt { name, prompt, default: entry.value("default"), private })
        });
        prompts.collect()
    }

    /// `gather_facts` and, unless it is off, the task that does it.
    fn gathering(&self, fields: &mut Fields, keywords: &Keywords, dir: &Path) -> (Option<Value>, Option<Item>) {
        let wanted = fields.value("gather_facts");
        let mut args = Map::default();
        for name in ["gather_subset", "gather_timeout", "fact_path"] {
            if let Some(value) = fields.value(name) {
                args.insert(Key::from(name), value);
            }
        }
        let gathering = self.settings.gathering;
        if matches!(wanted, Some(Value::Bool(false))) || wanted.is_none() && gathering == Gathering::Explicit {
            return (wanted, None);
        }
        let mut keywords = keywords.clone();
        if keywords.tags.is_empty() {
            keywords.tags.push("always".into());
        }
        if let Some(flag @ Value::Template(_)) = &wanted {
            keywords.when.push(super::Condition { value: flag.clone(), place: fields.place.clone() });
        }
        if gathering == Gathering::Smart {
            let unknown = super::Condition { value: Value::from("ansible_facts.module_setup is not defined"), place: fields.place.clone() };
            keywords.when.push(unknown);
        }
        let action = Action { module: "setup".into(), args, whole: None, places: Vec::new(), place: fields.place.clone() };
        let task = Task::implied("Gathering Facts", action, keywords, None, dir.to_path_buf());
        (wanted, Some(Item::Task(Arc::new(task))))
    }
}
