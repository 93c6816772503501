//! From `downstream`'s answers to what the visitor's browser does with them.

use super::reply::{Answer, FlowError, Reply};
use super::{answered, start};
use crate::broker::attempt::Misuse;
use crate::broker::{self, Admission};
use crate::downstream::oidc::authorize::{AuthorizeError, Prompt};
use crate::downstream::oidc::{self, AppReply};
use crate::hub::Hub;
use crate::hub::bounds::About;
use crate::model::attempt::{AuthorizeRequest, Purpose};
use crate::model::check::Checks;
use crate::model::code::Code;
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

/// Answers for somebody who was signed in when the app sent them. An app they may not use is
/// told so itself where no page may be shown; else they read it, and the trace is kept.
pub(super) fn at_once(
    tx: &Tx<'_>,
    hub: &Hub,
    now: Millis,
    admission: &Admission,
    (request, prompt): (AuthorizeRequest, Prompt),
) -> Result<Answer, FlowError> {
    let (issuer, rng) = (hub.config.public_url.as_str(), hub.rng.as_ref());
    let code = match oidc::respond(tx, rng, now, issuer, admission, &request)? {
        oidc::Answer::Refused(code) => code,
        other => return Ok(answer(other)),
    };
    let ours =
        matches!(code, Code::AppNotAdmitted | Code::AppConnectionRefused | Code::AppRoleMissing);
    if ours && prompt == Prompt::None {
        let description = "the person may not use this app";
        return Ok(carried(oidc::error_reply(
            &request,
            issuer,
            OAuthError::AccessDenied,
            description,
        )));
    }
    if !ours || !hub.bounds.may_record(&About::App(request.app.clone()), now) {
        return Ok(Answer::refused(code, None, None));
    }
    let mut checks = Checks::new();
    checks.failed(code, "app_access", "what the app is open to", "none of it");
    let user = admission.user();
    let misuse = Misuse {
        app: request.app,
        organization: Some(user.organization.clone()),
        user: Some(user.id.clone()),
        code,
        checks,
    };
    let reference = broker::attempt::record_misuse(tx, rng, now, misuse)?;
    Ok(Answer::refused(code, Some(reference), None))
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
