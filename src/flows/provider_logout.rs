//! Flow: signing out at the provider, after the session here has ended. Never begun by a session
//! that ran out, and nothing here keeps anybody from being signed out.

use std::time::Duration;

use super::upstream_call;
use crate::hub::Hub;
use crate::model::attempt::Purpose;
use crate::model::connection::{Connection, ProviderSignOut};
use crate::model::id::ConnectionId;
use crate::model::secret::{Digest, Secret, equal, random_token};
use crate::store::sign_outs::{self, SignOut};
use crate::store::{StoreError, connections};
use crate::upstream::oidc;
use crate::upstream::prepared::Prepared;

/// A provider that does not say in so long where people sign out offers it not.
const PATIENCE: Duration = Duration::from_secs(3);

/// Where the provider signs people out.
struct Way {
    name: String,
    end_session_endpoint: String,
    client_id: String,
    /// What the provider is shown, so that it knows which of its sessions is meant.
    hint: Option<Secret<String>>,
}

/// Straight to the provider's own sign-out, where the connection wants that always.
pub async fn always(hub: &Hub, secret: &Secret<String>) -> Option<String> {
    begin(hub, secret, ProviderSignOut::Always).await
}

/// To the provider's own sign-out by the person's wish.
pub async fn chosen(hub: &Hub, secret: &Secret<String>) -> Option<String> {
    begin(hub, secret, ProviderSignOut::Ask).await
}

/// The name of the connection, when its provider offers to sign out and nobody was sent there
/// yet.
pub(super) async fn offer(hub: &Hub, row: &SignOut) -> Option<String> {
    if row.sent {
        return None;
    }
    way(hub, row, ProviderSignOut::Ask).await.map(|way| way.name)
}

async fn begin(hub: &Hub, secret: &Secret<String>, choice: ProviderSignOut) -> Option<String> {
    let (digest, now) = (Digest::of(secret.expose().as_bytes()), hub.now());
    let row = hub.store.read::<_, StoreError, _>(move |tx| sign_outs::find(tx, digest)).await;
    let row = row.ok().flatten().filter(|row| now < row.expires_at && !row.sent)?;
    let way = way(hub, &row, choice).await?;
    let state = random_token(hub.rng.as_ref());
    let back = oidc::shared_redirect_uri(&hub.config.public_url);
    let (endpoint, hint) = (&way.end_session_endpoint, way.hint.as_ref());
    let address = oidc::logout::address(endpoint, &way.client_id, hint, &back, state.expose())?;
    let state = Digest::of(state.expose().as_bytes());
    let sent = hub.store.write::<_, StoreError, _>(move |tx| sign_outs::sent(tx, digest, state));
    // Once: a second press goes nowhere.
    sent.await.ok().filter(|sent| *sent).map(|_| address.into_inner())
}

async fn way(hub: &Hub, row: &SignOut, choice: ProviderSignOut) -> Option<Way> {
    let id = row.connection.clone()?;
    let found = hub.store.read::<_, StoreError, _>(move |tx| connections::find(tx, &id)).await;
    let connection: Connection = found.ok().flatten()?;
    if connection.disabled || connection.settings.provider_sign_out != choice {
        return None;
    }
    let (_, prepared) =
        upstream_call::prepared(hub, &connection, &Purpose::Home).await.ok().flatten()?;
    let Prepared::Oidc(config) = prepared.as_ref() else { return None };
    let described = hub.directory.provider(&hub.fetch, &config.issuer, hub.now());
    let provider = tokio::time::timeout(PATIENCE, described).await.ok()?.ok()?;
    let sealed = row.logout_hint.as_ref();
    Some(Way {
        name: connection.name,
        end_session_endpoint: provider.end_session_endpoint.clone()?,
        client_id: config.client_id.clone(),
        hint: sealed.and_then(|sealed| oidc::logout::open(&hub.sealer, sealed, config)),
    })
}

/// Where somebody goes who comes back from a provider's own sign-out; `None` when this is no
/// such return: the state is none of ours, is over, was given to another browser, or came to
/// the address of another connection. Whoever calls this has made sure that it is no answer to
/// a sign-in. Only the first return leads to the app.
pub async fn returned(
    hub: &Hub,
    secret: &Secret<String>,
    state: &str,
    connection: Option<&str>,
) -> Option<String> {
    let (state, now) = (Digest::of(state.as_bytes()), hub.now());
    let found =
        hub.store.read::<_, StoreError, _>(move |tx| sign_outs::find_by_state(tx, state)).await;
    let row = found.ok().flatten().filter(|row| now < row.expires_at)?;
    let browser = Digest::of(secret.expose().as_bytes());
    let own = equal(row.secret.as_bytes(), browser.as_bytes());
    let named = row.connection.as_ref().map(ConnectionId::as_str);
    if !own || connection.is_some_and(|address| named != Some(address)) {
        return None;
    }
    let noted =
        hub.store.write::<_, StoreError, _>(move |tx| sign_outs::returned(tx, browser, now));
    let page = hub.config.public_url.at("/signed-out");
    match noted.await {
        Ok(true) => Some(row.return_to.unwrap_or(page)),
        _ => Some(page),
    }
}
