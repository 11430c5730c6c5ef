//! The evaluator: what it holds, how it finds variables, how it runs a text.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::language::{Diagnostic, Object, Place, Value};

use super::fail::{Eval, Fail};
use super::frames::Frame;
use super::globals;
use super::output::Output;
use super::source::{Body, Source};
use super::{Scope, Template, guard, memo};

/// The bodies of a `{% block %}`, the outermost child's first.
pub type Blocks = HashMap<&'static str, Vec<(Body, Source)>>;

/// What outlives a single block of a render: the frames of imported templates, and the blocks of its family.
#[derive(Default)]
pub struct Render {
    kept: Mutex<Vec<Arc<Frame>>>,
    /// Blocks by name.
    pub blocks: Mutex<Blocks>,
    failed_at: Mutex<Option<Place>>,
    /// What may come to something else the next time, by template: one render asks once.
    asked: Mutex<Vec<(Arc<Template>, Value)>>,
}

impl Render {
    fn answer(&self, template: &Arc<Template>) -> Option<Value> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.iter().find(|(known, _)| Arc::ptr_eq(known, template)).map(|(_, value)| value.clone())
    }

    fn keep_answer(&self, template: &Arc<Template>, value: &Value) {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push((template.clone(), value.clone()));
    }

    /// Remembers where a statement failed, unless one within it has.
    pub fn note(&self, place: Option<Place>) {
        let mut noted = self.failed_at.lock().unwrap_or_else(PoisonError::into_inner);
        *noted = noted.take().or(place);
    }

    /// Forgets where a statement failed: the failure was made good.
    pub fn forget(&self) {
        self.failed_at.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// The failure with the place it was noted at.
    pub fn located(&self, fail: Fail) -> Fail {
        match self.failed_at.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(place) => Diagnostic::from(fail).at(&place).into(),
            None => fail,
        }
    }

    /// Keeps `frame` until the render ends, so that macros defined in it can be called.
    pub fn keep(&self, frame: Arc<Frame>) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).push(frame);
    }
}

/// Walks syntax trees in one scope.
#[derive(Clone)]
pub struct Evaluator<'s> {
    /// The variables of the host, where the template may see them.
    pub scope: &'s dyn Scope,
    /// Whether the scope is hidden (`without context`).
    pub isolated: bool,
    /// The template's own variables.
    pub frames: Vec<Arc<Frame>>,
    /// The text being walked.
    pub source: Source,
    /// What the whole render shares.
    pub render: Arc<Render>,
    /// The block being rendered and which of its bodies, for `super()`.
    pub block: Option<(&'static str, usize)>,
    /// Whether string literals that hold delimiters are templates, as they are in conditions.
    pub embedded: bool,
}

impl<'s> Evaluator<'s> {
    /// An evaluator of `source` with no variables of its own.
    pub fn new(scope: &'s dyn Scope, source: Source) -> Self {
        Evaluator {
            scope,
            isolated: false,
            frames: vec![Frame::new(Vec::new())],
            source,
            render: Arc::default(),
            block: None,
            embedded: false,
        }
    }

    /// The same with another frame on top.
    pub fn nested(&self, frame: Arc<Frame>) -> Self {
        let mut inner = self.clone();
        inner.frames.push(frame);
        inner
    }

    /// The innermost frame, where `set` writes.
    pub fn frame(&self) -> &Frame {
        &self.frames[self.frames.len() - 1]
    }

    /// Runs the whole source.
    pub fn run(&mut self) -> Eval<Output> {
        let mut out = Output::default();
        self.template(self.source.body, &mut out)?;
        Ok(out)
    }

    /// The variable `name`: the template's own, the scope's, or a global function. Undefined when there is none.
    pub fn variable(&self, name: &str) -> Eval<Value> {
        if let Some(value) = self.frames.iter().rev().find_map(|frame| frame.get(name)) {
            return self.settle(value);
        }
        if !self.isolated
            && let Some(value) = self.scope.variable(name)
        {
            return self.settle_once(value, Some(name));
        }
        Ok(globals::find(name).unwrap_or_else(|| Value::Undefined(format!("'{name}' is undefined").into())))
    }

    /// The value itself when it is a template: evaluated, not its members.
    pub fn settle(&self, value: Value) -> Eval<Value> {
        self.settle_once(value, None)
    }

    fn settle_once(&self, value: Value, name: Option<&str>) -> Eval<Value> {
        let Value::Template(template) = &value else { return Ok(value) };
        if let Some(answer) = self.render.answer(template) {
            return Ok(answer);
        }
        let template = template.clone();
        let result = settle_named(value, name, self.scope)?;
        if memo::is_changing() {
            self.render.keep_answer(&template, &result);
        }
        Ok(result)
    }
}

/// Evaluates `value` when it is a template. Members stay as they are; an undefined result is a value.
pub fn settle(value: Value, scope: &dyn Scope) -> Eval<Value> {
    settle_named(value, None, scope)
}

fn settle_named(value: Value, name: Option<&str>, scope: &dyn Scope) -> Eval<Value> {
    let Value::Template(template) = &value else {
        return Ok(value);
    };
    if let Some(known) = memo::recall(template, scope) {
        return Ok(known);
    }
    let _entered = guard::enter(template, name, scope)?;
    let watch = memo::watch();
    match template.evaluate(scope) {
        Err(Fail::Undefined(what)) => Ok(Value::Undefined(what)),
        Err(Fail::Error(diagnostic)) => Err(Fail::Error(match template.place() {
            Some(place) => Box::new(diagnostic.at(place)),
            None => diagnostic,
        })),
        Ok(Value::Template(_)) => Err(Fail::new("a template gave a template")),
        Ok(result) => {
            watch.keep(template, scope, &result);
            Ok(result)
        }
    }
}

/// The object as what it really is.
pub fn downcast<T: Object>(object: &Arc<dyn Object>) -> Option<&T> {
    (&**object as &dyn std::any::Any).downcast_ref()
}
