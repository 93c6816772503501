//! The keys tokens are signed with: which there are, and when the next one signs.

use serde::Serialize;
use utoipa::ToSchema;

use super::error::{AdminError, Conflict};
use super::list::Listed;
use super::{Act, Change};
use crate::keys::ring::Ring;
use crate::model::time::Millis;
use crate::store::signing_keys::{self, KeyState, StoredKey};

/// A key, without its private half.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SigningKeyItem {
    /// Its identifier: the `kid` of the tokens it signs.
    pub id: String,
    /// What it signs with.
    #[schema(example = "RS256")]
    pub algorithm: &'static str,
    /// `next` (published, signs from `signs_from` on), `active` (signs) or `retired` (published
    /// until `published_until`).
    #[schema(example = "active")]
    pub state: &'static str,
    /// When it was made and first published (RFC 3339).
    pub created_at: String,
    /// From when on it signs, or signed (RFC 3339).
    pub signs_from: String,
    /// When it stopped signing (RFC 3339).
    pub retired_at: Option<String>,
    /// Until when a retired one is published (RFC 3339).
    pub published_until: Option<String>,
}

/// The keys. For the installation's administrators.
///
/// # Errors
/// `Forbidden`.
pub fn list(act: &Act<'_>) -> Result<Listed<SigningKeyItem>, AdminError> {
    act.access.installation()?;
    let items = signing_keys::all(act.tx)?.iter().map(SigningKeyItem::of).collect();
    Ok(Listed { items, next: None })
}

/// Lets the next key of each algorithm sign as soon as every app can have read it, a day after it
/// was published, instead of when its time comes. Those that sign now stay published for a day
/// after. For the installation's owners.
///
/// # Errors
/// `Forbidden`, `OwnersOnly`, `Conflict` while the next keys are still to be made.
pub fn rotate(act: &Act<'_>) -> Result<Listed<SigningKeyItem>, AdminError> {
    act.access.installation()?;
    act.access.owner()?;
    let before = starts(act)?;
    if before.is_empty() {
        return Err(AdminError::Conflict(Conflict::NoNextKey));
    }
    if Ring::hasten(act.tx, act.now)? > 0 {
        let change =
            Change { action: "signing_keys.rotate", organization: None, subject: "signing_keys" };
        act.note(&change, Some(&before), Some(&starts(act)?))?;
    }
    list(act)
}

/// When each next key is to sign, for the audit trail.
fn starts(act: &Act<'_>) -> Result<Vec<SigningKeyItem>, AdminError> {
    let next = |key: &&StoredKey| key.state == KeyState::Next;
    Ok(signing_keys::all(act.tx)?.iter().filter(next).map(SigningKeyItem::of).collect())
}

impl SigningKeyItem {
    fn of(key: &StoredKey) -> Self {
        Self {
            id: key.id.to_string(),
            algorithm: key.algorithm.as_str(),
            state: key.state.as_str(),
            created_at: key.created_at.rfc3339(),
            signs_from: key.activates_at.rfc3339(),
            retired_at: key.retired_at.map(Millis::rfc3339),
            published_until: key.expires_at.map(Millis::rfc3339),
        }
    }
}
