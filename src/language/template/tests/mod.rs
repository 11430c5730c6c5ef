//! Tests (`x is NAME`), a file per family. Each family is a table from name to function.

mod comparison;
mod network;
mod numbers;
mod paths;
mod plugins;
mod regex;
mod results;
mod sets;
mod truth;
mod types;
mod uri;
mod vault;
mod version;
mod version_schemes;

use std::collections::HashMap;
use std::sync::LazyLock;

use super::Call;
use crate::language::Diagnostic;

/// A test.
pub type Test = fn(&Call) -> Result<bool, Diagnostic>;

/// A family of tests: their names and what they do.
type Family = &'static [(&'static str, Test)];

/// All families; a name stands in one of them.
const FAMILIES: &[Family] = &[
    comparison::FAMILY,
    network::FAMILY,
    numbers::FAMILY,
    paths::FAMILY,
    plugins::FAMILY,
    regex::FAMILY,
    results::FAMILY,
    sets::FAMILY,
    truth::FAMILY,
    types::FAMILY,
    uri::FAMILY,
    vault::FAMILY,
    version::FAMILY,
];

/// Collections whose tests may be called by their bare names.
const OWN: [&str; 2] = ["ansible.builtin.", "ansible.legacy."];

/// The test called `name`, with or without its collection.
pub fn find(name: &str) -> Option<Test> {
    static BY_NAME: LazyLock<HashMap<&str, Test>> = LazyLock::new(|| FAMILIES.iter().flat_map(|family| family.iter().copied()).collect());
    let name = OWN.iter().find_map(|own| name.strip_prefix(own)).unwrap_or(name);
    BY_NAME.get(name).copied()
}
