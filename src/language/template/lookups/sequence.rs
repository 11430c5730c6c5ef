//! The `sequence` lookup: numbers in a row.

use super::{Family, search};
use crate::language::template::Call;
use crate::language::{Diagnostic, Value};

pub(super) const FAMILY: Family = &[("sequence", sequence)];

/// What a sequence is made of.
struct Sequence {
    start: i128,
    end: Option<i128>,
    count: Option<i128>,
    stride: i128,
    format: String,
}

/// `sequence`: `start=1 end= count= stride=1 format=%d`, as text or as options; also `start-end/stride:format`.
fn sequence(call: &Call) -> Result<Vec<Value>, Diagnostic> {
    let mut terms = search::terms(call)?;
    if terms.is_empty() {
        terms.push(String::new());
    }
    let mut all = Vec::new();
    for term in terms {
        all.extend(numbers(call, read(call, &term)?)?);
    }
    Ok(all)
}

/// The options, then what the term says.
fn read(call: &Call, term: &str) -> Result<Sequence, Diagnostic> {
    let option = |name: &str| call.int_arg(usize::MAX, name);
    let mut sequence = Sequence {
        start: option("start")?.unwrap_or(1),
        end: option("end")?,
        count: option("count")?,
        stride: option("stride")?.unwrap_or(1),
        format: call.text_arg(usize::MAX, "format")?.unwrap_or_else(|| "%d".into()),
    };
    if !term.contains('=') && !term.trim().is_empty() {
        return short(call, term.trim(), sequence);
    }
    for word in term.split_whitespace() {
        let (name, text) = word.split_once('=').ok_or_else(|| call.error(format!("unrecognized arguments: {word}")))?;
        let number = || integer(text).ok_or_else(|| call.error(format!("can't parse {name}={text} as integer")));
        match name {
            "start" => sequence.start = number()?,
            "end" => sequence.end = Some(number()?),
            "count" => sequence.count = Some(number()?),
            "stride" => sequence.stride = number()?,
            "format" => sequence.format = text.to_string(),
            _ => return Err(call.error(format!("unrecognized arguments: {name}"))),
        }
    }
    Ok(sequence)
}

/// `[start-]end[/stride][:format]`.
fn short(call: &Call, term: &str, mut sequence: Sequence) -> Result<Sequence, Diagnostic> {
    let (range, format) = term.split_once(':').map_or((term, None), |(range, format)| (range, Some(format)));
    let (range, stride) = range.split_once('/').map_or((range, "1"), |(range, stride)| (range, stride));
    let (start, end) = range.split_once('-').unwrap_or(("1", range));
    let number = |text: &str| integer(text).ok_or_else(|| call.error(format!("unknown error parsing with_sequence arguments: {term}")));
    (sequence.start, sequence.end, sequence.stride) = (number(start)?, Some(number(end)?), number(stride)?);
    sequence.format = format.map_or(sequence.format, str::to_string);
    Ok(sequence)
}

/// An integer, in base 16 or 8 when its prefix says so.
fn integer(text: &str) -> Option<i128> {
    let text = text.trim();
    if let Some(digits) = text.strip_prefix("0x") {
        return i128::from_str_radix(digits, 16).ok();
    }
    match text.strip_prefix('0').filter(|rest| !rest.is_empty()) {
        Some(digits) => i128::from_str_radix(digits.trim_start_matches('o'), 8).ok(),
        None => text.parse().ok(),
    }
}

/// The numbers as texts.
fn numbers(call: &Call, sequence: Sequence) -> Result<Vec<Value>, Diagnostic> {
    let Sequence { start, end, count, stride, format } = sequence;
    let end = match (end, count) {
        (Some(end), None) => end,
        (None, Some(0)) => return Ok(Vec::new()),
        (None, Some(count)) => start + (count - 1) * stride,
        (Some(_), Some(_)) => return Err(call.error("can't specify both count and end in with_sequence")),
        (None, None) => return Err(call.error("must specify count or end in with_sequence")),
    };
    if stride == 0 {
        return Ok(Vec::new());
    }
    if (stride > 0) != (end >= start) && end != start {
        let (way, sign) = if stride > 0 { ("forward", "negative") } else { ("backwards", "positive") };
        let opposite = if stride > 0 { "backwards" } else { "forward" };
        return Err(call.error(format!("to count {opposite} make stride {sign}")).hint(format!("the stride counts {way}")));
    }
    let total = (end - start) / stride + 1;
    (0..total).map(|step| Ok(shape(call, &format, start + step * stride)?.into())).collect()
}

/// The one number that the format holds: `%d`, `%x`, `%o`, `%s` with flags `0` and `-` and a width.
fn shape(call: &Call, format: &str, number: i128) -> Result<String, Diagnostic> {
    let wrong = || call.error(format!("bad formatting string: {format}"));
    let at = format.find('%').ok_or_else(wrong)?;
    let (before, directive) = format.split_at(at);
    let end = directive.find(|c: char| c.is_ascii_alphabetic()).ok_or_else(wrong)?;
    let (flags, kind) = (&directive[1..end], &directive[end..end + 1]);
    let digits = match kind {
        "d" | "i" | "s" | "u" => number.to_string(),
        "x" => format!("{number:x}"),
        "X" => format!("{number:X}"),
        "o" => format!("{number:o}"),
        _ => return Err(wrong()),
    };
    let width = flags.trim_start_matches(['0', '-']).parse().unwrap_or(0);
    let padded = match flags.chars().next() {
        Some('0') => match digits.strip_prefix('-') {
            Some(digits) => format!("-{digits:0>0$}", usize::saturating_sub(width, 1)),
            None => format!("{digits:0>width$}"),
        },
        Some('-') => format!("{digits:<width$}"),
        _ => format!("{digits:>width$}"),
    };
    Ok(format!("{before}{padded}{}", &directive[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::template::filters::testing;
    use serde_json::json;

    #[test]
    fn sequences() {
        let rows = [
            ("count=3", json!(["1", "2", "3"])),
            ("start=0 end=2", json!(["0", "1", "2"])),
            ("start=1 end=5 stride=2 format=n%02d", json!(["n01", "n03", "n05"])),
            ("start=3 end=1 stride=-1", json!(["3", "2", "1"])),
            ("4-6:x%x", json!(["x4", "x5", "x6"])),
            ("start=0 count=0", json!([])),
        ];
        for (term, wanted) in rows {
            let got = testing::call("sequence", sequence, json!([term]), json!({}), json!({}));
            assert_eq!(got.map(|items| Value::list(items).to_json()), Ok(wanted), "{term}");
        }
        assert!(testing::call("sequence", sequence, json!(["start=3"]), json!({}), json!({})).is_err());
    }
}
