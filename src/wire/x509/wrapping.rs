//! Certificates out of whatever they were pasted, copied or exported in.

use x509_parser::prelude::{
    FromDer, SubjectPublicKeyInfo, X509Certificate, X509CertificationRequest,
};

use super::base64::decode;
use super::der;
use super::error::{CertificateError, MAX_BYTES, MAX_CERTIFICATES};
use super::private::holds_private_key;
use crate::wire::text;
use crate::wire::xml::{self, Limits, XmlError};

type Found = Result<Vec<Vec<u8>>, CertificateError>;

const NOT_ONE: CertificateError = CertificateError::NotACertificate;
/// What XML around a certificate may cost.
const LIMITS: Limits = Limits {
    bytes: MAX_BYTES,
    depth: 16,
    markup: 2_000,
    attributes: 32,
    value: 4_096,
    instructions: true,
};
/// The elements that hold certificates and nothing else of weight (XML Signature section 4.5).
const ELEMENTS: [&str; 4] = ["X509Certificate", "X509Data", "KeyInfo", "KeyDescriptor"];
/// How often one wrapping may stand in another of its kind.
const DEPTH: u8 = 2;

/// The certificates in `bytes`, each in DER and once, with whatever key: DER in a row, PKCS#7,
/// PEM however it was bent, bare base64 or hex, XML's `X509Certificate`, a data address, base64
/// of any of these; in UTF-8 or UTF-16, with the quotes, escapes, line ends and list marks of
/// wherever it was copied from. What is damaged is refused, not repaired.
///
/// # Errors
/// When there is none, or anything in it is no certificate.
pub fn unwrapped(bytes: &[u8]) -> Found {
    if bytes.len() > MAX_BYTES {
        return Err(CertificateError::TooLarge);
    }
    if holds_private_key(bytes) {
        return Err(CertificateError::PrivateKey);
    }
    let mut distinct: Vec<Vec<u8>> = Vec::new();
    for der in any(bytes, DEPTH)? {
        if !distinct.contains(&der) {
            distinct.push(der);
        }
    }
    within(distinct.len())?;
    if distinct.is_empty() { Err(NOT_ONE) } else { Ok(distinct) }
}

fn any(bytes: &[u8], depth: u8) -> Found {
    let Some(text) = text::decode(bytes) else { return of_der(bytes) };
    let text = text::plain(&text);
    let text = text.trim();
    if text.is_empty() {
        return Err(CertificateError::Empty);
    }
    if text.starts_with('<') {
        return elements(text);
    }
    let blocks = blocks(text);
    if blocks.is_empty() { bare(text, depth) } else { armoured(&blocks) }
}

fn elements(text: &str) -> Found {
    let first = text.split(['>', ' ', '/', '\n', '\t']).next().unwrap_or_default();
    let name = first.trim_start_matches('<').rsplit(':').next().unwrap_or_default();
    if !ELEMENTS.contains(&name) && !first.starts_with("<?xml") {
        return Err(CertificateError::Document(shown(name)));
    }
    // What was cut out of a document has left the names of its prefixes there.
    let prefix = first.trim_start_matches('<').split_once(':').map(|(prefix, _)| prefix);
    let missing = prefix.filter(|prefix| !text.contains(&format!("xmlns:{prefix}")));
    let declared = missing.map(|prefix| {
        let (tag, rest) = text.split_at(first.len());
        format!("{tag} xmlns:{prefix}=\"urn:x\"{rest}")
    });
    let read = xml::read(declared.as_deref().unwrap_or(text), &LIMITS);
    let document = read.map_err(|error| match error {
        XmlError::TooLarge(_) => CertificateError::TooLarge,
        _ => NOT_ONE,
    })?;
    let root = document.root();
    if !ELEMENTS.contains(&root.local()) {
        return Err(CertificateError::Document(shown(root.local())));
    }
    let mut found = Vec::new();
    for node in document.elements().filter(|node| node.local() == "X509Certificate") {
        let text = node.text().map_err(|_| NOT_ONE)?;
        let blocks = blocks(&text);
        let one = if blocks.is_empty() { bare(&text, 0)? } else { armoured(&blocks)? };
        found.extend(one);
        within(found.len())?;
    }
    Ok(found)
}

fn shown(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).take(40).collect()
}

fn within(count: usize) -> Result<(), CertificateError> {
    if count > MAX_CERTIFICATES { Err(CertificateError::TooLarge) } else { Ok(()) }
}

/// A way to take a list apart.
type Split = dyn Fn(&str) -> Vec<String>;

/// A piece of armour: its label in capitals, and what stands in it.
struct Block<'t> {
    label: String,
    body: &'t str,
}

/// The armour in a text (RFC 7468), with however many dashes, spaces and line ends are left of
/// it. Base64 has no dashes, so the next one ends what stands in it.
fn blocks(text: &str) -> Vec<Block<'_>> {
    let upper = text.to_ascii_uppercase();
    let mut found = Vec::new();
    for (at, begin) in upper.match_indices("BEGIN") {
        let dashed = upper[..at].trim_end_matches(' ').ends_with('-');
        if !dashed || found.len() > MAX_CERTIFICATES {
            continue;
        }
        let Some((label, rest)) = text[at + begin.len()..].split_once('-') else { continue };
        if label.len() > 60 {
            continue;
        }
        let words: Vec<&str> = label.split_whitespace().collect();
        let label = words.join(" ").to_ascii_uppercase();
        let body = rest.trim_start_matches(['-', ' ']).split('-').next().unwrap_or_default();
        found.push(Block { label, body });
    }
    found
}

fn armoured(blocks: &[Block<'_>]) -> Found {
    within(blocks.len())?;
    let mut found = Vec::new();
    for block in blocks {
        let der = decode(block.body).ok_or(NOT_ONE);
        match block.label.as_str() {
            "CERTIFICATE" | "X509 CERTIFICATE" | "X.509 CERTIFICATE" => {
                found.extend(of_der(&der?)?)
            }
            // OpenSSL's own remarks follow the certificate.
            "TRUSTED CERTIFICATE" => {
                let der = der?;
                let one = der::first(&der).and_then(|one| der.get(..one.length)).ok_or(NOT_ONE)?;
                found.extend(of_der(one)?);
            }
            "PKCS7" | "PKCS #7 SIGNED DATA" | "CMS" => found.extend(of_der(&der?)?),
            label if label.ends_with("CERTIFICATE REQUEST") => {
                return Err(CertificateError::Request);
            }
            label if label.ends_with("PUBLIC KEY") => return Err(CertificateError::PublicKey),
            _ => return Err(NOT_ONE),
        }
    }
    within(found.len())?;
    Ok(found)
}

/// Without armour: whole, else in pieces, else behind a name.
fn bare(text: &str, depth: u8) -> Found {
    let text = text.split_once("base64,").map_or(text, |(_, data)| data);
    let whole = one(text, depth);
    if !matches!(whole, Err(CertificateError::NotACertificate)) {
        return whole;
    }
    let lists: [&Split; 3] = [
        &|text| text.split([',', ';', '"', '\'', '[', ']']).map(str::to_owned).collect(),
        &|text| text.replace('\r', "").split("\n\n").map(str::to_owned).collect(),
        &|text| text.lines().map(str::to_owned).collect(),
    ];
    for list in lists {
        let pieces: Vec<String> =
            list(text).into_iter().filter(|piece| !piece.trim().is_empty()).collect();
        if (2..=MAX_CERTIFICATES).contains(&pieces.len())
            && let Ok(found) =
                pieces.iter().map(|piece| one(piece, 0)).collect::<Result<Vec<_>, _>>()
        {
            return Ok(found.concat());
        }
    }
    match text.split_once([':', '=']) {
        Some((name, value)) if name.len() <= 60 => one(value, 0).or(whole),
        _ => whole,
    }
}

fn one(text: &str, depth: u8) -> Found {
    if let Some(der) = hex(text) {
        return of_der(&der);
    }
    let inner = decode(text).ok_or(NOT_ONE)?;
    match depth.checked_sub(1) {
        Some(depth) if text::decode(&inner).is_some() => any(&inner, depth),
        _ => of_der(&inner),
    }
}

/// Hex, with colons and spaces between. Base64 of DER begins with M, hex with 30.
fn hex(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_matches(['"', '\'', ' ', '\n', '\r', '\t']);
    let text = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    let digits: Vec<u8> = text
        .chars()
        .filter(|c| !c.is_whitespace() && *c != ':')
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    (rest.is_empty() && bytes.first() == Some(&0x30)).then_some(bytes)
}

/// DER of what ought to be certificates; says what it is when it is something close.
fn of_der(bytes: &[u8]) -> Found {
    let is_one = |der: &[u8]| X509Certificate::from_der(der).is_ok_and(|(rest, _)| rest.is_empty());
    let found = der::of_pkcs7(bytes, MAX_CERTIFICATES)
        .or_else(|| der::row(bytes, MAX_CERTIFICATES))
        .unwrap_or_default();
    if !found.is_empty() && found.iter().all(|der| is_one(der)) {
        return Ok(found.into_iter().map(<[u8]>::to_vec).collect());
    }
    if holds_private_key(bytes) {
        return Err(CertificateError::PrivateKey);
    }
    if X509CertificationRequest::from_der(bytes).is_ok() {
        return Err(CertificateError::Request);
    }
    if SubjectPublicKeyInfo::from_der(bytes).is_ok() {
        return Err(CertificateError::PublicKey);
    }
    Err(NOT_ONE)
}
