//! What a certificate says of itself, to be shown before its key is trusted.

use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::error::CertificateError;
use super::fingerprint::{fingerprint, sha1};
use super::key;
use crate::model::time::Millis;

/// Longest name shown, in characters.
const NAME: usize = 300;
/// Most host names shown.
const HOSTS: usize = 8;

/// What a certificate says of itself. Its key need not be acceptable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// SHA-256 over the certificate, in lower-case hex.
    pub sha256: String,
    /// SHA-1 over the certificate, in lower-case hex: what some consoles print.
    pub sha1: String,
    /// Whom it names.
    pub subject: String,
    /// Who issued it.
    pub issuer: String,
    /// Start of its validity.
    pub not_before: Millis,
    /// End of its validity.
    pub not_after: Millis,
    /// Its key, such as `RSA 2048`.
    pub key: String,
    /// Why the key will not do, if it will not.
    pub refused: Option<CertificateError>,
    /// What it is signed with, such as `RSA-SHA256`.
    pub signature_algorithm: String,
    /// Whether it may issue others.
    pub authority: bool,
    /// Whether it is for web servers (RFC 5280 section 4.2.1.12, serverAuth).
    pub for_servers: bool,
    /// The host names it is for.
    pub hosts: Vec<String>,
}

impl Details {
    /// Reads them.
    ///
    /// # Errors
    /// `NotACertificate`.
    pub fn of(der: &[u8]) -> Result<Self, CertificateError> {
        let (_, parsed) =
            X509Certificate::from_der(der).map_err(|_| CertificateError::NotACertificate)?;
        let validity = parsed.validity();
        let (key, refused) = match key::kind(&parsed) {
            Ok(kind) => (kind.to_string(), None),
            Err(error) => {
                let name = match &error {
                    CertificateError::Key(name) => name.clone(),
                    _ => String::new(),
                };
                (name, Some(error))
            }
        };
        let usage = parsed.extended_key_usage().ok().flatten();
        Ok(Self {
            sha256: fingerprint(der),
            sha1: sha1(der),
            subject: parsed.subject().to_string().chars().take(NAME).collect(),
            issuer: parsed.issuer().to_string().chars().take(NAME).collect(),
            not_before: Millis::from_seconds(validity.not_before.timestamp()),
            not_after: Millis::from_seconds(validity.not_after.timestamp()),
            key,
            refused,
            signature_algorithm: algorithm(&parsed.signature_algorithm.algorithm.to_id_string()),
            authority: parsed.is_ca(),
            for_servers: usage.is_some_and(|usage| usage.value.server_auth),
            hosts: hosts(&parsed),
        })
    }

    /// Whether somebody else vouches for it.
    pub fn is_issued(&self) -> bool {
        self.subject != self.issuer
    }
}

fn hosts(parsed: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(names)) = parsed.subject_alternative_name() else { return Vec::new() };
    let hosts = names.value.general_names.iter().filter_map(|name| match name {
        GeneralName::DNSName(host) => Some(host.chars().take(NAME).collect()),
        _ => None,
    });
    hosts.take(HOSTS).collect()
}

/// The name of a signature algorithm (RFC 8017 appendix C, RFC 5758, RFC 8410).
fn algorithm(oid: &str) -> String {
    match oid {
        "1.2.840.113549.1.1.4" => "RSA-MD5",
        "1.2.840.113549.1.1.5" => "RSA-SHA1",
        "1.2.840.113549.1.1.10" => "RSA-PSS",
        "1.2.840.113549.1.1.11" => "RSA-SHA256",
        "1.2.840.113549.1.1.12" => "RSA-SHA384",
        "1.2.840.113549.1.1.13" => "RSA-SHA512",
        "1.2.840.10045.4.1" => "ECDSA-SHA1",
        "1.2.840.10045.4.3.2" => "ECDSA-SHA256",
        "1.2.840.10045.4.3.3" => "ECDSA-SHA384",
        "1.2.840.10045.4.3.4" => "ECDSA-SHA512",
        "1.3.101.112" => "Ed25519",
        other => other,
    }
    .to_owned()
}
