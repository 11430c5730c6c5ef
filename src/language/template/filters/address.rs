//! An address with the length of its network's prefix.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// An address and its network.
#[derive(Clone, Copy)]
pub struct Address {
    /// The address itself.
    pub ip: IpAddr,
    /// The length of the prefix; that of a lone address when none was given.
    pub prefix: u8,
    /// Whether a prefix was given.
    pub explicit: bool,
}

impl Address {
    /// Reads `10.0.0.1`, `10.0.0.1/24` or `10.0.0.1/255.255.255.0`.
    pub fn parse(text: &str) -> Option<Address> {
        let text = text.trim();
        if let Ok(ip) = text.parse::<IpAddr>() {
            return Some(Address { ip, prefix: if ip.is_ipv4() { 32 } else { 128 }, explicit: false });
        }
        if let Ok(net) = text.parse::<IpNet>() {
            return Some(Address { ip: net.addr(), prefix: net.prefix_len(), explicit: true });
        }
        let (ip, mask) = text.split_once('/')?;
        let net = IpNet::with_netmask(ip.parse().ok()?, mask.parse().ok()?).ok()?;
        Some(Address { ip: net.addr(), prefix: net.prefix_len(), explicit: true })
    }

    /// The lone address of a number; IPv4 as far as that reaches.
    pub fn from_number(number: u128) -> Option<Address> {
        let version = if number <= u128::from(u32::MAX) { 4 } else { 6 };
        let ip = Address::ip_from(number, version);
        Some(Address { ip, prefix: if version == 4 { 32 } else { 128 }, explicit: false })
    }

    /// The address of a number.
    pub fn ip_from(number: u128, version: u8) -> IpAddr {
        if version == 4 { IpAddr::V4(Ipv4Addr::from(number as u32)) } else { IpAddr::V6(Ipv6Addr::from(number)) }
    }

    /// 4 or 6.
    pub fn version(&self) -> u8 {
        if self.ip.is_ipv4() { 4 } else { 6 }
    }

    /// How many bits an address has.
    pub fn bits(&self) -> u8 {
        if self.ip.is_ipv4() { 32 } else { 128 }
    }

    /// The prefix when it was given.
    pub fn given_prefix(&self) -> Option<u8> {
        self.explicit.then_some(self.prefix)
    }

    /// The address as a number.
    pub fn number(&self) -> u128 {
        match self.ip {
            IpAddr::V4(ip) => u128::from(u32::from(ip)),
            IpAddr::V6(ip) => u128::from(ip),
        }
    }

    /// The bits that tell hosts apart.
    pub fn host_mask(&self) -> u128 {
        let free = u32::from(self.bits() - self.prefix);
        if free == 128 { u128::MAX } else { (1 << free) - 1 }
    }

    /// The first address of the network.
    pub fn first(&self) -> u128 {
        self.number() & !self.host_mask()
    }

    /// The last address of the network.
    pub fn last(&self) -> u128 {
        self.number() | self.host_mask()
    }

    /// The first and last address that hosts may have.
    pub fn usable(&self) -> (u128, u128) {
        match (self.version(), self.bits() - self.prefix) {
            (_, 0 | 1) => (self.first(), self.last()),
            (4, _) => (self.first() + 1, self.last() - 1),
            _ => (self.first() + 1, self.last()),
        }
    }

    /// The address at a position of the network, from its end when negative.
    pub fn nth(&self, n: i128) -> Option<IpAddr> {
        let number = match n {
            n if n < 0 => self.last().checked_sub(n.unsigned_abs() - 1)?,
            n => self.first().checked_add(n.unsigned_abs())?,
        };
        (self.first()..=self.last()).contains(&number).then(|| Address::ip_from(number, self.version()))
    }

    /// An address of the same kind.
    pub fn with(&self, number: u128) -> String {
        Address::ip_from(number, self.version()).to_string()
    }

    /// The network with its prefix.
    pub fn network(&self) -> String {
        format!("{}/{}", self.with(self.first()), self.prefix)
    }

    /// The address with its prefix.
    pub fn with_prefix(&self) -> String {
        format!("{}/{}", self.ip, self.prefix)
    }

    /// Whether it is one of the private, shared or local ranges.
    pub fn is_private(&self) -> bool {
        match self.ip {
            IpAddr::V4(ip) => ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified(),
            IpAddr::V6(ip) => ip.is_unique_local() || ip.is_loopback() || ip.is_unicast_link_local() || ip.is_unspecified(),
        }
    }
}
