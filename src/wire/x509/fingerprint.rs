//! Fingerprints of certificates, as consoles print them.

use aws_lc_rs::digest;

/// SHA-256 over a certificate in DER, in lower-case hex.
pub fn fingerprint(der: &[u8]) -> String {
    hex(&digest::SHA256, der)
}

/// SHA-1 over a certificate in DER, in lower-case hex: to be shown, never to be trusted.
pub(super) fn sha1(der: &[u8]) -> String {
    hex(&digest::SHA1_FOR_LEGACY_USE_ONLY, der)
}

fn hex(algorithm: &'static digest::Algorithm, bytes: &[u8]) -> String {
    let digest = digest::digest(algorithm, bytes);
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
