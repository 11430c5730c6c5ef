//! The text form of a vault: a header with version, cipher and label, then hexadecimal lines.

use super::cipher::Sealed;
use crate::language::Diagnostic;

const MAGIC: &str = "$ANSIBLE_VAULT;";
const WIDTH: usize = 80;

/// Whether `text` is an ansible-vault envelope.
pub fn is_encrypted(text: &str) -> bool {
    text.starts_with(MAGIC)
}

/// A parsed envelope.
pub(super) struct Envelope<'a> {
    pub(super) label: Option<&'a str>,
    pub(super) sealed: Sealed,
}

/// The envelope that `text` is.
pub(super) fn parse(text: &str) -> Result<Envelope<'_>, Diagnostic> {
    let mut lines = text.trim().lines().map(str::trim);
    let header: Vec<&str> = lines.next().unwrap_or_default().split(';').map(str::trim).collect();
    let label = match header[..] {
        ["$ANSIBLE_VAULT", "1.1", "AES256"] => None,
        ["$ANSIBLE_VAULT", "1.2", "AES256", label] => Some(label),
        _ => {
            return Err(Diagnostic::new("the header is not one of ansible-vault's")
                .hint("$ANSIBLE_VAULT;1.1;AES256 and $ANSIBLE_VAULT;1.2;AES256;LABEL are known"));
        }
    };
    let body = hex_decode(lines.collect::<String>().as_bytes()).ok_or_else(damaged)?;
    let parts: Vec<Vec<u8>> = body.split(|b| *b == b'\n').map(hex_decode).collect::<Option<_>>().ok_or_else(damaged)?;
    let [salt, mac, ciphertext] = <[Vec<u8>; 3]>::try_from(parts).map_err(|_| damaged())?;
    Ok(Envelope { label, sealed: Sealed { salt, mac, ciphertext } })
}

/// The text of an envelope.
pub(super) fn format(sealed: &Sealed, label: Option<&str>) -> String {
    let body = [&sealed.salt, &sealed.mac, &sealed.ciphertext].map(|part| hex_encode(part)).join("\n");
    let mut text = match label {
        None => format!("{MAGIC}1.1;AES256\n"),
        Some(label) => format!("{MAGIC}1.2;AES256;{label}\n"),
    };
    for (at, digit) in hex_encode(body.as_bytes()).char_indices() {
        if at > 0 && at % WIDTH == 0 {
            text.push('\n');
        }
        text.push(digit);
    }
    text.push('\n');
    text
}

fn damaged() -> Diagnostic {
    Diagnostic::new("the encrypted text is damaged: it is not the hexadecimal form of a salt, a seal and a ciphertext")
}

fn hex_encode(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn hex_decode(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |b: u8| char::from(b).to_digit(16).map(|d| d as u8);
    let (pairs, rest) = text.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect())?
}
