//! Arithmetic as Python does it.

use crate::language::Value;

use super::{objects, percent, python_text};

/// An operator of arithmetic.
#[derive(Clone, Copy)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`, which always gives a float.
    Div,
    /// `//`, rounded down.
    FloorDiv,
    /// `%`, with the sign of the divisor; on strings, formatting.
    Rem,
    /// `**`
    Pow,
}

/// The longest string or list that `*` may make.
const REPEAT_LIMIT: usize = 10_000_000;

/// Applies `operator`; both operands are evaluated at every depth.
pub fn apply(operator: Operator, a: &Value, b: &Value) -> Result<Value, String> {
    if let (Some(x), Some(y)) = (integer(a), integer(b)) {
        return integers(operator, x, y);
    }
    if let (Some(x), Some(y)) = (float(a), float(b)) {
        return floats(operator, x, y).map(Value::Float);
    }
    match (operator, a, b) {
        (Operator::Add, Value::Str(a), Value::Str(b)) => Ok(Value::from(format!("{a}{b}"))),
        (Operator::Add, Value::List(a), Value::List(b)) => Ok(a.iter().chain(b.iter()).cloned().collect()),
        (Operator::Mul, Value::Str(_) | Value::List(_), times) if integer(times).is_some() => repeat(a, integer(times).unwrap_or(0)),
        (Operator::Mul, times, Value::Str(_) | Value::List(_)) if integer(times).is_some() => repeat(b, integer(times).unwrap_or(0)),
        (Operator::Add | Operator::Sub, Value::Object(x), Value::Object(y)) => {
            objects::add_times(x, y, matches!(operator, Operator::Sub)).ok_or_else(|| unsupported(operator, a, b))
        }
        (Operator::Rem, Value::Str(text), arguments) => percent::format(text, arguments).map(Value::from),
        (Operator::Add, Value::Str(_), other) => Err(format!("can only concatenate str (not \"{}\") to str", other.type_name())),
        (Operator::Add, Value::List(_), other) => Err(format!("can only concatenate list (not \"{}\") to list", other.type_name())),
        _ => Err(unsupported(operator, a, b)),
    }
}

/// `-value`.
pub fn negate(value: &Value) -> Result<Value, String> {
    match value {
        Value::Float(f) => Ok(Value::Float(-f)),
        other => match integer(other).and_then(i128::checked_neg) {
            Some(i) => Ok(Value::Int(i)),
            None => Err(format!("bad operand type for unary -: '{}'", other.type_name())),
        },
    }
}

/// `a ~ b`: both as text.
pub fn concatenate(a: &Value, b: &Value) -> Value {
    Value::from(python_text::str(a) + &python_text::str(b))
}

fn integer(value: &Value) -> Option<i128> {
    match value {
        Value::Int(i) => Some(*i),
        Value::Bool(b) => Some(i128::from(*b)),
        _ => None,
    }
}

fn float(value: &Value) -> Option<f64> {
    match value {
        Value::Float(f) => Some(*f),
        other => integer(other).map(|i| i as f64),
    }
}

fn unsupported(operator: Operator, a: &Value, b: &Value) -> String {
    let symbol = match operator {
        Operator::Add => "+",
        Operator::Sub => "-",
        Operator::Mul => "*",
        Operator::Div => "/",
        Operator::FloorDiv => "//",
        Operator::Rem => "%",
        Operator::Pow => "** or pow()",
    };
    format!("unsupported operand type(s) for {symbol}: '{}' and '{}'", a.type_name(), b.type_name())
}

fn integers(operator: Operator, a: i128, b: i128) -> Result<Value, String> {
    let result = match operator {
        Operator::Add => a.checked_add(b),
        Operator::Sub => a.checked_sub(b),
        Operator::Mul => a.checked_mul(b),
        Operator::Div if b == 0 => return Err("division by zero".to_string()),
        Operator::Div => return Ok(Value::Float(a as f64 / b as f64)),
        Operator::FloorDiv | Operator::Rem if b == 0 => {
            return Err("integer division or modulo by zero".to_string());
        }
        Operator::FloorDiv => a.checked_div_euclid(b).map(|q| if b < 0 && a.rem_euclid(b) != 0 { q - 1 } else { q }),
        Operator::Rem => a.checked_rem_euclid(b).map(|r| if b < 0 && r != 0 { r + b } else { r }),
        Operator::Pow if b < 0 => return floats(operator, a as f64, b as f64).map(Value::Float),
        Operator::Pow => u32::try_from(b).ok().and_then(|b| a.checked_pow(b)),
    };
    result.map(Value::Int).ok_or_else(|| "the result is too large for an integer".to_string())
}

fn floats(operator: Operator, a: f64, b: f64) -> Result<f64, String> {
    let divides = matches!(operator, Operator::Div | Operator::FloorDiv | Operator::Rem);
    if divides && b == 0.0 {
        return Err(if matches!(operator, Operator::Rem) { "float modulo" } else { "float division by zero" }.to_string());
    }
    Ok(match operator {
        Operator::Add => a + b,
        Operator::Sub => a - b,
        Operator::Mul => a * b,
        Operator::Div => a / b,
        Operator::FloorDiv => (a / b).floor(),
        Operator::Rem => a - b * (a / b).floor(),
        Operator::Pow if a == 0.0 && b < 0.0 => {
            return Err("0.0 cannot be raised to a negative power".to_string());
        }
        Operator::Pow => a.powf(b),
    })
}

fn repeat(value: &Value, times: i128) -> Result<Value, String> {
    let times = usize::try_from(times.max(0)).unwrap_or(usize::MAX);
    let length = match value {
        Value::Str(text) => text.len(),
        Value::List(items) => items.len(),
        _ => 0,
    };
    if length.saturating_mul(times) > REPEAT_LIMIT {
        return Err(format!("the result of * is longer than {REPEAT_LIMIT}"));
    }
    Ok(match value {
        Value::Str(text) => Value::from(text.repeat(times)),
        Value::List(items) => (0..times).flat_map(|_| items.iter().cloned()).collect(),
        other => other.clone(),
    })
}
