//! Networks cut into smaller ones and merged into larger ones: more of `ansible.utils`.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::address::Address;
use super::ip::address;
use super::{Family, python};
use crate::language::template::Call;
use crate::language::{Diagnostic, Value};

pub(super) const FAMILY: Family =
    &[("ipsubnet", ipsubnet), ("cidr_merge", cidr_merge), ("reduce_on_network", reduce_on_network), ("usable_range", usable_range)];

/// The longest list of addresses `usable_range` gives.
const LONGEST: u128 = 1 << 16;

/// `ipsubnet(size, index)`: the input as a network; how many subnets of `size` it has, or one of them; a network around
/// it; its place in a network.
fn ipsubnet(call: &Call) -> Result<Value, Diagnostic> {
    let Some(address) = address(call.defined_input()?) else { return Ok(Value::Bool(false)) };
    let Some(query) = call.text_arg(1, "query")?.filter(|q| !q.is_empty()) else { return Ok(address.network().into()) };
    let Ok(size) = query.parse::<u8>() else { return rank(call, &address, &query) };
    if size > address.bits() {
        return Ok(Value::Bool(false));
    }
    match call.int_arg(2, "index")? {
        None if size >= address.prefix => Ok(Value::Int(1i128 << (size - address.prefix).min(126))),
        None if !address.explicit => Ok(Address { prefix: size, ..address }.network().into()),
        None => Err(call.error(format!("Requested subnet size of {size} is invalid"))),
        Some(index) if size < address.prefix => Ok(around(&address, size, index)),
        Some(index) => Ok(subnet(&address, size, index)),
    }
}

/// The place of the address among the networks of its size in another one, from one.
fn rank(call: &Call, address: &Address, query: &str) -> Result<Value, Diagnostic> {
    let network =
        Address::parse(query).ok_or_else(|| call.error(format!("You must pass a valid subnet or IP address; {query} is invalid")))?;
    if !network.holds(address) {
        return Err(call.error(format!("{} is not in the subnet {}", address.with_prefix(), network.network())));
    }
    let size = address.last() - address.first() + 1;
    Ok(((address.first() - network.first()) / size + 1).to_string().into())
}

/// The position that `index` means among `total`, from the end when it is negative.
fn position(index: i128, total: i128) -> Option<i128> {
    let index = if index < 0 { total + index } else { index };
    (0..total).contains(&index).then_some(index)
}

fn subnet(address: &Address, size: u8, index: i128) -> Value {
    let Some(index) = position(index, 1i128 << (size - address.prefix).min(126)) else { return Value::Bool(false) };
    let free = address.bits() - size;
    let offset = (index as u128).checked_shl(free.into()).unwrap_or(0);
    let ip = Address::ip_from(address.first().wrapping_add(offset), address.version());
    format!("{ip}/{size}").into()
}

/// One of the networks around the address, from that of `size` to the next one larger than its own.
fn around(address: &Address, size: u8, index: i128) -> Value {
    match position(index, (address.prefix - size).into()) {
        Some(index) => Address { prefix: size + index as u8, ..*address }.network().into(),
        None => Value::Bool(false),
    }
}

/// `cidr_merge(action='merge')`: the fewest networks that hold the same; `span`: the one that holds all.
fn cidr_merge(call: &Call) -> Result<Value, Diagnostic> {
    let mut networks = Vec::new();
    for item in call.items()? {
        let found = address(&item).and_then(|a| IpNet::new(a.ip, a.prefix).ok());
        networks.push(found.ok_or_else(|| call.error(format!("invalid IPNetwork {}", python::text(&item))))?);
    }
    match call.text_arg(1, "action")?.as_deref() {
        None | Some("merge") => Ok(merged(&networks).into_iter().map(|net| Value::from(net.to_string())).collect()),
        Some("span") => span(&networks).map(Value::from).ok_or_else(|| call.error("one kind of address is needed")),
        Some(other) => Err(call.error(format!("invalid action '{other}'"))),
    }
}

fn merged(networks: &[IpNet]) -> Vec<IpNet> {
    let four: Vec<Ipv4Net> = networks.iter().filter_map(|net| if let IpNet::V4(net) = net { Some(net.trunc()) } else { None }).collect();
    let six: Vec<Ipv6Net> = networks.iter().filter_map(|net| if let IpNet::V6(net) = net { Some(net.trunc()) } else { None }).collect();
    let four = Ipv4Net::aggregate(&four).into_iter().map(IpNet::V4);
    four.chain(Ipv6Net::aggregate(&six).into_iter().map(IpNet::V6)).collect()
}

fn span(networks: &[IpNet]) -> Option<String> {
    let mut whole = networks.first()?.trunc();
    for network in networks {
        while !whole.contains(network) {
            whole = whole.supernet()?;
        }
    }
    Some(whole.to_string())
}

/// `reduce_on_network(network)`: the addresses that lie in the network.
fn reduce_on_network(call: &Call) -> Result<Value, Diagnostic> {
    let network = address(call.need(1, "network")?).ok_or_else(|| call.error("a network is needed"))?;
    let inside = |item: &Value| address(item).is_some_and(|address| network.holds(&address));
    Ok(call.items()?.into_iter().filter(inside).collect())
}

/// `usable_range`: all addresses of a network and how many they are.
fn usable_range(call: &Call) -> Result<Value, Diagnostic> {
    let network = address(call.defined_input()?).ok_or_else(|| call.error("a network is needed"))?;
    let count = network.last() - network.first();
    if count >= LONGEST {
        return Err(call.error(format!("the network has more than {LONGEST} addresses")));
    }
    let all: Value = (network.first()..=network.last()).map(|n| Value::from(network.with(n))).collect();
    let count = Value::Int(count as i128 + 1);
    Ok(Value::map([("usable_ips".into(), all), ("number_of_ips".into(), count)].into_iter().collect()))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, filter};
    use serde_json::json;

    #[test]
    fn parts_and_wholes() {
        check(vec![
            ("ipsubnet", json!(["192.168.0.0/16", 20]), json!({}), json!(16)),
            ("ipsubnet", json!(["192.168.0.0/16", 20, 1]), json!({}), json!("192.168.16.0/20")),
            ("ipsubnet", json!(["192.168.0.0/16", 20, -1]), json!({}), json!("192.168.240.0/20")),
            ("ipsubnet", json!(["192.168.0.0/16", 20, 99]), json!({}), json!(false)),
            ("ipsubnet", json!(["192.168.144.5", 20]), json!({}), json!("192.168.144.0/20")),
            ("ipsubnet", json!(["192.168.144.5", 18, 0]), json!({}), json!("192.168.128.0/18")),
            ("ipsubnet", json!(["192.168.144.5", 18, -1]), json!({}), json!("192.168.144.4/31")),
            ("ipsubnet", json!(["192.168.144.16/30", "192.168.0.0/16"]), json!({}), json!("9221")),
            ("cidr_merge", json!([["192.168.0.0/17", "192.168.128.0/17", "192.168.128.1"]]), json!({}), json!(["192.168.0.0/16"])),
            ("cidr_merge", json!([["fd00::1", "10.0.0.1", "10.0.0.0"]]), json!({}), json!(["10.0.0.0/31", "fd00::1/128"])),
            ("cidr_merge", json!([["192.168.1.1", "192.168.1.4"], "span"]), json!({}), json!("192.168.1.0/29")),
            ("reduce_on_network", json!([["10.1.1.1", "10.2.1.2"], "10.1.0.0/16"]), json!({}), json!(["10.1.1.1"])),
            ("usable_range", json!("10.0.0.0/31"), json!({}), json!({"usable_ips": ["10.0.0.0", "10.0.0.1"], "number_of_ips": 2})),
        ]);
        assert!(filter("ipsubnet", json!(["10.1.1.1", "192.168.0.0/16"]), json!({})).is_err());
        assert!(filter("usable_range", json!("10.0.0.0/8"), json!({})).is_err());
    }
}
