//! What the browser of a set-up link is shown of what it sets up, and what it is told when the
//! link is over.

use serde::Serialize;
use utoipa::ToSchema;

use super::connection_item::{self, ConnectionItem};
use super::error::AdminError;
use super::{Act, connections};
use crate::hub::Hub;
use crate::model::audit::Actor;
use crate::model::secret::{Digest, Secret};
use crate::store::setup_links::{self, SetupLink};
use crate::store::{StoreError, Tx, connections as rows, organizations, users};

/// What a set-up link is for.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TaskItem {
    /// The organization's name.
    pub organization: String,
    /// The connection's name.
    pub connection: String,
    /// The person who made the link, by name; null when nobody with a name did.
    pub sent_by: Option<String>,
    /// The organization's login address, which some providers ask for; null without one.
    pub login_url: Option<String>,
    /// The link is over by then (RFC 3339).
    pub expires_at: String,
}

/// What a link is for, and the connection.
pub struct Task {
    /// In words.
    pub item: TaskItem,
    /// The connection.
    pub connection: ConnectionItem,
}

/// What the link of this browser is for.
///
/// # Errors
/// `Forbidden` for everybody but the browser of a link.
pub fn load(act: &Act<'_>) -> Result<Task, AdminError> {
    let Actor::SetupLink { id } = act.access.actor() else { return Err(AdminError::Forbidden) };
    let link = setup_links::find(act.tx, id)?.ok_or(AdminError::NotFound)?;
    let connection = connections::kept_for_setup(act, &link.connection)?;
    let organization =
        organizations::find(act.tx, &connection.organization)?.ok_or(AdminError::NotFound)?;
    let url = &act.hub.config.public_url;
    let item = TaskItem {
        organization: organization.name,
        connection: connection.name.clone(),
        sent_by: sender(act.tx, &link)?,
        login_url: organization.path.map(|path| url.at(&format!("/o/{}", path.as_str()))),
        expires_at: link.expires_at.rfc3339(),
    };
    Ok(Task { item, connection: connection_item::show(act, &connection, Vec::new())? })
}

fn sender(tx: &Tx<'_>, link: &SetupLink) -> Result<Option<String>, StoreError> {
    let Actor::User { id } = &link.created_by else { return Ok(None) };
    let there = users::find(tx, id)?.filter(|user| !user.is_shut_out());
    Ok(there.and_then(|user| user.profile.name))
}

/// Why a browser that was let in by a link is not any more.
#[derive(Debug)]
pub enum Ended {
    /// It asked for nothing for too long: the token opens the link again.
    Idle,
    /// Its holder said that all is done.
    Finished,
    /// It ran out or was revoked.
    Over {
        /// The organization's name.
        organization: String,
        /// The person who made the link, by name.
        sent_by: Option<String>,
    },
}

/// Why the browser with this cookie cannot go on; `None` for a cookie that never was one of a
/// link, or whose organization is off. Only the browser that had the link is told.
///
/// # Errors
/// A database error.
pub async fn ended(hub: &Hub, cookie: &Secret<String>) -> Result<Option<Ended>, StoreError> {
    let digest = Digest::of(cookie.expose().as_bytes());
    let now = hub.now();
    hub.store
        .read(move |tx| {
            let Some(link) = setup_links::find_by_browser(tx, &digest)? else { return Ok(None) };
            let connection = rows::find(tx, &link.connection)?;
            let organization = match connection {
                Some(connection) => organizations::find(tx, &connection.organization)?,
                None => None,
            };
            let Some(organization) = organization.filter(|of| !of.disabled) else {
                return Ok(None);
            };
            Ok(Some(match (link.finished_at, link.in_force(now)) {
                (Some(_), _) => Ended::Finished,
                (None, true) => Ended::Idle,
                (None, false) => {
                    Ended::Over { sent_by: sender(tx, &link)?, organization: organization.name }
                }
            }))
        })
        .await
}
