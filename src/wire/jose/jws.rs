//! Signed tokens in compact form (RFC 7515), as strict as RFC 8725 asks.
//!
//! What a token says can be read only through a signature that holds: [`Unverified`] gives
//! out nothing but its header. Keys a token carries or points to (`jwk`, `jku`, `x5c`,
//! `x5u`) are never looked at.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::algorithm::Algorithm;
use super::json;
use super::jwk::KeySet;
use crate::model::code::Code;

/// Longest token read, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;

/// What a token says.
pub type Claims = Map<String, Value>;

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
