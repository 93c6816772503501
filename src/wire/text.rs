//! Text out of the bytes of a file: UTF-8 or UTF-16, with a byte order mark or without; and
//! base64 as people and providers write it.

mod plain;

use std::borrow::Cow;

use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
pub use plain::plain;

/// The usual alphabet (RFC 4648 section 4), with the padding at its end or without.
pub const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Bytes looked at to tell UTF-16 without a byte order mark.
const LOOKED_AT: usize = 64;

/// The text in `bytes`, without its byte order mark; `None` when they are no text.
pub fn decode(bytes: &[u8]) -> Option<Cow<'_, str>> {
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes).map(Cow::Owned),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes).map(Cow::Owned),
        _ if alternates(bytes, 0) => utf16(bytes, u16::from_le_bytes).map(Cow::Owned),
        _ if alternates(bytes, 1) => utf16(bytes, u16::from_be_bytes).map(Cow::Owned),
        _ => {
            let text = std::str::from_utf8(bytes).ok()?;
            Some(Cow::Borrowed(text.strip_prefix('\u{feff}').unwrap_or(text)))
        }
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    String::from_utf16(&pairs.iter().map(|pair| unit(*pair)).collect::<Vec<_>>()).ok()
}

/// Whether ASCII stands at every other byte from `ascii` on, and zero between.
fn alternates(bytes: &[u8], ascii: usize) -> bool {
    let looked_at = bytes.get(..LOOKED_AT.min(bytes.len())).unwrap_or_default();
    let (pairs, _) = looked_at.as_chunks::<2>();
    let fits = |pair: &[u8; 2]| {
        let [first, second] = *pair;
        let (text, zero) = if ascii == 0 { (first, second) } else { (second, first) };
        zero == 0 && (text.is_ascii_graphic() || text.is_ascii_whitespace())
    };
    bytes.len().is_multiple_of(2) && !pairs.is_empty() && pairs.iter().all(fits)
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn every_encoding_gives_the_same_text() {
        let text = "<a>M\u{fc}ller</a>";
        let wide = |mark: &str, unit: fn(u16) -> [u8; 2]| {
            format!("{mark}{text}").encode_utf16().flat_map(unit).collect::<Vec<u8>>()
        };
        for bytes in [
            text.as_bytes().to_vec(),
            format!("\u{feff}{text}").into_bytes(),
            wide("\u{feff}", u16::to_le_bytes),
            wide("\u{feff}", u16::to_be_bytes),
        ] {
            assert_eq!(decode(&bytes).as_deref(), Some(text));
        }
        let plain: Vec<u8> = "<a/> ".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&plain).as_deref(), Some("<a/> "));
        for bytes in [&b"\x30\x82\xff"[..], b"\xff\xfe\x00", b"\xff\xfe\x00\xd8"] {
            assert_eq!(decode(bytes), None);
        }
        assert_eq!(decode(b"").as_deref(), Some(""));
    }
}
