//! OpenPGP's public keys, as far as telling one from another needs: packets and fingerprints, no signatures.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Failure;
use super::files::checksum;

const PUBLIC_KEY: u8 = 6;
const PUBLIC_SUBKEY: u8 = 14;
const BEGIN: &str = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
const END: &str = "-----END PGP PUBLIC KEY BLOCK-----";

/// A key with all that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its fingerprint and those of its subkeys, in capital hex.
    pub fingerprints: Vec<String>,
    /// Its packets, unarmoured.
    pub bytes: Vec<u8>,
}

impl Key {
    /// The fingerprint of the key itself.
    pub fn fingerprint(&self) -> &str {
        self.fingerprints.first().map_or("", String::as_str)
    }

    /// Its number of 16 digits.
    pub fn id(&self) -> &str {
        let print = self.fingerprint();
        // Since version 5 the number is the beginning, before that the end.
        if print.len() > 40 { &print[..16] } else { &print[print.len().saturating_sub(16)..] }
    }

    /// Whether `id`, a fingerprint or the end of one in capital hex, means this key or a subkey.
    pub fn is(&self, id: &str) -> bool {
        self.id() == id || self.fingerprints.iter().any(|print| print.ends_with(id))
    }
}

/// The keys in `bytes`, armoured or not.
pub fn read(bytes: &[u8]) -> Result<Vec<Key>, Failure> {
    let unarmoured = unarmour(bytes)?;
    let mut rest: &[u8] = unarmoured.as_deref().unwrap_or(bytes);
    let mut keys: Vec<Key> = Vec::new();
    while !rest.is_empty() {
        let packet = Packet::read(rest).ok_or("this is no OpenPGP key")?;
        if packet.tag == PUBLIC_KEY {
            keys.push(Key { fingerprints: Vec::new(), bytes: Vec::new() });
        }
        let key = keys.last_mut().ok_or("this is no OpenPGP public key")?;
        if matches!(packet.tag, PUBLIC_KEY | PUBLIC_SUBKEY) {
            key.fingerprints.push(fingerprint(packet.body)?);
        }
        key.bytes.extend(&rest[..packet.length]);
        rest = &rest[packet.length..];
    }
    Ok(keys)
}

/// What the armour holds, block after block; `None` when there is none.
fn unarmour(bytes: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
    let Some(text) = std::str::from_utf8(bytes).ok().filter(|text| text.contains(BEGIN)) else { return Ok(None) };
    let mut found = Vec::new();
    for block in text.split(BEGIN).skip(1) {
        let lines = block.split(END).next().unwrap_or_default().lines().map(str::trim);
        // Headers end with an empty line; the last line is a checksum.
        let body: String = lines.skip(1).skip_while(|line| line.contains(": ")).filter(|line| !line.starts_with('=')).collect();
        found.extend(STANDARD.decode(body).map_err(|e| Failure::new(format!("the armour of the key is broken: {e}")))?);
    }
    Ok(Some(found))
}

/// A packet at the beginning of some bytes.
struct Packet<'b> {
    tag: u8,
    body: &'b [u8],
    /// Its length with its header.
    length: usize,
}

impl<'b> Packet<'b> {
    fn read(bytes: &'b [u8]) -> Option<Packet<'b>> {
        let first = *bytes.first()?;
        let number =
            |from: usize, count: usize| bytes.get(from..from + count).map(|n| n.iter().fold(0, |sum, b| sum << 8 | usize::from(*b)));
        let (tag, header, length): (u8, usize, usize) = match first {
            0xc0.. => match *bytes.get(1)? {
                one @ 0..192 => (first & 0x3f, 2, usize::from(one)),
                one @ 192..224 => (first & 0x3f, 3, ((usize::from(one) - 192) << 8) + number(2, 1)? + 192),
                255 => (first & 0x3f, 6, number(2, 4)?),
                // Keys are never written in parts.
                _ => return None,
            },
            0x80.. => match first & 3 {
                kind @ 0..3 => (first >> 2 & 0xf, 1 + (1 << kind), number(1, 1 << kind)?),
                _ => return None,
            },
            _ => return None,
        };
        Some(Packet { tag, body: bytes.get(header..header.checked_add(length)?)?, length: header + length })
    }
}

fn fingerprint(body: &[u8]) -> Result<String, Failure> {
    let length = body.len() as u32;
    let (algorithm, header) = match body.first() {
        Some(4) => ("sha1", [&[0x99], &length.to_be_bytes()[2..]].concat()),
        Some(version @ (5 | 6)) => ("sha256", [&[0x95 + version], &length.to_be_bytes()[..]].concat()),
        _ => return Err("the key is of a version that is not known".into()),
    };
    Ok(checksum::bytes(algorithm, &[&header, body].concat())?.to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARMOURED: &str = "-----BEGIN PGP PUBLIC KEY BLOCK-----\nComment: for tests\n
mDMEawHH9BYJKwYBBAHaRw8BAQdAfpZcDT4fTQtBSVXieY5c4Aw5JpntaFprLmE6
yXvfTDq0F1Rlc3QgPHRlc3RAZXhhbXBsZS5vcmc+iJAEExYIADgWIQTkO4a41A/+
BiTvBwyGd1Ikh6RgJgUCawHH9AIbAwULCQgHAgYVCgkICwIEFgIDAQIeAQIXgAAK
CRCGd1Ikh6RgJk++AQDahiQkWSWk9UUYCWZvYZH3KCFKMih2Zteza0oP/0ZEiQEA
vaN4QBYzxOCPxu5vWI71hahO/Ej8zrWc34o0muuSbwK4OARrAcf0EgorBgEEAZdV
AQUBAQdA3mi00I8xJ7x0GcfrRlOmjubj5tsqHo4fo/hL1lsOIhwDAQgHiHgEGBYI
ACAWIQTkO4a41A/+BiTvBwyGd1Ikh6RgJgUCawHH9AIbDAAKCRCGd1Ikh6RgJpOn
AP9BPbobGowP0wgHFwgOeRYmcnX9EuM2oCPZZxjVMNI2ywEA9V75eybD8aXMNg39
3RC0aYtojACeNinJRqwimQW63go=
=ipnJ
-----END PGP PUBLIC KEY BLOCK-----\n";

    #[test]
    fn reads_armoured_keys_and_plain_ones() -> Result<(), Failure> {
        let keys = read(ARMOURED.as_bytes())?;
        let [key] = keys.as_slice() else { return Err(format!("{} keys", keys.len()).into()) };
        assert_eq!(key.fingerprints, ["E43B86B8D40FFE0624EF070C8677522487A46026", "D373FD40D9610D3E0881425FF182077A35232088"]);
        assert_eq!((key.id(), key.bytes.len()), ("8677522487A46026", 404));
        assert!(key.is("87A46026") && key.is("F182077A35232088") && !key.is("00000000"));
        assert_eq!(read(&[key.bytes.as_slice(), &key.bytes].concat())?, [key.clone(), key.clone()]);
        Ok(())
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for bytes in
            [&b"-----BEGIN CERTIFICATE-----"[..], &[0x98, 200, 4], &[0xb4, 1, 65], &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff], &[0x98, 1, 9]]
        {
            assert!(read(bytes).is_err(), "{bytes:?}");
        }
    }
}
