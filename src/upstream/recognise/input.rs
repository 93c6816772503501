//! From bytes to what they are: the readers in their order.

use base64::Engine as _;

use super::around::Around;
use super::found::Found;
use super::kind::Kind;
use super::wrong::Mistake;
use super::{certificate, document, json, short};
use crate::wire::text;
use crate::wire::x509::holds_private_key;

/// Most bytes looked at.
pub const MAX_BYTES: usize = 512 * 1024;

/// Recognises `bytes`. Never fails: what cannot be told is [`Kind::Unknown`]. Nothing of a
/// private key, a token or a secret is in what comes back.
pub fn recognise(bytes: &[u8], around: &Around<'_>) -> Found {
    if bytes.len() > MAX_BYTES {
        return Found::wrong(Kind::TooLarge, Mistake::TooLarge);
    }
    // Before anything else looks at it.
    if holds_private_key(bytes) {
        return Found::wrong(Kind::PrivateKey, Mistake::PrivateKey);
    }
    let Some(decoded) = text::decode(bytes) else {
        return certificate::read(bytes, around).unwrap_or_else(unknown);
    };
    let text = unbracketed(unquoted(&decoded));
    if text.is_empty() {
        return Found::wrong(Kind::Empty, Mistake::Empty);
    }
    document::read(text, around)
        .or_else(|| json::read(text))
        .or_else(|| short::token(text))
        .or_else(|| certificate::read(decoded.as_bytes(), around))
        .or_else(|| short::read(text, around))
        .unwrap_or_else(unknown)
}

/// The bytes of a file that came in base64, as many as are looked at and a few more; `None`
/// when it is not base64.
pub fn file(text: &str) -> Option<Vec<u8>> {
    // More than this is too large, whatever follows.
    let most = MAX_BYTES.div_ceil(3) * 4 + 4;
    let compact: String = text.chars().filter(|c| !c.is_ascii_whitespace()).take(most).collect();
    text::BASE64.decode(compact).ok()
}

fn unknown() -> Found {
    Found::wrong(Kind::Unknown, Mistake::Unknown)
}

/// Out of the brackets that mail puts around an address.
fn unbracketed(text: &str) -> &str {
    let inside = text.strip_prefix('<').and_then(|text| text.strip_suffix('>'));
    inside.filter(|text| text.starts_with("http")).unwrap_or(text)
}

/// Without the white space, invisible characters and quotes around it.
fn unquoted(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '"' | '\'' | '`' | ',' | ';')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2018}'..='\u{201f}' | '\u{2060}' | '\u{feff}')
    })
}
