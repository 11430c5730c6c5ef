//! The questions that `ipaddr` answers, a row for each.

use std::net::IpAddr;

use super::address::Address;
use crate::language::Value;

/// An answer.
pub enum Answer {
    /// This value.
    Value(Value),
    /// The address does not belong to what was asked for.
    Nothing,
    /// The question has no answer for such an address.
    No,
    /// It cannot be asked of such an address.
    Wrong(&'static str),
    /// There is no such question.
    Unknown,
}

/// A question about an address; `None`: it does not belong.
type Question = fn(&Address) -> Option<Value>;

/// Questions that only networks answer.
const OF_NETWORKS: [&str; 6] = ["first_usable", "last_usable", "next_usable", "peer", "previous_usable", "range_usable"];

/// The questions by name.
const QUESTIONS: &[(&str, Question)] = &[
    ("", |a| Some(shown(a))),
    ("address", |a| (!is_network_v4(a)).then(|| a.ip.to_string().into())),
    ("ip", |a| (!is_network_v4(a)).then(|| a.ip.to_string().into())),
    ("address/prefix", host_or_false),
    ("ip/prefix", |a| (ranged(a) && (a.number() != a.first() || a.bits() - a.prefix == 1)).then(|| a.with_prefix().into())),
    ("host/prefix", host_or_false),
    ("gateway", host_or_false),
    ("gw", host_or_false),
    ("hostnet", host_or_false),
    ("router", host_or_false),
    ("host", |a| is_host(a).then(|| a.with_prefix().into())),
    ("bool", |_| Some(true.into())),
    ("broadcast", |a| (a.bits() - a.prefix > 1).then(|| a.with(a.last()).into())),
    ("cidr", |a| Some(a.with_prefix().into())),
    ("first_usable", |a| ranged(a).then(|| a.with(a.usable().0).into())),
    ("last_usable", |a| ranged(a).then(|| a.with(a.usable().1).into())),
    ("range_usable", |a| ranged(a).then(|| format!("{}-{}", a.with(a.usable().0), a.with(a.usable().1)).into())),
    ("size_usable", |a| Some(number(if ranged(a) { a.usable().1 - a.usable().0 + 1 } else { 0 }))),
    ("next_usable", |a| neighbour(a, 1)),
    ("previous_usable", |a| neighbour(a, -1)),
    ("hostmask", |a| Some(a.with(a.host_mask()).into())),
    ("wildcard", |a| Some(a.with(a.host_mask()).into())),
    ("int", |a| Some(if a.explicit { format!("{}/{}", a.number(), a.prefix).into() } else { number(a.number()) })),
    ("ipv4", |a| Some(a.to_v4().map_or(Value::Bool(false), |v4| if a.version() == 4 { shown(a) } else { v4.with_prefix().into() }))),
    ("v4", |a| (a.version() == 4).then(|| shown(a))),
    ("ipv6", |a| Some(if a.version() == 6 { shown(a) } else { a.to_v6().with_prefix().into() })),
    ("v6", |a| (a.version() == 6).then(|| shown(a))),
    ("link-local", |a| is_link_local(a).then(|| shown(a))),
    ("lo", |a| a.ip.is_loopback().then(|| shown(a))),
    ("loopback", |a| a.ip.is_loopback().then(|| shown(a))),
    ("multicast", |a| a.ip.is_multicast().then(|| shown(a))),
    ("unicast", |a| (!a.ip.is_multicast()).then(|| shown(a))),
    ("private", |a| a.is_private().then(|| shown(a))),
    ("public", |a| (!a.is_private() && !a.ip.is_multicast()).then(|| shown(a))),
    ("net", |a| (ranged(a) && a.number() == a.first()).then(|| a.network().into())),
    ("netmask", |a| Some(a.with(!a.host_mask() & all(a)).into())),
    ("network", |a| Some(a.with(a.first()).into())),
    ("network_id", |a| Some(a.with(a.first()).into())),
    ("network/prefix", |a| Some(a.network().into())),
    ("subnet", |a| Some(a.network().into())),
    ("ip_netmask", |a| {
        (ranged(a) && a.number() != a.first() || a.bits() - a.prefix == 1)
            .then(|| format!("{} {}", a.ip, a.with(!a.host_mask() & all(a))).into())
    }),
    ("network_netmask", |a| Some(format!("{} {}", a.with(a.first()), a.with(!a.host_mask() & all(a))).into())),
    ("network_wildcard", |a| Some(format!("{} {}", a.with(a.first()), a.with(a.host_mask())).into())),
    ("peer", peer),
    ("prefix", |a| Some(number(a.prefix.into()))),
    ("revdns", |a| Some(reverse_name(a).into())),
    ("size", |a| Some(number((a.last() - a.first()).saturating_add(1)))),
    ("type", |a| Some(if a.number() == a.first() && ranged(a) { "network" } else { "address" }.into())),
    ("version", |a| Some(number(a.version().into()))),
    ("6to4", |a| Some(six_to_four(a).map_or(Value::Bool(false), Value::from))),
    ("unspec", |a| a.ip.is_unspecified().then(|| shown(a))),
    ("wrap", |a| Some(if a.version() == 6 { format!("[{}]{}", a.ip, suffix(a)).into() } else { shown(a) })),
];

/// The answer to a question: a name, a position in the network, or a network the address should lie in.
pub fn answer(address: &Address, query: &str) -> Answer {
    if OF_NETWORKS.contains(&query) && !address.explicit {
        return Answer::Wrong("Not a network address");
    }
    if query == "peer" && !matches!(address.bits() - address.prefix, 1 | 2) {
        return Answer::Wrong("Not a point-to-point network");
    }
    if let Some((_, question)) = QUESTIONS.iter().find(|(name, _)| *name == query) {
        return question(address).map_or(Answer::Nothing, Answer::Value);
    }
    if let Ok(position) = query.parse::<i128>() {
        if !ranged(address) {
            return Answer::Value(shown(address));
        }
        return address.nth(position).map_or(Answer::No, |ip| Answer::Value(format!("{ip}/{}", address.prefix).into()));
    }
    match Address::parse(query) {
        Some(net) if net.holds(address) => Answer::Value(shown(address)),
        Some(_) => Answer::Nothing,
        None => Answer::Unknown,
    }
}

/// The address as it was given.
fn shown(address: &Address) -> Value {
    format!("{}{}", address.ip, suffix(address)).into()
}

fn suffix(address: &Address) -> String {
    address.given_prefix().map(|prefix| format!("/{prefix}")).unwrap_or_default()
}

fn number(n: u128) -> Value {
    i128::try_from(n).map_or_else(|_| n.to_string().into(), Value::Int)
}

/// All bits of an address of that kind.
fn all(address: &Address) -> u128 {
    if address.version() == 4 { u32::MAX.into() } else { u128::MAX }
}

/// Whether it is a host's address with its network.
fn is_host(address: &Address) -> bool {
    !ranged(address) || address.number() != address.first() || address.bits() - address.prefix == 1
}

/// Whether it is the first address of a network of more than two, in IPv4.
fn is_network_v4(address: &Address) -> bool {
    address.version() == 4 && address.prefix < 31 && address.number() == address.first()
}

/// A host's address with its prefix; false for the ends of a network.
fn host_or_false(address: &Address) -> Option<Value> {
    let end = address.bits() - address.prefix > 1 && [address.first(), address.last()].contains(&address.number());
    Some(if end { Value::Bool(false) } else { address.with_prefix().into() })
}

/// The network of IPv6 that an address of IPv4 has to itself.
fn six_to_four(address: &Address) -> Option<String> {
    let host = address.version() == 4 && !address.ip.is_multicast() && is_host(address) && address.bits() - address.prefix != 1;
    let number = address.number();
    host.then(|| format!("2002:{:04x}:{:04x}::1/48", number >> 16, number & 0xffff))
}

/// Whether the network has more than one address.
fn ranged(address: &Address) -> bool {
    address.prefix < address.bits()
}

/// The usable address beside this one.
fn neighbour(address: &Address, way: i128) -> Option<Value> {
    let (first, last) = address.usable();
    let found = if way > 0 { address.number().checked_add(1) } else { address.number().checked_sub(1) };
    found.filter(|n| ranged(address) && (first..=last).contains(n)).map(|n| address.with(n).into())
}

/// The other end of a link of two.
fn peer(address: &Address) -> Option<Value> {
    let (number, first) = (address.number(), address.first());
    match address.bits() - address.prefix {
        1 => Some(address.with(number ^ 1).into()),
        2 if number == first + 1 => Some(address.with(first + 2).into()),
        2 if number == first + 2 => Some(address.with(first + 1).into()),
        _ => None,
    }
}

fn is_link_local(address: &Address) -> bool {
    match address.ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    }
}

/// The name for reverse look-ups.
fn reverse_name(address: &Address) -> String {
    match address.ip {
        IpAddr::V4(ip) => {
            let [a, b, c, d] = ip.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa.")
        }
        IpAddr::V6(ip) => {
            let digits = format!("{:032x}", u128::from(ip));
            digits.chars().rev().map(|c| format!("{c}.")).collect::<String>() + "ip6.arpa."
        }
    }
}
