//! Signed tokens in compact form (RFC 7515), as strict as RFC 8725 asks.
//!
//! What a token says can be read only through a signature that holds: [`Unverified`] gives
//! out nothing but its header. Keys a token carries or points to (`jwk`, `jku`, `x5c`,
//! `x5u`) are never looked at.

use aws_lc_rs::digest;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED,
    EcdsaVerificationAlgorithm, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384,
    RSA_PSS_2048_8192_SHA512, RsaParameters,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::json;
use super::jwk::KeySet;
use crate::model::code::Code;

/// Longest token read, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;

/// What a token says.
pub type Claims = Map<String, Value>;

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

/// Why a token is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    /// Not a signed token in compact form.
    #[error("{0}")]
    Malformed(&'static str),
    /// An encrypted token (RFC 7516).
    #[error("an encrypted token")]
    Encrypted,
    /// Signed with an algorithm that is not accepted.
    #[error("{0}")]
    Algorithm(String),
    /// No known key fits the token's `kid` and `alg`.
    #[error("no published key fits")]
    KeyUnknown,
    /// The signature does not hold.
    #[error("the signature does not hold")]
    Signature,
}

impl JwsError {
    /// The reason code of a refusal because of it.
    pub const fn code(&self) -> Code {
        match self {
            Self::Malformed(_) => Code::OidcTokenMalformed,
            Self::Encrypted => Code::OidcTokenEncrypted,
            Self::Algorithm(_) => Code::OidcAlgorithm,
            Self::KeyUnknown => Code::OidcKeyUnknown,
            Self::Signature => Code::OidcSignature,
        }
    }
}

/// A token whose signature has not been checked.
#[derive(Debug)]
pub struct Unverified<'a> {
    signed: &'a str,
    payload: &'a str,
    signature: Vec<u8>,
    alg: Algorithm,
    kid: Option<String>,
}

impl<'a> Unverified<'a> {
    /// Takes a token apart.
    ///
    /// # Errors
    /// When it is not a signed token of a kind that is accepted.
    pub fn read(token: &'a str) -> Result<Self, JwsError> {
        if token.len() > MAX_BYTES {
            return Err(JwsError::Malformed("longer than 64 KiB"));
        }
        let parts: Vec<&str> = token.splitn(6, '.').collect();
        let (header, payload, signature) = match parts.as_slice() {
            [header, payload, signature] => (*header, *payload, *signature),
            [_, _, _, _, _] => return Err(JwsError::Encrypted),
            _ => return Err(JwsError::Malformed("not three parts joined by dots")),
        };
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
        let header = decode(header)
            .and_then(|bytes| json::object(&bytes))
            .ok_or(JwsError::Malformed("the header is not a JSON object in base64url"))?;
        let (alg, kid) = check_header(&header)?;
        let signature =
            decode(signature).ok_or(JwsError::Malformed("the signature is not base64url"))?;
        let dot = token.rfind('.').unwrap_or(token.len());
        Ok(Self { signed: &token[..dot], payload, signature, alg, kid })
    }

    /// The algorithm the token names.
    pub const fn alg(&self) -> Algorithm {
        self.alg
    }

    /// The key the token names.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Checks the signature with the keys that fit, and only then reads what it covers.
    ///
    /// # Errors
    /// When no key fits, none holds, or the payload is not a JSON object.
    pub fn verify(&self, keys: &KeySet) -> Result<Claims, JwsError> {
        let candidates = keys.find(self.kid(), self.alg);
        if candidates.is_empty() {
            return Err(JwsError::KeyUnknown);
        }
        let holds =
            |key: &&&super::jwk::Key| key.verify(self.alg, self.signed.as_bytes(), &self.signature);
        if candidates.iter().find(holds).is_none() {
            return Err(JwsError::Signature);
        }
        URL_SAFE_NO_PAD
            .decode(self.payload)
            .ok()
            .and_then(|bytes| json::object(&bytes))
            .ok_or(JwsError::Malformed("the payload is not a JSON object in base64url"))
    }
}

fn check_header(header: &Map<String, Value>) -> Result<(Algorithm, Option<String>), JwsError> {
    if header.contains_key("enc") {
        return Err(JwsError::Encrypted);
    }
    // Extensions that must be understood are not (RFC 7515 section 4.1.11, RFC 7797).
    if header.contains_key("crit") || header.contains_key("b64") {
        return Err(JwsError::Malformed("the header has crit or b64, which are not supported"));
    }
    // RFC 8725 section 3.11: a token made for something else says so in its type.
    let special = |text: &str| text.to_ascii_lowercase().ends_with("+jwt");
    if header.get("typ").is_some_and(|typ| typ.as_str().is_none_or(special)) {
        return Err(JwsError::Malformed("the header's typ is that of another kind of token"));
    }
    let Some(Value::String(name)) = header.get("alg") else {
        return Err(JwsError::Malformed("the header names no alg"));
    };
    let alg = Algorithm::parse(name)
        .ok_or_else(|| JwsError::Algorithm(name.chars().take(64).collect()))?;
    let kid = match header.get("kid") {
        None => None,
        Some(Value::String(kid)) if kid.len() <= 1_024 => Some(kid.clone()),
        Some(_) => return Err(JwsError::Malformed("the header's kid is not a short text")),
    };
    Ok((alg, kid))
}

#[cfg(test)]
#[path = "jws_tests.rs"]
mod tests;
