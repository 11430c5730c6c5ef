//! The host's clock.

use jiff::Zoned;
use jiff::tz::{Dst, TimeZone};
use serde_json::{Map, Value as Json};

use super::Facts;
use crate::modules::Failure;

/// Field of `date_time`, its format, whether it is in UTC.
const FIELDS: &[(&str, &str, bool)] = &[
    ("year", "%Y", false),
    ("month", "%m", false),
    ("weekday", "%A", false),
    ("weekday_number", "%w", false),
    ("weeknumber", "%W", false),
    ("day", "%d", false),
    ("hour", "%H", false),
    ("minute", "%M", false),
    ("second", "%S", false),
    ("epoch", "%s", false),
    ("epoch_int", "%s", false),
    ("date", "%Y-%m-%d", false),
    ("time", "%H:%M:%S", false),
    ("iso8601_micro", "%Y-%m-%dT%H:%M:%S%.6fZ", true),
    ("iso8601", "%Y-%m-%dT%H:%M:%SZ", true),
    ("iso8601_basic", "%Y%m%dT%H%M%S%6f", false),
    ("iso8601_basic_short", "%Y%m%dT%H%M%S", false),
    ("tz", "%Z", false),
    ("tz_offset", "%z", false),
];

/// `date_time`.
pub fn collect(facts: &mut Facts) -> Result<(), Failure> {
    facts.set("date_time", fields(&Zoned::now()));
    Ok(())
}

fn fields(now: &Zoned) -> Map<String, Json> {
    let utc = now.with_time_zone(TimeZone::UTC);
    let mut fields: Map<String, Json> = FIELDS
        .iter()
        .map(|(name, format, in_utc)| (name.to_string(), if *in_utc { &utc } else { now }.strftime(format).to_string().into()))
        .collect();
    fields.insert("tz_dst".into(), dst_name(now).into());
    fields
}

/// What the zone is called in summer; zones without a summer time are called the same all year.
fn dst_name(now: &Zoned) -> String {
    let zone = now.time_zone();
    let names = zone.following(now.timestamp()).take(2).find(|t| t.dst() == Dst::Yes).map(|t| t.abbreviation().to_string());
    names.unwrap_or_else(|| now.strftime("%Z").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_every_part() -> Result<(), jiff::Error> {
        let fields = fields(&"2026-01-02T03:04:05.000006+01:00[Europe/Berlin]".parse()?);
        let cases = [
            ("weekday", "Friday"),
            ("weekday_number", "5"),
            ("weeknumber", "00"),
            ("epoch", "1767319445"),
            ("iso8601", "2026-01-02T02:04:05Z"),
            ("iso8601_micro", "2026-01-02T02:04:05.000006Z"),
            ("iso8601_basic", "20260102T030405000006"),
            ("tz", "CET"),
            ("tz_dst", "CEST"),
            ("tz_offset", "+0100"),
        ];
        for (name, value) in cases {
            assert_eq!(fields[name], value, "{name}");
        }
        Ok(())
    }
}
