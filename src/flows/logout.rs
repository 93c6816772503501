//! Flow: signing out, by an app's wish or the person's own.

use crate::broker::{Admission, session};
use crate::downstream::oidc::logout::{self, Decision, LogoutRequest};
use crate::flows::reply::{FlowError, Visitor};
use crate::flows::token::Provider;
use crate::hub::Hub;
use crate::model::secret::Digest;
use crate::store::{StoreError, Tx};
use crate::wire::oauth::Params;

/// What the browser that came brought along.
#[derive(Debug, Clone, Copy)]
pub struct Browser {
    /// Digest of its session cookie.
    pub cookie: Option<Digest>,
    /// The person confirmed, provably on our own page.
    pub confirmed: bool,
}

/// What signing out came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Logout {
    /// Nobody is signed in in this browser any more.
    Done {
        /// Where the person goes.
        next: Next,
        /// The next sign-in must not pass silently: the browser is to be marked, and the
        /// provider asked with `prompt=login` or ForceAuthn once.
        prompt_next: bool,
    },
    /// The person is asked first, on our own page.
    Confirm {
        /// The app that asks, if it said so.
        app: Option<String>,
        /// Fields the page posts back beside its proof.
        fields: Vec<(&'static str, String)>,
    },
}

/// Where the person goes after signing out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// To a registered address of the app.
    Redirect(String),
    /// To our own page, which says so.
    SignedOutPage,
}

/// Signs the browser out when the request proves whom it means or the person confirmed.
///
/// # Errors
/// When the database fails.
pub async fn logout(
    provider: &Provider<'_>,
    browser: Browser,
    pairs: Vec<(String, String)>,
) -> Result<Logout, StoreError> {
    let (ring, issuer, now) = (provider.ring.clone(), provider.issuer.to_owned(), provider.now);
    let read = move |tx: &Tx<'_>| logout::check(tx, &ring, &issuer, Params::new(&pairs));
    let request = provider.store.read(read).await?;
    if browser.cookie.is_none() && request.hint.is_none() {
        return Ok(outcome(&Decision::Nothing, request));
    }
    let (limits, hint) = (provider.limits, request.hint.clone());
    let end = move |tx: &Tx<'_>| {
        let current = match &browser.cookie {
            Some(cookie) => session::find(tx, now, limits, *cookie)?,
            None => None,
        };
        let current = current.as_ref().map(Admission::session);
        let decision = logout::decide(current, hint.as_ref(), browser.confirmed);
        if let Decision::End(session) = &decision {
            session::end(tx, session)?;
        }
        Ok::<_, StoreError>(decision)
    };
    let decision = provider.store.write(end).await?;
    Ok(outcome(&decision, request))
}

/// Ends the session of this browser, by the person's own wish.
///
/// # Errors
/// A fault of our own.
pub async fn sign_out(hub: &Hub, visitor: &Visitor) -> Result<(), FlowError> {
    let Some(cookie) = visitor.session_digest() else { return Ok(()) };
    let (now, limits) = (hub.now(), super::limits(hub));
    hub.store
        .write(move |tx| match session::find(tx, now, limits, cookie)? {
            Some(admission) => session::end(tx, &admission.session().id).map(|_ended| ()),
            None => Ok(()),
        })
        .await
        .map_err(|error: StoreError| error.into())
}

fn outcome(decision: &Decision, request: LogoutRequest) -> Logout {
    if *decision == Decision::Ask {
        let app = request.app.as_ref().map(|app| app.name.clone());
        return Logout::Confirm { app, fields: fields(request) };
    }
    // Marked even when no session was left: the provider's own may still be there.
    let next = request
        .return_to
        .map_or(Next::SignedOutPage, |return_to| Next::Redirect(return_to.address()));
    Logout::Done { next, prompt_next: true }
}

/// What brings the person back to the app after confirming. Only what was believed.
fn fields(request: LogoutRequest) -> Vec<(&'static str, String)> {
    let (Some(app), Some(return_to)) = (request.app, request.return_to) else {
        return Vec::new();
    };
    let mut fields =
        vec![("client_id", String::from(app.id)), ("post_logout_redirect_uri", return_to.uri)];
    fields.extend(return_to.state.map(|state| ("state", state)));
    fields
}
