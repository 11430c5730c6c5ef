//! Links: the interfaces.

use super::{attributes, dump, string, u16_at, u32_at};
use crate::modules::Failure;

/// One interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its number.
    pub index: u32,
    /// Its name.
    pub name: String,
    /// Its hardware address, as `aa:bb:…`; empty when it has none.
    pub mac: String,
    /// The largest packet it takes.
    pub mtu: Option<u32>,
    /// What it is, as facts call it: `ether`, `bridge`, `loopback` …
    pub kind: &'static str,
    /// Whether it is up.
    pub up: bool,
    /// Whether it takes every packet it sees.
    pub promiscuous: bool,
    /// The number of the bridge or bond it belongs to.
    pub master: Option<u32>,
}

const GET: u16 = 18;
const NEW: u16 = 16;
const UP: u32 = 1;
const PROMISCUOUS: u32 = 0x100;

/// Every interface of this program's network namespace, by number.
pub fn links() -> Result<Vec<Link>, Failure> {
    let mut links = dump(GET, NEW, link)?;
    links.sort_by_key(|link| link.index);
    links.dedup_by_key(|link| link.index);
    Ok(links)
}

fn link(message: &[u8]) -> Option<Link> {
    let (hardware, index, flags) = (u16_at(message, 2)?, u32_at(message, 4)?, u32_at(message, 8)?);
    let (mut name, mut mac, mut mtu, mut master, mut software) = (None, String::new(), None, None, String::new());
    for (kind, value) in attributes(message.get(16..)?) {
        match kind {
            1 => mac = value.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":"),
            3 => name = Some(string(value)),
            4 => mtu = u32_at(value, 0),
            10 => master = u32_at(value, 0),
            18 => software = attributes(value).find(|(kind, _)| *kind == 1).map(|(_, value)| string(value)).unwrap_or_default(),
            _ => {}
        }
    }
    let kind = kind(hardware, &software);
    Some(Link { index, name: name?, mac, mtu, kind, up: flags & UP != 0, promiscuous: flags & PROMISCUOUS != 0, master })
}

/// What a link is, by the kernel's number for its hardware and the name of its driver in software.
fn kind(hardware: u16, software: &str) -> &'static str {
    match (hardware, software) {
        (_, "bridge") => "bridge",
        (_, "bond") => "bonding",
        (1, _) => "ether",
        (32, _) => "infiniband",
        (512, _) => "ppp",
        (772, _) => "loopback",
        (65534, _) => "tunnel",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loopback_is_a_link() -> Result<(), Failure> {
        let found = links()?;
        let loopback = found.iter().find(|link| link.name == "lo");
        assert_eq!(loopback.map(|link| (link.kind, link.mac.as_str())), Some(("loopback", "00:00:00:00:00:00")));
        Ok(())
    }

    #[test]
    fn reads_a_bridge() {
        let mut message = vec![0, 0, 1, 0, 7, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0];
        message.extend([8, 0, 3, 0, b'b', b'r', b'0', 0]);
        message.extend([10, 0, 1, 0, 2, 0, 0, 0, 0, 0xff, 0, 0]);
        message.extend([16, 0, 18, 128, 11, 0, 1, 0, b'b', b'r', b'i', b'd', b'g', b'e', 0, 0]);
        let wanted = Link {
            index: 7,
            name: "br0".into(),
            mac: "02:00:00:00:00:ff".into(),
            mtu: None,
            kind: "bridge",
            up: true,
            promiscuous: true,
            master: None,
        };
        assert_eq!(link(&message), Some(wanted));
        assert_eq!(link(&message[..20]), None);
    }
}
