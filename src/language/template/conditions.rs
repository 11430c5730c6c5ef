//! Conditions: `when`, `until`, `failed_when`, `that`.

use crate::language::{Diagnostic, Place, Value};

use super::fail::Fail;
use super::python_text;
use super::{Edition, Scope, Template, compare, evaluator, expression};

/// Evaluates one condition; a list holds when all of its members do.
pub fn holds(condition: &Value, place: Option<&Place>, scope: &dyn Scope) -> Result<bool, Diagnostic> {
    let result = match condition {
        Value::Bool(b) => return Ok(*b),
        Value::Null => return Ok(true),
        Value::Str(text) if text.trim().is_empty() => return Ok(true),
        Value::List(conditions) => {
            for condition in conditions.iter() {
                if !holds(condition, place, scope)? {
                    return Ok(false);
                }
            }
            return Ok(true);
        }
        Value::Template(template) => whole(template, place, scope),
        Value::Str(text) => expression(text, place, scope),
        other => Ok(other.clone()),
    };
    match result {
        Ok(Value::Bool(b)) => Ok(b),
        Ok(other) if scope.edition() == Edition::V2_18 => truthy_text(&other, place, scope),
        Ok(other) => Err(located(not_boolean(&other), place)),
        Err(error) => Err(explained(error)),
    }
}

/// A condition that is one `{{ }}` and nothing else is that expression; any other template is a mistake.
fn whole(template: &std::sync::Arc<Template>, place: Option<&Place>, scope: &dyn Scope) -> Result<Value, Diagnostic> {
    if scope.edition() == Edition::V2_19 && !template.is_whole() {
        expression(template.source(), place.or(template.place()), scope)?;
    }
    match evaluator::settle(Value::Template(template.clone()), scope)? {
        Value::Undefined(what) => Err(Fail::Undefined(what).into()),
        value => Ok(value),
    }
}

/// In 2.18 a string is taken for an expression, anything else for its truth.
fn truthy_text(value: &Value, place: Option<&Place>, scope: &dyn Scope) -> Result<bool, Diagnostic> {
    match value {
        Value::Str(text) if !text.trim().is_empty() => expression(text, place, scope).map(|value| compare::truthy(&value)),
        other => Ok(compare::truthy(other)),
    }
}

fn not_boolean(value: &Value) -> Diagnostic {
    let truth = if compare::truthy(value) { "True" } else { "False" };
    Diagnostic::new(format!(
        "Conditional result ({truth}) was derived from value of type '{}'. Conditionals must have a boolean result.",
        value.type_name()
    ))
    .hint(match value {
        Value::Str(text) => format!("the value is {}; `| bool` makes it a boolean", python_text::repr(&Value::Str(text.clone()))),
        _ => "compare it, or write `| length > 0` or `| bool`".to_string(),
    })
}

fn explained(error: Diagnostic) -> Diagnostic {
    if error.message.starts_with("Syntax error") {
        return error;
    }
    Diagnostic { message: format!("Error while evaluating conditional: {}", error.message), ..error }
}

fn located(error: Diagnostic, place: Option<&Place>) -> Diagnostic {
    match place {
        Some(place) => error.at(place),
        None => error,
    }
}
