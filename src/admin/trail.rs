//! The audit trail.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::Act;
use super::error::AdminError;
use super::list::{List, Listed};
use crate::model::audit::{Actor, AuditEvent};
use crate::model::id::OrganizationId;
use crate::store::audit;

/// Who did it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ActorItem {
    /// `user`, `token`, `host` or `system`.
    #[serde(rename = "type")]
    #[schema(example = "token")]
    pub kind: &'static str,
    /// The identifier of the user or token.
    pub id: Option<String>,
}

/// One row of the trail.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AuditItem {
    /// Its identifier.
    pub id: String,
    /// When (RFC 3339).
    pub at: String,
    /// Who.
    pub actor: ActorItem,
    /// The organization concerned; null for the installation.
    pub organization: Option<String>,
    /// What, as `noun.verb`.
    #[schema(example = "connection.activate")]
    pub action: String,
    /// The identifier of the thing it was done to.
    pub subject: String,
    /// The thing before, without secrets; null for a creation.
    pub before: Option<Value>,
    /// The thing after, without secrets; null for a removal.
    pub after: Option<Value>,
}

/// The trail of one organization, or everything within reach, newest first.
///
/// # Errors
/// `NotFound` for an organization out of reach.
pub fn list(
    act: &Act<'_>,
    organization: Option<&OrganizationId>,
    list: &List,
) -> Result<Listed<AuditItem>, AdminError> {
    let organization = act.access.narrow(organization)?;
    list.read(
        |page| audit::list(act.tx, organization.as_ref(), page),
        |row| (row.at, row.id.as_str()),
        |row| Ok(show(row)),
    )
}

pub(super) fn show_actor(actor: &Actor) -> ActorItem {
    let (kind, id) = match actor {
        Actor::User { id } => ("user", Some(id.to_string())),
        Actor::Token { id } => ("token", Some(id.to_string())),
        Actor::SetupLink { id } => ("setup_link", Some(id.to_string())),
        Actor::Host => ("host", None),
        Actor::System => ("system", None),
    };
    ActorItem { kind, id }
}

fn show(event: AuditEvent) -> AuditItem {
    AuditItem {
        id: event.id.to_string(),
        at: event.at.rfc3339(),
        actor: show_actor(&event.actor),
        organization: event.organization.map(String::from),
        action: event.action,
        subject: event.subject,
        before: event.before,
        after: event.after,
    }
}
