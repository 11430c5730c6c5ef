//! The variables a template sets itself, innermost frame last.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::language::Value;

/// Variables of one block of a template. Names are few, so that a list is faster than a map.
#[derive(Debug, Default)]
pub struct Frame(Mutex<Vec<(&'static str, Value)>>);

impl Frame {
    /// A frame that holds `variables`.
    pub fn new(variables: Vec<(&'static str, Value)>) -> Arc<Frame> {
        Arc::new(Frame(Mutex::new(variables)))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(&'static str, Value)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The variable `name`.
    pub fn get(&self, name: &str) -> Option<Value> {
        self.lock().iter().find(|(n, _)| *n == name).map(|(_, value)| value.clone())
    }

    /// Sets `name`.
    pub fn set(&self, name: &'static str, value: Value) {
        let mut variables = self.lock();
        match variables.iter_mut().find(|(n, _)| *n == name) {
            Some((_, slot)) => *slot = value,
            None => variables.push((name, value)),
        }
    }

    /// Takes the variable `name` out, to change it and set it again.
    pub fn take(&self, name: &str) -> Option<Value> {
        self.lock().iter_mut().find(|(n, _)| *n == name).map(|(_, value)| std::mem::replace(value, Value::Null))
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// All variables.
    pub fn all(&self) -> Vec<(&'static str, Value)> {
        self.lock().clone()
    }
}

/// The frames a macro was defined in. They are held weakly, as the frame holds the macro.
#[derive(Clone, Debug)]
pub struct Closure(Vec<Weak<Frame>>);

impl Closure {
    /// Remembers `frames`.
    pub fn of(frames: &[Arc<Frame>]) -> Closure {
        Closure(frames.iter().map(Arc::downgrade).collect())
    }

    /// The frames that still exist.
    pub fn frames(&self) -> Vec<Arc<Frame>> {
        self.0.iter().filter_map(Weak::upgrade).collect()
    }
}
