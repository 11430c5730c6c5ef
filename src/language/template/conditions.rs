//! Conditions: `when`, `until`, `failed_when`, `that`.

use std::sync::Arc;

use minijinja::machinery::ast::Expr;

use crate::language::{Diagnostic, Place, Value};

use super::fail::Fail;
use super::{Edition, Scope, Template, compare, evaluate_expression, evaluator, expression, python_text, source, string};

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
        Value::Template(template) => templated(template, place, scope),
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

/// A condition that is one `{{ }}` and nothing else is that template; any other is an expression whose literals
/// hold the delimiters.
fn templated(template: &Arc<Template>, place: Option<&Place>, scope: &dyn Scope) -> Result<Value, Diagnostic> {
    if scope.edition() == Edition::V2_18 || template.is_whole() {
        return settled(Value::Template(template.clone()), place, scope);
    }
    match string(template.source().trim(), template.place())? {
        Value::Template(lone) if lone.is_whole() => settled(Value::Template(lone), place, scope),
        _ => evaluate_expression(template.source(), place.or(template.place()), scope, true),
    }
}

/// The value of the template; a text it gives is an expression when it is made of literals alone. With names in it,
/// it could come from a host, whose words are never evaluated.
fn settled(template: Value, place: Option<&Place>, scope: &dyn Scope) -> Result<Value, Diagnostic> {
    match evaluator::settle(template, scope)? {
        Value::Undefined(what) => Err(Fail::Undefined(what).into()),
        Value::Str(text) if scope.edition() == Edition::V2_19 && is_literal_text(&text) => expression(&text, place, scope),
        value => Ok(value),
    }
}

/// Whether `text` is an expression of literals. Expressions are kept once parsed, so that long texts are not tried.
fn is_literal_text(text: &str) -> bool {
    text.len() <= 200 && source::expression(text).is_ok_and(is_literal)
}

/// Whether `expr` is made of literals and operators alone.
fn is_literal(expr: &Expr) -> bool {
    match expr {
        Expr::Const(_) => true,
        Expr::UnaryOp(unary) => is_literal(&unary.expr),
        Expr::BinOp(binary) => is_literal(&binary.left) && is_literal(&binary.right),
        Expr::Compare(chain) => is_literal(&chain.expr) && chain.ops.iter().all(|step| is_literal(&step.expr)),
        _ => false,
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
