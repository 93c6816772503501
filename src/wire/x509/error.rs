//! Why no certificate could be read.

/// Most bytes read in one go.
pub const MAX_BYTES: usize = 256 * 1024;
/// Most certificates read in one go.
pub const MAX_CERTIFICATES: usize = 32;

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
    /// XML that holds more than certificates, by its element.
    #[error("this is XML ({0}), not a certificate: metadata belongs into metadata_xml")]
    Document(String),
    /// Armour without its other end, or text that is not base64.
    #[error(
        "this is not a certificate in PEM, base64 or DER form: copy it again, whole and unchanged"
    )]
    NotACertificate,
    /// A key too weak or of an unsupported kind, by name.
    #[error("the certificate's key is {0}; accepted are RSA from 2048 bits, EC P-256 and EC P-384")]
    Key(String),
}
