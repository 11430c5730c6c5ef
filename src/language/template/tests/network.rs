//! Tests of addresses, from the collection `ansible.utils`.

use super::Family;
use crate::language::template::Call;
use crate::language::template::filters::{Address, address};
use crate::language::{Diagnostic, Value};

pub(super) const FAMILY: Family = &[
    ("ansible.utils.ip", |call| is(call, |_| true)),
    ("ansible.utils.ip_address", |call| is(call, |a| !a.explicit)),
    ("ansible.utils.ipv4", |call| is(call, |a| a.version() == 4)),
    ("ansible.utils.ipv4_address", |call| is(call, |a| a.version() == 4 && !a.explicit)),
    ("ansible.utils.ipv4_hostmask", |call| is(call, |a| a.version() == 4 && a.number() != 0 && (a.number() + 1).is_power_of_two())),
    ("ansible.utils.ipv4_netmask", |call| is(call, |a| a.version() == 4 && a.number() != 0 && (ALL_V4 - a.number() + 1).is_power_of_two())),
    ("ansible.utils.ipv6", |call| is(call, |a| a.version() == 6)),
    ("ansible.utils.ipv6_address", |call| is(call, |a| a.version() == 6 && !a.explicit)),
    ("ansible.utils.loopback", |call| is(call, |a| a.ip.is_loopback())),
    ("ansible.utils.multicast", |call| is(call, |a| a.ip.is_multicast())),
    ("ansible.utils.private", |call| is(call, |a| !a.explicit && a.is_private())),
    ("ansible.utils.public", |call| is(call, |a| !a.explicit && !a.is_private())),
    ("ansible.utils.unspecified", |call| is(call, |a| a.ip.is_unspecified())),
    ("ansible.utils.in_network", |call| within(call, |a, net| net.holds(a))),
    ("ansible.utils.in_any_network", |call| within(call, |a, net| net.holds(a))),
    ("ansible.utils.subnet_of", |call| within(call, |a, net| net.holds(a))),
    ("ansible.utils.supernet_of", |call| within(call, |a, net| a.holds(net))),
];

/// All bits of an address of IPv4.
const ALL_V4: u128 = 0xffff_ffff;

/// Whether the input is an address or a network without a host's bits, and `holds` of it.
fn is(call: &Call, holds: impl Fn(&Address) -> bool) -> Result<bool, Diagnostic> {
    Ok(address(call.defined_input()?).is_some_and(|address| address.number() == address.first() && holds(&address)))
}

/// Whether `holds` of the input and the network that is given, or one of those.
fn within(call: &Call, holds: fn(&Address, &Address) -> bool) -> Result<bool, Diagnostic> {
    let given = call.arg(1, "network").ok_or_else(|| call.error("a network is missing"))?;
    let networks = match given {
        Value::List(networks) => networks.iter().filter_map(address).collect(),
        one => Vec::from_iter(address(one)),
    };
    is(call, |address| networks.iter().any(|network| holds(address, network)))
}
