//! What a path has to be like.

use std::fs::Metadata;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use fancy_regex::Regex;

use crate::modules::files::mode::Mode;
use crate::modules::files::{pattern, wildcard};
use crate::modules::{Args, Failure};

/// All that is asked of a path.
pub struct Criteria {
    kind: String,
    patterns: Vec<Regex>,
    excludes: Vec<Regex>,
    age: Option<(i64, Stamp)>,
    size: Option<i64>,
    contains: Option<Contains>,
    mode: Option<(Mode, bool)>,
    now: i64,
}

/// One of a path's times.
type Stamp = fn(&Metadata) -> i64;

/// A unit's letter and what it stands for.
type Units = [(char, i64)];

const AGES: &Units = &[('s', 1), ('m', 60), ('h', 3600), ('d', 86_400), ('w', 604_800)];
const SIZES: &Units = &[('b', 1), ('k', 1 << 10), ('m', 1 << 20), ('g', 1 << 30), ('t', 1 << 40)];
const STAMPS: [(&str, Stamp); 3] = [("atime", Metadata::atime), ("ctime", Metadata::ctime), ("mtime", Metadata::mtime)];

impl Criteria {
    /// What the parameters ask for.
    pub fn read(args: &Args) -> Result<Criteria, Failure> {
        let regex = args.bool("use_regex");
        let compile = |text: &String| if regex { anchored(text) } else { wildcard::compile(text) };
        let list = |name: &str| args.strings(name).iter().map(compile).collect::<Result<Vec<_>, _>>();
        let stamp = STAMPS.iter().find(|(name, _)| args.str("age_stamp") == Some(name)).map_or(Metadata::mtime as Stamp, |s| s.1);
        let mode = args.get("mode").map(Mode::read).transpose()?;
        Ok(Criteria {
            kind: args.need("file_type")?.to_string(),
            patterns: list("patterns")?,
            excludes: list("excludes")?,
            age: amount(args, "age", AGES)?.map(|age| (age, stamp)),
            size: amount(args, "size", SIZES)?,
            contains: Contains::read(args)?,
            mode: mode.map(|mode| (mode, args.bool("exact_mode"))),
            now: jiff::Timestamp::now().as_second(),
        })
    }

    /// Whether `path`, which `meta` describes, is what is looked for; the cheapest question first.
    pub fn fits(&self, path: &Path, meta: &Metadata) -> Result<bool, Failure> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Ok(self.is_kind(meta)
            && (self.patterns.is_empty() || any(&self.patterns, &name)?)
            && !any(&self.excludes, &name)?
            && self.age.is_none_or(|(age, stamp)| beyond(age, self.now - stamp(meta)))
            && (!meta.is_file() || self.size.is_none_or(|size| beyond(size, meta.size().cast_signed())))
            && self.has_mode(meta)
            && (self.kind != "file" || self.contains.as_ref().map_or(Ok(true), |text| text.is_in(path))?))
    }

    fn is_kind(&self, meta: &Metadata) -> bool {
        match self.kind.as_str() {
            "directory" => meta.is_dir(),
            "file" => meta.is_file(),
            "link" => meta.is_symlink(),
            _ => true,
        }
    }

    fn has_mode(&self, meta: &Metadata) -> bool {
        let Some((mode, exact)) = &self.mode else { return true };
        let (wanted, found) = (mode.bits(0, meta.is_dir()), meta.mode() & 0o7777);
        if *exact { wanted == found } else { wanted & found != 0 }
    }
}

/// At least `limit`, or at most its size when it is negative.
fn beyond(limit: i64, value: i64) -> bool {
    if limit < 0 { value <= -limit } else { value >= limit }
}

fn any(patterns: &[Regex], name: &str) -> Result<bool, Failure> {
    patterns.iter().try_fold(false, |fits, regex| Ok(fits || pattern::matches(regex, name)?))
}

/// A regular expression that matches from the start, as Python's `match` does.
fn anchored(text: &str) -> Result<Regex, Failure> {
    pattern::compile(&format!("(?:{text})"), r"\A")
}

/// A number with an optional unit: `-2d`, `10m`.
fn amount(args: &Args, param: &str, units: &Units) -> Result<Option<i64>, Failure> {
    let Some(text) = args.str(param) else { return Ok(None) };
    let lower = text.to_lowercase();
    let (digits, factor) = match units.iter().find(|(letter, _)| lower.ends_with(*letter)) {
        Some((_, factor)) => (&lower[..lower.len() - 1], *factor),
        None => (lower.as_str(), 1),
    };
    let number = digits.parse::<i64>().ok().and_then(|number| number.checked_mul(factor));
    number.map(Some).ok_or_else(|| Failure::new(format!("failed to process {param}")).with(param, text))
}

/// Text looked for in files.
struct Contains {
    regex: Regex,
    whole: bool,
    latin: bool,
}

impl Contains {
    fn read(args: &Args) -> Result<Option<Contains>, Failure> {
        let latin = match args.str("encoding").map(|name| name.to_lowercase().replace('_', "-")).as_deref() {
            None | Some("utf-8" | "utf8" | "ascii" | "us-ascii") => false,
            Some("latin-1" | "latin1" | "iso-8859-1") => true,
            Some(other) => return Err(format!("unknown encoding: {other}; utf-8, ascii and latin-1 are known").into()),
        };
        let Some(text) = args.str("contains") else { return Ok(None) };
        let whole = args.bool("read_whole_file");
        let regex = if whole { pattern::compile(text, "")? } else { anchored(text)? };
        Ok(Some(Contains { regex, whole, latin }))
    }

    /// Whether the file holds it; one that cannot be read does not.
    fn is_in(&self, path: &Path) -> Result<bool, Failure> {
        if self.whole {
            return std::fs::read(path).map_or(Ok(false), |bytes| pattern::matches(&self.regex, &self.decode(&bytes)));
        }
        let Ok(file) = std::fs::File::open(path) else { return Ok(false) };
        let (mut lines, mut line) = (BufReader::new(file), Vec::new());
        while lines.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            if pattern::matches(&self.regex, &self.decode(&line))? {
                return Ok(true);
            }
            line.clear();
        }
        Ok(false)
    }

    fn decode(&self, bytes: &[u8]) -> String {
        if self.latin { bytes.iter().copied().map(char::from).collect() } else { String::from_utf8_lossy(bytes).into_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn amounts_have_units() {
        let read = |param: &str, text: &str| {
            let args = Args::bound(serde_json::Map::from_iter([(param.to_string(), json!(text))]));
            amount(&args, param, if param == "age" { AGES } else { SIZES }).map_err(|failure| failure.msg)
        };
        assert_eq!(read("age", "-2W"), Ok(Some(-1_209_600)));
        assert_eq!(read("age", "90"), Ok(Some(90)));
        assert_eq!(read("size", "10m"), Ok(Some(10 << 20)));
        assert_eq!(read("size", "m"), Err("failed to process size".into()));
    }

    #[test]
    fn negative_limits_turn_around() {
        assert!(beyond(10, 10) && !beyond(10, 9));
        assert!(beyond(-10, 10) && !beyond(-10, 11));
    }
}
