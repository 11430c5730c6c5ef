//! Dates and times.

use std::sync::Arc;

use jiff::{Timestamp, civil, tz::TimeZone};

use super::{Family, python};
use crate::language::template::objects::{Kind, Moment};
use crate::language::template::{Call, memo};
use crate::language::{Diagnostic, Value};

pub(super) const FAMILY: Family = &[("strftime", strftime), ("to_datetime", to_datetime)];

/// `strftime(second=now, utc=false)`: the input is the format.
fn strftime(call: &Call) -> Result<Value, Diagnostic> {
    let format = call.text()?;
    let time = match call.given(1, "second")? {
        None | Some(Value::Null) => {
            memo::changing();
            Timestamp::now()
        }
        Some(value) => {
            let seconds = python::number(value).or_else(|| value.as_str()?.trim().parse().ok());
            seconds
                .and_then(|seconds| Timestamp::from_microsecond((seconds * 1e6) as i64).ok())
                .ok_or_else(|| call.error(format!("Invalid value for epoch value ({})", python::text(value))))?
        }
    };
    let zone = if call.flag_arg(2, "utc", false)? { TimeZone::UTC } else { TimeZone::system() };
    let zoned = time.to_zoned(zone);
    jiff::fmt::strtime::format(&format, &zoned).map(Value::from).map_err(|e| call.error(e))
}

/// `to_datetime(format='%Y-%m-%d %H:%M:%S')`: a point in time.
fn to_datetime(call: &Call) -> Result<Value, Diagnostic> {
    let text = call.text()?;
    let format = call.text_arg(1, "format")?.unwrap_or_else(|| "%Y-%m-%d %H:%M:%S".into());
    let parsed = jiff::fmt::strtime::parse(&format, &text)
        .and_then(|parsed| parsed.to_datetime().or_else(|_| parsed.to_date().map(|date| date.to_datetime(civil::Time::midnight()))))
        .map_err(|e| call.error(format!("time data '{text}' does not match format '{format}': {e}")))?;
    let moment = parsed.to_zoned(TimeZone::system()).map_err(|e| call.error(e))?;
    Ok(Value::Object(Arc::new(Moment(moment, Kind::Naive))))
}

#[cfg(test)]
mod tests {
    use super::super::python;
    use super::super::testing::{check, filter};
    use serde_json::json;

    #[test]
    fn times() {
        check(vec![
            ("strftime", json!(["%Y-%m-%d %H:%M:%S", 0, true]), json!({}), json!("1970-01-01 00:00:00")),
            ("strftime", json!(["%j", "86400", true]), json!({}), json!("002")),
        ]);
        let shown = |args| filter("to_datetime", args, json!({})).map(|time| python::text(&time));
        assert_eq!(shown(json!("2016-08-14 20:00:12")).as_deref(), Ok("2016-08-14 20:00:12"));
        assert_eq!(shown(json!(["2015-12-25", "%Y-%m-%d"])).as_deref(), Ok("2015-12-25 00:00:00"));
        assert!(filter("to_datetime", json!("yesterday"), json!({})).is_err());
    }
}
