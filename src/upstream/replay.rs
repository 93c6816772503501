//! Judging a kept answer again, with any configuration. Nothing comes of it but a verdict:
//! there is no [`VerifiedIdentity`](super::VerifiedIdentity) here, so nobody can be signed in
//! by one.

use super::identity::Findings;
use super::saml::ServiceProvider;
use super::{oidc, saml};
use crate::model::capture::{Capture, Message};
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::connection::OidcConfig;
use crate::model::evidence::{Evidence, Window};
use crate::model::id::ConnectionId;
use crate::model::public_url::PublicUrl;
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
    /// When what is signed holds by the provider's clock, and when it was judged.
    pub window: Option<Window>,
}

impl Judgement {
    fn of<T>(outcome: Result<T, Code>, findings: Findings) -> Self {
        let Findings { checks, evidence, .. } = findings;
        let Evidence { profile, window, .. } = evidence;
        Self { code: outcome.err(), checks, profile, window }
    }
}

/// Judges a SAML response with `prepared`. May take a core for a good part of a second.
pub fn saml(
    public_url: &PublicUrl,
    connection: &ConnectionId,
    prepared: &saml::Prepared,
    capture: &Capture,
) -> Judgement {
    let mut findings = Findings::default();
    let outcome = match &capture.message {
        Message::Saml { request_id, force_authn, unasked, response } => {
            let provider = ServiceProvider::of(public_url, connection, prepared.config());
            let kept = saml::Kept {
                now: capture.judged_at,
                request_id: request_id.as_deref(),
                sent_at: capture.sent_at,
                force_authn: *force_authn,
                unasked: *unasked,
                response,
            };
            saml::replay(prepared, &provider, connection, &kept, &mut findings)
        }
        Message::Oidc { .. } => Err(other_protocol(&mut findings.checks)),
    };
    Judgement::of(outcome, findings)
}

/// Judges what an OpenID Provider said with `config`. Fetches its description and keys where
/// they are not known, and nothing else.
pub async fn oidc(
    client: &oidc::Client<'_>,
    connection: &ConnectionId,
    config: &OidcConfig,
    capture: &Capture,
) -> Judgement {
    let mut findings = Findings::default();
    let outcome = match &capture.message {
        Message::Oidc { nonce, force_login, callback, told, .. } => {
            let kept = oidc::Kept {
                now: capture.judged_at,
                nonce: nonce.as_deref(),
                sent_at: capture.sent_at,
                force_login: *force_login,
                callback: callback.as_ref(),
                told,
            };
            oidc::replay(client, config, connection, &kept, &mut findings).await
        }
        Message::Saml { .. } => Err(other_protocol(&mut findings.checks)),
    };
    Judgement::of(outcome, findings)
}

fn other_protocol(checks: &mut Checks) -> Code {
    let expected = "a message of the connection's protocol";
    checks.failed(Code::ConnectionMismatch, "protocol", expected, "one of another")
}
