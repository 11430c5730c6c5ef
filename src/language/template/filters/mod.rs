//! Filters, a file per family. Each family is a table from name to function.

mod address;
mod args;
mod attribute;
mod comment;
pub(in crate::language::template) mod crypt;
mod defaults;
mod dicts;
mod digest;
mod encoding;
mod functional;
mod hardware;
mod html;
mod ip;
mod ip_networks;
mod ip_query;
mod json;
mod lists;
pub(in crate::language::template) mod mersenne;
mod numbers;
mod order;
mod paths;
pub(in crate::language::template) mod python;
mod query;
mod random;
pub(in crate::language::template) mod regex;
mod sets;
mod spans;
mod text;
mod time;
mod vault;
mod yaml;
mod yaml_scalar;
mod yaml_text;

pub(in crate::language::template) use address::Address;
pub(in crate::language::template) use dicts::entry;
pub(in crate::language::template) use dicts::merge;
pub(in crate::language::template) use ip::address;
pub(in crate::language::template) use lists::pairs;
pub(in crate::language::template) use paths::expand_user;
pub use paths::normal;

use std::collections::HashMap;
use std::sync::LazyLock;

use super::Call;
use crate::language::{Diagnostic, Value};

/// A filter.
pub type Filter = fn(&Call) -> Result<Value, Diagnostic>;

/// A family of filters: their names and what they do.
type Family = &'static [(&'static str, Filter)];

/// All families; a name stands in one of them.
const FAMILIES: &[Family] = &[
    comment::FAMILY,
    defaults::FAMILY,
    dicts::FAMILY,
    digest::FAMILY,
    encoding::FAMILY,
    functional::FAMILY,
    hardware::FAMILY,
    html::FAMILY,
    ip::FAMILY,
    ip_networks::FAMILY,
    json::FAMILY,
    lists::FAMILY,
    numbers::FAMILY,
    order::FAMILY,
    paths::FAMILY,
    query::FAMILY,
    random::FAMILY,
    regex::FAMILY,
    sets::FAMILY,
    spans::FAMILY,
    text::FAMILY,
    time::FAMILY,
    vault::FAMILY,
    yaml::FAMILY,
];

/// The collections whose filters live here; a name may carry one as its prefix.
const COLLECTIONS: &[&str] = &["ansible.builtin.", "ansible.legacy.", "ansible.utils.", "ansible.netcommon.", "community.general."];

/// The filter called `name`, with or without its collection.
pub fn find(name: &str) -> Option<Filter> {
    static BY_NAME: LazyLock<HashMap<&str, Filter>> = LazyLock::new(|| FAMILIES.iter().flat_map(|family| family.iter().copied()).collect());
    let short = COLLECTIONS.iter().find_map(|c| name.strip_prefix(c)).unwrap_or(name);
    BY_NAME.get(short).copied()
}

#[cfg(test)]
pub(in crate::language::template) mod testing;

#[cfg(test)]
mod unique {
    #[test]
    fn a_name_stands_in_one_family() {
        let mut names: Vec<&str> = super::FAMILIES.iter().flat_map(|family| family.iter().map(|(name, _)| *name)).collect();
        names.sort_unstable();
        let twice: Vec<_> = names.windows(2).filter(|pair| pair[0] == pair[1]).collect();
        assert!(twice.is_empty(), "{twice:?}");
    }
}
