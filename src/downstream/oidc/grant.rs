//! What an authorization code stands for.

use serde::{Deserialize, Serialize};

use crate::model::id::AttemptId;

/// What an authorization code stands for, beside its app and session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Grant {
    pub(super) redirect_uri: String,
    pub(super) scopes: Vec<String>,
    pub(super) nonce: Option<String>,
    pub(super) code_challenge: String,
    /// The attempt that ended in it; none where a session was there already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) attempt: Option<AttemptId>,
}
