//! Flow: what apps ask for behind the browser's back: tokens, claims, revocation.

use std::sync::Arc;

use serde_json::Value;

use crate::broker;
use crate::broker::attempt::Misuse;
use crate::broker::session::Limits;
use crate::downstream::oidc::client::Presented;
use crate::downstream::oidc::revoke::{self, Holder};
use crate::downstream::oidc::token::{self, Granted, Redeemed, TokenRequest};
use crate::downstream::oidc::{origin, userinfo};
use crate::hub::Hub;
use crate::hub::bounds::{About, Bounds};
use crate::keys::ring::{KeyError, Ring};
use crate::model::app::App;
use crate::model::code::Code;
use crate::model::id::AppId;
use crate::model::rng::Rng;
use crate::model::secret::Secret;
use crate::model::time::Millis;
use crate::store::{Store, StoreError, Tx};
use crate::wire::oauth::{OAuthError, Params};

pub use crate::downstream::oidc::Refusal;
pub use crate::downstream::oidc::discovery::document as discovery_document;
pub use crate::downstream::oidc::origin::belongs_to as may_read;

/// The handles these flows need.
#[derive(Clone)]
pub struct Provider<'a> {
    /// The database.
    pub store: &'a Store,
    /// What ID tokens are signed with.
    pub ring: &'a Ring,
    /// Randomness.
    pub rng: &'a Arc<dyn Rng>,
    /// Our own name.
    pub issuer: &'a str,
    /// The present moment.
    pub now: Millis,
    /// How long sessions last.
    pub limits: Limits,
    /// How much may be recorded of what apps do wrong.
    pub bounds: &'a Bounds,
}

impl<'a> Provider<'a> {
    /// The handles out of the hub, now.
    pub fn of(hub: &'a Hub) -> Self {
        Self {
            store: &hub.store,
            ring: &hub.ring,
            rng: &hub.rng,
            issuer: hub.config.public_url.as_str(),
            now: hub.clock.now(),
            limits: super::limits(hub),
            bounds: &hub.bounds,
        }
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Failure {
    /// The app did something wrong.
    Refused(Refusal),
    /// There is too much to do; the app may try again.
    Busy,
    /// Something failed here; for our own log.
    Broken(Box<dyn std::error::Error + Send + Sync>),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy => Self::Busy,
            other => Self::Broken(Box::new(other)),
        }
    }
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        Self::Broken(Box::new(error))
    }
}

/// An answer, and the app it is for when that is proven: it decides which web origins may
/// read the answer.
#[derive(Debug)]
pub struct Reply<T> {
    /// The app, once proven.
    pub app: Option<App>,
    /// The answer.
    pub result: Result<T, Failure>,
}

impl<T> Reply<T> {
    fn nobody(failure: impl Into<Failure>) -> Self {
        Self { app: None, result: Err(failure.into()) }
    }
}

/// The tokens (RFC 6749 section 5.1, OpenID Connect Core section 3.1.3.3).
#[derive(Debug)]
pub struct Tokens {
    /// The access token.
    pub access_token: Secret<String>,
    /// Seconds until it ends.
    pub expires_in: i64,
    /// The signed ID token.
    pub id_token: Secret<String>,
    /// Scopes granted, separated by spaces.
    pub scope: String,
}

/// A code for tokens.
pub async fn exchange(
    provider: &Provider<'_>,
    authorization: Option<&str>,
    pairs: &[(String, String)],
) -> Reply<Tokens> {
    match authenticated(provider.store, authorization, pairs).await {
        Ok(app) => {
            let result = redeemed(provider, &app, pairs).await;
            Reply { app: Some(app), result }
        }
        Err(failure) => Reply::nobody(failure),
    }
}

async fn redeemed(
    provider: &Provider<'_>,
    app: &App,
    pairs: &[(String, String)],
) -> Result<Tokens, Failure> {
    let request = TokenRequest::read(Params::new(pairs))?;
    let (rng, now, id) = (Arc::clone(provider.rng), provider.now, app.id.clone());
    let redeemed =
        provider.store.write(move |tx| token::redeem(tx, rng.as_ref(), now, &id, &request)).await?;
    match redeemed {
        Redeemed::Granted(granted) => tokens(provider, *granted),
        Redeemed::Refused { description, misuse } => {
            if let Some(misuse) = misuse {
                record(provider, &app.id, *misuse).await;
            }
            Err(Refusal::new(OAuthError::InvalidGrant, description).into())
        }
    }
}

/// Leaves the record of a misused code, as many as `app` may leave. The app is answered as if
/// there were none.
async fn record(provider: &Provider<'_>, app: &AppId, misuse: Misuse) {
    if misuse.code == Code::AppCodeReused {
        tracing::warn!(%app, "a code was used twice; its tokens were revoked");
    }
    let now = provider.now;
    if !provider.bounds.may_record(&About::App(app.clone()), now) {
        return;
    }
    let rng = Arc::clone(provider.rng);
    let keep =
        move |tx: &Tx<'_>| broker::attempt::record_misuse(tx, rng.as_ref(), now, misuse).map(drop);
    if let Err(error) = provider.store.write::<_, StoreError, _>(keep).await {
        tracing::warn!(%app, %error, "what an app did wrong was not recorded");
    }
}

/// The one signature of a login.
fn tokens(provider: &Provider<'_>, granted: Granted) -> Result<Tokens, Failure> {
    let claims = granted.id_token(provider.issuer, provider.now);
    let algorithm = granted.app().signing_algorithm;
    let id_token = Secret::new(provider.ring.sign(algorithm, "JWT", &claims)?);
    let scope = granted.scopes.join(" ");
    let Granted { access_token, expires_in, .. } = granted;
    Ok(Tokens { access_token, expires_in, id_token, scope })
}

/// The claims an access token stands for; `Ok(None)` when the request carries no token.
pub async fn claims(
    provider: &Provider<'_>,
    authorization: Option<&str>,
    body: &[(String, String)],
) -> Reply<Option<Value>> {
    let token = match userinfo::presented(authorization, Params::new(body)) {
        Ok(Some(token)) => token,
        Ok(None) => return Reply { app: None, result: Ok(None) },
        Err(refusal) => return Reply::nobody(refusal),
    };
    let now = provider.now;
    match provider.store.read(move |tx| userinfo::claims(tx, now, &token)).await {
        Ok(Some((app, claims))) => Reply { app: Some(app), result: Ok(Some(claims)) },
        Ok(None) => {
            let description = "the access token is unknown, expired or revoked";
            Reply::nobody(Refusal::new(OAuthError::InvalidToken, description))
        }
        Err::<_, StoreError>(error) => Reply::nobody(error),
    }
}

/// A token given back.
pub async fn revoke(
    provider: &Provider<'_>,
    authorization: Option<&str>,
    pairs: &[(String, String)],
) -> Reply<()> {
    match authenticated(provider.store, authorization, pairs).await {
        Ok(app) => {
            let result = revoked(provider.store, &app, pairs).await;
            Reply { app: Some(app), result }
        }
        Err(failure) => Reply::nobody(failure),
    }
}

async fn revoked(store: &Store, app: &App, pairs: &[(String, String)]) -> Result<(), Failure> {
    let token = revoke::presented(Params::new(pairs))?;
    let (id, looked_at) = (app.id.clone(), token.clone());
    match store.read(move |tx| revoke::holder(tx, &id, &looked_at)).await? {
        Holder::Nobody => Ok(()),
        Holder::Own => {
            let id = app.id.clone();
            store.write(move |tx| revoke::revoke(tx, &id, &token)).await?;
            Ok(())
        }
        Holder::Other => {
            let description = "the token was given to another client";
            Err(Refusal::new(OAuthError::InvalidGrant, description).into())
        }
    }
}

/// Whether a page of `origin` may ask at all: some app has a redirect URI there.
///
/// # Errors
/// When the database fails.
pub async fn origin_known(store: &Store, origin: &str) -> Result<bool, StoreError> {
    let origin = origin.to_owned();
    store.read(move |tx| origin::known(tx, &origin)).await
}

/// A read of its own: who cannot authenticate never reaches the only writer.
async fn authenticated(
    store: &Store,
    authorization: Option<&str>,
    pairs: &[(String, String)],
) -> Result<App, Failure> {
    let presented = Presented::read(authorization, Params::new(pairs))?;
    Ok(store.look(move |tx| presented.authenticate(tx)).await??)
}
