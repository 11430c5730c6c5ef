//! `loop`: where a `{% for %}` stands.

use std::sync::{Arc, Mutex, PoisonError};

use minijinja::machinery::ast;

use crate::language::template::compare;
use crate::language::template::evaluator::downcast;
use crate::language::template::frames::Closure;
use crate::language::{Diagnostic, Key, Map, Object, Value};

/// One turn of a `{% for %}`.
#[derive(Debug)]
pub struct Loop {
    /// All items.
    pub items: Arc<Vec<Value>>,
    /// The turn, from zero.
    pub index: usize,
    /// How many recursive loops this one is in.
    pub depth: usize,
    /// What `loop.changed` saw last.
    pub seen: Arc<Mutex<Option<Value>>>,
    /// What `loop(items)` runs, in a loop that is `recursive`.
    pub recursion: Option<Recursion>,
}

/// A recursive loop and the variables around it.
#[derive(Clone)]
pub struct Recursion {
    /// The statement.
    pub statement: &'static ast::ForLoop<'static>,
    /// The variables around it.
    pub closure: Closure,
}

impl std::fmt::Debug for Recursion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Recursion")
    }
}

const KEYS: [&str; 11] = ["index", "index0", "revindex", "revindex0", "first", "last", "length", "depth", "depth0", "previtem", "nextitem"];

impl Object for Loop {
    fn get(&self, key: &Key) -> Result<Option<Value>, Diagnostic> {
        let length = self.items.len();
        Ok(match key.as_str().unwrap_or_default() {
            "index" => Some(Value::from(self.index + 1)),
            "index0" => Some(Value::from(self.index)),
            "revindex" => Some(Value::from(length - self.index)),
            "revindex0" => Some(Value::from(length - self.index - 1)),
            "first" => Some(Value::Bool(self.index == 0)),
            "last" => Some(Value::Bool(self.index + 1 == length)),
            "length" => Some(Value::from(length)),
            "depth" => Some(Value::from(self.depth + 1)),
            "depth0" => Some(Value::from(self.depth)),
            "previtem" => self.index.checked_sub(1).and_then(|i| self.items.get(i)).cloned(),
            "nextitem" => self.items.get(self.index + 1).cloned(),
            "cycle" => Some(Value::Object(Arc::new(Question::Cycle(self.index)))),
            "changed" => Some(Value::Object(Arc::new(Question::Changed(self.seen.clone())))),
            _ => None,
        })
    }

    fn keys(&self) -> Vec<Key> {
        KEYS.into_iter().map(Key::from).collect()
    }
}

/// A method of `loop`.
#[derive(Debug)]
enum Question {
    Cycle(usize),
    Changed(Arc<Mutex<Option<Value>>>),
}

impl Object for Question {
    fn get(&self, _: &Key) -> Result<Option<Value>, Diagnostic> {
        Ok(None)
    }

    fn keys(&self) -> Vec<Key> {
        Vec::new()
    }

    fn call(&self, args: &[Value], _: &Map) -> Result<Value, Diagnostic> {
        match self {
            Question::Cycle(_) if args.is_empty() => Err(Diagnostic::new("no items for cycling given")),
            Question::Cycle(index) => Ok(args[index % args.len()].clone()),
            Question::Changed(seen) => {
                let now = Value::list(args.to_vec());
                let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                let changed = !seen.as_ref().is_some_and(|before| compare::equal(before, &now));
                *seen = Some(now);
                Ok(Value::Bool(changed))
            }
        }
    }
}

/// Whether `object` is a method of `loop`.
pub fn is_callable(object: &Arc<dyn Object>) -> bool {
    downcast::<Question>(object).is_some()
}
