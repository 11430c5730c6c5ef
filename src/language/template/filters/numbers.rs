//! Numbers and sizes.

use super::{Family, python};
use crate::language::template::Call;
use crate::language::{Diagnostic, Value};

pub(super) const FAMILY: Family = &[
    ("int", int),
    ("float", float),
    ("abs", abs),
    ("round", round),
    ("log", log),
    ("pow", |call| Ok(number(call)?.powf(number_arg(call, 1, "y", 1.0)?).into())),
    ("root", root),
    ("human_readable", human_readable),
    ("human_to_bytes", human_to_bytes),
    ("filesizeformat", filesizeformat),
];

/// The input as a number.
fn number(call: &Call) -> Result<f64, Diagnostic> {
    let input = call.defined_input()?;
    python::number(input).ok_or_else(|| call.error(format!("a number is needed, not '{}'", input.type_name())))
}

/// An argument as a number.
fn number_arg(call: &Call, position: usize, name: &str, default: f64) -> Result<f64, Diagnostic> {
    call.given(position, name)?
        .map_or(Ok(default), |v| python::number(v).ok_or_else(|| call.error(format!("'{name}' must be a number, not '{}'", v.type_name()))))
}

/// `int(default=0, base=10)`: what cannot be read gives the default.
fn int(call: &Call) -> Result<Value, Diagnostic> {
    let base = call.int_arg(2, "base")?.and_then(|base| u32::try_from(base).ok()).unwrap_or(10);
    let read = match call.defined_input()? {
        Value::Float(f) if f.is_finite() => Some(f.trunc() as i128),
        Value::Str(s) => {
            integer_text(s, base).or_else(|| s.trim().parse::<f64>().ok().filter(|f| f.is_finite()).map(|f| f.trunc() as i128))
        }
        other => python::integer(other),
    };
    Ok(read.map_or_else(|| call.arg(1, "default").cloned().unwrap_or(Value::Int(0)), Value::Int))
}

/// An integer in any base up to 36, with the prefix of that base.
fn integer_text(text: &str, base: u32) -> Option<i128> {
    let text = text.trim().to_lowercase();
    let (sign, digits) = text.strip_prefix('-').map_or((1, text.strip_prefix('+').unwrap_or(&text)), |rest| (-1, rest));
    let prefix = match base {
        2 => "0b",
        8 => "0o",
        16 => "0x",
        _ => "",
    };
    let digits = digits.strip_prefix(prefix).unwrap_or(digits);
    if !(2..=36).contains(&base) || digits.starts_with(['_', '+', '-']) || digits.ends_with('_') || digits.contains("__") {
        return None;
    }
    i128::from_str_radix(&digits.replace('_', ""), base).ok().map(|n| sign * n)
}

/// `float(default=0.0)`.
fn float(call: &Call) -> Result<Value, Diagnostic> {
    let input = call.defined_input()?;
    let read = python::number(input).or_else(|| input.as_str()?.trim().replace('_', "").parse().ok());
    Ok(read.map_or_else(|| call.arg(1, "default").cloned().unwrap_or(Value::Float(0.0)), Value::Float))
}

/// `abs`: the magnitude.
fn abs(call: &Call) -> Result<Value, Diagnostic> {
    match python::integer(call.defined_input()?) {
        Some(i) => Ok(Value::Int(i.saturating_abs())),
        None => Ok(number(call)?.abs().into()),
    }
}

/// `round(precision=0, method='common'|'ceil'|'floor')`; halves go to the even neighbour.
fn round(call: &Call) -> Result<Value, Diagnostic> {
    let precision = call.int_arg(1, "precision")?.unwrap_or(0).clamp(-300, 300) as i32;
    let value = number(call)?;
    let scale = 10f64.powi(precision);
    let rounded = match call.text_arg(2, "method")?.as_deref() {
        Some("ceil") => (value * scale).ceil() / scale,
        Some("floor") => (value * scale).floor() / scale,
        _ if precision > 0 => format!("{value:.*}", precision as usize).parse().unwrap_or(value),
        _ => (value * scale).round_ties_even() / scale,
    };
    Ok(match call.defined_input()? {
        Value::Int(_) if call.text_arg(2, "method")?.is_none() => Value::Int(rounded as i128),
        _ => rounded.into(),
    })
}

/// `log(base=e)`.
fn log(call: &Call) -> Result<Value, Diagnostic> {
    let value = number(call)?;
    if value <= 0.0 {
        return Err(call.error("math domain error"));
    }
    let base = number_arg(call, 1, "base", std::f64::consts::E)?;
    Ok(match base {
        10.0 => value.log10(),
        2.0 => value.log2(),
        base if base == std::f64::consts::E => value.ln(),
        base => value.ln() / base.ln(),
    }
    .into())
}

/// `root(base=2)`.
fn root(call: &Call) -> Result<Value, Diagnostic> {
    let value = number(call)?;
    let base = number_arg(call, 1, "base", 2.0)?;
    let root = match base {
        2.0 => value.sqrt(),
        3.0 => value.cbrt(),
        base => value.powf(1.0 / base),
    };
    if root.is_nan() { Err(call.error("math domain error")) } else { Ok(root.into()) }
}

/// The letters of sizes, largest first, with their power of 1024.
const UNITS: &[(char, i32)] = &[('Y', 8), ('Z', 7), ('E', 6), ('P', 5), ('T', 4), ('G', 3), ('M', 2), ('K', 1)];

/// `human_readable(isbits=false, unit)`.
fn human_readable(call: &Call) -> Result<Value, Diagnostic> {
    let size = match call.defined_input()? {
        Value::Str(s) => s.trim().parse().map_err(|_| call.error(format!("{s} can't be interpreted as a size")))?,
        _ => number(call)?,
    };
    let bits = call.flag_arg(1, "isbits", false)?;
    let unit = call.text_arg(2, "unit")?.and_then(|u| u.chars().next()).map(|c| c.to_ascii_uppercase());
    let fits = |(letter, power): &&(char, i32)| match unit {
        Some(wanted) => *letter == wanted,
        None => size >= 1024f64.powi(*power),
    };
    let shown = match UNITS.iter().find(fits) {
        Some((letter, power)) => format!("{:.2} {letter}{}", size / 1024f64.powi(*power), if bits { 'b' } else { 'B' }),
        None => format!("{size:.2} {}", if bits { "bits" } else { "Bytes" }),
    };
    Ok(shown.into())
}

/// `human_to_bytes(default_unit, isbits=false)`.
fn human_to_bytes(call: &Call) -> Result<Value, Diagnostic> {
    let text = call.text()?;
    let wrong = || call.error(format!("human_to_bytes() can't interpret following string: {text}"));
    let trimmed = text.trim();
    let at = trimmed.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(trimmed.len());
    let (digits, unit) = trimmed.split_at(at);
    let amount: f64 = digits.parse().map_err(|_| wrong())?;
    let unit = match unit.trim() {
        "" => call.text_arg(1, "default_unit")?.unwrap_or_else(|| "B".into()),
        unit => unit.to_string(),
    };
    let letter = unit.chars().next().map(|c| c.to_ascii_uppercase()).ok_or_else(wrong)?;
    let wanted = if call.flag_arg(2, "isbits", false)? { 'b' } else { 'B' };
    if unit.len() == 2 && !unit.ends_with(wanted) {
        return Err(wrong());
    }
    let power = match letter {
        'B' => 0,
        letter => UNITS.iter().find(|(known, _)| *known == letter).map(|(_, power)| *power).ok_or_else(wrong)?,
    };
    Ok(Value::Int((amount * 1024f64.powi(power)).round() as i128))
}

/// `filesizeformat(binary=false)`.
fn filesizeformat(call: &Call) -> Result<Value, Diagnostic> {
    let size = match call.defined_input()? {
        Value::Str(s) => s.trim().parse().map_err(|_| call.error("a number is needed"))?,
        _ => number(call)?,
    };
    let binary = call.flag_arg(1, "binary", false)?;
    let base: f64 = if binary { 1024.0 } else { 1000.0 };
    if size == 1.0 {
        return Ok("1 Byte".into());
    }
    if size < base {
        return Ok(format!("{} Bytes", size.trunc()).into());
    }
    let (letter, power) = UNITS.iter().find(|(_, power)| size >= base.powi(*power)).copied().unwrap_or(('K', 1));
    let unit = if binary { format!("{letter}iB") } else { format!("{}B", if letter == 'K' { 'k' } else { letter }) };
    Ok(format!("{:.1} {unit}", size / base.powi(power)).into())
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use serde_json::json;

    #[test]
    fn conversions() {
        check(vec![
            ("int", json!("12abc"), json!({}), json!(0)),
            ("int", json!("3.7"), json!({}), json!(3)),
            ("int", json!(["", 9]), json!({}), json!(9)),
            ("int", json!(" 7 "), json!({}), json!(7)),
            ("int", json!("1_000"), json!({}), json!(1000)),
            ("int", json!("0x1f"), json!({"base": 16}), json!(31)),
            ("float", json!("x"), json!({}), json!(0.0)),
            ("abs", json!(-3), json!({}), json!(3)),
            ("round", json!([2.5]), json!({}), json!(2.0)),
            ("round", json!([42.55, 1, "floor"]), json!({}), json!(42.5)),
            ("log", json!([8, 2]), json!({}), json!(3.0)),
            ("pow", json!([2, 3]), json!({}), json!(8.0)),
            ("root", json!([27, 3]), json!({}), json!(3.0)),
        ]);
    }

    #[test]
    fn sizes() {
        check(vec![
            ("human_readable", json!(1024), json!({}), json!("1.00 KB")),
            ("human_readable", json!(10), json!({"isbits": true}), json!("10.00 bits")),
            ("human_to_bytes", json!("1.5 MB"), json!({}), json!(1572864)),
            ("human_to_bytes", json!("10Mb"), json!({"isbits": true}), json!(10485760)),
            ("filesizeformat", json!(1500), json!({}), json!("1.5 kB")),
            ("filesizeformat", json!([1536, true]), json!({}), json!("1.5 KiB")),
        ]);
    }
}
