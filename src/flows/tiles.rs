//! What somebody who is signed in can open from their own page.

use super::reply::FlowError;
use crate::broker::Admission;
use crate::hub::Hub;
use crate::store::{Page, StoreError, Tx, apps};

/// Apps looked at, the oldest first.
const LOOKED_AT: i64 = 50;

/// A way into an app.
#[derive(Debug)]
pub struct Tile {
    /// The app's name.
    pub name: String,
    /// Where it begins.
    pub address: String,
}

/// The apps this person may use and that can be told to begin a sign-in.
///
/// # Errors
/// A fault of our own.
pub async fn open(hub: &Hub, admission: &Admission) -> Result<Vec<Tile>, FlowError> {
    let of = admission.organization().id.clone();
    let id = of.clone();
    let read = move |tx: &Tx<'_>| apps::open_to(tx, &id, &Page::first(LOOKED_AT));
    let found = hub.store.read::<_, StoreError, _>(read).await?;
    let begins = found.into_iter().filter(|app| {
        !app.disabled
            && app.settings.initiate_login_uri.is_some()
            && app.missing().is_empty()
            && admission.may_use(app).is_ok()
    });
    let url = &hub.config.public_url;
    Ok(begins
        .map(|app| Tile { address: url.at(&format!("/o/{of}/{}", app.id)), name: app.name })
        .collect())
}
