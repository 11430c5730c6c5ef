//! Which collectors run and which facts are kept.

use super::Collect;
use crate::modules::{Failure, Fields};

type Row = (&'static [&'static str], bool, Collect);

/// The collectors that `wanted` asks for: names and groups add, `!name` takes away, and the minimal set is always in
/// unless `!min` says otherwise.
pub fn choose(rows: &'static [Row], wanted: &[String]) -> Result<Vec<Collect>, Failure> {
    let known =
        |name: &str| matches!(name, "all" | "min" | "facter" | "ohai" | "python") || rows.iter().any(|(names, ..)| names.contains(&name));
    if let Some(bad) = wanted.iter().map(|w| w.trim_start_matches('!')).find(|name| !known(name)) {
        let mut names: Vec<&str> = rows.iter().flat_map(|(names, ..)| names.iter().copied()).chain(["all", "min"]).collect();
        names.sort_unstable();
        names.dedup();
        return Err(format!("Bad subset '{bad}' given to Ansible. gather_subset options allowed: {}", names.join(", ")).into());
    }
    let (without, with): (Vec<&str>, Vec<&str>) = wanted.iter().map(String::as_str).partition(|w| w.starts_with('!'));
    let without: Vec<&str> = without.into_iter().map(|w| &w[1..]).collect();
    let everything = with.contains(&"all") || with.is_empty() && !without.contains(&"all");
    let in_set = |row: &&Row| {
        let (names, minimal, _) = row;
        if names.iter().any(|n| with.contains(n)) {
            return true;
        }
        let excluded = names.iter().any(|n| without.contains(n));
        !excluded && ((*minimal && !without.contains(&"min")) || (everything && !*minimal))
    };
    Ok(rows.iter().filter(in_set).map(|(.., collect)| *collect).collect())
}

/// Keeps the facts whose name fits one of `patterns`, with or without `ansible_`; all when there are none.
pub fn filter(facts: &mut Fields, patterns: &[String]) {
    let patterns: Vec<glob::Pattern> = patterns.iter().filter(|p| !p.is_empty()).filter_map(|p| glob::Pattern::new(p).ok()).collect();
    if !patterns.is_empty() {
        facts.retain(|name, _| {
            let short = name.strip_prefix("ansible_").unwrap_or(name);
            patterns.iter().any(|p| p.matches(name) || p.matches(short))
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modules::setup::COLLECTORS;

    fn count(wanted: &[&str]) -> usize {
        let wanted: Vec<String> = wanted.iter().map(|w| w.to_string()).collect();
        choose(COLLECTORS, &wanted).map_or(0, |c| c.len())
    }

    #[test]
    fn subsets_add_and_take_away() {
        let minimal = COLLECTORS.iter().filter(|(_, minimal, _)| *minimal).count();
        assert_eq!(count(&["all"]), COLLECTORS.len());
        assert_eq!(count(&["!all"]), minimal);
        assert_eq!(count(&["!all", "!min", "network"]), 1);
        assert_eq!(count(&["!all", "network"]), minimal + 1);
        assert_eq!(count(&["!network"]), COLLECTORS.len() - 1);
        assert_eq!(count(&["min"]), minimal);
        assert!(choose(COLLECTORS, &["nonsense".into()]).is_err());
    }

    #[test]
    fn filters_by_either_name() {
        let mut facts = Fields::from_iter([("ansible_distribution".to_string(), 1.into()), ("ansible_env".to_string(), 2.into())]);
        filter(&mut facts, &["distrib*".into()]);
        assert_eq!(facts.keys().collect::<Vec<_>>(), ["ansible_distribution"]);
    }
}
