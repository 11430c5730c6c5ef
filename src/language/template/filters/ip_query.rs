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
    /// There is no such question.
    Unknown,
}

/// A question about an address; `None`: it does not belong.
type Question = fn(&Address) -> Option<Value>;

/// The questions by name.
const QUESTIONS: &[(&str, Question)] = &[
    ("", |a| Some(shown(a))),
    ("address", |a| Some(a.ip.to_string().into())),
    ("ip", |a| Some(a.ip.to_string().into())),
    ("address/prefix", |a| Some(a.with_prefix().into())),
    ("ip/prefix", |a| Some(a.with_prefix().into())),
    ("host/prefix", |a| is_host(a).then(|| a.with_prefix().into())),
    ("gateway", |a| is_host(a).then(|| a.with_prefix().into())),
    ("gw", |a| is_host(a).then(|| a.with_prefix().into())),
    ("hostnet", |a| is_host(a).then(|| a.with_prefix().into())),
    ("router", |a| is_host(a).then(|| a.with_prefix().into())),
    ("host", |a| is_host(a).then(|| a.with_prefix().into())),
    ("bool", |_| Some(true.into())),
    ("broadcast", |a| (a.version() == 4 && a.prefix < 31).then(|| a.with(a.last()).into())),
    ("cidr", |a| Some(a.with_prefix().into())),
    ("first_usable", |a| ranged(a).then(|| a.with(a.usable().0).into())),
    ("last_usable", |a| ranged(a).then(|| a.with(a.usable().1).into())),
    ("range_usable", |a| ranged(a).then(|| format!("{}-{}", a.with(a.usable().0), a.with(a.usable().1)).into())),
    ("size_usable", |a| ranged(a).then(|| number(a.usable().1 - a.usable().0 + 1))),
    ("next_usable", |a| neighbour(a, 1)),
    ("previous_usable", |a| neighbour(a, -1)),
    ("hostmask", |a| Some(a.with(a.host_mask()).into())),
    ("wildcard", |a| Some(a.with(a.host_mask()).into())),
    ("int", |a| Some(if a.explicit { format!("{}/{}", a.number(), a.prefix).into() } else { number(a.number()) })),
    ("ipv4", |a| (a.version() == 4).then(|| shown(a))),
    ("v4", |a| (a.version() == 4).then(|| shown(a))),
    ("ipv6", |a| (a.version() == 6).then(|| shown(a))),
    ("v6", |a| (a.version() == 6).then(|| shown(a))),
    ("link-local", |a| is_link_local(a).then(|| shown(a))),
    ("lo", |a| a.ip.is_loopback().then(|| shown(a))),
    ("loopback", |a| a.ip.is_loopback().then(|| shown(a))),
    ("multicast", |a| a.ip.is_multicast().then(|| shown(a))),
    ("unicast", |a| (!a.ip.is_multicast()).then(|| shown(a))),
    ("private", |a| a.is_private().then(|| shown(a))),
    ("public", |a| (!a.is_private() && !a.ip.is_multicast()).then(|| shown(a))),
    ("net", |a| (a.explicit && a.number() == a.first()).then(|| a.network().into())),
    ("netmask", |a| Some(a.with(!a.host_mask() & all(a)).into())),
    ("network", |a| Some(a.with(a.first()).into())),
    ("network_id", |a| Some(a.with(a.first()).into())),
    ("network/prefix", |a| Some(a.network().into())),
    ("subnet", |a| Some(a.network().into())),
    ("ip_netmask", |a| Some(format!("{} {}", a.ip, a.with(!a.host_mask() & all(a))).into())),
    ("network_netmask", |a| Some(format!("{} {}", a.with(a.first()), a.with(!a.host_mask() & all(a))).into())),
    ("network_wildcard", |a| Some(format!("{} {}", a.with(a.first()), a.with(a.host_mask())).into())),
    ("peer", peer),
    ("prefix", |a| Some(number(a.prefix.into()))),
    ("revdns", |a| Some(reverse_name(a).into())),
    ("size", |a| Some(number((a.last() - a.first()).saturating_add(1)))),
    ("type", |a| Some(if a.number() == a.first() && a.explicit { "network" } else { "address" }.into())),
    ("version", |a| Some(number(a.version().into()))),
    ("unspec", |a| a.ip.is_unspecified().then(|| shown(a))),
    ("wrap", |a| Some(if a.version() == 6 { format!("[{}]{}", a.ip, suffix(a)).into() } else { shown(a) })),
];

/// The answer to a question: a name, a position in the network, or a network the address should lie in.
pub fn answer(address: &Address, query: &str) -> Answer {
    if let Some((_, question)) = QUESTIONS.iter().find(|(name, _)| *name == query) {
        return question(address).map_or(Answer::Nothing, Answer::Value);
    }
    if let Ok(position) = query.parse::<i128>() {
        return address.nth(position).map_or(Answer::No, |ip| Answer::Value(format!("{ip}/{}", address.prefix).into()));
    }
    match Address::parse(query) {
        Some(net) if net.version() == address.version() && net.first() <= address.first() && net.last() >= address.last() => {
            Answer::Value(shown(address))
        }
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
    address.explicit && (address.number() != address.first() || address.prefix >= address.bits() - 1)
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
