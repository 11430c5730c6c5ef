//! Host patterns: `web:&east:!w1`, `w*`, `~w[13]$`, `web[0:1]`, commas, and `--limit` with its `@file`.

use std::collections::HashSet;
use std::fs;

use fancy_regex::Regex;
use glob::{MatchOptions, Pattern};

use super::model::LOCALHOST;
use super::{HostId, Inventory, address};
use crate::language::Diagnostic;

/// The hosts a pattern selects, in order, and what in it selects nothing.
#[derive(Debug, Default, PartialEq)]
pub struct Selection {
    /// The hosts, each once.
    pub hosts: Vec<HostId>,
    /// Terms that match no host and no group.
    pub warnings: Vec<Diagnostic>,
}

/// The hosts that `pattern` selects and `limit` (as `--limit` has it) lets through.
pub fn select(inventory: &Inventory, pattern: &str, limit: Option<&str>) -> Result<Selection, Diagnostic> {
    select_all(inventory, &[pattern], limit)
}

/// As [`select`], for a list of patterns, which count as one.
pub fn select_all(inventory: &Inventory, patterns: &[&str], limit: Option<&str>) -> Result<Selection, Diagnostic> {
    let terms: Vec<String> = patterns.iter().flat_map(|pattern| split(pattern)).collect();
    let mut selection = evaluate(inventory, terms)?;
    if let Some(limit) = limit {
        let allowed = evaluate(inventory, limit_terms(limit)?)?;
        let hosts: HashSet<HostId> = allowed.hosts.into_iter().collect();
        selection.hosts.retain(|host| hosts.contains(host));
        selection.warnings.extend(allowed.warnings);
    }
    Ok(selection)
}

/// The terms of `--limit`: `@file` stands for the lines of the file.
fn limit_terms(limit: &str) -> Result<Vec<String>, Diagnostic> {
    let mut terms = Vec::new();
    for term in split(limit) {
        match term.strip_prefix('@') {
            None => terms.push(term),
            Some(path) => {
                let text = fs::read_to_string(path).map_err(|e| Diagnostic::new(format!("cannot read the limit file {path}: {e}")))?;
                terms.extend(text.lines().map(str::trim).filter(|line| !line.is_empty()).flat_map(split));
            }
        }
    }
    Ok(terms)
}

/// The terms of a pattern: split at commas, or else at colons and blanks outside of brackets.
fn split(pattern: &str) -> Vec<String> {
    let terms: Vec<&str> = if pattern.contains(',') {
        pattern.split(',').collect()
    } else if address::is_ipv6(pattern) || address::split_port(pattern).1.is_some() {
        vec![pattern]
    } else {
        let mut brackets = 0;
        let separates = |c: char| {
            brackets += i32::from(c == '[') - i32::from(c == ']');
            brackets == 0 && (c == ':' || c.is_whitespace())
        };
        pattern.split(separates).collect()
    };
    terms.into_iter().map(str::trim).filter(|term| !term.is_empty()).map(String::from).collect()
}

/// Plain terms add hosts, `&` terms keep those they share, `!` terms remove, in this order.
fn evaluate(inventory: &Inventory, terms: Vec<String>) -> Result<Selection, Diagnostic> {
    let mut selection = Selection::default();
    if terms.is_empty() {
        return Ok(selection);
    }
    let (excluding, rest): (Vec<_>, Vec<_>) = terms.iter().map(String::as_str).partition(|t| t.starts_with('!'));
    let (shared, mut plain): (Vec<_>, Vec<_>) = rest.into_iter().partition(|t| t.starts_with('&'));
    if plain.is_empty() {
        plain.push("all");
    }
    let mut seen = HashSet::new();
    for term in plain {
        let found = matches(inventory, term, &mut selection.warnings)?;
        selection.hosts.extend(found.into_iter().filter(|host| seen.insert(*host)));
    }
    for (terms, keep) in [(shared, true), (excluding, false)] {
        for term in terms {
            let found: HashSet<_> = matches(inventory, &term[1..], &mut selection.warnings)?.into_iter().collect();
            selection.hosts.retain(|host| found.contains(host) == keep);
        }
    }
    Ok(selection)
}

/// The hosts of one term without its sign.
fn matches(inventory: &Inventory, term: &str, warnings: &mut Vec<Diagnostic>) -> Result<Vec<HostId>, Diagnostic> {
    if let Some(host) = inventory.host_id(term).filter(|host| !inventory[*host].implicit) {
        return Ok(vec![host]);
    }
    let (name, part) = subscript(term);
    let found = named(inventory, name)?;
    if found.is_empty() && name != "all" && inventory.group_id(name).is_none() {
        warnings.push(Diagnostic::new(format!("no host and no group matches {name}")).hint("the term is ignored"));
    }
    Ok(part.map_or(found.clone(), |part| part.of(&found)))
}

/// The hosts of the groups that match `name`, and the hosts whose own names match it.
fn named(inventory: &Inventory, name: &str) -> Result<Vec<HostId>, Diagnostic> {
    let matcher = Matcher::new(name)?;
    let mut found = Vec::new();
    let mut any_group = false;
    for (id, _) in inventory.groups().filter(|(_, group)| matcher.matches(&group.name)) {
        any_group = true;
        found.extend(inventory.hosts_of(id));
    }
    if !any_group || name.starts_with('~') || name.contains(['.', '?', '*', '[']) {
        found.extend(inventory.hosts().filter(|(_, host)| matcher.matches(&host.name)).map(|(id, _)| id));
    }
    if found.is_empty() && LOCALHOST.contains(&name) {
        found.extend(inventory.host_id(name));
    }
    let mut seen = HashSet::new();
    found.retain(|host| seen.insert(*host));
    Ok(found)
}

/// How a term recognises names.
enum Matcher {
    Exact(String),
    Glob(Pattern),
    Regex(Box<Regex>),
}

impl Matcher {
    fn new(term: &str) -> Result<Matcher, Diagnostic> {
        let wrong = |cause: String| Diagnostic::new(format!("the host pattern {term} is not valid: {cause}"));
        if let Some(regex) = term.strip_prefix('~') {
            let anchored = Regex::new(&format!("^(?:{regex})"));
            return Ok(Matcher::Regex(Box::new(anchored.map_err(|e| wrong(e.to_string()))?)));
        }
        match term.contains(['*', '?', '[']) {
            false => Ok(Matcher::Exact(term.to_string())),
            true => Ok(Matcher::Glob(Pattern::new(term).map_err(|e| wrong(e.to_string()))?)),
        }
    }

    fn matches(&self, name: &str) -> bool {
        match self {
            Matcher::Exact(exact) => exact == name,
            Matcher::Glob(glob) => glob.matches_with(name, MatchOptions::default()),
            Matcher::Regex(regex) => regex.is_match(name).unwrap_or(false),
        }
    }
}

/// The part of a group that `[0]`, `[-1]`, `[0:1]` or `[1:]` picks.
#[derive(Clone, Copy)]
enum Part {
    One(isize),
    Range(usize, Option<usize>),
}

impl Part {
    fn of(self, hosts: &[HostId]) -> Vec<HostId> {
        match self {
            Part::One(at) => {
                let at = if at < 0 { hosts.len().checked_add_signed(at) } else { Some(at.unsigned_abs()) };
                at.and_then(|at| hosts.get(at)).copied().into_iter().collect()
            }
            Part::Range(from, to) => {
                let to = to.map_or(hosts.len(), |to| to.saturating_add(1)).min(hosts.len());
                hosts.get(from..to).unwrap_or_default().to_vec()
            }
        }
    }
}

/// The name and the subscript of a term; brackets that are no subscript belong to the name.
fn subscript(term: &str) -> (&str, Option<Part>) {
    let whole = (term, None);
    if term.starts_with('~') {
        return whole;
    }
    let Some((name, inner)) = term.strip_suffix(']').and_then(|t| t.rsplit_once('[')).filter(|(n, _)| !n.is_empty()) else {
        return whole;
    };
    match part(inner) {
        Some(part) => (name, Some(part)),
        None => whole,
    }
}

fn part(inner: &str) -> Option<Part> {
    if let Ok(at) = inner.parse() {
        return Some(Part::One(at));
    }
    let (from, to) = inner.split_once([':', '-'])?;
    let to = if to.is_empty() { None } else { Some(to.parse().ok()?) };
    Some(Part::Range(from.parse().ok()?, to))
}
