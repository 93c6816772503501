//! Judging a kept answer again, with any configuration. Nothing comes of it but a verdict:
//! there is no [`VerifiedIdentity`](super::VerifiedIdentity) here, so nobody can be signed in
//! by one.

use super::identity::Findings;
use super::prepared::Prepared;
use super::saml::ServiceProvider;
use super::{oidc, saml};
use crate::model::capture::{Capture, Message};
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::id::ConnectionId;
use crate::model::public_url::PublicUrl;
use crate::model::time::Millis;
use crate::model::user::Profile;

/// What judging an answer again came to.
#[derive(Debug)]
pub struct Judgement {
    /// Why it is refused; `None` when it passes.
    pub code: Option<Code>,
    /// What was checked.
    pub checks: Checks,
    /// The person as read from it, where it could be read.
    pub profile: Option<Profile>,
    /// From when until when what is signed holds by the provider's clock, as far as it says.
    pub window: Option<(Millis, Millis)>,
}

impl Judgement {
    fn of<T>(outcome: Result<T, Code>, findings: Findings) -> Self {
        let Findings { checks, evidence, window, .. } = findings;
        Self { code: outcome.err(), checks, profile: evidence.profile, window }
    }
}

/// Judges it with `config`. Asks the network for an OpenID Provider's keys at most.
pub async fn judge(
    client: &oidc::Client<'_>,
    public_url: &PublicUrl,
    (connection, config): (&ConnectionId, &Prepared),
    capture: &Capture,
) -> Judgement {
    let mut findings = Findings::default();
    let now = capture.judged_at;
    let outcome = match (&capture.message, config) {
        (Message::Saml { request_id, force_authn, response }, Prepared::Saml(prepared)) => {
            let provider = ServiceProvider::of(public_url, connection, prepared.config());
            let kept = saml::Kept {
                now,
                request_id: request_id.as_deref(),
                sent_at: capture.sent_at,
                force_authn: *force_authn,
                response,
            };
            saml::replay(prepared, &provider, connection, &kept, &mut findings)
        }
        (Message::Oidc { nonce, force_login, callback, told, .. }, Prepared::Oidc(config)) => {
            let kept = oidc::Kept {
                now,
                nonce: nonce.as_deref(),
                sent_at: capture.sent_at,
                force_login: *force_login,
                callback: callback.as_ref(),
                told,
            };
            oidc::replay(client, config, connection, &kept, &mut findings).await
        }
        _ => Err(findings.checks.failed(
            Code::ConnectionMismatch,
            "protocol",
            "a message of the connection's protocol",
            "one of another",
        )),
    };
    Judgement::of(outcome, findings)
}
