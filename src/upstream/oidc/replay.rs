//! Judging again what a provider told us, without its code: as it was told then, by the clock
//! of then, with the keys that are published now.

use super::Client;
use super::finish::{self, Judge};
use super::id_token::{AccessToken, Wanted};
use super::token::Tokens;
use crate::model::attempt::Vouched;
use crate::model::capture::{self, Exchange, Told};
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::connection::OidcConfig;
use crate::model::id::ConnectionId;
use crate::model::secret::Secret;
use crate::model::time::Millis;
use crate::upstream::identity::Findings;

/// What was captured, taken apart.
pub struct Kept<'a> {
    /// The clock to judge by.
    pub now: Millis,
    /// What the ID token must name, if that is known.
    pub nonce: Option<&'a str>,
    /// When the person was sent to the provider, if that is known.
    pub sent_at: Option<Millis>,
    /// Whether the person had to authenticate anew.
    pub force_login: bool,
    /// What came to the redirect address, if anything did.
    pub callback: Option<&'a capture::Callback>,
    /// What the provider told us.
    pub told: &'a Told,
}

/// Judges it with `config`. Redeems nothing and asks for nobody's claims; fetches the
/// provider's description and keys where they are not known.
///
/// # Errors
/// The reason; the checks made until then are in `findings`.
pub async fn replay(
    client: &Client<'_>,
    config: &OidcConfig,
    connection: &ConnectionId,
    kept: &Kept<'_>,
    findings: &mut Findings,
) -> Result<Vouched, Code> {
    let Kept { now, told, .. } = *kept;
    let judge = Judge { client, config, now, today: client.clock.now(), told: Some(told) };
    let callback = kept.callback.map(restored);
    if let Some(callback) = &callback {
        judge.says_so(callback, &mut findings.checks)?;
    }
    let provider = judge.provider(callback.as_ref(), findings).await?;
    if let Some(callback) = &callback {
        finish::code(callback, &mut findings.checks)?;
    }
    let tokens = exchanged(told, callback.is_some(), &mut findings.checks)?;
    let wanted = Wanted {
        config,
        now,
        asked_at: kept.sent_at.unwrap_or(Millis(0)),
        nonce: kept.nonce,
        authenticated_since: kept.sent_at.filter(|_| kept.force_login),
        access_token: AccessToken::NotKept,
    };
    let judged = judge.tokens(connection, &provider, &tokens, &wanted, findings).await;
    if matches!(judged, Err(Code::OidcKeyUnknown)) {
        let expected = "the keys that were published when it was signed";
        let received = "the keys that are published now: the provider may have replaced them since";
        findings.checks.warned("key_set", expected, received);
    }
    judged
}

fn restored(kept: &capture::Callback) -> finish::Callback {
    finish::Callback {
        // Codes are never kept; what is looked at is whether there was one.
        code: kept.code.then(|| "kept".to_owned()),
        state: String::new(),
        iss: kept.iss.clone(),
        error: kept.error.clone(),
        error_description: kept.error_description.clone(),
    }
}

/// What the code was worth then: it cannot be redeemed twice.
fn exchanged(told: &Told, asked: bool, checks: &mut Checks) -> Result<Tokens, Code> {
    const NAME: &str = "token_endpoint";
    match &told.exchange {
        Exchange::IdToken(token) => {
            if asked {
                checks.passed(NAME, "tokens for the code", "the ID token of then");
            }
            Ok(Tokens { id_token: Secret::new(token.clone()), access_token: None })
        }
        Exchange::Failed { code, checks: then } => {
            checks.extend(then.clone());
            let received =
                "not asked again: a code is redeemed once, so sign in again to try others";
            checks.warned(NAME, "the credentials of this configuration", received);
            Err(*code)
        }
        Exchange::NotAsked => Err(checks.failed(
            Code::UpstreamAnswer,
            NAME,
            "tokens for the code",
            "not asked then, and the code cannot be redeemed now: sign in again with capture on",
        )),
    }
}
