//! How an endpoint that apps call says no.

use std::borrow::Cow;

use crate::wire::oauth::{OAuthError, Repeated};

/// An error answer of the token, userinfo or revocation endpoint (RFC 6749 section 5.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Its name.
    pub error: OAuthError,
    /// What the app's developer should know. Never quotes what was received.
    pub description: Cow<'static, str>,
    /// Whether the app tried the Authorization header, and is answered by a challenge.
    pub challenge: bool,
}

impl Refusal {
    /// A refusal without a challenge.
    pub const fn new(error: OAuthError, description: &'static str) -> Self {
        Self { error, description: Cow::Borrowed(description), challenge: false }
    }

    /// The same, in answer to an Authorization header.
    #[must_use]
    pub fn challenging(mut self, challenge: bool) -> Self {
        self.challenge = challenge;
        self
    }
}

impl From<Repeated> for Refusal {
    fn from(repeated: Repeated) -> Self {
        Self {
            error: OAuthError::InvalidRequest,
            description: Cow::Owned(repeated.to_string()),
            challenge: false,
        }
    }
}
