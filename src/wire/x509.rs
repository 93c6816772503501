//! Certificates: out of any wrapping into a public key with its dates.

mod base64;
mod der;
mod details;
mod error;
mod fingerprint;
mod key;
mod private;
#[cfg(test)]
mod tests;
mod wrapping;
#[cfg(test)]
pub(crate) mod wrappings;

use ::base64::Engine as _;
use x509_parser::prelude::{FromDer, X509Certificate};

use self::base64::BASE64;
pub use self::details::Details;
pub use self::error::{CertificateError, MAX_BYTES, MAX_CERTIFICATES};
pub use self::fingerprint::fingerprint;
pub use self::key::KeyKind;
pub use self::private::holds_private_key;
pub use self::wrapping::unwrapped;
use crate::model::time::Millis;

/// A certificate whose key may be pinned. Who issued it is of no interest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The certificate itself.
    pub der: Vec<u8>,
    /// SHA-256 over `der`, in lower-case hex.
    pub fingerprint: String,
    /// Start of its validity.
    pub not_before: Millis,
    /// End of its validity.
    pub not_after: Millis,
    /// Whom it names.
    pub subject: String,
    /// What kind of key it holds.
    pub kind: KeyKind,
    /// The key as SubjectPublicKeyInfo.
    pub spki: Vec<u8>,
}

impl Certificate {
    /// Reads a certificate in DER.
    ///
    /// # Errors
    /// `NotACertificate` or `Key`.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        let (rest, parsed) =
            X509Certificate::from_der(der).map_err(|_| CertificateError::NotACertificate)?;
        if !rest.is_empty() {
            return Err(CertificateError::NotACertificate);
        }
        let validity = parsed.validity();
        Ok(Self {
            der: der.to_vec(),
            fingerprint: fingerprint(der),
            not_before: Millis::from_seconds(validity.not_before.timestamp()),
            not_after: Millis::from_seconds(validity.not_after.timestamp()),
            subject: parsed.subject().to_string().chars().take(300).collect(),
            kind: key::kind(&parsed)?,
            spki: parsed.public_key().raw.to_vec(),
        })
    }

    /// Reads a certificate as a configuration keeps it: DER in base64.
    ///
    /// # Errors
    /// As [`Self::from_der`].
    pub fn from_base64(text: &str) -> Result<Self, CertificateError> {
        let compact: String =
            text.chars().filter(|c| !c.is_whitespace() && *c != '\u{feff}').collect();
        if compact.is_empty() {
            return Err(CertificateError::Empty);
        }
        let der = BASE64.decode(compact).map_err(|_| CertificateError::NotACertificate)?;
        Self::from_der(&der)
    }

    /// The certificate as a configuration keeps it.
    pub fn to_base64(&self) -> String {
        BASE64.encode(&self.der)
    }
}

/// Reads every certificate in whatever was pasted or uploaded, out of any wrapping that
/// [`unwrapped`] knows. Repeated ones are given once.
///
/// # Errors
/// When there is none, or anything in it is not a certificate with an acceptable key.
pub fn read(bytes: &[u8]) -> Result<Vec<Certificate>, CertificateError> {
    unwrapped(bytes)?.iter().map(|der| Certificate::from_der(der)).collect()
}
