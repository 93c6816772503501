//! Who asks.

use serde::Serialize;
use utoipa::ToSchema;

use super::error::AdminError;
use super::setup_task::{self, TaskItem};
use super::trail::{ActorItem, show_actor};
use super::{Act, Scope};
use crate::model::audit::Actor;
use crate::store::{api_tokens, users};

/// Who asks, and how far they reach.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MeItem {
    /// The user or token, as the audit trail names it.
    pub actor: ActorItem,
    /// What the token is for, or the person's name.
    pub name: Option<String>,
    /// The person's e-mail address; null for a token.
    pub email: Option<String>,
    /// The one organization within reach; null for the whole installation.
    pub organization: Option<String>,
    /// The one connection within reach, for the browser of a set-up link; null for others.
    pub connection: Option<String>,
    /// What it sets up, for the browser of a set-up link; null for others.
    pub setup_link: Option<TaskItem>,
    /// Whether owners are within reach: not for somebody who is administrator only.
    pub owner: bool,
}

/// Who asks.
///
/// # Errors
/// A database error.
pub fn load(act: &Act<'_>) -> Result<MeItem, AdminError> {
    let actor = act.access.actor();
    let (name, email) = match actor {
        Actor::Token { id } => (api_tokens::find(act.tx, id)?.map(|token| token.name), None),
        Actor::User { id } => {
            let profile = users::find(act.tx, id)?.map(|user| user.profile);
            profile.map_or((None, None), |profile| (profile.name, profile.email))
        }
        Actor::SetupLink { .. } | Actor::Host | Actor::System => (None, None),
    };
    let (organization, connection) = match act.access.scope() {
        Scope::Installation => (None, None),
        Scope::Organization(own) => (Some(own.to_string()), None),
        Scope::Connection(of, own) => (Some(of.to_string()), Some(own.to_string())),
    };
    let owner = act.access.is_owners();
    let setup_link = match act.access.prepares() {
        true => Some(setup_task::load(act)?.item),
        false => None,
    };
    let actor = show_actor(actor);
    Ok(MeItem { actor, name, email, organization, connection, setup_link, owner })
}
