//! Base64 as people paste it.

use ::base64::Engine as _;

pub(super) use crate::wire::text::BASE64;

/// Leaves out what mail, lists and code put between the lines; the alphabet for addresses is
/// made the usual one.
pub(super) const fn fold(c: char) -> Option<char> {
    match c {
        '"' | '\'' | '`' | ',' | ';' | '>' | '|' | '[' | ']' => None,
        '-' => Some('+'),
        '_' => Some('/'),
        c if c.is_whitespace() => None,
        c => Some(c),
    }
}

/// The bytes that folded text stands for; `None` when there are none or it is not base64.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let compact: String = text.chars().filter_map(fold).collect();
    (!compact.is_empty()).then(|| BASE64.decode(compact).ok()).flatten()
}
