//! Certificates: out of any wrapping into a public key with its dates.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;

use crate::model::time::Millis;

/// Most bytes read in one go.
pub const MAX_BYTES: usize = 256 * 1024;
/// Most certificates read in one go.
pub const MAX_CERTIFICATES: usize = 32;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

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

/// Why no certificate could be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Nothing was given.
    #[error("no certificate was given")]
    Empty,
    /// More than [`MAX_BYTES`] or [`MAX_CERTIFICATES`].
    #[error("too much was given: at most {MAX_CERTIFICATES} certificates and {MAX_BYTES} bytes")]
    TooLarge,
    /// A private key: it was neither kept nor logged.
    #[error(
        "this is a private key; paste the certificate instead, and replace the key if it left its place"
    )]
    PrivateKey,
    /// A certificate request.
    #[error("this is a certificate request, not a certificate")]
    Request,
    /// A bare public key.
    #[error("this is a bare public key, not a certificate")]
    PublicKey,
    /// Armour without its other end, or text that is not base64.
    #[error(
        "this is not a certificate in PEM, base64 or DER form: copy it again, whole and unchanged"
    )]
    NotACertificate,
    /// A key too weak or of an unsupported kind, by name.
    #[error("the certificate's key is {0}; accepted are RSA from 2048 bits, EC P-256 and EC P-384")]
    Key(String),
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
            kind: kind(&parsed)?,
            spki: parsed.public_key().raw.to_vec(),
        })
    }

    /// Reads a certificate as a configuration keeps it: DER in base64.
    ///
    /// # Errors
    /// As [`Self::from_der`].
    pub fn from_base64(text: &str) -> Result<Self, CertificateError> {
        Self::from_der(&decode(text)?)
    }

    /// The certificate as a configuration keeps it.
    pub fn to_base64(&self) -> String {
        BASE64.encode(&self.der)
    }
}

/// SHA-256 over a certificate in DER, in lower-case hex.
pub fn fingerprint(der: &[u8]) -> String {
    let digest = digest::digest(&digest::SHA256, der);
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads every certificate in whatever was pasted or uploaded: PEM, base64 on one line or
/// many, or DER, with any line ends and a byte order mark. Repeated ones are given once.
///
/// # Errors
/// When there is none, or anything in it is not a certificate with an acceptable key.
pub fn read(bytes: &[u8]) -> Result<Vec<Certificate>, CertificateError> {
    if bytes.len() > MAX_BYTES {
        return Err(CertificateError::TooLarge);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(CertificateError::Empty);
    }
    let found = match std::str::from_utf8(bytes) {
        Ok(text) if text.contains("-----BEGIN") => armoured(text)?,
        Ok(text) => vec![bare(&decode(text)?)?],
        Err(_) => vec![bare(bytes)?],
    };
    let mut distinct: Vec<Certificate> = Vec::new();
    for certificate in found {
        if !distinct.iter().any(|known| known.der == certificate.der) {
            distinct.push(certificate);
        }
    }
    Ok(distinct)
}

fn armoured(text: &str) -> Result<Vec<Certificate>, CertificateError> {
    let mut found = Vec::new();
    for block in text.split("-----BEGIN").skip(1) {
        if found.len() == MAX_CERTIFICATES {
            return Err(CertificateError::TooLarge);
        }
        let (label, rest) = block.split_once("-----").ok_or(CertificateError::NotACertificate)?;
        match label.trim() {
            "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE" => {}
            label if label.ends_with("PRIVATE KEY") => return Err(CertificateError::PrivateKey),
            label if label.ends_with("CERTIFICATE REQUEST") => {
                return Err(CertificateError::Request);
            }
            label if label.ends_with("PUBLIC KEY") => return Err(CertificateError::PublicKey),
            _ => return Err(CertificateError::NotACertificate),
        }
        let (body, _) = rest.split_once("-----END").ok_or(CertificateError::NotACertificate)?;
        found.push(bare(&decode(body)?)?);
    }
    Ok(found)
}

// DER of something that ought to be a certificate; says what it is when it is a key.
fn bare(der: &[u8]) -> Result<Certificate, CertificateError> {
    use x509_parser::prelude::{SubjectPublicKeyInfo, X509CertificationRequest};
    let error = match Certificate::from_der(der) {
        Err(CertificateError::NotACertificate) => CertificateError::NotACertificate,
        other => return other,
    };
    if is_private_key(der) {
        return Err(CertificateError::PrivateKey);
    }
    if X509CertificationRequest::from_der(der).is_ok() {
        return Err(CertificateError::Request);
    }
    if SubjectPublicKeyInfo::from_der(der).is_ok() {
        return Err(CertificateError::PublicKey);
    }
    Err(error)
}

// PKCS#8, PKCS#1 and SEC 1 keys all are a SEQUENCE that starts with a small version number.
fn is_private_key(der: &[u8]) -> bool {
    use x509_parser::der_parser::ber::BerObjectContent;
    let Ok((_, object)) = x509_parser::der_parser::parse_der(der) else { return false };
    let Ok(parts) = object.as_sequence() else { return false };
    let version = parts.first().is_some_and(|first| {
        matches!(first.content, BerObjectContent::Integer(_))
            && first.as_u32().is_ok_and(|v| v <= 1)
    });
    version && parts.len() >= 2
}

fn decode(text: &str) -> Result<Vec<u8>, CertificateError> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace() && *c != '\u{feff}').collect();
    if compact.is_empty() {
        return Err(CertificateError::Empty);
    }
    BASE64.decode(compact).map_err(|_| CertificateError::NotACertificate)
}

fn kind(parsed: &X509Certificate<'_>) -> Result<KeyKind, CertificateError> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn made(algorithm: &'static rcgen::SignatureAlgorithm) -> (rcgen::Certificate, rcgen::KeyPair) {
        let key = rcgen::KeyPair::generate_for(algorithm).unwrap();
        let params = rcgen::CertificateParams::new(vec!["idp.test".to_owned()]).unwrap();
        (params.self_signed(&key).unwrap(), key)
    }

    #[test]
    fn every_wrapping_reads_the_same() {
        let (certificate, _) = made(&rcgen::PKCS_ECDSA_P256_SHA256);
        let pem = certificate.pem();
        let body: String =
            pem.lines().filter(|line| !line.starts_with("-----")).collect::<Vec<_>>().join("\n");
        let flat = body.replace('\n', "");
        let unpadded = flat.trim_end_matches('=').to_owned();
        let expected = vec![Certificate::from_der(certificate.der()).unwrap()];
        assert_eq!(expected[0].kind, KeyKind::P256);
        let variants: Vec<Vec<u8>> = vec![
            certificate.der().to_vec(),
            pem.clone().into(),
            pem.replace('\n', "\r\n").into(),
            format!("\u{feff}{pem}").into(),
            format!("{pem}\n\n{pem}").into(),
            format!("Subject: x\n  {pem}").into(),
            pem.lines().map(|l| format!("  {l} \n\n")).collect::<String>().into(),
            format!("-----BEGIN CERTIFICATE-----{flat}-----END CERTIFICATE-----").into(),
            body.clone().into(),
            body.replace('\n', "\r\n").into(),
            format!("\u{feff}  {flat}  ").into(),
            unpadded.into(),
            flat.into(),
        ];
        for variant in variants {
            assert_eq!(
                read(&variant),
                Ok(expected.clone()),
                "{:?}",
                String::from_utf8_lossy(&variant)
            );
        }
    }

    #[test]
    fn several_are_all_read() {
        let (one, _) = made(&rcgen::PKCS_ECDSA_P256_SHA256);
        let (two, _) = made(&rcgen::PKCS_ECDSA_P384_SHA384);
        let found = read(format!("{}\n{}", one.pem(), two.pem()).as_bytes()).unwrap();
        let kinds: Vec<_> = found.iter().map(|c| c.kind).collect();
        assert_eq!(kinds, [KeyKind::P256, KeyKind::P384]);
        assert_eq!(Certificate::from_base64(&found[1].to_base64()), Ok(found[1].clone()));
    }

    #[test]
    fn mistakes_are_named() {
        let (certificate, key) = made(&rcgen::PKCS_ECDSA_P256_SHA256);
        let (_, rsa) = made(&rcgen::PKCS_RSA_SHA256);
        let (ed, _) = made(&rcgen::PKCS_ED25519);
        let private = CertificateError::PrivateKey;
        let both = format!("{}{}", certificate.pem(), key.serialize_pem());
        let cases: Vec<(Vec<u8>, CertificateError)> = vec![
            (key.serialize_pem().into(), private.clone()),
            (key.serialize_der(), private.clone()),
            (rsa.serialize_der(), private.clone()),
            (both.into(), private),
            (key.public_key_pem().into(), CertificateError::PublicKey),
            (b" \r\n".to_vec(), CertificateError::Empty),
            (b"hello".to_vec(), CertificateError::NotACertificate),
            (b"-----BEGIN CERTIFICATE-----\nAAAA".to_vec(), CertificateError::NotACertificate),
            (vec![b'A'; MAX_BYTES + 1], CertificateError::TooLarge),
            (ed.der().to_vec(), CertificateError::Key("of the kind 1.3.101.112".to_owned())),
        ];
        for (bytes, expected) in cases {
            assert_eq!(read(&bytes), Err(expected));
        }
    }
}
