//! Interfaces, addresses and default routes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;

use ipnet::{IpNet, Ipv4Net};
use serde_json::{Map, Value as Json, json};

use super::netlink::{Address, Link, addresses, links};
use super::{Facts, text};
use crate::modules::Failure;

/// `interfaces`, a fact per interface, `default_ipv4 default_ipv6 all_ipv4_addresses all_ipv6_addresses`.
pub fn collect(facts: &mut Facts) -> Result<(), Failure> {
    let (links, addresses) = (links()?, addresses()?);
    let interfaces: Vec<Interface> = links.iter().map(|link| Interface::new(link, &links, &addresses)).collect();
    let all = |v4: bool| -> Vec<String> {
        let ours = addresses.iter().filter(|a| a.ip.is_ipv4() == v4 && !a.ip.is_loopback());
        ours.map(|a| a.ip.to_string()).collect()
    };
    facts.set("all_ipv4_addresses", all(true));
    facts.set("all_ipv6_addresses", all(false));
    facts.set("default_ipv4", default(&interfaces, default_route4(&text("/proc/net/route"))));
    facts.set("default_ipv6", default(&interfaces, default_route6(&text("/proc/net/ipv6_route"))));
    for interface in &interfaces {
        facts.set(&interface.link.name.replace(['-', ':', '.'], "_"), interface.fact());
    }
    facts.set("interfaces", links.iter().map(|link| link.name.as_str()).collect::<Vec<_>>());
    Ok(())
}

/// A link with what belongs to it.
struct Interface<'l> {
    link: &'l Link,
    addresses: Vec<&'l Address>,
    members: Vec<&'l str>,
}

impl<'l> Interface<'l> {
    fn new(link: &'l Link, links: &'l [Link], addresses: &'l [Address]) -> Interface<'l> {
        let members = links.iter().filter(|other| other.master == Some(link.index));
        Interface {
            link,
            addresses: addresses.iter().filter(|a| a.index == link.index).collect(),
            members: members.map(|member| member.name.as_str()).collect(),
        }
    }

    fn fact(&self) -> Json {
        let Link { name, mac, mtu, kind, up, promiscuous, .. } = self.link;
        let mut fact = Map::new();
        let mut set = |key: &str, value: Json| fact.insert(key.to_string(), value);
        set("device", name.as_str().into());
        set("active", (*up).into());
        set("promisc", (*promiscuous).into());
        set("mtu", (*mtu).into());
        set("type", (*kind).into());
        if *kind != "loopback" && !mac.is_empty() {
            set("macaddress", mac.as_str().into());
        }
        if let Some(speed) = speed(self.link) {
            set("speed", speed.into());
        }
        if *kind == "bridge" {
            set("interfaces", self.members.clone().into());
        }
        if *kind == "bonding" {
            set("slaves", self.members.clone().into());
        }
        let mut v4 = self.addresses.iter().filter(|a| a.ip.is_ipv4()).map(|a| ipv4(a));
        if let Some(first) = v4.next() {
            set("ipv4", first.into());
        }
        let others: Vec<Json> = v4.map(Json::Object).collect();
        if !others.is_empty() {
            set("ipv4_secondaries", others.into());
        }
        let v6: Vec<Json> = self.addresses.iter().filter(|a| a.ip.is_ipv6()).map(|a| ipv6(a)).collect();
        if !v6.is_empty() {
            set("ipv6", v6.into());
        }
        fact.into()
    }
}

/// The speed in Mbit/s, which only `/sys` knows; it may show another namespace's links, so they have to be the same.
fn speed(link: &Link) -> Option<i64> {
    let dir = Path::new("/sys/class/net").join(&link.name);
    let same = text(dir.join("ifindex")) == link.index.to_string() && text(dir.join("address")) == link.mac;
    text(dir.join("speed")).parse().ok().filter(|_| same)
}

fn ipv4(address: &Address) -> Map<String, Json> {
    let (network, netmask) = match address.ip {
        IpAddr::V4(ip) => Ipv4Net::new(ip, address.prefix).map(|n| (n.network().to_string(), n.netmask().to_string())).unwrap_or_default(),
        IpAddr::V6(_) => Default::default(),
    };
    let broadcast = address.broadcast.map(|b| b.to_string()).unwrap_or_default();
    let fields = [
        ("address", address.ip.to_string()),
        ("broadcast", broadcast),
        ("netmask", netmask),
        ("network", network),
        ("prefix", address.prefix.to_string()),
    ];
    fields.into_iter().map(|(k, v)| (k.to_string(), v.into())).collect()
}

fn ipv6(address: &Address) -> Json {
    json!({"address": address.ip.to_string(), "prefix": address.prefix.to_string(), "scope": address.scope})
}

/// The way out of this host.
#[derive(Debug, PartialEq)]
struct Route {
    interface: String,
    gateway: Option<IpAddr>,
}

/// The default route with the smallest metric in the text of `/proc/net/route`.
fn default_route4(table: &str) -> Option<Route> {
    let rows = table
        .lines()
        .skip(1)
        .map(|l| l.split_whitespace().collect::<Vec<_>>())
        .filter(|r| r.len() > 7 && r[1] == "00000000" && r[7] == "00000000");
    let row = rows.min_by_key(|r| r[6].parse::<u32>().unwrap_or(u32::MAX))?;
    let gateway = u32::from_str_radix(row[2], 16).ok().filter(|g| *g != 0).map(|g| Ipv4Addr::from(g.to_ne_bytes()).into());
    Some(Route { interface: row[0].to_string(), gateway })
}

/// The default route with the smallest metric in the text of `/proc/net/ipv6_route`.
fn default_route6(table: &str) -> Option<Route> {
    let rows = table.lines().map(|l| l.split_whitespace().collect::<Vec<_>>());
    let rows = rows.filter(|r| r.len() > 9 && r[0].bytes().all(|b| b == b'0') && r[1] == "00" && r[9] != "lo");
    let row = rows.min_by_key(|r| u32::from_str_radix(r[5], 16).unwrap_or(u32::MAX))?;
    let gateway = u128::from_str_radix(row[4], 16).ok().filter(|g| *g != 0).map(|g| Ipv6Addr::from(g).into());
    Some(Route { interface: row[9].to_string(), gateway })
}

/// The address that traffic on the default route comes from; empty when there is no such route.
fn default(interfaces: &[Interface], route: Option<Route>) -> Json {
    let nothing = || json!({});
    let Some(route) = route else { return nothing() };
    let Some(interface) = interfaces.iter().find(|i| i.link.name == route.interface) else { return nothing() };
    let wants_v4 = route.gateway.is_none_or(|g| g.is_ipv4());
    let link = interface.link;
    let candidates: Vec<&Address> =
        interface.addresses.iter().copied().filter(|a| a.ip.is_ipv4() == wants_v4 && (wants_v4 || a.scope == "global")).collect();
    let reaches = |a: &&&Address| route.gateway.zip(IpNet::new(a.ip, a.prefix).ok()).is_some_and(|(g, net)| net.contains(&g));
    let Some(address) = candidates.iter().find(reaches).or(candidates.first()) else { return nothing() };
    let mut fact = if wants_v4 { ipv4(address) } else { ipv6(address).as_object().cloned().unwrap_or_default() };
    let more = json!({"interface": link.name, "macaddress": link.mac, "mtu": link.mtu, "type": link.kind, "gateway": route.gateway});
    fact.extend(more.as_object().cloned().unwrap_or_default());
    if wants_v4 {
        fact.insert("alias".into(), address.label.as_deref().unwrap_or(&link.name).into());
    }
    fact.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_default_routes() {
        let table = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n\
            eth1\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\neth0\t00000000\t0100580A\t0003\t0\t0\t10\t00000000\t0\t0\t0\neth0\t0000580A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n";
        assert_eq!(default_route4(table), Some(Route { interface: "eth0".into(), gateway: Some(IpAddr::from([10, 88, 0, 1])) }));
        let zero = "0".repeat(32);
        let table = format!(
            "{zero} 00 {zero} 00 {zero} ffffffff 00000001 00000000 00200200       lo\n{zero} 00 {zero} 00 fe80000000000000000000000000000a 00000400 1 0 00000003 eth0\n"
        );
        let route = default_route6(&table);
        assert_eq!(route.map(|r| (r.interface, r.gateway.map(|g| g.to_string()))), Some(("eth0".into(), Some("fe80::a".into()))));
        assert_eq!(default_route4(""), None);
    }
}
