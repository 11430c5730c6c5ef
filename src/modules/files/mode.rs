//! Modes as tasks write them: numbers, octal text, and symbols (`u=rwX,go-w`).

use serde_json::Value as Json;

use crate::modules::Failure;
use crate::modules::host::umask;

/// A wanted mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// All the bits.
    Bits(u32),
    /// What changes in the bits that are there.
    Symbols(String),
}

impl Mode {
    /// Reads a `mode` parameter: a number counts as it is, text as octal or symbols.
    pub fn read(given: &Json) -> Result<Mode, Failure> {
        let bits = match given {
            Json::Number(number) => i64::from(number.as_u64().map_or(-1, |n| i64::try_from(n).unwrap_or(-1)) as i32),
            Json::String(text) => match octal(text) {
                Some(bits) => bits,
                None => {
                    apply(text, 0, false).map_err(not_a_mode)?;
                    return Ok(Mode::Symbols(text.clone()));
                }
            },
            other => return Err(not_a_mode(other.to_string())),
        };
        match u32::try_from(bits) {
            Ok(bits) if bits <= 0o7777 => Ok(Mode::Bits(bits)),
            _ => Err(Failure::new("Invalid mode supplied, only permission info is allowed").with("details", bits)),
        }
    }

    /// The bits this mode gives a file that has `current` now.
    pub fn bits(&self, current: u32, is_dir: bool) -> u32 {
        match self {
            Mode::Bits(bits) => *bits,
            Mode::Symbols(text) => apply(text, current & 0o7777, is_dir).unwrap_or(current & 0o7777),
        }
    }
}

fn octal(text: &str) -> Option<i64> {
    let digits = text.trim();
    let digits = digits.strip_prefix("0o").or(digits.strip_prefix("0O")).unwrap_or(digits);
    i64::from_str_radix(digits, 8).ok()
}

fn not_a_mode(details: String) -> Failure {
    Failure::new("mode must be in octal or symbolic form").with("details", details)
}

/// One class of users: its letter, the shift of its bits, and the special bit it owns.
const CLASSES: [(char, u32, u32); 3] = [('u', 6, 0o4000), ('g', 3, 0o2000), ('o', 0, 0o1000)];

fn apply(text: &str, mut mode: u32, is_dir: bool) -> Result<u32, String> {
    for clause in text.split(',') {
        mode = apply_clause(clause.trim(), mode, is_dir).ok_or_else(|| format!("bad symbolic permission for mode: {clause}"))?;
    }
    Ok(mode)
}

fn apply_clause(clause: &str, mut mode: u32, is_dir: bool) -> Option<u32> {
    let first = clause.find(['+', '-', '='])?;
    let (users, mut rest) = clause.split_at(first);
    let masked = if users.is_empty() { !umask() | 0o7000 } else { !0 };
    let users = if users.is_empty() || users == "a" { "ugo" } else { users };
    while let Some(operator) = rest.chars().next() {
        let end = rest[1..].find(['+', '-', '=']).map_or(rest.len(), |i| i + 1);
        let perms = &rest[1..end];
        let before = mode;
        for user in users.chars() {
            let &(_, shift, special) = CLASSES.iter().find(|(letter, ..)| *letter == user)?;
            let bits = class_bits(perms, before, is_dir, shift, special)? & masked;
            mode = match operator {
                '+' => mode | bits,
                '-' => mode & !bits,
                _ => mode & !(0o7 << shift | special) | bits,
            };
        }
        rest = &rest[end..];
    }
    Some(mode)
}

/// The bits `perms` stand for in the class at `shift`.
fn class_bits(perms: &str, mode: u32, is_dir: bool, shift: u32, special: u32) -> Option<u32> {
    perms.chars().try_fold(0, |bits, perm| {
        Some(
            bits | match perm {
                'r' => 4 << shift,
                'w' => 2 << shift,
                'x' => 1 << shift,
                'X' if is_dir || mode & 0o111 != 0 => 1 << shift,
                'X' => 0,
                's' => special & 0o6000,
                't' => special & 0o1000,
                'u' => (mode >> 6 & 7) << shift,
                'g' => (mode >> 3 & 7) << shift,
                'o' => (mode & 7) << shift,
                _ => return None,
            },
        )
    })
}

#[cfg(test)]
mod tests {
    use super::Mode;
    use serde_json::json;

    #[test]
    fn modes_as_ansible_reads_them() {
        let cases = [
            (json!(420), 0o600, false, 0o644),
            (json!(644), 0o600, false, 0o1204),
            (json!("0644"), 0o600, false, 0o644),
            (json!("1777"), 0o600, true, 0o1777),
            (json!("u=rwX,go=rX"), 0o600, false, 0o644),
            (json!("u=rwX,go=rX"), 0o700, false, 0o755),
            (json!("u=rwX,go=rX"), 0o600, true, 0o755),
            (json!("go-w"), 0o666, false, 0o644),
            (json!("a+x"), 0o644, false, 0o755),
            (json!("u+s,o+t"), 0o755, false, 0o5755),
            (json!("g=u"), 0o700, false, 0o770),
            (json!("u=rw-w+x"), 0o000, false, 0o500),
        ];
        for (given, current, is_dir, expected) in cases {
            let bits = Mode::read(&given).map(|mode| mode.bits(current, is_dir)).ok();
            assert_eq!(bits, Some(expected), "{given} on {current:o}");
        }
    }

    #[test]
    fn what_is_no_mode_is_refused() {
        for given in [json!("u=rwz"), json!("x=r"), json!("rw"), json!(true), json!(0o10000), json!("100644"), json!(-1)] {
            assert!(Mode::read(&given).is_err(), "{given}");
        }
    }
}
