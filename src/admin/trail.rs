//! The audit trail.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::Act;
use super::error::AdminError;
use super::list::{List, Listed};
use super::moment::moment;
use crate::model::audit::{Actor, AuditEvent};
use crate::model::id::OrganizationId;
use crate::store::audit::{self, Filter};

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

/// Which rows are wanted.
#[derive(Debug, Clone, Default)]
pub struct Trail {
    /// About this organization.
    pub organization: Option<OrganizationId>,
    /// `noun.verb`.
    pub action: Option<String>,
    /// The identifier of the user, token or set-up link; or `user`, `token`, `setup_link`, `host`
    /// or `system` for all of a kind.
    pub actor: Option<String>,
    /// The identifier of the thing it was done to.
    pub subject: Option<String>,
    /// At this moment (RFC 3339) or later.
    pub from: Option<String>,
    /// Before this moment (RFC 3339).
    pub until: Option<String>,
}

/// The rows wanted, newest first. One piece looks at [`audit::LOOKED_AT`] rows at most and may
/// hold fewer than asked for, or none, while more come behind its `next`.
///
/// # Errors
/// `NotFound` for an organization out of reach; `Invalid`.
pub fn list(act: &Act<'_>, wanted: &Trail, list: &List) -> Result<Listed<AuditItem>, AdminError> {
    let mut filter = Filter {
        organization: act.access.narrow(wanted.organization.as_ref())?,
        action: plain("action", wanted.action.as_deref(), "give an action such as app.update")?,
        actor: plain("actor", wanted.actor.as_deref(), ACTOR)?,
        subject: wanted.subject.clone(),
        from: wanted.from.as_deref().map(|text| moment("from", text)).transpose()?,
        until: wanted.until.as_deref().map(|text| moment("until", text)).transpose()?,
    };
    if filter.from.zip(filter.until).is_some_and(|(from, until)| from >= until) {
        return Err(AdminError::field("until", "give a moment after `from`"));
    }
    let mut horizon = None;
    let listed = list.read(
        |page| {
            horizon = audit::horizon(act.tx, &filter, page)?;
            filter.from = horizon.or(filter.from);
            audit::search(act.tx, &filter, page)
        },
        |row| (row.at, row.id.as_str()),
        |row| Ok(show(row)),
    )?;
    Ok(listed.going_on(horizon))
}

const ACTOR: &str = "give the id of a user, token or set-up link, or `user`, `token`, `setup_link`, `host` or `system`";

/// A text that means nothing in a pattern, but for the low line, which stands for any character.
fn plain(
    field: &'static str,
    text: Option<&str>,
    otherwise: &'static str,
) -> Result<Option<String>, AdminError> {
    let sound = |text: &str| {
        let usual = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        (1..=100).contains(&text.len()) && text.chars().all(usual)
    };
    match text {
        Some(text) if !sound(text) => Err(AdminError::field(field, otherwise)),
        other => Ok(other.map(str::to_owned)),
    }
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
