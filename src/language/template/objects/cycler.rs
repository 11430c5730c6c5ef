//! `cycler('odd', 'even')`: its `next()` gives one after the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::language::template::evaluator::downcast;
use crate::language::{Diagnostic, Key, Map, Object, Value};

/// A cycler.
#[derive(Debug)]
pub struct Cycler(Arc<State>);

#[derive(Debug)]
struct State {
    items: Vec<Value>,
    at: AtomicUsize,
}

impl State {
    fn current(&self) -> Value {
        let at = self.at.load(Ordering::Relaxed);
        self.items.get(at % self.items.len().max(1)).cloned().unwrap_or(Value::Null)
    }
}

/// A method of a cycler.
#[derive(Debug)]
enum Step {
    Next(Arc<State>),
    Reset(Arc<State>),
}

impl Cycler {
    /// A cycler over `items`.
    pub fn new(items: Vec<Value>) -> Cycler {
        Cycler(Arc::new(State { items, at: AtomicUsize::new(0) }))
    }
}

impl Object for Cycler {
    fn get(&self, key: &Key) -> Result<Option<Value>, Diagnostic> {
        Ok(match key.as_str() {
            Some("current") => Some(self.0.current()),
            Some("next") => Some(Value::Object(Arc::new(Step::Next(self.0.clone())))),
            Some("reset") => Some(Value::Object(Arc::new(Step::Reset(self.0.clone())))),
            _ => None,
        })
    }

    fn keys(&self) -> Vec<Key> {
        vec!["current".into()]
    }
}

impl Object for Step {
    fn get(&self, _: &Key) -> Result<Option<Value>, Diagnostic> {
        Ok(None)
    }

    fn keys(&self) -> Vec<Key> {
        Vec::new()
    }

    fn call(&self, _: &[Value], _: &Map) -> Result<Value, Diagnostic> {
        match self {
            Step::Next(state) => {
                let current = state.current();
                state.at.fetch_add(1, Ordering::Relaxed);
                Ok(current)
            }
            Step::Reset(state) => {
                state.at.store(0, Ordering::Relaxed);
                Ok(Value::Null)
            }
        }
    }
}

/// Whether `object` is a method of a cycler.
pub fn is_callable(object: &Arc<dyn Object>) -> bool {
    downcast::<Step>(object).is_some()
}
