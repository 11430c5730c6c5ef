//! The schemes of version numbers: Python's `LooseVersion` and `StrictVersion`, semantic versions, PEP 440.

use std::cmp::Ordering;

/// How `a` and `b` are ordered by the scheme called `scheme`.
pub fn order(scheme: &str, a: &str, b: &str) -> Result<Ordering, String> {
    match scheme {
        "loose" => order_loose(&loose(a), &loose(b)),
        "strict" => Ok(strict(a)?.cmp(&strict(b)?)),
        "semver" | "semantic" => Ok(order_semantic(&semantic(a)?, &semantic(b)?)),
        "pep440" => Ok(pep440(a)?.cmp(&pep440(b)?)),
        other => Err(format!("Invalid version type ({other}). Must be one of loose, strict, semver, semantic, pep440")),
    }
}

/// A component: a number, or anything between numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Number(u128),
    Word(String),
}

fn number(text: &str) -> Option<u128> {
    if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

/// Runs of digits, runs of lower-case letters, and the rest between dots.
fn loose(text: &str) -> Vec<Part> {
    #[derive(PartialEq, Clone, Copy)]
    enum Kind {
        Digit,
        Letter,
        Other,
    }
    let kind = |c: char| match c {
        '0'..='9' => Kind::Digit,
        'a'..='z' => Kind::Letter,
        _ => Kind::Other,
    };
    let mut runs: Vec<(Option<Kind>, String)> = vec![(None, String::new())];
    for c in text.chars() {
        match runs.last_mut() {
            _ if c == '.' => runs.push((None, String::new())),
            Some((last, run)) if last.is_none_or(|last| last == kind(c)) => {
                *last = Some(kind(c));
                run.push(c);
            }
            _ => runs.push((Some(kind(c)), c.to_string())),
        }
    }
    runs.into_iter().filter(|(_, run)| !run.is_empty()).map(|(_, run)| number(&run).map_or(Part::Word(run), Part::Number)).collect()
}

/// Component by component; Python does not order a number and a word.
fn order_loose(a: &[Part], b: &[Part]) -> Result<Ordering, String> {
    if let Some(pair) = a.iter().zip(b).find(|(a, b)| a != b) {
        return match pair {
            (Part::Number(a), Part::Number(b)) => Ok(a.cmp(b)),
            (Part::Word(a), Part::Word(b)) => Ok(a.cmp(b)),
            (Part::Number(_), Part::Word(_)) => Err("'<' not supported between instances of 'int' and 'str'".to_string()),
            (Part::Word(_), Part::Number(_)) => Err("'<' not supported between instances of 'str' and 'int'".to_string()),
        };
    }
    Ok(a.len().cmp(&b.len()))
}

/// `major.minor[.patch][(a|b)number]`; a version without a pre-release is the later one.
fn strict(text: &str) -> Result<([u128; 3], bool, char, u128), String> {
    let invalid = || format!("invalid version number '{text}'");
    let (release, tag) = match text.find(['a', 'b']) {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let parts = release.split('.').map(number).collect::<Option<Vec<_>>>().ok_or_else(invalid)?;
    let release = match parts[..] {
        [major, minor] => [major, minor, 0],
        [major, minor, patch] => [major, minor, patch],
        _ => return Err(invalid()),
    };
    let mut tag = tag.chars();
    match tag.next() {
        None => Ok((release, true, ' ', 0)),
        Some(kind) => {
            let count = Some(tag.as_str()).filter(|t| !t.is_empty()).and_then(number).ok_or_else(invalid)?;
            Ok((release, false, kind, count))
        }
    }
}

/// `major.minor.patch[-pre][+build]`; the build does not count.
fn semantic(text: &str) -> Result<([u128; 3], Vec<Part>), String> {
    let invalid = || format!("invalid semantic version '{text}'");
    let core = text.split('+').next().unwrap_or(text);
    let (release, pre) = core.split_once('-').unwrap_or((core, ""));
    let parts = release
        .split('.')
        .map(|part| number(part).filter(|_| part == "0" || !part.starts_with('0')))
        .collect::<Option<Vec<_>>>()
        .ok_or_else(invalid)?;
    let [major, minor, patch] = parts[..] else { return Err(invalid()) };
    let pre = pre.split('.').filter(|part| !part.is_empty());
    let pre = pre.map(|part| number(part).map_or(Part::Word(part.to_string()), Part::Number)).collect();
    Ok(([major, minor, patch], pre))
}

fn order_semantic(a: &([u128; 3], Vec<Part>), b: &([u128; 3], Vec<Part>)) -> Ordering {
    let part = |pair: (&Part, &Part)| match pair {
        (Part::Number(a), Part::Number(b)) => a.cmp(b),
        (Part::Word(a), Part::Word(b)) => a.cmp(b),
        (Part::Number(_), Part::Word(_)) => Ordering::Less,
        (Part::Word(_), Part::Number(_)) => Ordering::Greater,
    };
    a.0.cmp(&b.0).then_with(|| match (a.1.is_empty(), b.1.is_empty()) {
        (true, other) => (!other).cmp(&false),
        (false, true) => Ordering::Less,
        (false, false) => {
            let differing = a.1.iter().zip(&b.1).map(part).find(|order| order.is_ne());
            differing.unwrap_or_else(|| a.1.len().cmp(&b.1.len()))
        }
    })
}

/// Epoch, release without trailing zeros, then what comes before and after a release.
type Pep440 = (u128, Vec<u128>, (i8, u128), (i8, u128), (i8, u128), Vec<(u8, u128, String)>);

/// `[N!]N(.N)*[{a|b|rc}N][.postN][.devN][+local]`.
fn pep440(text: &str) -> Result<Pep440, String> {
    let invalid = || format!("Invalid version: '{text}'");
    let lower = text.trim().to_lowercase();
    let plain = lower.strip_prefix('v').unwrap_or(&lower);
    let (public, local) = plain.split_once('+').unwrap_or((plain, ""));
    let (epoch, public) = match public.split_once('!') {
        Some((epoch, rest)) => (number(epoch).ok_or_else(invalid)?, rest),
        None => (0, public),
    };
    let end = public.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(public.len());
    let (numbers, mut rest) = public.split_at(end);
    let numbers = numbers.trim_end_matches('.');
    let mut release = numbers
        .split('.')
        .map(|part| Some(part).filter(|p| !p.is_empty()).and_then(number))
        .collect::<Option<Vec<_>>>()
        .ok_or_else(invalid)?;
    while release.len() > 1 && release.last() == Some(&0) {
        release.pop();
    }
    let (mut pre, mut post, mut dev) = (None, None, None);
    while !rest.is_empty() {
        let word = rest.trim_start_matches(['.', '-', '_']);
        let length = word.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(word.len());
        let (word, after) = word.split_at(length);
        let after = if word.is_empty() { after } else { after.trim_start_matches(['.', '-', '_']) };
        let digits = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        let count = number(&after[..digits]).unwrap_or(0);
        rest = &after[digits..];
        match word {
            "a" | "alpha" => pre = Some((0, count)),
            "b" | "beta" => pre = Some((1, count)),
            "rc" | "c" | "pre" | "preview" => pre = Some((2, count)),
            "post" | "rev" | "r" => post = Some((1, count)),
            "" if digits > 0 => post = Some((1, count)),
            "dev" => dev = Some((0, count)),
            _ => return Err(invalid()),
        }
    }
    let pre_key = match (pre, post, dev) {
        (Some(pre), ..) => pre,
        (None, None, Some(_)) => (-1, 0),
        _ => (3, 0),
    };
    let local = local.split(['.', '-', '_']).filter(|part| !part.is_empty());
    let local = local.map(|part| number(part).map_or((0, 0, part.to_string()), |n| (1, n, String::new()))).collect();
    Ok((epoch, release, pre_key, post.unwrap_or((0, 0)), dev.unwrap_or((1, 0)), local))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_order_versions() {
        use Ordering::{Equal, Greater, Less};
        for (scheme, a, b, expected) in [
            ("loose", "1.10", "1.9", Greater),
            ("loose", "v1.34.2", "v1.34.0", Greater),
            ("loose", "1.2", "1.2.0", Less),
            ("loose", "1.0.0-rc1", "1.0.0", Greater),
            ("strict", "10.1", "9.0", Greater),
            ("strict", "1.0a1", "1.0", Less),
            ("semver", "1.0.0-rc1", "1.0.0", Less),
            ("semver", "1.2.3+b", "1.2.3", Equal),
            ("semver", "1.0.0-rc.2", "1.0.0-rc.10", Less),
            ("pep440", "1.0.post1", "1.0", Greater),
            ("pep440", "1.0rc1", "1.0.0", Less),
            ("pep440", "1.0.dev1", "1.0a1", Less),
            ("pep440", "1.0.0", "1", Equal),
        ] {
            assert_eq!(order(scheme, a, b), Ok(expected), "{scheme}: {a} {b}");
        }
        assert!(order("loose", "v1.2", "1.1").is_err());
        assert!(order("strict", "9", "9.0").is_err());
    }
}
