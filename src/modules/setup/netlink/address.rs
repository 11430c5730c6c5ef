//! Addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{attributes, dump, string, u32_at};
use crate::modules::Failure;

/// One address of one interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The interface's number.
    pub index: u32,
    /// The address.
    pub ip: IpAddr,
    /// How many of its bits name the network.
    pub prefix: u8,
    /// Its broadcast address.
    pub broadcast: Option<IpAddr>,
    /// Its label (`eth0:1`).
    pub label: Option<String>,
    /// Its reach, as `ip` calls it.
    pub scope: &'static str,
}

const GET: u16 = 22;
const NEW: u16 = 20;

/// Every address on this host.
pub fn addresses() -> Result<Vec<Address>, Failure> {
    dump(GET, NEW, address)
}

fn address(message: &[u8]) -> Option<Address> {
    let (prefix, scope) = (*message.get(1)?, *message.get(3)?);
    let index = u32_at(message, 4)?;
    let (mut peer, mut local, mut broadcast, mut label) = (None, None, None, None);
    for (kind, value) in attributes(message.get(8..)?) {
        match kind {
            1 => peer = ip(value),
            2 => local = ip(value),
            3 => label = Some(string(value)),
            4 => broadcast = ip(value),
            _ => {}
        }
    }
    let scope = match scope {
        0 => "global",
        200 => "site",
        253 => "link",
        254 => "host",
        _ => "unknown",
    };
    Some(Address { index, ip: local.or(peer)?, prefix, broadcast, label, scope })
}

fn ip(data: &[u8]) -> Option<IpAddr> {
    match data.len() {
        4 => <[u8; 4]>::try_from(data).ok().map(|b| Ipv4Addr::from(b).into()),
        16 => <[u8; 16]>::try_from(data).ok().map(|b| Ipv6Addr::from(b).into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_host_has_its_loopback() -> Result<(), Failure> {
        let found = addresses()?;
        let loopback = found.iter().find(|a| a.ip == IpAddr::from([127, 0, 0, 1])).map(|a| (a.prefix, a.scope));
        assert_eq!(loopback, Some((8, "host")));
        Ok(())
    }

    #[test]
    fn an_address_without_an_address_is_none() {
        assert!(address(&[2, 24, 0, 0, 1, 0, 0, 0, 3, 0, 1, 0]).is_none());
    }
}
