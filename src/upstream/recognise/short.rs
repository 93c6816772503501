//! What stands on one line: domains, IDs, addresses of all kinds, tokens.

use std::net::{IpAddr, SocketAddr};

use super::around::Around;
use super::found::Found;
use super::kind::Kind;
use super::reading::{Address, LONGEST, entity};
use super::wrong::{Mistake, Wrong};
use super::{address, entra, google};

/// A token (RFC 7519, RFC 7516), alone or behind the word of its header.
pub(super) fn token(text: &str) -> Option<Found> {
    let bare = text.rsplit(char::is_whitespace).next().unwrap_or_default();
    let parts: Vec<&str> = bare.split('.').collect();
    let url_safe = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'=');
    let sound = matches!(parts.len(), 3 | 5)
        && parts.first().is_some_and(|head| head.starts_with("eyJ"))
        && parts.iter().all(|part| part.bytes().all(url_safe));
    sound.then(|| Found::wrong(Kind::Token, Mistake::Token))
}

/// What one line is; `None` when it is nothing known.
pub(super) fn read(text: &str, around: &Around<'_>) -> Option<Found> {
    if ["ssh-rsa ", "ssh-ed25519 ", "ecdsa-sha2-"].iter().any(|kind| text.starts_with(kind)) {
        return Some(Found::wrong(Kind::PublicKey, Mistake::PublicKey));
    }
    if is_fingerprint(text) {
        return Some(Found::wrong(Kind::Fingerprint, Mistake::FingerprintOnly));
    }
    if text.len() > LONGEST {
        return None;
    }
    let text = labelled(text).unwrap_or(text);
    if text.contains(char::is_whitespace) {
        return None;
    }
    entra::guid(text)
        .or_else(|| entra::domain(text))
        .or_else(|| google::client_id(text))
        .or_else(|| named(text))
        .or_else(|| web(text, around))
}

/// The one address in a line that was copied with its label.
fn labelled(text: &str) -> Option<&str> {
    let mut words = text.split_whitespace().filter(|word| word.contains("://"));
    let (first, second) = (words.next()?, words.next());
    second.is_none().then(|| first.trim_matches(['"', '<', '>', '(', ')', ',', ';']))
}

/// SHA-1 or SHA-256 in hex, behind the name of the digest or not.
fn is_fingerprint(text: &str) -> bool {
    let value = text.rsplit(['=', ' ']).next().unwrap_or_default();
    let whole = if value.len() < 40 { text } else { value };
    let digits: String = whole.chars().filter(|c| !matches!(c, ':' | ' ')).collect();
    matches!(digits.len(), 40 | 64) && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Names of other kinds.
fn named(text: &str) -> Option<Found> {
    if text.to_ascii_lowercase().starts_with("urn:") {
        return Some(entity(text, None).looks_like(&[text]));
    }
    let ip = text.trim_matches(['[', ']']);
    if ip.parse::<IpAddr>().is_ok() || text.parse::<SocketAddr>().is_ok() {
        return Some(Found::wrong(Kind::IpAddress, Mistake::IpAddress));
    }
    let (name, domain) = text.strip_prefix("mailto:").unwrap_or(text).split_once('@')?;
    let sound = !name.is_empty() && !name.contains('/') && domain.contains('.');
    let plain = domain.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'));
    (sound && plain).then(|| Found::wrong(Kind::EmailAddress, Mistake::EmailAddress))
}

fn web(text: &str, around: &Around<'_>) -> Option<Found> {
    if let Some(found) = Address::parse(text) {
        return Some(address::read(&found, true, around));
    }
    let host = text.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let labels: Vec<&str> = host.split('.').collect();
    let label =
        |label: &&str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    let top =
        labels.last().is_some_and(|top| top.len() >= 2 && top.chars().all(char::is_alphabetic));
    if text.contains("://") || labels.len() < 2 || !labels.iter().all(label) || !top {
        return None;
    }
    let found = Address::parse(&format!("https://{text}"))?;
    let found = address::read(&found, false, around);
    let slips = matches!(found.kind, Kind::MetadataAddress | Kind::Issuer | Kind::SsoAddress);
    Some(if slips {
        let wrong = Wrong::of(Mistake::SchemeMissing).instead(format!("https://{text}"));
        found.but(wrong)
    } else {
        found
    })
}
