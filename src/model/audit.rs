//! The audit trail: who did what, with the values before and after.

use serde::{Deserialize, Serialize};

use super::id::{AuditId, OrganizationId, SetupLinkId, TokenId, UserId};
use super::time::Millis;

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// A signed-in person.
    User {
        /// Who.
        id: UserId,
    },
    /// A bearer token of the admin API.
    Token {
        /// Which.
        id: TokenId,
    },
    /// The browser of a set-up link.
    SetupLink {
        /// Which.
        id: SetupLinkId,
    },
    /// Somebody with a shell on the host.
    Host,
    /// Doorward itself.
    System,
}

/// One row of the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// Its identifier.
    pub id: AuditId,
    /// When.
    pub at: Millis,
    /// Who.
    pub actor: Actor,
    /// The organization concerned; `None` for the installation.
    pub organization: Option<OrganizationId>,
    /// What, as `noun.verb`: `connection.update`, `owner.sign_in`, ...
    pub action: String,
    /// The identifier of the thing it was done to.
    pub subject: String,
    /// The thing before, as JSON without secrets; `None` for a creation.
    pub before: Option<serde_json::Value>,
    /// The thing after, as JSON without secrets; `None` for a removal.
    pub after: Option<serde_json::Value>,
}
