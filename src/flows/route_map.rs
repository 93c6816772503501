//! Flow: where people of an organization are sent, without anybody signing in.

use crate::broker::route::foretold::{self, Foretold};
use crate::broker::route::map::{self, Map};
use crate::hub::Hub;
use crate::model::id::{AppId, OrganizationId};
use crate::store::{StoreError, apps, organizations};

pub use crate::broker::route::map::Leads;

/// The map of an organization; `None` when it is gone.
///
/// # Errors
/// A database error.
pub async fn draw(hub: &Hub, organization: OrganizationId) -> Result<Option<Map>, StoreError> {
    let now = hub.now();
    hub.store
        .read(move |tx| match organizations::find(tx, &organization)? {
            Some(organization) => map::draw(tx, &organization, now).map(Some),
            None => Ok(None),
        })
        .await
}

/// What would become of somebody who typed `address` to get into `app`, or into nothing in
/// particular; `None` when the organization or the app is gone.
///
/// # Errors
/// A database error.
pub async fn foretell(
    hub: &Hub,
    organization: OrganizationId,
    app: Option<AppId>,
    address: String,
) -> Result<Option<Foretold>, StoreError> {
    let now = hub.now();
    hub.store
        .read(move |tx| {
            let Some(organization) = organizations::find(tx, &organization)? else {
                return Ok(None);
            };
            let app = match &app {
                Some(id) => match apps::find(tx, id)? {
                    Some(app) => Some(app),
                    None => return Ok(None),
                },
                None => None,
            };
            foretold::foretell(tx, now, &organization, app.as_ref(), &address).map(Some)
        })
        .await
}
