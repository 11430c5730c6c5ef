//! Ranges in host names: `web[01:03].example.com`, `db-[a:c]`, `n[1:10:3]`.

use crate::language::Diagnostic;

/// How many hosts one name may stand for.
const MAX_HOSTS: usize = 100_000;

const LETTERS: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// The names that `name` stands for, every range in it counted out.
pub(super) fn expand(name: &str) -> Result<Vec<String>, Diagnostic> {
    let Some((head, range, tail)) = first_range(name) else { return Ok(vec![name.to_string()]) };
    let tails = expand(tail)?;
    let members = members(range)?;
    if members.len().saturating_mul(tails.len()) > MAX_HOSTS {
        return Err(Diagnostic::new(format!("{name} stands for more than {MAX_HOSTS} hosts")));
    }
    Ok(members.iter().flat_map(|member| tails.iter().map(move |tail| format!("{head}{member}{tail}"))).collect())
}

/// The texts before, within and after the first brackets that hold a range.
fn first_range(name: &str) -> Option<(&str, &str, &str)> {
    let (head, rest) = name.split_once('[')?;
    let (range, tail) = rest.split_once(']')?;
    range.contains(':').then_some((head, range, tail))
}

fn members(range: &str) -> Result<Vec<String>, Diagnostic> {
    let wrong = |why: &str| Diagnostic::new(format!("[{range}] is no range: {why}")).hint("write [first:last] or [first:last:step]");
    let parts: Vec<&str> = range.split(':').collect();
    let (first, last, step) = match parts[..] {
        [first, last] => (first, last, "1"),
        [first, last, step] => (first, last, step),
        _ => return Err(wrong("it has too many parts")),
    };
    let step: usize = step.parse().ok().filter(|s| *s > 0).ok_or_else(|| wrong("the step is not a positive number"))?;
    let first = if first.is_empty() { "0" } else { first };
    if let (Some(from), Some(to)) = (letter(first), letter(last)) {
        return Ok(LETTERS[from..=to.max(from)].chars().step_by(step).map(String::from).collect());
    }
    let number = |text: &str, which: &str| text.parse::<usize>().map_err(|_| wrong(&format!("the {which} is no number")));
    let (from, to) = (number(first, "first")?, number(last, "last")?);
    if from > to {
        return Err(wrong("the first is above the last"));
    }
    let width = if first.len() > 1 && first.starts_with('0') { first.len() } else { 0 };
    if width > 0 && width != last.len() {
        return Err(wrong("a first number with leading zeros must be as long as the last"));
    }
    Ok((from..=to).step_by(step).take(MAX_HOSTS + 1).map(|n| format!("{n:0width$}")).collect())
}

fn letter(text: &str) -> Option<usize> {
    (text.len() == 1).then(|| LETTERS.find(text)).flatten()
}
