//! Lookups, a file per family. Each family is a table from name to function.

mod files;
mod lists;
mod parsed;
mod password;
mod search;
mod sequence;
mod url;
mod variables;

use super::Call;
use crate::language::{Diagnostic, Value};

/// A lookup: its terms are the positional arguments (the lookup's name is not among them), its options the keywords.
pub type Lookup = fn(&Call) -> Result<Vec<Value>, Diagnostic>;

/// A family of lookups: their names and what they do.
type Family = &'static [(&'static str, Lookup)];

/// All families; a name stands in one of them.
const FAMILIES: &[Family] =
    &[files::FAMILY, lists::FAMILY, parsed::FAMILY, password::FAMILY, sequence::FAMILY, url::FAMILY, variables::FAMILY];

/// The lookup called `name`, with or without its collection.
pub fn find(name: &str) -> Option<Lookup> {
    let short = ["ansible.builtin.", "ansible.legacy."].iter().find_map(|c| name.strip_prefix(c)).unwrap_or(name);
    FAMILIES.iter().flat_map(|family| family.iter()).find(|(known, _)| *known == short).map(|(_, lookup)| *lookup)
}
