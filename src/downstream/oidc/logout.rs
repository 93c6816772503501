//! An app sends the person to sign out (OpenID Connect RP-Initiated Logout 1.0).

use crate::keys::ring::Ring;
use crate::model::app::App;
use crate::model::id::{AppId, SessionId};
use crate::model::session::Session;
use crate::store::{StoreError, Tx, apps};
use crate::wire::oauth::{Params, Repeated, with_query};

use super::hint::Hint;

/// A logout request, as far as it can be believed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogoutRequest {
    /// Who is to be signed out; nobody in particular without a valid hint.
    pub hint: Option<Hint>,
    /// Who asks.
    pub app: Option<App>,
    /// A registered address to go to afterwards.
    pub return_to: Option<ReturnTo>,
}

/// Where the person goes afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnTo {
    /// A registered address.
    pub uri: String,
    /// The app's own state, given back.
    pub state: Option<String>,
}

impl ReturnTo {
    /// The whole address.
    pub fn address(&self) -> String {
        let state: Vec<_> = self.state.iter().map(|s| ("state".to_owned(), s.clone())).collect();
        with_query(&self.uri, &state)
    }
}

/// Reads and checks a request. What does not hold is left out; when the request contradicts
/// itself nothing of it is believed.
///
/// # Errors
/// When the database fails.
pub fn check(
    tx: &Tx<'_>,
    ring: &Ring,
    issuer: &str,
    params: Params<'_>,
) -> Result<LogoutRequest, StoreError> {
    let Ok([id_token_hint, client_id, uri, state]) = read(params) else {
        return Ok(LogoutRequest::default());
    };
    let hint = id_token_hint.and_then(|token| Hint::read(ring, issuer, token));
    let claimed = client_id.and_then(|id| AppId::try_from(id).ok());
    let contradicts = hint.as_ref().is_some_and(|h| client_id.is_some_and(|c| c != h.app.as_str()));
    if contradicts || (id_token_hint.is_some() && hint.is_none()) {
        return Ok(LogoutRequest::default());
    }
    let app = match hint.as_ref().map(|hint| &hint.app).or(claimed.as_ref()) {
        Some(id) => apps::find(tx, id)?.filter(|app| !app.disabled),
        None => None,
    };
    let return_to = app.as_ref().zip(uri).and_then(|(app, uri)| {
        let registered = app.post_logout_redirect_uri(uri);
        let state = state.map(str::to_owned);
        registered.then(|| ReturnTo { uri: uri.to_owned(), state })
    });
    Ok(LogoutRequest { hint, app, return_to })
}

fn read(params: Params<'_>) -> Result<[Option<&str>; 4], Repeated> {
    Ok([
        params.once("id_token_hint")?,
        params.once("client_id")?,
        params.once("post_logout_redirect_uri")?,
        params.once("state")?,
    ])
}

/// What a logout request does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// This session ends.
    End(SessionId),
    /// The person is asked first.
    Ask,
    /// There is nothing to end.
    Nothing,
}

/// Decides about the session of the browser that came. A session named by a valid hint ends
/// even when the browser lost its cookie.
pub fn decide(current: Option<&Session>, hint: Option<&Hint>, confirmed: bool) -> Decision {
    match (current, hint) {
        (Some(session), hint) => {
            let named = hint.is_some_and(|hint| hint.names(session));
            if named || confirmed { Decision::End(session.id.clone()) } else { Decision::Ask }
        }
        (None, Some(Hint { session: Some(session), .. })) => Decision::End(session.clone()),
        (None, _) => Decision::Nothing,
    }
}
