//! As much DER as it takes to find certificates inside something else.

const SEQUENCE: u8 = 0x30;
const OID: u8 = 0x06;
/// `[0]`, constructed.
const ZEROTH: u8 = 0xa0;
/// 1.2.840.113549.1.7.2, signedData (RFC 2315 section 14).
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];

/// One element: its tag, what it holds, and how long it is with its head.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element<'d> {
    pub(super) tag: u8,
    pub(super) inside: &'d [u8],
    pub(super) length: usize,
}

/// The head of the element that `bytes` begins with: its tag, how long the head is, and how
/// much the element holds, even where the rest is missing.
pub(super) fn head(bytes: &[u8]) -> Option<(u8, usize, usize)> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    if *first < 0x80 {
        return Some((*tag, 2, usize::from(*first)));
    }
    let count = usize::from(*first & 0x7f);
    if !(1..=4).contains(&count) {
        return None;
    }
    let digits = rest.get(..count)?;
    let length = digits.iter().fold(0usize, |sum, digit| sum << 8 | usize::from(*digit));
    Some((*tag, 2 + count, length))
}

/// The element that `bytes` begins with.
pub(super) fn first(bytes: &[u8]) -> Option<Element<'_>> {
    let (tag, start, holds) = head(bytes)?;
    let length = start.checked_add(holds)?;
    Some(Element { tag, inside: bytes.get(start..length)?, length })
}

/// The elements in a row; `None` when something else stands among them or there are more
/// than `most`.
pub(super) fn row(bytes: &[u8], most: usize) -> Option<Vec<&[u8]>> {
    let (mut rest, mut found) = (bytes, Vec::new());
    while !rest.is_empty() {
        let element = first(rest)?;
        let (whole, after) = rest.split_at_checked(element.length)?;
        if found.len() == most {
            return None;
        }
        found.push(whole);
        rest = after;
    }
    Some(found)
}

/// The certificates beside a PKCS#7 signature (RFC 2315 section 9.1), which is how a chain is
/// exported as `.p7b`. `None` when it is none.
pub(super) fn of_pkcs7(bytes: &[u8], most: usize) -> Option<Vec<&[u8]>> {
    let info = first(bytes).filter(|e| e.tag == SEQUENCE)?;
    let oid = first(info.inside).filter(|e| e.tag == OID && e.inside == SIGNED_DATA)?;
    let explicit = first(info.inside.get(oid.length..)?).filter(|e| e.tag == ZEROTH)?;
    let signed = first(explicit.inside).filter(|e| e.tag == SEQUENCE)?;
    let mut rest = signed.inside;
    while let Some(element) = first(rest) {
        if element.tag == ZEROTH {
            return row(element.inside, most);
        }
        rest = rest.get(element.length..)?;
    }
    None
}
