//! What an app's request wishes of a session that is there already.

use serde::{Deserialize, Serialize};

use super::id::UserId;

/// Whose session an app accepts without anybody being asked. Wishes, never proofs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wish {
    /// Of this organization: its path or identifier, as received.
    pub organization: Option<String>,
    /// Through this connection: its identifier, as received.
    pub connection: Option<String>,
    /// Nobody's: the person chooses an account (`prompt=select_account`).
    pub select_account: bool,
    /// Of the person whom `id_token_hint` names.
    pub named: Named,
}

impl Wish {
    /// Whether anybody's will do.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// Whom an `id_token_hint` names (OpenID Connect Core section 3.1.2.1).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Named {
    /// There was no hint.
    #[default]
    Anybody,
    /// This person.
    User(UserId),
    /// There was a hint that could not be read: no session answers to it.
    Nobody,
}
