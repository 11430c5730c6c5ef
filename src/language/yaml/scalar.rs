//! Plain scalars, resolved by YAML 1.1 as PyYAML has it: `yes`, `0644`, `1:30`, `1_000`, `1.0e+3`.

use super::NodeKind;
use crate::language::template;

/// What the plain (unquoted) scalar `text` is.
pub fn plain(text: &str) -> NodeKind {
    null(text)
        .or_else(|| bool(text).map(NodeKind::Bool))
        .or_else(|| int(text).map(NodeKind::Int))
        .or_else(|| float(text).map(NodeKind::Float))
        .or_else(|| time(text))
        .unwrap_or_else(|| NodeKind::Str { text: text.to_string(), unsafe_: false })
}

fn null(text: &str) -> Option<NodeKind> {
    matches!(text, "" | "~" | "null" | "Null" | "NULL").then_some(NodeKind::Null)
}

/// A date or a time that exists.
pub(super) fn time(text: &str) -> Option<NodeKind> {
    template::timestamp(text).map(|_| NodeKind::Time(text.to_string()))
}

/// A boolean in one of the three spellings (lower, capital, upper) of its words.
pub(super) fn bool(text: &str) -> Option<bool> {
    match text {
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

/// The sign of a number and the text after it.
fn signed(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// An integer: `0b101`, `0644` (octal), `0x1f`, `1_000`, `190:20:30`. Beyond 128 bits it is none.
pub(super) fn int(text: &str) -> Option<i128> {
    let (negative, digits) = signed(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let magnitude = match digits {
        "0" => 0,
        _ if digits.starts_with("0b") => radix(&digits[2..], 2)?,
        _ if digits.starts_with("0x") => radix(&digits[2..], 16)?,
        _ if digits.starts_with('0') => radix(&digits[1..], 8)?,
        _ if digits.contains(':') => sexagesimal(digits)?,
        _ => radix(digits, 10)?,
    };
    Some(if negative { -magnitude } else { magnitude })
}

fn radix(digits: &str, base: u32) -> Option<i128> {
    if !digits.chars().all(|c| c == '_' || c.is_digit(base)) {
        return None;
    }
    let bare = digits.replace('_', "");
    match bare.as_str() {
        "" if base == 8 => Some(0),
        bare => i128::from_str_radix(bare, base).ok(),
    }
}

/// `hours:minutes:seconds` and its like: every part after the first is below sixty.
fn sexagesimal(text: &str) -> Option<i128> {
    let mut parts = text.split(':');
    let first = radix(parts.next()?, 10)?;
    parts.try_fold(first, |sum, part| sum.checked_mul(60)?.checked_add(i128::from(sixtieth(part)?)))
}

fn sixtieth(part: &str) -> Option<u8> {
    let digits = (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    part.parse().ok().filter(|n| digits && *n < 60)
}

/// A float: it has a point, and its exponent has a sign (`1.0e+3`; `1e3` and `1.0e3` are strings).
pub(super) fn float(text: &str) -> Option<f64> {
    let (negative, rest) = signed(text);
    let sign = if negative { -1.0 } else { 1.0 };
    match rest {
        ".inf" | ".Inf" | ".INF" => return Some(sign * f64::INFINITY),
        ".nan" | ".NaN" | ".NAN" if rest == text => return Some(f64::NAN),
        _ => {}
    }
    let (whole, fraction) = rest.split_once('.')?;
    if whole.contains(':') {
        return sexagesimal_float(whole, fraction).map(|f| sign * f);
    }
    let (decimals, exponent) = match fraction.find(['e', 'E']) {
        Some(at) => (&fraction[..at], &fraction[at + 1..]),
        None => (fraction, "+0"),
    };
    let fits = if whole.is_empty() { rest == text && begins_with_digit(decimals) } else { begins_with_digit(whole) };
    if !(fits && digits_or_underscores(whole) && digits_or_underscores(decimals) && signed_exponent(exponent)) {
        return None;
    }
    format!("{whole}.{decimals}e{exponent}").replace('_', "").parse::<f64>().ok().map(|f| sign * f)
}

fn sexagesimal_float(whole: &str, fraction: &str) -> Option<f64> {
    if !(begins_with_digit(whole) && digits_or_underscores(fraction)) {
        return None;
    }
    let seconds = sexagesimal(whole)? as f64;
    let part: f64 = format!("0.{fraction}0").replace('_', "").parse().ok()?;
    Some(seconds + part)
}

fn begins_with_digit(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

fn digits_or_underscores(text: &str) -> bool {
    text.bytes().all(|b| b == b'_' || b.is_ascii_digit())
}

fn signed_exponent(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}
