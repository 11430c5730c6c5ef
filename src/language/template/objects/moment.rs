//! What `now()` and `to_datetime` give: a point in time with Python's `datetime` members.

use std::cmp::Ordering;
use std::sync::Arc;

use jiff::Zoned;

use crate::language::template::evaluator::downcast;
use crate::language::{Diagnostic, Key, Map, Object, Value};

/// What is known of a point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The day alone: Python's `date`.
    Date,
    /// Day and time of no zone in particular.
    Naive,
    /// Day, time and the distance from UTC.
    Aware,
}

/// A point in time.
#[derive(Debug)]
pub struct Moment(pub Zoned, pub Kind);

const KEYS: [&str; 7] = ["year", "month", "day", "hour", "minute", "second", "microsecond"];

impl Moment {
    /// The time in a `strftime` format of Python's, whose `%f` has six digits.
    pub fn format(&self, format: &str) -> Result<Value, Diagnostic> {
        let format = format.split("%%").map(|part| part.replace("%f", "%6f")).collect::<Vec<_>>().join("%%");
        jiff::fmt::strtime::format(format, &self.0).map(Value::from).map_err(|error| Diagnostic::new(format!("strftime: {error}")))
    }

    /// The time as `str()` of Python's `datetime` writes it.
    pub fn text(&self) -> String {
        let micros = self.0.subsec_nanosecond() / 1000;
        let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
        match self.1 {
            Kind::Date => self.0.strftime("%Y-%m-%d").to_string(),
            Kind::Naive => format!("{}{fraction}", self.0.strftime("%Y-%m-%d %H:%M:%S")),
            Kind::Aware => format!("{}{fraction}{}", self.0.strftime("%Y-%m-%d %H:%M:%S"), self.0.strftime("%:z")),
        }
    }

    /// How two points are ordered; of dates only the day counts.
    pub fn order(&self, other: &Moment) -> Ordering {
        match self.1 {
            Kind::Date => self.0.date().cmp(&other.0.date()),
            Kind::Naive | Kind::Aware => self.0.cmp(&other.0),
        }
    }

    /// The time as ISO 8601 has it.
    pub fn iso(&self) -> String {
        self.text().replacen(' ', "T", 1)
    }
}

impl Object for Moment {
    fn get(&self, key: &Key) -> Result<Option<Value>, Diagnostic> {
        let time = &self.0;
        Ok(Some(Value::Int(match key.as_str().unwrap_or_default() {
            "year" => time.year().into(),
            "month" => time.month().into(),
            "day" => time.day().into(),
            "hour" => time.hour().into(),
            "minute" => time.minute().into(),
            "second" => time.second().into(),
            "microsecond" => (time.subsec_nanosecond() / 1000).into(),
            name => match METHODS.iter().find(|(known, _)| *known == name) {
                Some((_, method)) => return Ok(Some(Value::Object(Arc::new(Reading(Moment(time.clone(), self.1), *method))))),
                None => return Ok(None),
            },
        })))
    }

    fn keys(&self) -> Vec<Key> {
        KEYS.into_iter().map(Key::from).collect()
    }

    fn data(&self) -> Option<Value> {
        Some(Value::from(self.iso()))
    }

    fn type_name(&self) -> &'static str {
        match self.1 {
            Kind::Date => "date",
            Kind::Naive | Kind::Aware => "datetime",
        }
    }
}

/// What a method of a point in time gives.
type Method = fn(&Moment, &[Value]) -> Result<Value, Diagnostic>;

const METHODS: [(&str, Method); 7] = [
    ("strftime", |moment, args| match args.first() {
        Some(Value::Str(format)) => moment.format(format),
        _ => Err(Diagnostic::new("strftime() needs a format")),
    }),
    ("timestamp", |moment, _| Ok(Value::Float(moment.0.timestamp().as_microsecond() as f64 / 1e6))),
    ("date", |moment, _| Ok(Value::Object(Arc::new(Moment(moment.0.clone(), Kind::Date))))),
    ("time", |moment, _| moment.format("%H:%M:%S")),
    ("isoformat", |moment, _| Ok(Value::from(moment.iso()))),
    ("weekday", |moment, _| Ok(Value::Int(moment.0.weekday().to_monday_zero_offset().into()))),
    ("isoweekday", |moment, _| Ok(Value::Int(moment.0.weekday().to_monday_one_offset().into()))),
];

/// A method of a point in time.
struct Reading(Moment, Method);

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reading({})", self.0.text())
    }
}

impl Object for Reading {
    fn get(&self, _: &Key) -> Result<Option<Value>, Diagnostic> {
        Ok(None)
    }

    fn keys(&self) -> Vec<Key> {
        Vec::new()
    }

    fn call(&self, args: &[Value], _: &Map) -> Result<Value, Diagnostic> {
        (self.1)(&self.0, args)
    }
}

/// Whether `object` is a method of a point in time.
pub fn is_callable(object: &Arc<dyn Object>) -> bool {
    downcast::<Reading>(object).is_some()
}
