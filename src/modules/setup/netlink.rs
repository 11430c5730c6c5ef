//! The links and addresses of this program's own network namespace, asked for over netlink: a container may see
//! the `/sys/class/net` of somebody else.

mod address;
mod link;

use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, send, socket_with};

use crate::modules::{Failure, IoContext};

pub use address::{Address, addresses};
pub use link::{Link, links};

const DONE: u16 = 3;
const ERROR: u16 = 2;
const HEADER: usize = 16;

/// Asks with a message of kind `ask` for everything of its sort; `read` turns the body of each answer of kind `answer` into a row.
fn dump<T>(ask: u16, answer: u16, read: fn(&[u8]) -> Option<T>) -> Result<Vec<T>, Failure> {
    // Protocol 0 of netlink is routing.
    let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, None).context("open", "a netlink socket")?;
    send(&socket, &request(ask), SendFlags::empty()).context("ask over", "netlink")?;
    let mut found = Vec::new();
    let mut buffer = vec![0u8; 64 << 10];
    loop {
        let (length, _) = recv(&socket, &mut buffer[..], RecvFlags::empty()).context("read from", "netlink")?;
        let more = messages(&buffer[..length], |kind, body| {
            if kind == answer {
                found.extend(read(body));
            }
        });
        if !more {
            return Ok(found);
        }
    }
}

/// A request for a dump of everything, whatever its family.
fn request(ask: u16) -> Vec<u8> {
    const REQUEST_DUMP: u16 = 0x301;
    // The longest body a dump takes here, that of a link; the kernel reads only what it needs.
    const BODY: usize = 16;
    let mut bytes = Vec::with_capacity(HEADER + BODY);
    bytes.extend(((HEADER + BODY) as u32).to_ne_bytes());
    bytes.extend(ask.to_ne_bytes());
    bytes.extend(REQUEST_DUMP.to_ne_bytes());
    bytes.resize(HEADER + BODY, 0);
    bytes
}

/// Hands every message's kind and body to `each`; false once the dump is over.
fn messages(mut bytes: &[u8], mut each: impl FnMut(u16, &[u8])) -> bool {
    while let (Some(length), Some(kind)) = (u32_at(bytes, 0), u16_at(bytes, 4)) {
        let length = length as usize;
        if kind == DONE || kind == ERROR || length < HEADER || length > bytes.len() {
            return false;
        }
        each(kind, &bytes[HEADER..length]);
        bytes = bytes.get(aligned(length)..).unwrap_or_default();
    }
    true
}

/// The attributes in `bytes`: their kinds and values.
fn attributes(mut bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    /// A flag on the kind: the value holds attributes itself.
    const NESTED: u16 = 0x8000;
    std::iter::from_fn(move || {
        let (length, kind) = (usize::from(u16_at(bytes, 0)?), u16_at(bytes, 2)?);
        let value = bytes.get(4..length)?;
        bytes = bytes.get(aligned(length)..).unwrap_or_default();
        Some((kind & !NESTED, value))
    })
}

/// Text that ends with a zero.
fn string(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end_matches('\0').to_string()
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
    fn broken_messages_end_the_dump() {
        let mut seen = 0;
        assert!(!messages(&[200, 0, 0, 0, 20, 0, 0, 0], |_, _| seen += 1));
        assert_eq!(seen, 0);
        assert_eq!(attributes(&[3, 0, 1, 0, 9]).count(), 0);
        assert_eq!(attributes(&[200, 0, 1, 0]).count(), 0);
    }
}
