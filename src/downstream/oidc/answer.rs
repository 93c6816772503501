//! The answer to an authorization request: a code, or an error.

use crate::broker::Admission;
use crate::model::attempt::{AuthorizeRequest, Named, ResponseMode};
use crate::model::code::Code;
use crate::model::lifetime;
use crate::model::rng::Rng;
use crate::model::secret::{Digest, ordered_token};
use crate::model::time::{Millis, SECOND};
use crate::store::codes::{self, CodeRow};
use crate::store::{StoreError, Tx, apps, logouts};
use crate::wire::oauth::{OAuthError, with_query};

use super::grant::Grant;

/// How the browser carries the answer to the app. Holds a code: not for logs.
#[derive(Clone, PartialEq, Eq)]
pub enum AppReply {
    /// By a redirect to this address.
    Redirect(String),
    /// By a form posted to `action` (OAuth 2.0 Form Post Response Mode).
    Form {
        /// Where the form goes.
        action: String,
        /// Its hidden fields.
        fields: Vec<(String, String)>,
    },
}

impl std::fmt::Debug for AppReply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Redirect(_) => "Redirect(..)",
            Self::Form { .. } => "Form(..)",
        })
    }
}

impl AppReply {
    pub(super) fn new(redirect_uri: &str, mode: ResponseMode, fields: &[(&str, &str)]) -> Self {
        let fields: Vec<_> =
            fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        match mode {
            ResponseMode::Query => Self::Redirect(with_query(redirect_uri, &fields)),
            ResponseMode::FormPost => Self::Form { action: redirect_uri.to_owned(), fields },
        }
    }
}

/// What an app's request leads to once somebody is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A code, on its way to the app.
    Granted(AppReply),
    /// No code: an error, on its way to the app. Somebody else is signed in than the one its
    /// `id_token_hint` names (OpenID Connect Core section 3.1.2.1).
    Declined(AppReply),
    /// Nothing for this app; the person sees why. `error_reply` tells the app instead, where
    /// no page may be shown (`prompt=none`).
    Refused(Code),
}

/// Whether the person must authenticate anew although signed in (`prompt=login`, `max_age`).
/// Asked of a session that was there before the request, never of one made for it.
pub fn must_authenticate(now: Millis, admission: &Admission, request: &AuthorizeRequest) -> bool {
    let age = now.since(admission.session().authenticated_at);
    let oldest = request.max_age.map(|seconds| seconds.saturating_mul(SECOND));
    request.force_login || oldest.is_some_and(|oldest| age > oldest)
}

/// Answers `request` for somebody who is signed in. Looks at the app anew: it may have been
/// changed since it asked.
///
/// # Errors
/// When the database fails.
pub fn respond(
    tx: &Tx<'_>,
    rng: &dyn Rng,
    now: Millis,
    issuer: &str,
    admission: &Admission,
    request: &AuthorizeRequest,
) -> Result<Answer, StoreError> {
    let Some(app) = apps::find(tx, &request.app)? else {
        return Ok(Answer::Refused(Code::AppUnknown));
    };
    if app.disabled {
        return Ok(Answer::Refused(Code::AppDisabled));
    }
    if !app.redirect_uri(&request.redirect_uri) {
        return Ok(Answer::Refused(Code::RedirectUriMismatch));
    }
    if let Err(code) = admission.may_use(&app) {
        return Ok(Answer::Refused(code));
    }
    if matches!(&request.wish.named, Named::User(named) if *named != admission.user().id) {
        let description = "another person signed in than id_token_hint names";
        let reply = error_reply(request, issuer, OAuthError::LoginRequired, description);
        return Ok(Answer::Declined(reply));
    }
    if app.settings.backchannel_logout_uri.is_some() {
        logouts::note_app(tx, &admission.session().id, &app.id, now)?;
    }
    let code = ordered_token(rng, now);
    codes::insert(
        tx,
        &CodeRow {
            digest: Digest::of_ordered(code.expose()),
            app: app.id,
            session: admission.session().id.clone(),
            grant: grant_json(admission, request)?,
            created_at: now,
            expires_at: now.plus(lifetime::CODE),
            used_at: None,
            access_token: None,
        },
    )?;
    Ok(Answer::Granted(reply(request, issuer, &[("code", code.expose())])))
}

/// Tells the app that its request failed (OpenID Connect Core section 3.1.2.6).
pub fn error_reply(
    request: &AuthorizeRequest,
    issuer: &str,
    error: OAuthError,
    description: &str,
) -> AppReply {
    reply(request, issuer, &[("error", error.as_str()), ("error_description", description)])
}

fn reply(request: &AuthorizeRequest, issuer: &str, fields: &[(&str, &str)]) -> AppReply {
    let mut fields = fields.to_vec();
    fields.extend(request.state.as_deref().map(|state| ("state", state)));
    // RFC 9207: against mix-up of providers.
    fields.push(("iss", issuer));
    AppReply::new(&request.redirect_uri, request.response_mode, &fields)
}

fn grant_json(admission: &Admission, request: &AuthorizeRequest) -> Result<String, StoreError> {
    serde_json::to_string(&Grant {
        redirect_uri: request.redirect_uri.clone(),
        scopes: request.scopes.clone(),
        nonce: request.nonce.clone(),
        code_challenge: request.code_challenge.clone(),
        attempt: admission.attempt().cloned(),
    })
    .map_err(|_| StoreError::Corrupt("a grant that JSON cannot hold"))
}
