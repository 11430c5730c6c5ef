//! Tests of numbers.

use super::Family;
use crate::language::template::Call;
use crate::language::{Diagnostic, Value};

pub(super) const FAMILY: Family = &[
    ("divisibleby", divisible),
    ("even", |call| Ok(integer(call, call.defined_input()?)?.rem_euclid(2) == 0)),
    ("isnan", nan),
    ("nan", nan),
    ("odd", |call| Ok(integer(call, call.defined_input()?)?.rem_euclid(2) == 1)),
];

fn integer(call: &Call, value: &Value) -> Result<i128, Diagnostic> {
    match value {
        Value::Int(i) => Ok(*i),
        Value::Bool(b) => Ok(i128::from(*b)),
        Value::Float(f) => Ok(*f as i128),
        other => Err(call.error(format!("an integer is needed, not {}", other.type_name()))),
    }
}

fn divisible(call: &Call) -> Result<bool, Diagnostic> {
    let divisor = call.arg(1, "num").ok_or_else(|| call.error("a divisor is missing"))?;
    match integer(call, divisor)? {
        0 => Err(call.error("integer division or modulo by zero")),
        divisor => Ok(integer(call, call.defined_input()?)?.rem_euclid(divisor.saturating_abs()) == 0),
    }
}

fn nan(call: &Call) -> Result<bool, Diagnostic> {
    Ok(matches!(call.defined_input()?, Value::Float(f) if f.is_nan()))
}
