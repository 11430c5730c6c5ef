//! A text as lines, and where a line goes in it.

use fancy_regex::Regex;

use crate::modules::files::pattern;
use crate::modules::{Args, Failure};

/// Lines with their ends.
pub(super) struct Lines(Vec<String>);

/// What a line is known by.
enum Sought<'a> {
    Pattern(Regex),
    Part(&'a str),
    Whole(&'a str),
}

impl<'a> Sought<'a> {
    fn of(args: &'a Args, line: &'a str) -> Result<Sought<'a>, Failure> {
        Ok(match (args.str("regexp"), args.str("search_string")) {
            (Some(regexp), _) => Sought::Pattern(pattern::compile(regexp, "")?),
            (None, Some(part)) => Sought::Part(part),
            (None, None) => Sought::Whole(line),
        })
    }

    fn is(&self, line: &str) -> Result<bool, Failure> {
        match self {
            Sought::Pattern(regex) => pattern::matches(regex, bare(line)),
            Sought::Part(part) => Ok(line.contains(part)),
            Sought::Whole(whole) => Ok(bare(line) == *whole),
        }
    }
}

/// A line without its end.
fn bare(line: &str) -> &str {
    line.trim_end_matches(['\r', '\n'])
}

impl Lines {
    pub fn of(text: &str) -> Lines {
        Lines(text.split_inclusive('\n').map(str::to_string).collect())
    }

    pub fn text(&self) -> String {
        self.0.concat()
    }

    /// Removes every line that is sought; gives the message and how many.
    pub fn absent(&mut self, args: &Args) -> Result<(String, usize), Failure> {
        let sought = Sought::of(args, args.str("line").unwrap_or_default())?;
        let before = self.0.len();
        let mut kept = Vec::with_capacity(before);
        for line in self.0.drain(..) {
            if !sought.is(&line)? {
                kept.push(line);
            }
        }
        self.0 = kept;
        let removed = before - self.0.len();
        Ok((if removed > 0 { format!("{removed} line(s) removed") } else { String::new() }, removed))
    }

    /// Puts the line where it belongs; gives the message.
    pub fn present(&mut self, args: &Args) -> Result<&'static str, Failure> {
        let line = args.need("line")?;
        let sought = Sought::of(args, line)?;
        let first = args.bool("firstmatch");
        if !matches!(sought, Sought::Whole(_))
            && let Some(at) = self.position(first, |line| sought.is(line))?
        {
            let line = match &sought {
                Sought::Pattern(regex) if args.bool("backrefs") => self.filled(regex, at, line)?,
                _ => line.to_string(),
            };
            return Ok(self.replace(at, &line));
        }
        if let Some(at) = self.position(false, |each| Ok(bare(each) == line))? {
            return Ok(self.replace(at, line));
        }
        if args.bool("backrefs") {
            return Ok("");
        }
        let at = self.place(args, first)?;
        Ok(self.insert(at, line))
    }

    /// The last line for which `is` holds, or the first.
    fn position(&self, first: bool, is: impl Fn(&str) -> Result<bool, Failure>) -> Result<Option<usize>, Failure> {
        let mut found = None;
        for (at, line) in self.0.iter().enumerate() {
            if is(line)? {
                found = Some(at);
                if first {
                    break;
                }
            }
        }
        Ok(found)
    }

    /// Where a new line goes: beside the line `insertafter` or `insertbefore` matches, else at the end.
    fn place(&self, args: &Args, first: bool) -> Result<usize, Failure> {
        let (after, before) = (args.str("insertafter"), args.str("insertbefore"));
        let (beside, offset) = match (after, before) {
            (Some("BOF"), _) | (_, Some("BOF")) => return Ok(0),
            (Some("EOF"), _) | (None, None) => return Ok(self.0.len()),
            (Some(after), _) => (after, 1),
            (None, Some(before)) => (before, 0),
        };
        let regex = pattern::compile(beside, "")?;
        let found = self.position(first, |line| pattern::matches(&regex, bare(line)))?;
        Ok(found.map_or(self.0.len(), |at| at + offset))
    }

    fn filled(&self, regex: &Regex, at: usize, line: &str) -> Result<String, Failure> {
        let captures = regex.captures(bare(&self.0[at])).map_err(|e| Failure::new(e.to_string()))?;
        Ok(captures.map_or_else(|| line.to_string(), |captures| pattern::expand(line, &captures)))
    }

    fn replace(&mut self, at: usize, line: &str) -> &'static str {
        let line = if line.ends_with('\n') { line.to_string() } else { format!("{line}\n") };
        if self.0[at] == line {
            return "";
        }
        self.0[at] = line;
        "line replaced"
    }

    fn insert(&mut self, at: usize, line: &str) -> &'static str {
        if let Some(last) = self.0.last_mut().filter(|last| !last.ends_with('\n')) {
            last.push('\n');
        }
        self.0.insert(at, format!("{line}\n"));
        "line added"
    }
}
