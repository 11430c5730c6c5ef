//! Python's `%` formatting: `'%s-%05.1f' % ('a', 3.14)`, also the `format` filter's.

use std::iter::Peekable;
use std::str::Chars;

use crate::language::Value;

use super::numbers::{self, Spec};
use super::python_text;

/// Formats `text` with the right operand of `%`: a list gives the arguments when the text takes several,
/// a mapping those of `%(name)s`, anything else is the one argument.
pub fn format(text: &str, arguments: &Value) -> Result<String, String> {
    match arguments {
        Value::List(items) if takes(text) != 1 => format_values(text, items),
        Value::Map(_) if takes(text) == 0 => Formatter::new(text, &[], Some(arguments)).run(),
        other => Formatter::new(text, std::slice::from_ref(other), Some(other)).run(),
    }
}

/// Formats `text` with `values`, one for each conversion.
pub fn format_values(text: &str, values: &[Value]) -> Result<String, String> {
    let mapping = values.first().filter(|v| values.len() == 1 && v.as_map().is_some());
    Formatter::new(text, values, mapping).run()
}

/// How many positional arguments `text` takes.
fn takes(text: &str) -> usize {
    let mut count = 0;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '%' {
            continue;
        }
        match rest.clone().next() {
            Some('%') => {
                rest.next();
            }
            Some('(') => {}
            _ => count += 1,
        }
    }
    count
}

struct Formatter<'a> {
    rest: Peekable<Chars<'a>>,
    values: std::slice::Iter<'a, Value>,
    mapping: Option<&'a Value>,
    out: String,
}

impl<'a> Formatter<'a> {
    fn new(text: &'a str, values: &'a [Value], mapping: Option<&'a Value>) -> Self {
        Formatter { rest: text.chars().peekable(), values: values.iter(), mapping, out: String::new() }
    }

    fn run(mut self) -> Result<String, String> {
        let mut named = false;
        while let Some(c) = self.rest.next() {
            match c {
                '%' => named |= self.conversion()?,
                c => self.out.push(c),
            }
        }
        let spare = self.values.next();
        if !named && spare.is_some_and(|value| self.mapping.is_none() || value.as_map().is_none()) {
            return Err("not all arguments converted during string formatting".to_string());
        }
        Ok(self.out)
    }

    /// One conversion; tells whether it named its argument.
    fn conversion(&mut self) -> Result<bool, String> {
        let name = self.name()?;
        let mut spec = self.flags();
        spec.width = self.amount()?;
        if self.rest.next_if_eq(&'.').is_some() {
            spec.precision = Some(self.amount()?.unwrap_or(0));
        }
        while self.rest.next_if(|c| "hlL".contains(*c)).is_some() {}
        let kind = self.rest.next().ok_or("incomplete format")?;
        if kind == '%' {
            self.out.push('%');
            return Ok(name.is_some());
        }
        let value = match &name {
            Some(name) => self.member(name)?,
            None => self.next_value()?,
        };
        let text = convert(&value, kind, &spec)?;
        self.out.push_str(&text);
        Ok(name.is_some())
    }

    fn name(&mut self) -> Result<Option<String>, String> {
        if self.rest.next_if_eq(&'(').is_none() {
            return Ok(None);
        }
        let mut name = String::new();
        loop {
            match self.rest.next() {
                Some(')') => return Ok(Some(name)),
                Some(c) => name.push(c),
                None => return Err("incomplete format key".to_string()),
            }
        }
    }

    fn flags(&mut self) -> Spec {
        let mut spec = Spec { fill: ' ', ..Spec::default() };
        while let Some(flag) = self.rest.next_if(|c| "-+ #0".contains(*c)) {
            match flag {
                '-' => spec.align = Some('<'),
                '+' => spec.sign = Some('+'),
                ' ' if spec.sign.is_none() => spec.sign = Some(' '),
                '#' => spec.alternate = true,
                '0' => spec.zero = true,
                _ => {}
            }
        }
        spec
    }

    fn amount(&mut self) -> Result<Option<usize>, String> {
        if self.rest.next_if_eq(&'*').is_some() {
            return match self.next_value()? {
                Value::Int(i) => numbers::width(i).map(Some),
                _ => Err("* wants int".to_string()),
            };
        }
        numbers::digits(&mut self.rest)
    }

    fn next_value(&mut self) -> Result<Value, String> {
        self.values.next().cloned().ok_or_else(|| "not enough arguments for format string".to_string())
    }

    fn member(&self, name: &str) -> Result<Value, String> {
        let Some(mapping @ Value::Map(_)) = self.mapping else {
            return Err("format requires a mapping".to_string());
        };
        mapping.get(name).cloned().ok_or_else(|| format!("'{name}'"))
    }
}

fn convert(value: &Value, kind: char, spec: &Spec) -> Result<String, String> {
    let number = |what: &str| format!("%{kind} format: {what} is required, not {}", value.type_name());
    match kind {
        's' => Ok(spec.text(&python_text::str(value))),
        'r' | 'a' => Ok(spec.text(&python_text::repr(value))),
        'c' => match value {
            Value::Int(i) => u32::try_from(*i)
                .ok()
                .and_then(char::from_u32)
                .map(|c| spec.text(&c.to_string()))
                .ok_or_else(|| "%c arg not in range(0x110000)".to_string()),
            Value::Str(s) if s.chars().count() == 1 => Ok(spec.text(s)),
            _ => Err("%c requires int or char".to_string()),
        },
        'd' | 'i' | 'u' => match value {
            Value::Float(f) => Ok(spec.integer(*f as i128, 'd')),
            other => numbers::integer(other).map(|i| spec.integer(i, 'd')).ok_or_else(|| number("a real number")),
        },
        'x' | 'X' | 'o' => numbers::integer(value).map(|i| spec.integer(i, kind)).ok_or_else(|| number("an integer")),
        'f' | 'F' | 'e' | 'E' | 'g' | 'G' => {
            numbers::float(value).map(|f| spec.float(f, kind)).ok_or_else(|| format!("must be real number, not {}", value.type_name()))
        }
        other => Err(format!("unsupported format character '{other}'")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversions() {
        let values = |items: &[Value]| items.to_vec();
        for (text, arguments, expected) in [
            ("%s-%05.1f-%x-%%", values(&["a".into(), Value::Float(2.71), Value::Int(255)]), "a-002.7-ff-%"),
            ("%d", values(&[Value::Float(3.9)]), "3"),
            ("%5s|%-5s|", values(&["a".into(), "b".into()]), "    a|b    |"),
            ("%.2s", values(&["abc".into()]), "ab"),
            ("%+d % d %#x %03d", values(&[Value::Int(1), Value::Int(2), Value::Int(255), Value::Int(-5)]), "+1  2 0xff -05"),
            ("%e %g %g", values(&[Value::Float(12345.678), Value::Float(0.00001), Value::Float(100000.0)]), "1.234568e+04 1e-05 100000"),
            ("%r %c %*d", values(&["x".into(), Value::Int(65), Value::Int(3), Value::Int(7)]), "'x' A   7"),
        ] {
            assert_eq!(format_values(text, &arguments).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn the_number_of_arguments_must_fit() {
        assert!(format("%s %s", &Value::from("a")).is_err());
        assert!(format("%s", &Value::list(vec![Value::Int(1)])).is_ok_and(|s| s == "[1]"));
        assert!(format_values("x", &[Value::Int(1)]).is_err());
        assert!(format("%d", &Value::from("a")).is_err());
    }
}
