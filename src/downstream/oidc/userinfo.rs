//! What an access token tells (OpenID Connect Core section 5.3).

use serde_json::Value;

use crate::broker::session;
use crate::model::app::App;
use crate::model::secret::{Digest, Secret};
use crate::model::time::Millis;
use crate::store::{StoreError, Tx, access_tokens, apps};
use crate::wire::oauth::{OAuthError, Params, bearer};

use super::{Refusal, claims};

/// The access token of a request: by header or in a form body, never both (RFC 6750
/// section 2). `None` when there is none.
///
/// # Errors
/// `invalid_request`.
pub fn presented(
    authorization: Option<&str>,
    body: Params<'_>,
) -> Result<Option<Secret<String>>, Refusal> {
    let malformed = |_| Refusal::new(OAuthError::InvalidRequest, "the token cannot be read");
    let header = authorization.map(bearer).transpose().map_err(malformed)?.flatten();
    let body = body.once("access_token")?.map(|token| Secret::new(token.to_owned()));
    if header.is_some() && body.is_some() {
        let description = "the token is given in more than one way";
        return Err(Refusal::new(OAuthError::InvalidRequest, description));
    }
    Ok(header.or(body))
}

/// The app and the claims an access token stands for; `None` when it stands for nothing: it
/// is unknown, expired or revoked, or app, session, person or organization are no more.
///
/// # Errors
/// When the database fails.
pub fn claims(
    tx: &Tx<'_>,
    now: Millis,
    token: &Secret<String>,
) -> Result<Option<(App, Value)>, StoreError> {
    let Some(row) = access_tokens::find(tx, &Digest::of_ordered(token.expose()))? else {
        return Ok(None);
    };
    if now >= row.expires_at {
        return Ok(None);
    }
    let Some(admission) = session::admission_of(tx, now, &row.session)? else {
        return Ok(None);
    };
    let app =
        apps::find(tx, &row.app)?.filter(|app| !app.disabled && admission.may_use(app).is_ok());
    Ok(app.filter(|_| admission.user().id == row.user).map(|app| {
        let claims = claims::of(admission.facts(), &app, &row.scopes);
        (app, Value::Object(claims))
    }))
}
