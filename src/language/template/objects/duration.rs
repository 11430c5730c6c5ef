//! What the difference of two points in time gives: Python's `timedelta`.

use std::cmp::Ordering;
use std::sync::Arc;

use jiff::SignedDuration;

use crate::language::template::evaluator::downcast;
use crate::language::{Diagnostic, Key, Map, Object, Value};

use super::Moment;

/// A span of time.
#[derive(Debug)]
pub struct Duration(pub SignedDuration);

const DAY: i64 = 86_400;

impl Duration {
    fn days(&self) -> i64 {
        self.floor().0.div_euclid(DAY)
    }

    /// Whole seconds, rounded down, and the microseconds beyond them.
    fn floor(&self) -> (i64, i64) {
        let micros = self.0.as_micros();
        (micros.div_euclid(1_000_000) as i64, micros.rem_euclid(1_000_000) as i64)
    }

    /// The span as `str()` of Python's `timedelta` writes it.
    pub fn text(&self) -> String {
        let (seconds, micros) = self.floor();
        let rest = seconds.rem_euclid(DAY);
        let days = match self.days() {
            0 => String::new(),
            one @ (1 | -1) => format!("{one} day, "),
            many => format!("{many} days, "),
        };
        let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
        format!("{days}{}:{:02}:{:02}{fraction}", rest / 3600, rest / 60 % 60, rest % 60)
    }
}

impl Object for Duration {
    fn get(&self, key: &Key) -> Result<Option<Value>, Diagnostic> {
        Ok(Some(match key.as_str().unwrap_or_default() {
            "days" => Value::from(self.days()),
            "seconds" => Value::from(self.floor().0.rem_euclid(DAY)),
            "microseconds" => Value::from(self.floor().1),
            "total_seconds" => Value::Object(Arc::new(TotalSeconds(self.0.as_micros() as f64 / 1e6))),
            _ => return Ok(None),
        }))
    }

    fn keys(&self) -> Vec<Key> {
        ["days", "seconds", "microseconds"].into_iter().map(Key::from).collect()
    }

    fn data(&self) -> Option<Value> {
        Some(Value::from(self.text()))
    }

    fn type_name(&self) -> &'static str {
        "timedelta"
    }
}

/// The method of that name.
#[derive(Debug)]
struct TotalSeconds(f64);

impl Object for TotalSeconds {
    fn get(&self, _: &Key) -> Result<Option<Value>, Diagnostic> {
        Ok(None)
    }

    fn keys(&self) -> Vec<Key> {
        Vec::new()
    }

    fn call(&self, _: &[Value], _: &Map) -> Result<Value, Diagnostic> {
        Ok(Value::Float(self.0))
    }
}

/// The sum of two times, or their difference when `minus`; `None` when they have none.
pub fn add_times(a: &Arc<dyn Object>, b: &Arc<dyn Object>, minus: bool) -> Option<Value> {
    let signed = |span: &Duration| if minus { span.0.checked_neg() } else { Some(span.0) };
    let result: Arc<dyn Object> = match (downcast::<Moment>(a), downcast::<Duration>(a), downcast::<Moment>(b), downcast::<Duration>(b)) {
        (Some(a), _, Some(b), _) if minus && a.1 == b.1 => Arc::new(Duration(b.0.duration_until(&a.0))),
        (Some(moment), _, _, Some(span)) => Arc::new(Moment(moment.0.checked_add(signed(span)?).ok()?, moment.1)),
        (_, Some(span), Some(moment), _) if !minus => Arc::new(Moment(moment.0.checked_add(span.0).ok()?, moment.1)),
        (_, Some(a), _, Some(b)) => Arc::new(Duration(a.0.checked_add(signed(b)?)?)),
        _ => return None,
    };
    Some(Value::Object(result))
}

/// How two times are ordered; `None` unless both are points or both are spans.
pub fn order_times(a: &Arc<dyn Object>, b: &Arc<dyn Object>) -> Option<Ordering> {
    match (downcast::<Moment>(a), downcast::<Moment>(b)) {
        (Some(a), Some(b)) => (a.1 == b.1).then(|| a.order(b)),
        _ => Some(downcast::<Duration>(a)?.0.cmp(&downcast::<Duration>(b)?.0)),
    }
}
