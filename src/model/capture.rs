//! A provider's answer kept whole, so that it can be judged again: only while an administrator
//! asked for it, for so long, and sealed at rest.
//!
//! What would let anybody act as us or as the person (code, PKCE verifier, access token, client
//! secret) has no place in it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::check::Checks;
use super::code::Code;
use super::time::{DAY, HOUR, Millis};

/// Capture switches itself off after so long, in milliseconds.
pub const SWITCHED_ON_FOR: i64 = HOUR;
/// What was captured goes after so long, in milliseconds, if its attempt has not gone before.
pub const RETENTION: i64 = 7 * DAY;
/// Most messages kept of one connection; the oldest go.
pub const MOST_PER_CONNECTION: u32 = 50;

/// A provider's answer with what it was judged by besides the configuration.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capture {
    /// The clock it was judged by.
    pub judged_at: Millis,
    /// When the provider was asked; `None` when nobody knows, because it stood in a file.
    pub sent_at: Option<Millis>,
    /// What it must match, and what came.
    pub message: Message,
}

/// An answer and what it must match, by protocol.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "protocol", rename_all = "snake_case")]
pub enum Message {
    /// A SAML response.
    Saml {
        /// The ID of our AuthnRequest; `None` when it is not known.
        request_id: Option<String>,
        /// Whether the person had to authenticate anew.
        force_authn: bool,
        /// Nobody was asked, and it may answer nothing.
        #[serde(default)]
        unasked: bool,
        /// The response in base64, as posted.
        response: String,
    },
    /// An authorization response, and what its code was worth.
    Oidc {
        /// What the ID token must name; `None` when it is not known.
        nonce: Option<String>,
        /// Where the answer was asked to go.
        redirect_uri: String,
        /// Whether the person had to authenticate anew.
        force_login: bool,
        /// What came to the redirect address; `None` when only a token is there.
        callback: Option<Callback>,
        /// What the calls of the sign-in brought.
        told: Box<Told>,
    },
}

/// What came to our redirect address, without its code.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callback {
    /// Who says so (RFC 9207).
    pub iss: Option<String>,
    /// Whether there was a code of a sound length.
    pub code: bool,
    /// Why not, when the provider did not let the person in.
    pub error: Option<String>,
    /// The same in words.
    pub error_description: Option<String>,
}

/// What a provider told us itself, in answer to our calls.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Told {
    /// What the token endpoint made of the code.
    pub exchange: Exchange,
    /// The claims of the userinfo endpoint, if it was asked and answered with claims.
    pub userinfo: Option<Map<String, Value>>,
}

/// What the token endpoint made of the code.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exchange {
    /// It was not asked.
    #[default]
    NotAsked,
    /// It gave this ID token.
    IdToken(String),
    /// It gave none.
    Failed {
        /// Why.
        code: Code,
        /// What was checked of its answers.
        checks: Checks,
    },
}

impl Told {
    /// Keeps what the userinfo endpoint said, without the access tokens that may stand in it
    /// (OpenID Connect Core section 5.6.2).
    pub fn claims(&mut self, claims: &Map<String, Value>) {
        let mut claims = claims.clone();
        claims.remove("_claim_sources");
        self.userinfo = Some(claims);
    }
}

macro_rules! blind {
    ($($name:ident)+) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    )+};
}

// Whom they are about is nobody's to read in a log.
blind!(Capture Message Callback Told Exchange);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn tokens_for_other_places_are_not_kept() {
        let mut told = Told::default();
        let claims = json!({
            "sub": "ann", "_claim_names": {"groups": "a"},
            "_claim_sources": {"a": {"endpoint": "https://a.test", "access_token": "s3cret"}},
        });
        told.claims(claims.as_object().unwrap());
        let kept = serde_json::to_string(&told).unwrap();
        assert!(!kept.contains("s3cret") && kept.contains("_claim_names"), "{kept}");
        assert_eq!(format!("{told:?}"), "Told(..)");
    }
}
