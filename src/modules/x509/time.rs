//! Points in time as tasks write them, and as certificates do.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::modules::Failure;

/// The units of a relative time in the order they must have, in seconds.
const UNITS: [(char, i64); 5] = [('w', 604_800), ('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

/// Reads `+32w1d2h`, `-10`, `20300102030405Z`, `203001020304Z` or the same with an offset (`+0200`).
pub fn read(text: &str, parameter: &str, now: Timestamp) -> Result<Timestamp, Failure> {
    let read = match text.chars().next() {
        Some('+') => relative(&text[1..]).and_then(|span| now.checked_add(span).ok()),
        Some('-') => relative(&text[1..]).and_then(|span| now.checked_sub(span).ok()),
        _ => absolute(text),
    };
    // Certificates count whole seconds.
    let whole = read.and_then(|time| Timestamp::from_second(time.as_second()).ok());
    whole.ok_or_else(|| Failure::new(format!("The time spec \"{text}\" for {parameter} is invalid")))
}

/// The length of `32w1d2h`; a number without a unit at the end counts seconds.
fn relative(text: &str) -> Option<SignedDuration> {
    let mut units = UNITS.iter();
    let (mut seconds, mut rest) = (0i64, text);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let amount: i64 = rest[..digits].parse().ok()?;
        let mut tail = rest[digits..].chars();
        let unit = tail.next().unwrap_or('s').to_ascii_lowercase();
        let (_, length) = units.find(|(name, _)| *name == unit)?;
        seconds = seconds.checked_add(amount.checked_mul(*length)?)?;
        rest = tail.as_str();
    }
    (!text.is_empty()).then(|| SignedDuration::from_secs(seconds))
}

fn absolute(text: &str) -> Option<Timestamp> {
    let utc = match text.len() {
        15 => DateTime::strptime("%Y%m%d%H%M%SZ", text).ok(),
        13 => DateTime::strptime("%Y%m%d%H%MZ", text).ok(),
        19 => return Timestamp::strptime("%Y%m%d%H%M%S%z", text).ok(),
        17 => return Timestamp::strptime("%Y%m%d%H%M%z", text).ok(),
        _ => None,
    };
    utc?.to_zoned(TimeZone::UTC).ok().map(|time| time.timestamp())
}

/// A time as results write it: `20300102030405Z`.
pub fn show(time: Timestamp) -> String {
    time.strftime("%Y%m%d%H%M%SZ").to_string()
}

/// Writes a time as certificates hold it: with two digits for the year until 2049, with four afterwards.
pub fn write(writer: yasna::DERWriter, time: Timestamp) {
    let year = time.to_zoned(TimeZone::UTC).year();
    let short = (1950..2050).contains(&year);
    let (tag, format) =
        if short { (yasna::tags::TAG_UTCTIME, "%y%m%d%H%M%SZ") } else { (yasna::tags::TAG_GENERALIZEDTIME, "%Y%m%d%H%M%SZ") };
    writer.write_tagged_implicit(tag, |writer| writer.write_bytes(time.strftime(format).to_string().as_bytes()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(text: &str) -> Option<String> {
        let now: Timestamp = "2030-01-02T03:04:05.9Z".parse().ok()?;
        read(text, "not_after", now).ok().map(show)
    }

    #[test]
    fn times_are_read() {
        for (text, expected) in [
            ("+0s", "20300102030405Z"),
            ("+365d", "20310102030405Z"),
            ("+32w1d2h", "20300815050405Z"),
            ("-1D", "20300101030405Z"),
            ("+10", "20300102030415Z"),
            ("+1m1", "20300102030506Z"),
            ("20310203040506Z", "20310203040506Z"),
            ("203102030405Z", "20310203040500Z"),
            ("20310203040506+0200", "20310203020506Z"),
        ] {
            assert_eq!(reads(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "+", "-", "+10y", "+1d1w", "+d", "+1d-1h", "20310203", "+99999999999999999999d", "+9999999999w", "2031020304050Z"]
        {
            assert_eq!(reads(text), None, "{text}");
        }
    }

    #[test]
    fn the_year_2050_is_written_in_four_digits() {
        let written = |text: &str| yasna::construct_der(|writer| write(writer, text.parse().unwrap_or_default()));
        assert_eq!(&written("2049-12-31T23:59:59Z")[2..], b"491231235959Z");
        assert_eq!(&written("2050-01-01T00:00:00Z")[2..], b"20500101000000Z");
    }
}
