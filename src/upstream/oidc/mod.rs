//! We as OpenID Connect relying party (OpenID Connect Core, code flow with PKCE).
//!
//! `begin` sends the person to the provider, `finish` judges the answer: the parameters,
//! then the token endpoint, then the ID token, then userinfo. Every check leaves a record.
//! `replay` judges again what was told then.
//! Nothing is fetched before somebody signs in.

pub mod begin;
pub(super) mod claims;
pub mod config;
pub mod directory;
pub mod discovery;
pub mod finish;
mod id_token;
pub mod logout;
mod replay;
mod subject;
mod token;
mod userinfo;

#[cfg(test)]
mod finish_tests;
#[cfg(test)]
mod person_tests;
#[cfg(test)]
mod provider_double;
#[cfg(test)]
mod replay_tests;

use crate::fetch::Fetch;
use crate::keys::seal::Sealer;
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::id::ConnectionId;
use crate::model::public_url::PublicUrl;
use crate::model::rng::Rng;
use crate::model::time::Clock;

pub use config::{ConfigProblem, check_config, check_issuer};
pub use directory::Directory;
pub(super) use replay::{Kept, replay};

/// What the client secret of a connection is sealed as.
pub const CLIENT_SECRET_PURPOSE: &str = "oidc-client-secret";
/// What the PKCE verifier of an attempt is sealed as.
const CODE_VERIFIER_PURPOSE: &str = "oidc-code-verifier";

/// Where answers for `connection` go.
pub fn redirect_uri(public_url: &PublicUrl, connection: &ConnectionId) -> String {
    public_url.at(&format!("/oidc/{connection}/callback"))
}

/// Where answers for every connection go, registered once for all of them.
pub fn shared_redirect_uri(public_url: &PublicUrl) -> String {
    public_url.at("/oidc/callback")
}

/// Everything needed to talk to a provider.
#[derive(Clone, Copy)]
pub struct Client<'a> {
    /// The outgoing HTTP client.
    pub fetch: &'a Fetch,
    /// What is known of providers.
    pub directory: &'a Directory,
    /// Opens client secrets and verifiers.
    pub sealer: &'a Sealer,
    /// Makes nonces and verifiers.
    pub rng: &'a dyn Rng,
    /// Tells how long a call took.
    pub clock: &'a dyn Clock,
}

/// A failed check that has not been noted yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The reason code.
    pub code: Code,
    /// What was checked.
    pub name: &'static str,
    /// What would have been accepted.
    pub expected: String,
    /// What came.
    pub received: String,
}

impl Trouble {
    fn new(
        code: Code,
        name: &'static str,
        expected: impl Into<String>,
        received: impl Into<String>,
    ) -> Self {
        Self { code, name, expected: expected.into(), received: received.into() }
    }

    /// Notes it as what the attempt failed by.
    fn fail(self, checks: &mut Checks) -> Code {
        checks.failed(self.code, self.name, self.expected, self.received)
    }

    /// Notes it as something that refuses nothing.
    fn warn(self, checks: &mut Checks) {
        checks.warned(self.name, self.expected, self.received);
    }
}
