//! Frames: a length (u32, big endian) and that many bytes of MessagePack, within caps on size and nesting.

use std::io::{self, ErrorKind, Read};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::protocol::MAX_FRAME;

/// The messages are flat; anything deeper was not written by us.
const MAX_DEPTH: usize = 16;

/// A message as a frame.
pub fn encode<T: Serialize>(message: &T) -> io::Result<Vec<u8>> {
    let mut frame = vec![0; 4];
    rmp_serde::encode::write(&mut frame, message).map_err(io::Error::other)?;
    let length = check_length(frame.len() - 4)?;
    frame[..4].copy_from_slice(&length.to_be_bytes());
    Ok(frame)
}

/// The message in a frame's body.
pub fn decode<T: DeserializeOwned>(body: &[u8]) -> io::Result<T> {
    let mut decoder = rmp_serde::Deserializer::from_read_ref(body);
    decoder.set_max_depth(MAX_DEPTH);
    T::deserialize(&mut decoder).map_err(|e| io::Error::new(ErrorKind::InvalidData, format!("malformed frame: {e}")))
}

/// A frame's length from its first four bytes.
pub fn length(head: [u8; 4]) -> io::Result<usize> {
    let length = usize::try_from(u32::from_be_bytes(head)).unwrap_or(usize::MAX);
    check_length(length)?;
    Ok(length)
}

/// Reads one message; `None` at a clean end.
pub fn read<T: DeserializeOwned>(input: &mut impl Read) -> io::Result<Option<T>> {
    let mut head = [0; 4];
    if input.read(&mut head[..1])? == 0 {
        return Ok(None);
    }
    input.read_exact(&mut head[1..])?;
    let length = length(head)?;
    // Grows with what arrives: a length alone reserves nothing.
    let mut body = Vec::new();
    input.take(length as u64).read_to_end(&mut body)?;
    if body.len() < length {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    decode(&body).map(Some)
}

fn check_length(length: usize) -> io::Result<u32> {
    match u32::try_from(length) {
        Ok(short) if length <= MAX_FRAME => Ok(short),
        _ => Err(io::Error::new(ErrorKind::InvalidData, format!("a frame of {length} bytes, more than the {MAX_FRAME} allowed"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::protocol::{Reply, Request};

    #[test]
    fn a_message_comes_back() {
        let frame = encode(&Request::Cancel { id: 7 }).unwrap();
        let read: Option<Request> = read(&mut &frame[..]).unwrap();
        assert!(matches!(read, Some(Request::Cancel { id: 7 })));
    }

    #[test]
    fn an_end_between_frames_is_clean() {
        assert!(read::<Request>(&mut &b""[..]).unwrap().is_none());
    }

    #[test]
    fn a_truncated_frame_is_an_error() {
        let frame = encode(&Reply::NeedBlob { hash: "abc".into() }).unwrap();
        for cut in 1..frame.len() {
            assert!(read::<Reply>(&mut &frame[..cut]).is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn a_frame_that_is_too_long_is_refused_before_it_is_read() {
        let error = read::<Request>(&mut &[0xff; 64][..]).unwrap_err();
        assert!(error.to_string().contains("allowed"), "{error}");
    }

    #[test]
    fn a_nested_frame_is_refused() {
        // A million arrays, each holding the next.
        let body = vec![0x91; 1 << 20];
        assert!(decode::<Request>(&body).is_err());
    }

    #[test]
    fn noise_is_refused() {
        for seed in 0..=255u8 {
            let body: Vec<u8> = (0..64u8).map(|i| i.wrapping_mul(seed).wrapping_add(seed)).collect();
            let _ = decode::<Request>(&body);
        }
        assert!(decode::<Request>(b"hello there").is_err());
    }
}
