//! Whether somebody pasted a private key, in whatever form. Whoever asks must not keep, show
//! or log what holds one.

use ::base64::Engine as _;

use super::base64::{self, BASE64, fold};
use super::der;
use crate::wire::text;

/// What DER has to show to be told from other DER.
const LOOKED_AT: usize = 48;
/// `-----BEGIN` in base64.
const ARMOUR: &str = "LS0tLS1CRUdJTi";
/// `openssh-key-v1` in base64.
const OPENSSH: &str = "b3BlbnNzaC1rZXktdjE";
/// Key stores of Java.
const STORES: [&[u8]; 2] = [&[0xfe, 0xed, 0xfe, 0xed], &[0xce, 0xce, 0xce, 0xce]];
/// PBES1 and PBES2 (RFC 8018 appendix A), and those of PKCS#12 (RFC 7292 appendix C).
const ENCRYPTED: [&[u8]; 2] = [
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05],
    &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01],
];

/// Whether a private key stands in `bytes`, or begins there: PEM of any kind, PKCS#1, PKCS#8,
/// SEC 1, PKCS#12, OpenSSH, PuTTY, a JSON Web Key, .NET's XML; as DER, base64 or hex, in one
/// piece or broken, with anything before it.
pub fn holds_private_key(bytes: &[u8]) -> bool {
    if STORES.iter().any(|magic| bytes.starts_with(magic)) || starts_as_key(bytes) {
        return true;
    }
    match text::decode(bytes) {
        Some(text) => in_text(&text::plain(&text)) || in_text(&text),
        // Text that was damaged on its way is text still.
        None => in_text(&String::from_utf8_lossy(bytes)),
    }
}

fn in_text(text: &str) -> bool {
    named(text) || runs(text) || base64::decode(text).is_some_and(|inner| within(&inner))
}

/// What was put into base64 once more, by whoever keeps secrets in files of settings.
fn within(inner: &[u8]) -> bool {
    starts_as_key(inner) || text::decode(inner).is_some_and(|text| named(&text::plain(&text)))
}

/// By the words that stand around a key.
fn named(text: &str) -> bool {
    let upper: String = text.to_ascii_uppercase().split_whitespace().collect();
    let armoured = upper.match_indices("PRIVATEKEY").any(|(at, word)| {
        let rest = upper.get(at + word.len()..).unwrap_or_default();
        rest.strip_prefix("BLOCK").unwrap_or(rest).starts_with('-')
    });
    armoured
        || upper.contains("PUTTY-USER-KEY-FILE")
        || upper.contains("OPENSSH-KEY-V1")
        || (upper.contains("<RSAKEYVALUE") && upper.contains("<D>"))
        || (upper.contains("\"KTY\"") && (upper.contains("\"D\":") || upper.contains("\"K\":")))
}

/// By what a key begins with, in base64 and hex, wherever that stands.
fn runs(text: &str) -> bool {
    let compact: String = text.chars().filter(|c| *c != ':').filter_map(fold).collect();
    let bytes = compact.as_bytes();
    if compact.contains(OPENSSH) {
        return true;
    }
    let twice = compact.match_indices(ARMOUR).any(|(at, _)| {
        let inner = decoded(bytes, at, 120).unwrap_or_default();
        named(&String::from_utf8_lossy(&inner))
    });
    twice
        || (0..bytes.len()).any(|at| match bytes.get(at) {
            // 0x30 in base64.
            Some(b'M') => decoded(bytes, at, LOOKED_AT).is_some_and(|der| starts_as_key(&der)),
            Some(b'3') => unhexed(bytes, at).is_some_and(|der| starts_as_key(&der)),
            _ => false,
        })
}

fn decoded(text: &[u8], at: usize, most: usize) -> Option<Vec<u8>> {
    let rest = text.get(at..)?;
    let rest = rest.get(..most.min(rest.len()))?;
    let end = rest.iter().position(|c| !c.is_ascii_alphanumeric() && !b"+/".contains(c));
    let end = end.unwrap_or(rest.len());
    BASE64.decode(rest.get(..end - end % 4)?).ok()
}

fn unhexed(text: &[u8], at: usize) -> Option<Vec<u8>> {
    let rest = text.get(at..)?;
    if !rest.starts_with(b"30") {
        return None;
    }
    let (pairs, _) = rest.get(..LOOKED_AT.min(rest.len()))?.as_chunks::<2>();
    let digit = |c: &u8| char::from(*c).to_digit(16).and_then(|d| u8::try_from(d).ok());
    Some(pairs.iter().map_while(|[a, b]| Some(digit(a)? << 4 | digit(b)?)).collect())
}

/// Whether DER begins as a private key does, even if the rest of it is missing.
fn starts_as_key(bytes: &[u8]) -> bool {
    const SEQUENCE: u8 = 0x30;
    let Some((SEQUENCE, start, _)) = der::head(bytes) else { return false };
    let inside = bytes.get(start..).unwrap_or_default();
    match inside {
        // A version, and then what the four kinds have next.
        [0x02, 0x01, 0 | 1, SEQUENCE, length, 0x06, ..] => *length < 0x80,
        [0x02, 0x01, 0 | 1, 0x02, length, ..] => *length > 0x10,
        [0x02, 0x01, 1, 0x04, length, ..] => (0x10..=0x50).contains(length),
        [0x02, 0x01, 3, SEQUENCE, ..] => true,
        // Encrypted: an algorithm first, which is one of those for passwords.
        [SEQUENCE, ..] => {
            let within = der::head(inside).and_then(|(_, start, _)| inside.get(start..));
            let oid = within.and_then(|rest| rest.get(2..)).unwrap_or_default();
            within.is_some_and(|rest| rest.starts_with(&[0x06]))
                && ENCRYPTED.iter().any(|known| oid.starts_with(known))
        }
        _ => false,
    }
}
