//! An address with the length of its network's prefix.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use ipnet::IpNet;

/// The ranges that the internet does not route.
const PRIVATE: [&str; 22] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "240.0.0.0/4",
    "::/128",
    "::1/128",
    "::ffff:0:0/96",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/23",
    "2001:db8::/32",
    "fc00::/7",
    "fe80::/10",
];

/// The bits that mark an address of IPv4 in IPv6.
const MAPPED: u128 = 0xffff << 32;

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
        match self.bits() - self.prefix {
            0 | 1 => (self.first(), self.last()),
            _ => (self.first() + 1, self.last() - 1),
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

    /// Whether it is one of the ranges that the internet does not route.
    pub fn is_private(&self) -> bool {
        static RANGES: LazyLock<Vec<IpNet>> = LazyLock::new(|| PRIVATE.iter().filter_map(|range| range.parse().ok()).collect());
        RANGES.iter().any(|range| range.contains(&self.ip))
    }

    /// Whether `other` lies within the network.
    pub fn holds(&self, other: &Address) -> bool {
        self.version() == other.version() && self.first() <= other.first() && self.last() >= other.last()
    }

    /// The same in IPv4, where it has such a form.
    pub fn to_v4(self) -> Option<Address> {
        let small = self.number() & !MAPPED;
        match self.version() {
            4 => Some(self),
            _ if self.prefix < 96 || small > u128::from(u32::MAX) => None,
            _ => Some(Address { ip: Address::ip_from(small, 4), prefix: self.prefix - 96, explicit: self.explicit }),
        }
    }

    /// The same in IPv6.
    pub fn to_v6(self) -> Address {
        match self.version() {
            6 => self,
            _ => Address { ip: Address::ip_from(self.number() | MAPPED, 6), prefix: self.prefix + 96, explicit: self.explicit },
        }
    }
}
