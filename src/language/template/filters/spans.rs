//! Spans of time in words, such as `1h 30m`, of `community.general`.

use super::{Family, python};
use crate::language::template::Call;
use crate::language::{Diagnostic, Value};

pub(super) const FAMILY: Family = &[
    ("to_time_unit", |call| convert(call, &call.text_arg(1, "unit")?.unwrap_or_else(|| "ms".into()))),
    ("to_milliseconds", |call| convert(call, "ms")),
    ("to_seconds", |call| convert(call, "s")),
    ("to_minutes", |call| convert(call, "m")),
    ("to_hours", |call| convert(call, "h")),
    ("to_days", |call| convert(call, "d")),
    ("to_weeks", |call| convert(call, "w")),
    ("to_months", |call| convert(call, "mo")),
    ("to_years", |call| convert(call, "y")),
];

const DAY: f64 = 86_400_000.0;

/// The names of each unit, and its milliseconds; a month and a year may be given another length.
const UNITS: [(&[&str], f64); 8] = [
    (&["ms", "msec", "msecs", "millisecond", "milliseconds"], 1.0),
    (&["s", "sec", "secs", "second", "seconds"], 1000.0),
    (&["m", "min", "mins", "minute", "minutes"], 60_000.0),
    (&["h", "hour", "hours"], 3_600_000.0),
    (&["d", "day", "days"], DAY),
    (&["w", "week", "weeks"], 7.0 * DAY),
    (&["mo", "month", "months"], 30.0 * DAY),
    (&["y", "year", "years"], 365.0 * DAY),
];

/// The milliseconds of a unit in this call: options `year=365`, `month=30` days.
fn unit(call: &Call, name: &str) -> Result<f64, Diagnostic> {
    let (names, length) = UNITS
        .iter()
        .find(|(names, _)| names.contains(&name.to_lowercase().as_str()))
        .ok_or_else(|| call.error(format!("unknown unit '{name}'")))?;
    let days = match names.first() {
        Some(&"mo") => call.given(usize::MAX, "month")?,
        Some(&"y") => call.given(usize::MAX, "year")?,
        _ => None,
    };
    Ok(days.and_then(python::number).map_or(*length, |days| days * DAY))
}

/// The span in a unit; numbers without one are milliseconds.
fn convert(call: &Call, wanted: &str) -> Result<Value, Diagnostic> {
    let mut total = 0.0;
    for part in call.text()?.split_whitespace() {
        let digits = part.trim_end_matches(char::is_alphabetic);
        let number: f64 = digits.parse().map_err(|_| call.error(format!("'{part}' is not a span of time")))?;
        let name = &part[digits.len()..];
        total += number * if name.is_empty() { 1.0 } else { unit(call, name)? };
    }
    Ok(Value::Float(total / unit(call, wanted)?))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, filter};
    use serde_json::json;

    #[test]
    fn units() {
        check(vec![
            ("to_seconds", json!("1h 30m"), json!({}), json!(5400.0)),
            ("to_hours", json!("90m"), json!({}), json!(1.5)),
            ("to_seconds", json!("1000ms"), json!({}), json!(1.0)),
            ("to_days", json!("1y"), json!({"year": 366}), json!(366.0)),
            ("to_time_unit", json!(["1d", "week"]), json!({}), json!(1.0 / 7.0)),
        ]);
        assert!(filter("to_days", json!("soon"), json!({})).is_err());
    }
}
