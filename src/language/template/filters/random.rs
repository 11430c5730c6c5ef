//! Chance: with a seed, the same as Python's.

use super::mersenne::Twister;
use super::{Family, python};
use crate::language::template::{Call, memo};
use crate::language::{Diagnostic, Value};

pub(super) const FAMILY: Family = &[("random", random), ("shuffle", shuffle)];

/// The generator of a call: seeded by `seed`, else by the system.
fn generator(call: &Call, position: usize) -> Result<Twister, Diagnostic> {
    Ok(match call.given(position, "seed")? {
        None | Some(Value::Null) => {
            memo::changing();
            Twister::from_integer(rand::random::<i128>())
        }
        Some(value) => python::integer(value).map_or_else(|| Twister::from_text(&python::text(value)), Twister::from_integer),
    })
}

/// `random(start=0, step=1, seed)`: a member of a list, or a number below the input.
fn random(call: &Call) -> Result<Value, Diagnostic> {
    let (start, step) = (call.int_arg(1, "start")?, call.int_arg(2, "step")?);
    let mut generator = generator(call, 3)?;
    let Some(end) = python::integer(call.defined_input()?) else {
        if start.or(step).is_some() {
            return Err(call.error("start and step can only be used with integer values"));
        }
        let items = call.items()?;
        if items.is_empty() {
            return Ok(Value::Undefined("No random item, sequence was empty.".into()));
        }
        let at = generator.below(items.len() as u64) as usize;
        return Ok(items[at].clone());
    };
    let (start, step) = (start.unwrap_or(0), step.unwrap_or(1));
    let choices = if step == 0 { 0 } else { (end - start + step - step.signum()) / step };
    match u64::try_from(choices) {
        Ok(choices) if choices > 0 => Ok(Value::Int(start + step * i128::from(generator.below(choices)))),
        _ => Err(call.error(format!("empty range in randrange({start}, {end}, {step})"))),
    }
}

/// `shuffle(seed)`.
fn shuffle(call: &Call) -> Result<Value, Diagnostic> {
    let mut items = call.items()?;
    let mut generator = generator(call, 1)?;
    for last in (1..items.len()).rev() {
        items.swap(last, generator.below(last as u64 + 1) as usize);
    }
    Ok(items.into())
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use serde_json::json;

    #[test]
    fn seeded_as_python() {
        check(vec![
            ("random", json!(100), json!({"seed": "h"}), json!(33)),
            ("random", json!([["a", "b", "c", "d"]]), json!({"seed": "h"}), json!("c")),
            ("shuffle", json!([["a", "b", "c", "d"]]), json!({"seed": "h"}), json!(["d", "b", "a", "c"])),
            ("random", json!(60), json!({"start": 10, "step": 10, "seed": "h"}), json!(30)),
            ("random", json!(1000), json!({"seed": 42}), json!(654)),
        ]);
    }
}
