//! Templates and expressions: Jinja as Ansible speaks it.
//!
//! minijinja's parser gives the syntax tree; the evaluator here walks it with Python's semantics
//! (`repr` output, operators, methods, chained undefined values, native results), lazily and per host.

mod access;
mod call;
mod calls;
mod check;
pub mod compare;
mod conditions;
mod deep;
mod evaluator;
mod expressions;
mod fail;
pub mod filters;
mod frames;
mod globals;
mod guard;
mod header;
mod inheritance;
mod literals;
pub mod lookups;
mod macros;
mod memo;
mod methods;
mod numbers;
mod objects;
mod operators;
mod output;
mod percent;
mod places;
pub mod python_text;
mod source;
mod statements;
pub mod tests;

use std::sync::Arc;

pub use call::Call;
pub use calls::{apply_filter, is_callable, perform_test};
pub use filters::normal as normal_path;
pub use percent::{format as percent_format, format_values as percent_format_values};
pub use python_text::str as text;

use evaluator::Evaluator;
use fail::{Eval, Fail};
use output::Output;
use source::Source;

use super::vault::Secrets;
use super::{Diagnostic, Edition, Key, Map, Place, Value};

/// A string of the user's that holds `{{`, `{%` or `{#`, parsed when it was loaded.
pub struct Template {
    source: Arc<str>,
    parsed: Source,
    place: Option<Place>,
    /// Why it cannot be evaluated at all.
    refusal: Option<&'static str>,
}

impl std::fmt::Debug for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Template({:?})", self.source)
    }
}

impl Template {
    /// The text it was made from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Where it was written.
    pub fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }

    /// Whether it is one `{{ }}` and nothing else.
    pub fn is_whole(&self) -> bool {
        use minijinja::machinery::ast::Stmt;
        matches!(self.parsed.body, [Stmt::EmitExpr(_)])
    }

    /// Its text, with the reason where something fails; what comes after a failed statement is missing.
    fn describe(&self, scope: &dyn Scope) -> String {
        let mut out = Output::describing();
        if let Err(fail) = Evaluator::new(scope, self.parsed).template(self.parsed.body, &mut out) {
            out.mark(&match fail {
                Fail::Undefined(what) => what.to_string(),
                Fail::Error(problem) => format!("Error rendering template: {}", problem.message),
            });
            out.mark("template potentially truncated");
        }
        out.text(scope).map_or_else(|fail| Diagnostic::from(fail).message, |text| text.to_string())
    }

    /// Its native result. Members of the result may still be templates.
    fn evaluate(&self, scope: &dyn Scope) -> Eval<Value> {
        if let Some(why) = self.refusal {
            return Err(Fail::new(why));
        }
        let result = Evaluator::new(scope, self.parsed).run()?.native(scope)?;
        Ok(match result {
            Value::Str(text) => Value::Str(with_newlines(text, self.parsed.newlines)),
            other => other,
        })
    }
}

/// The text with at least the line breaks its template ended with.
fn with_newlines(text: Arc<str>, newlines: usize) -> Arc<str> {
    match newlines.saturating_sub(source::trailing_newlines(&text)) {
        0 => text,
        missing => (text.to_string() + &"\n".repeat(missing)).into(),
    }
}

/// What a template sees: the variables of one host at one task.
pub trait Scope: Send + Sync {
    /// The variable `name` as it is stored: it may still be, or hold, a template.
    fn variable(&self, name: &str) -> Option<Value>;
    /// The names of all variables.
    fn names(&self) -> Vec<Arc<str>>;
    /// The edition to evaluate with.
    fn edition(&self) -> Edition;
    /// The directories that `lookup('file')`, `template` and their like search, nearest first.
    fn search_path(&self) -> Vec<std::path::PathBuf>;
    /// The passwords that open encrypted files.
    fn secrets(&self) -> Option<&Secrets> {
        None
    }
}

/// A scope made of one mapping, for tests and for texts that see no host.
pub struct MapScope(pub Map);

impl Scope for MapScope {
    fn variable(&self, name: &str) -> Option<Value> {
        self.0.get(name).cloned()
    }
    fn names(&self) -> Vec<Arc<str>> {
        self.0.keys().filter_map(|k| k.as_str().map(Arc::from)).collect()
    }
    fn edition(&self) -> Edition {
        Edition::default()
    }
    fn search_path(&self) -> Vec<std::path::PathBuf> {
        Vec::new()
    }
}

/// Evaluates `value` at every depth: templates are rendered, `omit` members left out. Undefined is an error.
pub fn resolve(value: &Value, scope: &dyn Scope) -> Result<Value, Diagnostic> {
    let _session = memo::session(scope);
    Ok(deep::finish(value, scope)?)
}

/// Evaluates `value` itself but not its members. An undefined result is a value that says why.
pub fn resolve_top(value: &Value, scope: &dyn Scope) -> Result<Value, Diagnostic> {
    let _session = memo::session(scope);
    Ok(evaluator::settle(value.clone(), scope)?)
}

/// Evaluates `value` at every depth; members that fail become undefined values that say why.
pub fn resolve_lenient(value: &Value, scope: &dyn Scope) -> Value {
    let _session = memo::session(scope);
    deep::lenient(value.clone(), scope)
}

/// The text of `value` for people: what fails in it says why in its place.
pub fn describe(value: &Value, scope: &dyn Scope) -> String {
    let _session = memo::session(scope);
    match value {
        Value::Template(template) => template.describe(scope),
        other => text(other),
    }
}

/// The point in time that a plain scalar of YAML 1.1 is, if it is one.
pub fn timestamp(text: &str) -> Option<Value> {
    objects::timestamp(text).map(|moment| Value::Object(Arc::new(moment)))
}

/// Bytes as a value.
pub fn bytes(bytes: Vec<u8>) -> Value {
    Value::Object(Arc::new(objects::Bytes(bytes)))
}

/// A set as a value.
pub fn set(members: Vec<Key>) -> Value {
    Value::Object(Arc::new(objects::Set(members)))
}

/// `over` laid on `under`, and so at every depth; lists are replaced.
pub fn merge(under: Map, over: Map) -> Map {
    filters::merge(under, over, true, "replace")
}

/// `value.name` as templates have it: a method or a member, undefined when there is neither.
pub fn attribute(value: &Value, name: &str, scope: &dyn Scope) -> Result<Value, Diagnostic> {
    Ok(evaluator::settle(access::attribute(value, name)?, scope)?)
}

/// Evaluates an expression without delimiters, as `when` and `debug: var=` hold it.
pub fn expression(source: &str, place: Option<&Place>, scope: &dyn Scope) -> Result<Value, Diagnostic> {
    evaluate_expression(source, place, scope, false)
}

/// The same; when `embedded`, its string literals may be templates.
fn evaluate_expression(source: &str, place: Option<&Place>, scope: &dyn Scope, embedded: bool) -> Result<Value, Diagnostic> {
    let _session = memo::session(scope);
    let located = |error: Diagnostic| match place {
        Some(place) => error.at(place),
        None => error,
    };
    let expr = source::expression(source).map_err(located)?;
    let evaluator = Evaluator { embedded, ..Evaluator::new(scope, Source::NONE) };
    evaluator.eval(expr).and_then(|value| deep::finish(&value, scope)).map_err(|fail| located(fail.into()))
}

/// Evaluates one condition of `when`, `until`, `failed_when`, `that` and their like.
pub fn condition(condition: &Value, place: Option<&Place>, scope: &dyn Scope) -> Result<bool, Diagnostic> {
    let _session = memo::session(scope);
    conditions::holds(condition, place, scope)
}

/// Renders the text of a template file (with its `#jinja2:` header) to text.
pub fn render_file(text: &str, name: &str, scope: &dyn Scope) -> Result<String, Diagnostic> {
    let _session = memo::session(scope);
    let source = source::file(text, name)?;
    let mut evaluator = Evaluator::new(scope, source);
    let rendered = evaluator.run().and_then(|output| output.text(scope));
    let rendered = rendered.map_err(|fail| Diagnostic::from(evaluator.render.located(fail)).at(&Place::new(name, 1, 1)))?;
    Ok(with_newlines(rendered, source.newlines).to_string())
}

/// Checks the syntax of a template file without rendering it.
pub fn check_file(text: &str, name: &str) -> Result<(), Diagnostic> {
    source::file(text, name).map(drop)
}

/// Checks the syntax of an expression without evaluating it.
pub fn check_expression(source: &str, place: Option<&Place>) -> Result<(), Diagnostic> {
    source::expression(source).map(drop).map_err(|error| match place {
        Some(place) => error.at(place),
        None => error,
    })
}

/// A text that stands where it is but fails wherever it is used, be it only to ask whether it is defined.
pub fn refusing(text: &str, why: &'static str, place: &Place) -> Value {
    Value::Template(Arc::new(Template { source: text.into(), parsed: Source::NONE, place: Some(place.clone()), refusal: Some(why) }))
}

/// A string as it was read from a file of the user's: a [`Value::Template`] when it holds a delimiter,
/// else data. A syntax error is reported here, before anything runs.
pub fn string(text: &str, place: Option<&Place>) -> Result<Value, Diagnostic> {
    if !["{{", "{%", "{#"].iter().any(|d| text.contains(d)) {
        return Ok(Value::str(text));
    }
    let parsed = source::string(text).map_err(|error| match place {
        Some(place) => error.at(place),
        None => error,
    })?;
    Ok(Value::Template(Arc::new(Template { source: text.into(), parsed, place: place.cloned(), refusal: None })))
}

#[cfg(test)]
mod cases;
#[cfg(test)]
mod examples;
