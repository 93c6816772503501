//! From `downstream`'s answers to what the visitor's browser does with them.

use super::reply::{Answer, FlowError, Reply};
use super::{answered, start};
use crate::broker::Admission;
use crate::downstream::oidc::authorize::AuthorizeError;
use crate::downstream::oidc::{self, AppReply};
use crate::hub::Hub;
use crate::hub::bounds::About;
use crate::model::attempt::{AuthorizeRequest, Purpose};
use crate::model::time::Millis;
use crate::store::Tx;
use crate::wire::oauth::OAuthError;

/// A request that was not one. Before the redirect URI is proven, nobody but the visitor is
/// told (RFC 6749 section 4.1.2.1).
pub(super) async fn not_asked(hub: &Hub, error: AuthorizeError) -> Result<Answer, FlowError> {
    match error {
        AuthorizeError::Page(code, checks, app) => {
            let about = app.map_or(About::Nameless, About::App);
            answered::record(hub, about, code, checks).await
        }
        AuthorizeError::Redirect(to) => Ok(carried(to.reply(hub.config.public_url.as_str()))),
        AuthorizeError::Store(error) => Err(error.into()),
    }
}

/// Nobody is signed in and nobody may be asked (OpenID Connect Core section 3.1.2.6).
pub(super) fn login_required(hub: &Hub, request: &AuthorizeRequest) -> Answer {
    let issuer = hub.config.public_url.as_str();
    let description = "nobody is signed in, and prompt=none forbids to ask";
    carried(oidc::error_reply(request, issuer, OAuthError::LoginRequired, description))
}

/// Sends somebody who is in to what they wanted to get into.
pub(super) fn into_app(
    tx: &Tx<'_>,
    hub: &Hub,
    now: Millis,
    admission: &Admission,
    purpose: &Purpose,
) -> Result<Answer, FlowError> {
    match purpose {
        Purpose::App(request) => {
            let issuer = hub.config.public_url.as_str();
            let rng = hub.rng.as_ref();
            let replied = oidc::respond(tx, rng, now, issuer, admission, request)?;
            Ok(answer(replied))
        }
        Purpose::Start(start) => Ok(start::into(tx, hub, admission, start)?),
        Purpose::Home => Ok(start::home(tx, hub, admission)?),
        // Nobody gets anywhere by a test; who is in already is at home.
        Purpose::Refused(_) | Purpose::Test(_) => {
            Ok(Answer::of(Reply::Redirect(hub.config.public_url.at("/"))))
        }
    }
}

/// What an app's request came to.
fn answer(answer: oidc::Answer) -> Answer {
    match answer {
        oidc::Answer::Granted(reply) | oidc::Answer::Declined(reply) => carried(reply),
        oidc::Answer::Refused(code) => Answer::refused(code, None, None),
    }
}

fn carried(reply: AppReply) -> Answer {
    Answer::of(match reply {
        AppReply::Redirect(address) => Reply::Redirect(address),
        AppReply::Form { action, fields } => Reply::Form { action, fields },
    })
}
