//! Dates and times as YAML 1.1 writes them: `2001-12-14`, `2001-12-14t21:59:43.10-05:00`, `2001-12-14 21:59:43 Z`.

use std::sync::LazyLock;

use fancy_regex::Regex;
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};

use super::Moment;
use super::moment::Kind;

/// What the groups of a pattern matched.
type Parts<'t> = fancy_regex::Captures<'t, str>;

static DATE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^(\d{4})-(\d\d)-(\d\d)$").ok());
static TIME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"^(\d{4})-(\d\d?)-(\d\d?)(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?",
        r"(?:[ \t]*(?:(Z)|([-+])(\d\d?)(?::(\d\d))?))?$"
    ))
    .ok()
});

/// The point in time that the plain scalar `text` is, if it is one.
pub fn parse(text: &str) -> Option<Moment> {
    if text.as_bytes().get(4) != Some(&b'-') {
        return None;
    }
    let found = |regex: &'static LazyLock<Option<Regex>>| regex.as_ref()?.captures(text).ok()?;
    match found(&DATE) {
        Some(parts) => moment(date(&parts)?.at(0, 0, 0, 0), TimeZone::system(), Kind::Date),
        None => time(&found(&TIME)?),
    }
}

fn time(parts: &Parts) -> Option<Moment> {
    let digits = parts.get(7).map_or("", |part| part.as_str());
    let micros: i32 = format!("{digits:0<6}").get(..6)?.parse().ok()?;
    let time = jiff::civil::Time::new(number(parts, 4)?, number(parts, 5)?, number(parts, 6)?, micros * 1000).ok()?;
    let at = date(parts)?.to_datetime(time);
    let sign = parts.get(9).map(|sign| if sign.as_str() == "-" { -60 } else { 60 });
    match sign {
        Some(sign) => {
            let minutes = number::<i32>(parts, 10)? * 60 + number::<i32>(parts, 11).unwrap_or(0);
            moment(at, TimeZone::fixed(Offset::from_seconds(sign * minutes).ok()?), Kind::Aware)
        }
        None if parts.get(8).is_some() => moment(at, TimeZone::UTC, Kind::Aware),
        None => moment(at, TimeZone::system(), Kind::Naive),
    }
}

fn moment(at: DateTime, zone: TimeZone, kind: Kind) -> Option<Moment> {
    Some(Moment(at.to_zoned(zone).ok()?, kind))
}

fn date(parts: &Parts) -> Option<Date> {
    Date::new(number(parts, 1)?, number(parts, 2)?, number(parts, 3)?).ok()
}

fn number<N: std::str::FromStr>(parts: &Parts, at: usize) -> Option<N> {
    parts.get(at)?.as_str().parse().ok()
}
