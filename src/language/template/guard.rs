//! The end of endless templates: cycles are named, nesting is bounded.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use super::fail::{Eval, Fail};
use super::{Scope, Template};

/// How many templates may be evaluated within one another.
const MAX_TEMPLATES: usize = 60;
/// How deep expressions and statements may nest, over all templates being evaluated.
const MAX_DEPTH: usize = 500;

struct Entry {
    template: *const Template,
    scope: *const (),
    name: Option<String>,
}

thread_local! {
    static TEMPLATES: RefCell<Vec<Entry>> = const { RefCell::new(Vec::new()) };
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// A template being evaluated, until this is dropped.
pub struct Entered;

impl Drop for Entered {
    fn drop(&mut self) {
        TEMPLATES.with_borrow_mut(|templates| templates.pop());
    }
}

/// Enters `template`, the value of the variable `name` if it has one; an error when it is being evaluated already.
pub fn enter(template: &Arc<Template>, name: Option<&str>, scope: &dyn Scope) -> Eval<Entered> {
    let scope = std::ptr::from_ref(scope).cast::<()>();
    let pointer = Arc::as_ptr(template);
    TEMPLATES.with_borrow_mut(|templates| {
        let again = templates.iter().position(|entry| entry.template == pointer && entry.scope == scope);
        if again.is_some() || templates.len() >= MAX_TEMPLATES {
            return Err(recursion(&templates[again.unwrap_or(0)..], name));
        }
        templates.push(Entry { template: pointer, scope, name: name.map(str::to_string) });
        Ok(Entered)
    })
}

fn recursion(cycle: &[Entry], name: Option<&str>) -> Fail {
    let names: Vec<&str> = cycle.iter().filter_map(|entry| entry.name.as_deref()).chain(name).collect();
    let mut message = "Recursive loop detected in template: maximum recursion depth exceeded".to_string();
    if !names.is_empty() {
        let shown = if names.len() > 12 { &names[..12] } else { &names };
        message.push_str(&format!(" ({})", shown.join(" -> ")));
    }
    Fail::new(message)
}

/// One level of an expression or statement, until this is dropped.
pub struct Level;

impl Drop for Level {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get().saturating_sub(1));
    }
}

/// Goes one level deeper.
pub fn deeper() -> Eval<Level> {
    if DEPTH.get() >= MAX_DEPTH {
        return Err(Fail::new("the template is nested too deeply"));
    }
    DEPTH.set(DEPTH.get() + 1);
    Ok(Level)
}
