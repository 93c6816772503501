//! Tiles: for each organization and app one address that a provider's tile, its start address
//! or a bookmark leads to.

use serde::Serialize;
use utoipa::ToSchema;

use super::error::AdminError;
use super::list::{List, Listed};
use super::{Act, organizations};
use crate::model::app::App;
use crate::model::id::OrganizationId;
use crate::store::apps;

/// The way from an organization into an app.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TileItem {
    /// The app's identifier. As RelayState of a SAML provider it does as well as the address,
    /// where that is too long (80 bytes: SAML bindings section 3.4.3).
    pub app: String,
    /// The app's name as shown to people.
    pub name: String,
    /// The address: for a bookmark, as initiate login URI of an OpenID Connect provider, and as
    /// start URL or default RelayState of a SAML provider. It never changes.
    pub url: String,
    /// What the app lacks before the address leads into it: `initiate_login_uri`, or nothing.
    /// Until then people land on Doorward's own page.
    pub missing: Vec<&'static str>,
    /// The app is refused on every path.
    pub disabled: bool,
    /// Whether it is where people land who name no app.
    pub default: bool,
}

/// The tiles of an organization: one for each app its people may use, oldest app first.
///
/// # Errors
/// `NotFound`.
pub fn list(
    act: &Act<'_>,
    organization: &OrganizationId,
    list: &List,
) -> Result<Listed<TileItem>, AdminError> {
    let default = organizations::kept(act, organization)?.settings.default_app;
    list.read(
        |page| apps::open_to(act.tx, organization, page),
        |app| (app.created_at, app.id.as_str()),
        |app| Ok(show(act, organization, default.as_ref() == Some(&app.id), &app)),
    )
}

fn show(act: &Act<'_>, organization: &OrganizationId, default: bool, app: &App) -> TileItem {
    let path = format!("/o/{organization}/{}", app.id);
    let begins = app.settings.initiate_login_uri.is_some();
    TileItem {
        app: app.id.to_string(),
        name: app.name.clone(),
        url: act.hub.config.public_url.at(&path),
        missing: if begins { Vec::new() } else { vec!["initiate_login_uri"] },
        disabled: app.disabled,
        default,
    }
}
