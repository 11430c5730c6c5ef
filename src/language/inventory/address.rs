//! What an inventory writes for hosts: a name or address, perhaps a range, perhaps a port.

use std::net::Ipv6Addr;

use super::range;
use crate::language::Diagnostic;

/// The hosts that `text` names, and their port.
pub(super) fn expand(text: &str) -> Result<(Vec<String>, Option<u16>), Diagnostic> {
    if text.ends_with(':') {
        return Err(Diagnostic::new(format!("the host name {text} ends with a colon"))
            .hint("a YAML inventory needs a name that ends in .yml or .yaml"));
    }
    let (name, port) = split_port(text);
    match name.strip_prefix('[').and_then(|n| n.strip_suffix(']')).filter(|n| is_ipv6(n)) {
        Some(address) => Ok((vec![address.to_string()], port)),
        None if is_ipv6(name) => Ok((vec![name.to_string()], port)),
        None => Ok((range::expand(name)?, port)),
    }
}

/// The name and the port of `host:port` and `[address]:port`; a bare IPv6 address has no port.
pub(super) fn split_port(text: &str) -> (&str, Option<u16>) {
    if is_ipv6(text) {
        return (text, None);
    }
    match text.rsplit_once(':').map(|(name, port)| (name, port.parse::<u16>())) {
        Some((name, Ok(port))) if !colon_outside_brackets(name) => (name, Some(port)),
        _ => (text, None),
    }
}

fn colon_outside_brackets(name: &str) -> bool {
    let mut depth = 0;
    name.chars().any(|c| {
        depth += i32::from(c == '[') - i32::from(c == ']');
        // An unbalanced name was cut within its range.
        c == ':' && depth == 0
    }) || depth != 0
}

/// Whether `text` is an IPv6 address.
pub(super) fn is_ipv6(text: &str) -> bool {
    text.parse::<Ipv6Addr>().is_ok()
}
