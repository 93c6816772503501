//! The signature algorithms that are accepted, and what kind of key each needs.

use aws_lc_rs::digest;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED,
    EcdsaVerificationAlgorithm, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384,
    RSA_PSS_2048_8192_SHA512, RsaParameters,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A signature algorithm that is accepted (RFC 7518 section 3.1, RFC 8037, RFC 9864).
/// `none` and the HMAC ones are not among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the standard")]
pub enum Algorithm {
    RS256,
    RS384,
    RS512,
    PS256,
    PS384,
    PS512,
    ES256,
    ES384,
    ES512,
    EdDSA,
}

/// What kind of key an algorithm needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// RSA, either padding.
    Rsa,
    /// A NIST curve.
    Ec,
    /// Ed25519.
    Ed25519,
}

/// The accepted algorithms in words, for traces.
pub const ACCEPTED: &str = "RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512 or EdDSA";

impl Algorithm {
    const ALL: [(Self, &'static str); 10] = [
        (Self::RS256, "RS256"),
        (Self::RS384, "RS384"),
        (Self::RS512, "RS512"),
        (Self::PS256, "PS256"),
        (Self::PS384, "PS384"),
        (Self::PS512, "PS512"),
        (Self::ES256, "ES256"),
        (Self::ES384, "ES384"),
        (Self::ES512, "ES512"),
        (Self::EdDSA, "EdDSA"),
    ];

    /// Reads a JOSE `alg` value.
    pub fn parse(text: &str) -> Option<Self> {
        // RFC 9864 gives EdDSA over Ed25519 a name of its own.
        if text == "Ed25519" {
            return Some(Self::EdDSA);
        }
        Self::ALL.into_iter().find_map(|(alg, name)| (name == text).then_some(alg))
    }

    /// The JOSE `alg` value.
    pub fn as_str(self) -> &'static str {
        Self::ALL.into_iter().find_map(|(alg, name)| (alg == self).then_some(name)).unwrap_or("")
    }

    /// What kind of key it needs.
    pub const fn family(self) -> Family {
        match self {
            Self::ES256 | Self::ES384 | Self::ES512 => Family::Ec,
            Self::EdDSA => Family::Ed25519,
            _ => Family::Rsa,
        }
    }

    pub(super) const fn rsa(self) -> Option<&'static RsaParameters> {
        Some(match self {
            Self::RS256 => &RSA_PKCS1_2048_8192_SHA256,
            Self::RS384 => &RSA_PKCS1_2048_8192_SHA384,
            Self::RS512 => &RSA_PKCS1_2048_8192_SHA512,
            Self::PS256 => &RSA_PSS_2048_8192_SHA256,
            Self::PS384 => &RSA_PSS_2048_8192_SHA384,
            Self::PS512 => &RSA_PSS_2048_8192_SHA512,
            _ => return None,
        })
    }

    pub(super) const fn ec(self) -> Option<&'static EcdsaVerificationAlgorithm> {
        Some(match self {
            Self::ES256 => &ECDSA_P256_SHA256_FIXED,
            Self::ES384 => &ECDSA_P384_SHA384_FIXED,
            Self::ES512 => &ECDSA_P521_SHA512_FIXED,
            _ => return None,
        })
    }

    /// The left half of the digest of `text`, base64url: `at_hash` and `c_hash` of a token
    /// signed with this algorithm (OpenID Connect Core section 3.1.3.6).
    pub fn half_hash(self, text: &str) -> String {
        let hash = match self {
            Self::RS256 | Self::PS256 | Self::ES256 => &digest::SHA256,
            Self::RS384 | Self::PS384 | Self::ES384 => &digest::SHA384,
            Self::RS512 | Self::PS512 | Self::ES512 | Self::EdDSA => &digest::SHA512,
        };
        let full = digest::digest(hash, text.as_bytes());
        URL_SAFE_NO_PAD.encode(&full.as_ref()[..full.as_ref().len() / 2])
    }
}
