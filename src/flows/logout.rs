//! Flow: signing out, by an app's wish or the person's own. The session ends first, in one
//! transaction with all that apps are to be told; what may fail comes afterwards.

use std::sync::Arc;
use std::time::Duration;

use crate::broker::{Admission, session};
use crate::downstream::oidc::logout::{self, Decision, LogoutRequest, ReturnTo};
use crate::flows::reply::{FlowError, Visitor};
use crate::flows::token::Provider;
use crate::hub::Hub;
use crate::model::logout::DeliveryState;
use crate::model::rng::Rng;
use crate::model::secret::{Digest, Secret, random_token};
use crate::model::session::{Method, Session};
use crate::model::time::{MINUTE, Millis};
use crate::store::sign_outs::{self, SignOut};
use crate::store::{StoreError, Tx, logouts, sessions};
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
) -> Result<(Logout, Option<Ended>), StoreError> {
    let (ring, issuer, now) = (provider.ring.clone(), provider.issuer.to_owned(), provider.now);
    let read = move |tx: &Tx<'_>| logout::check(tx, &ring, &issuer, Params::new(&pairs));
    let request = provider.store.read(read).await?;
    if browser.cookie.is_none() && request.hint.is_none() {
        return Ok((outcome(&Decision::Nothing, request), None));
    }
    let (limits, hint) = (provider.limits, request.hint.clone());
    let return_to = request.return_to.as_ref().map(ReturnTo::address);
    let rng = Arc::clone(provider.rng);
    let end = move |tx: &Tx<'_>| {
        let current = match &browser.cookie {
            Some(cookie) => session::find(tx, now, limits, *cookie)?,
            None => None,
        };
        let current = current.as_ref().map(Admission::session);
        let decision = logout::decide(current, hint.as_ref(), browser.confirmed);
        let ended = match (&decision, current) {
            (Decision::End(_), Some(session)) => {
                Some(end_here(tx, rng.as_ref(), now, session, return_to)?)
            }
            // Whoever brings a hint alone is not shown what the session was.
            (Decision::End(session), None) => {
                session::end(tx, session)?;
                None
            }
            _ => None,
        };
        Ok::<_, StoreError>((decision, ended))
    };
    let (decision, ended) = provider.store.write(end).await?;
    Ok((outcome(&decision, request), ended))
}

/// A session that ended in the browser that had it.
#[derive(Debug)]
pub struct Ended {
    /// What the sign-out is found by: the value of the cookie of a browser somebody signed
    /// out in.
    pub secret: Secret<String>,
}

/// What a sign-out came to is kept for so long, and the provider's own has to be over by then.
const KEPT: i64 = 15 * MINUTE;

fn end_here(
    tx: &Tx<'_>,
    rng: &dyn Rng,
    now: Millis,
    session: &Session,
    return_to: Option<String>,
) -> Result<Ended, StoreError> {
    let secret = random_token(rng);
    let connection = match &session.method {
        Method::Upstream { connection } => Some(connection.clone()),
        _ => None,
    };
    let logout_hint = match &connection {
        Some(_) => sessions::logout_hint(tx, &session.id)?,
        None => None,
    };
    let row = SignOut {
        secret: Digest::of(secret.expose().as_bytes()),
        session: session.id.clone(),
        connection,
        untold: sign_outs::untold(tx, &session.id)?,
        return_to,
        logout_hint,
        returned_at: None,
        sent: false,
        expires_at: now.plus(KEPT),
    };
    session::end(tx, &session.id)?;
    sign_outs::insert(tx, &row)?;
    Ok(Ended { secret })
}

/// Ends the session of this browser, by the person's own wish.
///
/// # Errors
/// A fault of our own.
pub async fn sign_out(hub: &Hub, visitor: &Visitor) -> Result<Option<Ended>, FlowError> {
    let Some(cookie) = visitor.session_digest() else { return Ok(None) };
    let (now, limits, rng) = (hub.now(), super::limits(hub), Arc::clone(&hub.rng));
    hub.store
        .write(move |tx| match session::find(tx, now, limits, cookie)? {
            Some(admission) => end_here(tx, rng.as_ref(), now, admission.session(), None).map(Some),
            None => Ok(None),
        })
        .await
        .map_err(|error: StoreError| error.into())
}

/// What a sign-out came to, as the browser it happened in may know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Farewell {
    /// Names of apps that were told and took it.
    pub told: Vec<String>,
    /// Names of apps that have not taken it yet, or refused it.
    pub not_told: Vec<String>,
    /// Names of apps that cannot be told.
    pub cannot: Vec<String>,
    /// Whether an identity provider vouched, and may know the person still.
    pub provider: bool,
    /// Whether the person came back from the provider's own sign-out.
    pub returned: bool,
    /// The name of the connection, when its provider offers to sign out there, too.
    pub offer: Option<String>,
}

/// The page waits so long for apps at most.
const GLANCE: Duration = Duration::from_secs(1);

/// What the sign-out of the browser with this cookie came to; `None` when nothing is kept of
/// it. Whatever else fails, this only knows less.
pub async fn farewell(hub: &Hub, secret: &Secret<String>) -> Option<Farewell> {
    let digest = Digest::of(secret.expose().as_bytes());
    let now = hub.now();
    let row = hub.store.read::<_, StoreError, _>(move |tx| sign_outs::find(tx, digest)).await;
    let row = row.ok().flatten().filter(|row| now < row.expires_at)?;
    let session = row.session.clone();
    let tried = hub.settled.wait(GLANCE, || {
        let session = session.clone();
        async move {
            let all = hub.store.read(move |tx| logouts::of_session(tx, &session)).await?;
            let waits = all.iter().any(|one| one.state == DeliveryState::Pending && one.tries == 0);
            Ok::<_, StoreError>((!waits).then_some(all))
        }
    });
    let standing = match tried.await {
        Ok(Some(all)) => all,
        _ => {
            let session = row.session.clone();
            hub.store
                .read::<_, StoreError, _>(move |tx| logouts::of_session(tx, &session))
                .await
                .ok()?
        }
    };
    let (told, not_told): (Vec<_>, Vec<_>) =
        standing.into_iter().partition(|one| one.state == DeliveryState::Delivered);
    let names = |list: Vec<logouts::Standing>| list.into_iter().map(|one| one.name).collect();
    Some(Farewell {
        told: names(told),
        not_told: names(not_told),
        provider: row.connection.is_some(),
        returned: row.returned_at.is_some(),
        offer: super::provider_logout::offer(hub, &row).await,
        cannot: row.untold,
    })
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
