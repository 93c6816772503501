//! What kind of key a certificate holds, and whether it will do.

use x509_parser::prelude::X509Certificate;
use x509_parser::public_key::PublicKey;

use super::error::CertificateError;

/// What kind of key a certificate holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// RSA with this many bits (2048 or more).
    Rsa(usize),
    /// The elliptic curve P-256.
    P256,
    /// The elliptic curve P-384.
    P384,
}

impl std::fmt::Display for KeyKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rsa(bits) => write!(f, "RSA {bits}"),
            Self::P256 => f.write_str("EC P-256"),
            Self::P384 => f.write_str("EC P-384"),
        }
    }
}

/// The kind of the key, if it will do.
///
/// # Errors
/// `Key`, which names it.
pub(super) fn kind(parsed: &X509Certificate<'_>) -> Result<KeyKind, CertificateError> {
    let named = |name: String| Err(CertificateError::Key(name));
    let curve = |oid: &str| match oid {
        "1.2.840.10045.3.1.7" => Ok(KeyKind::P256),
        "1.3.132.0.34" => Ok(KeyKind::P384),
        "1.3.132.0.35" => named("EC P-521".to_owned()),
        other => named(format!("EC on the curve {other}")),
    };
    let spki = parsed.public_key();
    match spki.parsed() {
        Ok(PublicKey::RSA(key)) => match key.key_size() {
            bits @ 2048..=8192 => Ok(KeyKind::Rsa(bits)),
            bits => named(format!("RSA {bits}")),
        },
        Ok(PublicKey::EC(_)) => {
            let oid = spki.algorithm.parameters.as_ref().and_then(|p| p.as_oid().ok());
            curve(&oid.map(|oid| oid.to_id_string()).unwrap_or_default())
        }
        Ok(PublicKey::DSA(_)) => named("DSA".to_owned()),
        _ => named(format!("of the kind {}", spki.algorithm.algorithm.to_id_string())),
    }
}
