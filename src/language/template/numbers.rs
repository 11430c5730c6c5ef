//! Numbers and texts in a field: what `%` formatting and `str.format` share.

use std::iter::Peekable;
use std::str::Chars;

use crate::language::Value;

/// The widest field; a wider one is a mistake or an attack.
const MAX_WIDTH: usize = 100_000;

/// How a value fills its field.
#[derive(Clone, Debug, Default)]
pub struct Spec {
    /// The character that fills the field.
    pub fill: char,
    /// `<`, `>`, `^` or `=`.
    pub align: Option<char>,
    /// `+` or a blank for numbers that are not negative.
    pub sign: Option<char>,
    /// `0x` and its like are written.
    pub alternate: bool,
    /// Zeros fill a number's field after the sign.
    pub zero: bool,
    /// `,` or `_` between thousands.
    pub grouping: Option<char>,
    /// The least width.
    pub width: Option<usize>,
    /// Digits after the point, or the greatest length of a text.
    pub precision: Option<usize>,
}

impl Spec {
    /// A text in the field; in `%` formatting it stands on the right.
    pub fn text(&self, text: &str) -> String {
        self.text_aligned(text, '>')
    }

    /// A text in the field, on the side `default` unless the spec says otherwise.
    pub fn text_aligned(&self, text: &str, default: char) -> String {
        let text: String = match self.precision {
            Some(length) => text.chars().take(length).collect(),
            None => text.to_string(),
        };
        self.pad("", &text, self.align.unwrap_or(default))
    }

    /// An integer in the base that `kind` names.
    pub fn integer(&self, i: i128, kind: char) -> String {
        let magnitude = i.unsigned_abs();
        let (prefix, digits) = match kind {
            'x' => ("0x", format!("{magnitude:x}")),
            'X' => ("0X", format!("{magnitude:X}")),
            'o' => ("0o", format!("{magnitude:o}")),
            'b' => ("0b", format!("{magnitude:b}")),
            _ => ("", magnitude.to_string()),
        };
        let digits = format!("{digits:0>width$}", width = self.precision.unwrap_or(0));
        let prefix = if self.alternate { prefix } else { "" };
        self.signed(i < 0, prefix, &self.group(&digits))
    }

    /// A float in the notation that `kind` names.
    pub fn float(&self, f: f64, kind: char) -> String {
        let precision = self.precision.unwrap_or(6);
        let magnitude = f.abs();
        let digits = if f.is_finite() {
            match kind {
                'e' | 'E' => exponent(magnitude, precision),
                'g' | 'G' => general(magnitude, precision, self.alternate),
                _ => format!("{magnitude:.precision$}"),
            }
        } else {
            super::python_text::float(magnitude)
        };
        let digits = if kind.is_ascii_uppercase() { digits.to_uppercase() } else { digits };
        let grouped = match digits.split_once('.') {
            Some((whole, fraction)) => format!("{}.{fraction}", self.group(whole)),
            None => self.group(&digits),
        };
        self.signed(f.is_sign_negative() && !f.is_nan(), "", &grouped)
    }

    fn signed(&self, negative: bool, prefix: &str, digits: &str) -> String {
        let sign = match (negative, self.sign) {
            (true, _) => "-",
            (false, Some('+')) => "+",
            (false, Some(' ')) => " ",
            _ => "",
        };
        let lead = format!("{sign}{prefix}");
        match self.align {
            None if self.zero => Spec { fill: '0', ..self.clone() }.pad(&lead, digits, '='),
            align => self.pad(&lead, digits, align.unwrap_or('>')),
        }
    }

    fn pad(&self, lead: &str, body: &str, align: char) -> String {
        let length = lead.chars().count() + body.chars().count();
        let missing = self.width.unwrap_or(0).saturating_sub(length);
        let fill = |n: usize| self.fill.to_string().repeat(n);
        match align {
            '<' => format!("{lead}{body}{}", fill(missing)),
            '^' => format!("{}{lead}{body}{}", fill(missing / 2), fill(missing - missing / 2)),
            '=' => format!("{lead}{}{body}", fill(missing)),
            _ => format!("{}{lead}{body}", fill(missing)),
        }
    }

    fn group(&self, digits: &str) -> String {
        let Some(separator) = self.grouping else { return digits.to_string() };
        let mut out = String::new();
        for (i, c) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                out.push(separator);
            }
            out.push(c);
        }
        out
    }
}

/// `d.dddde+XX`.
fn exponent(magnitude: f64, precision: usize) -> String {
    let text = format!("{magnitude:.precision$e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    match exponent.strip_prefix('-') {
        Some(exponent) => format!("{digits}e-{exponent:0>2}"),
        None => format!("{digits}e+{exponent:0>2}"),
    }
}

/// The shorter of fixed and exponent notation, with `precision` significant digits.
pub fn general(magnitude: f64, precision: usize, keep_zeros: bool) -> String {
    let precision = precision.max(1);
    if magnitude == 0.0 {
        return "0".to_string();
    }
    let scientific = exponent(magnitude, precision - 1);
    let power: i32 = scientific.split_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0);
    let text = if power < -4 || power >= precision as i32 {
        scientific
    } else {
        let decimals = (precision as i32 - 1 - power).max(0) as usize;
        format!("{magnitude:.decimals$}")
    };
    if keep_zeros || !text.contains('.') {
        return text;
    }
    match text.split_once('e') {
        Some((digits, exponent)) => {
            format!("{}e{exponent}", digits.trim_end_matches('0').trim_end_matches('.'))
        }
        None => text.trim_end_matches('0').trim_end_matches('.').to_string(),
    }
}

/// The integer a value counts as.
pub fn integer(value: &Value) -> Option<i128> {
    match value {
        Value::Int(i) => Some(*i),
        Value::Bool(b) => Some(i128::from(*b)),
        _ => None,
    }
}

/// The float a value counts as.
pub fn float(value: &Value) -> Option<f64> {
    match value {
        Value::Float(f) => Some(*f),
        other => integer(other).map(|i| i as f64),
    }
}

/// A width that is not out of reason.
pub fn width(i: i128) -> Result<usize, String> {
    usize::try_from(i.max(0)).ok().filter(|width| *width <= MAX_WIDTH).ok_or_else(|| format!("a width of {i} is too large"))
}

/// Reads a decimal number, if one comes.
pub fn digits(rest: &mut Peekable<Chars>) -> Result<Option<usize>, String> {
    let mut number: Option<i128> = None;
    while let Some(digit) = rest.peek().and_then(|c| c.to_digit(10)) {
        rest.next();
        number = Some(number.unwrap_or(0).saturating_mul(10).saturating_add(i128::from(digit)));
    }
    number.map(width).transpose()
}
