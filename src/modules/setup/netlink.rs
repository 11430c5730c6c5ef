//! The kernel's addresses, asked for over netlink.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, send, socket_with};

use crate::modules::{Failure, IoContext};

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

const GET_ADDRESSES: u16 = 22;
const NEW_ADDRESS: u16 = 20;
const DONE: u16 = 3;
const ERROR: u16 = 2;
const HEADER: usize = 16;

/// Every address on this host.
pub fn addresses() -> Result<Vec<Address>, Failure> {
    // Protocol 0 of netlink is routing.
    let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, None).context("open", "a netlink socket")?;
    send(&socket, &request(), SendFlags::empty()).context("ask for", "the addresses over netlink")?;
    let mut found = Vec::new();
    let mut buffer = vec![0u8; 64 << 10];
    loop {
        let (length, _) = recv(&socket, &mut buffer[..], RecvFlags::empty()).context("read", "the addresses over netlink")?;
        if !messages(&buffer[..length], &mut found) {
            return Ok(found);
        }
    }
}

/// A request for a dump of the addresses of every family.
fn request() -> Vec<u8> {
    const REQUEST_DUMP: u16 = 0x301;
    let mut bytes = Vec::with_capacity(HEADER + 8);
    bytes.extend(((HEADER + 8) as u32).to_ne_bytes());
    bytes.extend(GET_ADDRESSES.to_ne_bytes());
    bytes.extend(REQUEST_DUMP.to_ne_bytes());
    bytes.extend([0; 16]);
    bytes
}

/// Reads the messages in `bytes`; false once the dump is over.
fn messages(mut bytes: &[u8], found: &mut Vec<Address>) -> bool {
    while let (Some(length), Some(kind)) = (u32_at(bytes, 0), u16_at(bytes, 4)) {
        let length = length as usize;
        if kind == DONE || kind == ERROR || length < HEADER || length > bytes.len() {
            return false;
        }
        if kind == NEW_ADDRESS {
            found.extend(address(&bytes[HEADER..length]));
        }
        bytes = bytes.get(aligned(length)..).unwrap_or_default();
    }
    true
}

fn address(message: &[u8]) -> Option<Address> {
    let (prefix, scope) = (*message.get(1)?, *message.get(3)?);
    let index = u32_at(message, 4)?;
    let (mut peer, mut local, mut broadcast, mut label) = (None, None, None, None);
    let mut rest = message.get(8..)?;
    while let (Some(length), Some(kind)) = (u16_at(rest, 0), u16_at(rest, 2)) {
        let Some(data) = rest.get(4..usize::from(length)) else { break };
        match kind {
            1 => peer = ip(data),
            2 => local = ip(data),
            3 => label = Some(String::from_utf8_lossy(data).trim_end_matches('\0').to_string()),
            4 => broadcast = ip(data),
            _ => {}
        }
        rest = rest.get(aligned(length.into())..).unwrap_or_default();
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

fn aligned(length: usize) -> usize {
    length.div_ceil(4) * 4
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_ne_bytes)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_ne_bytes)
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
    fn broken_messages_end_the_dump() {
        assert!(!messages(&[200, 0, 0, 0, 20, 0, 0, 0], &mut Vec::new()));
        assert!(address(&[2, 24, 0, 0, 1, 0, 0, 0, 3, 0, 1, 0]).is_none());
    }
}
