//! What an administrator decides about an app beside what OAuth needs to know of it.

use serde::{Deserialize, Serialize};

use crate::model::id::{ConnectionId, RoleId};

/// The settings of an app.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AppSettings {
    /// Whether it receives `roles`.
    pub roles_claim: bool,
    /// People with one of these roles may use it; empty means everyone.
    pub allowed_roles: Vec<RoleId>,
    /// People who signed in through one of these connections may use it; empty means all.
    pub allowed_connections: Vec<ConnectionId>,
    /// Where it is told that a session ended (OpenID Connect Back-Channel Logout 1.0
    /// section 2.2).
    pub backchannel_logout_uri: Option<String>,
    /// Where it begins a sign-in when somebody else asks for one (OpenID Connect Core
    /// section 4).
    pub initiate_login_uri: Option<String>,
}
