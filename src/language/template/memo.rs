//! Templates that were evaluated already, within one evaluation of the caller's.
//!
//! The variables of a scope do not change while something is evaluated in it, so that a template used twice comes to
//! the same, unless it asked for chance, the time or the world outside. Only templates of the outermost scope are kept:
//! it outlives the evaluation, where another may be gone and its address be taken by the next.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

use crate::language::Value;

use super::{Scope, Template};

/// What is known in the outermost scope.
struct Known {
    scope: *const (),
    /// By address; the template is held so that no other takes its place.
    results: HashMap<*const Template, (Arc<Template>, Value)>,
}

thread_local! {
    static KNOWN: RefCell<Option<Known>> = const { RefCell::new(None) };
    static CHANGING: Cell<bool> = const { Cell::new(false) };
}

/// An evaluation of the caller's, until this is dropped.
pub struct Session {
    outermost: bool,
}

impl Drop for Session {
    fn drop(&mut self) {
        if self.outermost {
            KNOWN.take();
        }
    }
}

/// Begins an evaluation in `scope`; one within another belongs to it.
pub fn session(scope: &dyn Scope) -> Session {
    KNOWN.with_borrow_mut(|known| {
        let outermost = known.is_none();
        known.get_or_insert_with(|| Known { scope: address(scope), results: HashMap::new() });
        Session { outermost }
    })
}

fn address(scope: &dyn Scope) -> *const () {
    std::ptr::from_ref(scope).cast()
}

/// What `template` came to before in `scope`.
pub fn recall(template: &Arc<Template>, scope: &dyn Scope) -> Option<Value> {
    KNOWN.with_borrow(|known| {
        let known = known.as_ref().filter(|known| known.scope == address(scope))?;
        known.results.get(&Arc::as_ptr(template)).map(|(_, value)| value.clone())
    })
}

/// Says that what is being evaluated may come to something else the next time.
pub fn changing() {
    CHANGING.set(true);
}

/// Whether what has been evaluated may come to something else the next time.
pub fn is_changing() -> bool {
    CHANGING.get()
}

/// The evaluation of one template.
pub struct Watch {
    before: bool,
}

/// Begins to watch whether a template may come to something else the next time.
pub fn watch() -> Watch {
    Watch { before: CHANGING.replace(false) }
}

impl Watch {
    /// Remembers what `template` came to, unless the next time may differ.
    pub fn keep(&self, template: &Arc<Template>, scope: &dyn Scope, value: &Value) {
        if CHANGING.get() {
            return;
        }
        KNOWN.with_borrow_mut(|known| {
            if let Some(known) = known.as_mut().filter(|known| known.scope == address(scope)) {
                known.results.insert(Arc::as_ptr(template), (template.clone(), value.clone()));
            }
        });
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        CHANGING.set(self.before || CHANGING.get());
    }
}

#[cfg(test)]
mod tests {
    use super::super::{MapScope, resolve, string};
    use crate::language::{Key, Map, Value};

    fn evaluated(texts: Vec<(String, String)>, text: &str) -> Value {
        let variables: Map = texts.into_iter().map(|(name, text)| (Key::from(name), string(&text, None).unwrap())).collect();
        resolve(&string(text, None).unwrap(), &MapScope(variables)).unwrap()
    }

    #[test]
    fn a_variable_is_evaluated_once() {
        let twice = |i: usize| (format!("v{i}"), format!("{{{{ v{0} ~ v{0} | length }}}}", i + 1));
        let variables = (0..50).map(twice).chain([("v50".to_string(), "x".to_string())]).collect();
        assert!(evaluated(variables, "{{ v0 }}").as_str().is_some_and(|text| text.starts_with('x')));
    }

    #[test]
    fn chance_is_asked_once_by_each_template() {
        let variables = vec![("a".to_string(), "{{ (10 ** 15) | random }}".to_string()), ("b".to_string(), "{{ a }}".to_string())];
        let text = "{{ [a == a, b == b, a == b, (10 ** 15) | random == (10 ** 15) | random] }}";
        assert_eq!(evaluated(variables, text).to_json(), serde_json::json!([true, true, false, false]));
    }
}
