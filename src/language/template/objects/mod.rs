//! The objects templates make: functions, `loop`, namespaces, modules and their like.

mod bytes;
mod cycler;
mod duration;
mod joiner;
mod loops;
mod moment;
mod namespace;
mod set;
mod timestamp;

use std::sync::Arc;

use minijinja::machinery::ast::{self, Spanned};

use crate::language::{Diagnostic, Key, Object, Value};

use super::evaluator::downcast;
use super::frames::Closure;
use super::source::Source;

pub use bytes::Bytes;
pub use cycler::Cycler;
pub use duration::{Duration, add_times, order_times};
pub use joiner::Joiner;
pub use loops::{Loop, Recursion};
pub use moment::{Kind, Moment};
pub use namespace::Namespace;
pub use set::Set;
pub use timestamp::parse as timestamp;

/// Something that can be called.
#[derive(Debug)]
pub enum Function {
    /// A function every template has.
    Global(&'static str),
    /// A method and the value it belongs to.
    Method(Value, Arc<str>),
    /// A `{% macro %}`.
    Macro(Macro),
}

/// A macro and where it was defined.
#[derive(Clone)]
pub struct Macro {
    /// Its declaration.
    pub declaration: &'static Spanned<ast::Macro<'static>>,
    /// The variables it sees.
    pub closure: Closure,
    /// The text it stands in.
    pub source: Source,
    /// Whether it sees the variables of the host.
    pub isolated: bool,
}

impl std::fmt::Debug for Macro {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Macro({})", self.declaration.name)
    }
}

impl Object for Function {
    fn get(&self, key: &Key) -> Result<Option<Value>, Diagnostic> {
        let Function::Macro(callee) = self else { return Ok(None) };
        Ok(match key.as_str() {
            Some("name") => Some(Value::from(callee.declaration.name)),
            Some("arguments") => Some(callee.declaration.args.iter().filter_map(parameter).collect()),
            _ => None,
        })
    }

    fn keys(&self) -> Vec<Key> {
        Vec::new()
    }
}

fn parameter(expr: &ast::Expr) -> Option<Value> {
    match expr {
        ast::Expr::Var(var) => Some(Value::from(var.id)),
        _ => None,
    }
}

/// The variables of an imported template.
#[derive(Debug)]
pub struct Module(pub Vec<(&'static str, Value)>);

impl Object for Module {
    fn get(&self, key: &Key) -> Result<Option<Value>, Diagnostic> {
        let name = key.as_str();
        Ok(self.0.iter().find(|(n, _)| Some(*n) == name).map(|(_, value)| value.clone()))
    }

    fn keys(&self) -> Vec<Key> {
        self.0.iter().map(|(name, _)| Key::from(*name)).collect()
    }
}

/// The text of a point or span of time.
pub fn time_text(object: &Arc<dyn Object>) -> Option<String> {
    downcast::<Moment>(object).map(Moment::text).or_else(|| downcast::<Duration>(object).map(Duration::text))
}

/// Whether `object` can be called without an evaluator.
pub fn is_callable(object: &Arc<dyn Object>) -> bool {
    downcast::<Joiner>(object).is_some() || moment::is_callable(object) || loops::is_callable(object) || cycler::is_callable(object)
}

/// Whether `object` is one of these, rather than a mapping of the user's.
pub fn is_helper(object: &Arc<dyn Object>) -> bool {
    is_callable(object)
        || downcast::<Function>(object).is_some()
        || downcast::<Loop>(object).is_some()
        || downcast::<Namespace>(object).is_some()
        || downcast::<Cycler>(object).is_some()
        || downcast::<Module>(object).is_some()
        || downcast::<Moment>(object).is_some()
        || downcast::<Duration>(object).is_some()
        || downcast::<Bytes>(object).is_some()
}
