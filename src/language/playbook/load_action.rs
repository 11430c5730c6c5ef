//! From the entries of a task to its module and arguments, in every way they may be written.

use crate::language::yaml::{Node, NodeKind};
use crate::language::{Diagnostic, Key, Map, Place, Value};

use super::fields::{Fields, nearest};
use super::free_form::{self, FREE_FORM, RAW_PARAMS};
use super::keywords::{Keyword, Keywords};
use super::load_task::TASK_KEYWORDS;
use super::loader::Loader;
use super::task::Action;

impl Loader {
    /// The module and its arguments: the one entry that is no keyword.
    pub(super) fn action(&self, mut fields: Fields, keywords: &mut Keywords) -> Option<Action> {
        let args = fields.take("args");
        let mut action = if let Some(node) = fields.take("action") {
            self.old_action(node)?
        } else if let Some(node) = fields.take("local_action") {
            keywords.set(Keyword::DelegateTo, Value::from("localhost"));
            self.old_action(node)?
        } else {
            let (first, others) = fields.rest().split_first().or_else(|| {
                self.report(Diagnostic::new("no module/action detected in task").at(&fields.place));
                None
            })?;
            if let Some((second, key, _)) = others.first() {
                let problem = Diagnostic::new(format!("conflicting action statements: {}, {second}", first.0)).at(&key.place);
                let known: Vec<&str> = TASK_KEYWORDS.iter().copied().chain(super::keywords::TABLE.iter().map(|(n, ..)| *n)).collect();
                let meant = [first.0, second].into_iter().find_map(|name| nearest(name, &known).map(|k| (name, k)));
                self.report(match meant {
                    Some((name, keyword)) => problem.hint(format!("'{name}' looks like the keyword '{keyword}'")),
                    None => problem.hint("a task has one module; everything else must be a keyword"),
                });
                return None;
            }
            let (name, key, value) = first;
            self.module_line(name, value, &key.place)?
        };
        if let Some(node) = args {
            self.merge_args(&mut action, node);
        }
        Some(action)
    }

    /// `action: module k=v` or `action: {module: …, …}`.
    fn old_action(&self, node: &Node) -> Option<Action> {
        if let Some(line) = node.as_str() {
            let (module, rest) = line.trim().split_once(char::is_whitespace).unwrap_or((line.trim(), ""));
            return self.line(module, rest, &node.place);
        }
        let mut fields = Fields::of(self, node, "action")?;
        let module = fields.text("module")?;
        let mut action = empty(&module, &node.place);
        for (name, key, value) in fields.rest() {
            insert(&mut action, name, self.value(value), &key.place);
        }
        Some(action)
    }

    fn module_line(&self, module: &str, node: &Node, at: &Place) -> Option<Action> {
        match &node.kind {
            NodeKind::Null => Some(empty(module, at)),
            NodeKind::Map(pairs) => {
                let mut action = empty(module, at);
                for (key, value) in pairs {
                    let name = key.as_str().map_or_else(|| format!("{:?}", key.kind), str::to_string);
                    insert(&mut action, &name, self.value(value), &key.place);
                }
                Some(action)
            }
            NodeKind::Str { text, .. } => self.line(module, text, &node.place),
            NodeKind::List(_) if module == "add_host" || module == "assert" => None,
            _ => match self.value(node) {
                Value::List(_) => {
                    self.report(Diagnostic::new(format!("the arguments of {module} must be a mapping or a string")).at(&node.place));
                    None
                }
                scalar => self.line(module, &scalar.to_json().to_string(), &node.place),
            },
        }
    }

    fn line(&self, module: &str, text: &str, at: &Place) -> Option<Action> {
        let mut action = empty(module, at);
        let short = module.rsplit_once('.').map_or(module, |(_, s)| s);
        let trimmed = text.trim();
        if !FREE_FORM.contains(&short)
            && !RAW_PARAMS.contains(&short)
            && trimmed.starts_with("{{")
            && trimmed.ends_with("}}")
            && !trimmed[2..].contains("{{")
        {
            action.whole = Some(self.template(text, at));
            return Some(action);
        }
        let split = if FREE_FORM.contains(&short) { free_form::free_text(text) } else { free_form::pairs(text) };
        let line = split.map_err(|message| self.report(Diagnostic::new(message).at(at))).ok()?;
        for (name, value) in line.options {
            insert(&mut action, &name, self.template(&value, at), at);
        }
        if !line.rest.is_empty() {
            if !FREE_FORM.contains(&short) && !RAW_PARAMS.contains(&short) {
                let message = format!("this task '{module}' has extra params, which is only allowed for modules that take free text");
                self.report(
                    Diagnostic::new(message).at(at).hint(format!("write the arguments as a mapping; what is too much: {}", line.rest)),
                );
                return None;
            }
            insert(&mut action, "_raw_params", self.template(&line.rest, at), at);
        }
        Some(action)
    }

    /// `args:` beside the module; what stands on the module's line wins.
    fn merge_args(&self, action: &mut Action, node: &Node) {
        match self.value(node) {
            Value::Map(map) => {
                for (key, value) in map.iter() {
                    if !action.args.contains_key(key) {
                        insert(action, &key.to_string(), value.clone(), &node.place);
                    }
                }
            }
            template @ Value::Template(_) => action.whole = Some(template),
            Value::Null => {}
            _ => self.report(Diagnostic::new("args must be a mapping").at(&node.place)),
        }
    }
}

fn empty(module: &str, at: &Place) -> Action {
    Action { module: module.into(), args: Map::default(), whole: None, places: Vec::new(), place: at.clone() }
}

fn insert(action: &mut Action, name: &str, value: Value, at: &Place) {
    action.args.insert(Key::from(name), value);
    action.places.push((name.into(), at.clone()));
}
