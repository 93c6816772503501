//! An owner adds a passkey and takes one away, at the page of second factors.

use super::owner::moment;
use super::owner_factors::{Browser, Done, change, done};
use super::reply::FlowError;
use crate::broker::owner::factors::{Changed, Holder};
use crate::hub::Hub;
use crate::keys::passkey::Party;
use crate::model::id::PasskeyId;
use crate::store::{StoreError, Tx};

pub use crate::broker::owner::factors::Begun;

/// Whether there can be passkeys at all: they need a host with a name.
pub fn possible(hub: &Hub) -> bool {
    Party::at(&hub.config.public_url).is_some()
}

/// Asks the browser to have a passkey of this name made. `None` where there can be none.
///
/// # Errors
/// A fault of our own.
pub async fn begin(hub: &Hub, browser: &Browser, name: String) -> Result<Option<Begun>, FlowError> {
    let Some(party) = Party::at(&hub.config.public_url) else { return Ok(None) };
    let (on, brought) = (hub.clone(), browser.brought());
    let write = move |tx: &Tx<'_>| match Holder::find(tx, moment(&on), &brought)? {
        Some(holder) => holder.begin_passkey(tx, moment(&on), &party, &name),
        None => Ok(Begun::Stale),
    };
    Ok(Some(hub.store.write::<_, StoreError, _>(write).await?))
}

/// Takes the passkey the browser had made.
///
/// # Errors
/// A fault of our own.
pub async fn add(
    hub: &Hub,
    browser: &Browser,
    name: String,
    answer: String,
) -> Result<Done, FlowError> {
    let (on, came) = (hub.clone(), browser.came());
    let changed = change(hub, browser, move |tx, holder| match Party::at(&on.config.public_url) {
        Some(party) => holder.add_passkey(tx, moment(&on), &party, (&name, &answer), &came),
        None => Ok(Changed::Stale),
    });
    done(hub, browser, changed.await?).await
}

/// Takes a passkey away.
///
/// # Errors
/// A fault of our own.
pub async fn remove(hub: &Hub, browser: &Browser, id: PasskeyId) -> Result<Done, FlowError> {
    let on = hub.clone();
    let changed =
        change(hub, browser, move |tx, holder| holder.remove_passkey(tx, moment(&on), &id));
    done(hub, browser, changed.await?).await
}
