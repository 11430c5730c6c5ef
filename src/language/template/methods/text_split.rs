//! The methods that take strings apart.

use std::sync::Arc;

use crate::language::Value;
use crate::language::template::compare;
use crate::language::template::expressions::Arguments;

use super::{Outcome, given, optional_integer, optional_text, text_argument};

type Text = Arc<str>;

fn values<'t>(parts: impl IntoIterator<Item = &'t str>) -> Value {
    parts.into_iter().map(Value::from).collect()
}

/// The most splits; all when it is missing or negative.
fn limit(arguments: &Arguments) -> Result<usize, String> {
    let limit = optional_integer(arguments, 1, "maxsplit")?.unwrap_or(-1);
    Ok(usize::try_from(limit).unwrap_or(usize::MAX - 1))
}

/// `split(sep=None, maxsplit=-1)`: without a separator, at runs of whitespace.
pub fn split(text: &Text, arguments: &Arguments) -> Outcome {
    let limit = limit(arguments)?;
    match optional_text(arguments, 0, "sep")? {
        Some("") => Err("empty separator".to_string()),
        Some(separator) => Ok(values(text.splitn(limit + 1, separator))),
        None => {
            let (mut parts, mut rest) = (Vec::new(), text.trim_start());
            while parts.len() < limit
                && let Some((part, after)) = rest.split_once(char::is_whitespace)
            {
                parts.push(part);
                rest = after.trim_start();
            }
            parts.extend(Some(rest).filter(|rest| !rest.is_empty()));
            Ok(values(parts))
        }
    }
}

/// `rsplit(sep=None, maxsplit=-1)`: the same from the right.
pub fn rsplit(text: &Text, arguments: &Arguments) -> Outcome {
    let limit = limit(arguments)?;
    let mut parts: Vec<&str> = match optional_text(arguments, 0, "sep")? {
        Some("") => return Err("empty separator".to_string()),
        Some(separator) => text.rsplitn(limit + 1, separator).collect(),
        None => {
            let (mut parts, mut rest) = (Vec::new(), text.trim_end());
            while parts.len() < limit
                && let Some((before, part)) = rest.rsplit_once(char::is_whitespace)
            {
                parts.push(part);
                rest = before.trim_end();
            }
            parts.extend(Some(rest).filter(|rest| !rest.is_empty()));
            parts
        }
    };
    parts.reverse();
    Ok(values(parts))
}

/// `partition(sep)`: before, separator, after.
pub fn partition(text: &Text, arguments: &Arguments) -> Outcome {
    let separator = text_argument(arguments, 0, "sep")?;
    Ok(match text.split_once(separator) {
        Some((before, after)) => values([before, separator, after]),
        None => values([&**text, "", ""]),
    })
}

/// `rpartition(sep)`: the same at the last separator.
pub fn rpartition(text: &Text, arguments: &Arguments) -> Outcome {
    let separator = text_argument(arguments, 0, "sep")?;
    Ok(match text.rsplit_once(separator) {
        Some((before, after)) => values([before, separator, after]),
        None => values(["", "", &**text]),
    })
}

/// `splitlines(keepends=False)`.
pub fn splitlines(text: &Text, arguments: &Arguments) -> Outcome {
    let keep = given(arguments, 0, "keepends").is_some_and(compare::truthy);
    let (mut lines, mut rest) = (Vec::new(), &**text);
    while !rest.is_empty() {
        let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let after = &rest[end..];
        let ending = if after.starts_with("\r\n") { 2 } else { after.len().min(1) };
        lines.push(&rest[..end + if keep { ending } else { 0 }]);
        rest = &after[ending..];
    }
    Ok(values(lines))
}
