//! The tags of the language: `!unsafe`, `!vault` and YAML's own scalar and collection types.

use base64::Engine as _;
use saphyr_parser::Tag;

use super::{NodeKind, scalar};
use crate::language::Diagnostic;

/// A tag the language knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// `!unsafe`: data that is never templated.
    Unsafe,
    /// `!vault`: an encrypted string.
    Vault,
    /// `!!str` and the bare `!`.
    Str,
    /// `!!timestamp`
    Time,
    /// `!!int`
    Int,
    /// `!!float`
    Float,
    /// `!!bool`
    Bool,
    /// `!!null`
    Null,
    /// `!!binary`
    Binary,
    /// `!!set`
    Set,
    /// `!!seq`
    Seq,
    /// `!!map`
    Map,
}

const OWN: &[(&str, Known)] = &[("unsafe", Known::Unsafe), ("vault", Known::Vault), ("vault-encrypted", Known::Vault), ("", Known::Str)];

const CORE: &[(&str, Known)] = &[
    ("str", Known::Str),
    ("timestamp", Known::Time),
    ("int", Known::Int),
    ("float", Known::Float),
    ("bool", Known::Bool),
    ("null", Known::Null),
    ("binary", Known::Binary),
    ("set", Known::Set),
    ("seq", Known::Seq),
    ("map", Known::Map),
];

/// The known tag that `tag` is.
pub(super) fn known(tag: &Tag) -> Result<Known, Diagnostic> {
    let (table, written) = match tag.handle.as_str() {
        "tag:yaml.org,2002:" => (CORE, format!("!!{}", tag.suffix)),
        "!" => (OWN, format!("!{}", tag.suffix)),
        "" if tag.suffix == "!" => return Ok(Known::Str),
        handle => (&[][..], format!("{handle}{}", tag.suffix)),
    };
    table.iter().find(|(name, _)| *name == tag.suffix).map(|(_, known)| *known).ok_or_else(|| {
        Diagnostic::new(format!("unknown tag {written}"))
            .hint("known are !unsafe, !vault, !!str, !!int, !!float, !!bool, !!null, !!timestamp, !!binary, !!seq, !!map and !!set")
    })
}

/// The scalar `text` under `tag`.
pub(super) fn scalar(tag: Known, text: &str) -> Result<NodeKind, Diagnostic> {
    let wrong = |kind: &str| Diagnostic::new(format!("{text:?} is not {kind}"));
    Ok(match tag {
        Known::Unsafe => NodeKind::Str { text: text.to_string(), unsafe_: true },
        Known::Str => NodeKind::Str { text: text.to_string(), unsafe_: false },
        Known::Vault => NodeKind::Vault(text.to_string()),
        Known::Time => scalar::time(text).ok_or_else(|| wrong("a date or a time"))?,
        Known::Int => NodeKind::Int(scalar::int(text).ok_or_else(|| wrong("an integer"))?),
        Known::Float => NodeKind::Float(number(text).ok_or_else(|| wrong("a float"))?),
        Known::Bool => NodeKind::Bool(scalar::bool(&text.to_lowercase()).ok_or_else(|| wrong("a boolean"))?),
        Known::Null => NodeKind::Null,
        Known::Binary => NodeKind::Binary(binary(text).ok_or_else(|| wrong("base64"))?),
        Known::Seq => return Err(wrong("a list")),
        Known::Map | Known::Set => return Err(wrong("a mapping")),
    })
}

fn binary(text: &str) -> Option<Vec<u8>> {
    let packed: String = text.split_whitespace().collect();
    base64::engine::general_purpose::STANDARD.decode(packed).ok()
}

fn number(text: &str) -> Option<f64> {
    scalar::float(text).or_else(|| scalar::int(text).map(|i| i as f64)).or_else(|| text.parse().ok())
}
