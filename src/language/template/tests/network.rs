//! Tests of addresses, from the collection `ansible.utils`.

use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

use super::Family;
use crate::language::Diagnostic;
use crate::language::template::Call;

pub(super) const FAMILY: Family = &[
    ("ansible.utils.ip", |call| Ok(address(call)?.is_some())),
    ("ansible.utils.ip_address", |call| Ok(alone(call)?.is_some())),
    ("ansible.utils.ipv4", |call| Ok(address(call)?.is_some_and(|address| address.is_ipv4()))),
    ("ansible.utils.ipv4_address", |call| Ok(alone(call)?.is_some_and(|address| address.is_ipv4()))),
    ("ansible.utils.ipv6", |call| Ok(address(call)?.is_some_and(|address| address.is_ipv6()))),
    ("ansible.utils.ipv6_address", |call| Ok(alone(call)?.is_some_and(|address| address.is_ipv6()))),
];

/// An address, with or without a prefix length.
fn address(call: &Call) -> Result<Option<IpAddr>, Diagnostic> {
    let text = call.defined_input()?.as_str().unwrap_or_default();
    Ok(IpAddr::from_str(text).ok().or_else(|| IpNet::from_str(text).ok().map(|net| net.addr())))
}

fn alone(call: &Call) -> Result<Option<IpAddr>, Diagnostic> {
    Ok(IpAddr::from_str(call.defined_input()?.as_str().unwrap_or_default()).ok())
}
