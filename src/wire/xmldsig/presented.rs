//! The certificates a signature brings along. Only ever shown, never trusted.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{NAMESPACE, Pinned, Shape};
use crate::wire::x509::{self, Certificate};
use crate::wire::xml::{Node, Xml, is_space};

/// Most certificates of one signature looked at.
const MOST: usize = 4;
/// Longest certificate that is shown, in bytes: every attempt of a stranger may keep one. Those
/// of providers have one or two thousand.
const LONGEST: usize = 4 * 1024;

fn certificates<'x>(signature: Node<'x>) -> impl Iterator<Item = Vec<u8>> + 'x {
    signature
        .descendants()
        .filter(|node| node.is(NAMESPACE, "X509Certificate"))
        .take(MOST)
        .filter_map(|node| node.text().ok())
        .filter_map(|text| STANDARD.decode(text.split(is_space).collect::<String>()).ok())
}

/// The fingerprints of what a signature brings along.
pub(super) fn fingerprints(signature: Node<'_>) -> Vec<String> {
    certificates(signature).map(|der| x509::fingerprint(&der)).collect()
}

/// The certificate, as DER in base64, that the first signature of `xml` brings along at its
/// head, when every one of its signatures, `shapes`, was made with its key. That makes it
/// nobody's: anybody can sign with a key of their own.
pub fn signer(xml: &Xml<'_>, shapes: &[Shape<'_>]) -> Option<String> {
    let der = certificates(shapes.first()?.signature).next()?;
    if der.len() > LONGEST {
        return None;
    }
    let certificate = Certificate::from_der(&der).ok()?;
    let text = certificate.to_base64();
    let pinned = Pinned::new(vec![certificate]).ok()?;
    pinned.verify(xml, shapes).is_ok().then_some(text)
}
