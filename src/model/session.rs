//! A signed-in browser.

use serde::{Deserialize, Serialize};

use super::factor::Factor;
use super::id::{ConnectionId, OrganizationId, SessionId, UserId};
use super::time::Millis;

/// How the person proved who they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Through the organization's identity provider.
    Upstream {
        /// The connection that vouched.
        connection: ConnectionId,
    },
    /// An owner at the owner's door, with a password.
    OwnerPassword,
    /// Somebody who is no owner, with a password.
    Password,
}

impl Method {
    /// The connection that vouched; `None` for a way in without a provider.
    pub const fn connection(&self) -> Option<&ConnectionId> {
        match self {
            Self::Upstream { connection } => Some(connection),
            Self::OwnerPassword | Self::Password => None,
        }
    }
}

/// A signed-in browser. Ends at the earlier of its absolute and its idle limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its identifier; apps see it as `sid`.
    pub id: SessionId,
    /// Who is signed in.
    pub user: UserId,
    /// The person's organization.
    pub organization: OrganizationId,
    /// How they signed in.
    pub method: Method,
    /// What they proved beside the password, at the owner's door.
    pub second_factor: Option<Factor>,
    /// When the person actually authenticated (`auth_time`).
    pub authenticated_at: Millis,
    /// When it was last used; kept to the minute, so that reads stay reads.
    pub seen_at: Millis,
    /// Ends then at the latest.
    pub expires_at: Millis,
}

/// How long sessions last, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// A session ends then at the latest.
    pub absolute: i64,
    /// A session not used for so long ends.
    pub idle: i64,
    /// A session last used before is over, whatever the idle limit is now: it had ended by a
    /// shorter one.
    pub seen_since: Millis,
}

impl Limits {
    /// These, and nothing that ended by others before.
    pub const fn new(absolute: i64, idle: i64) -> Self {
        Self { absolute, idle, seen_since: Millis(0) }
    }
}
