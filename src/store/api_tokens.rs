//! Bearer tokens of the admin API. Only their digests are kept.

use rusqlite::params;

use super::tx::Row;
use super::{Page, StoreError, Tx, tx};
use crate::model::id::{OrganizationId, TokenId};
use crate::model::secret::Digest;
use crate::model::time::{MINUTE, Millis};

/// A bearer token as the store knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Its identifier.
    pub id: TokenId,
    /// What it is for, in the words of whoever made it.
    pub name: String,
    /// The one organization it may touch; `None` for the installation.
    pub organization: Option<OrganizationId>,
    /// When it was made.
    pub created_at: Millis,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Millis>,
    /// When it was revoked.
    pub revoked_at: Option<Millis>,
}

/// A token to be added.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Its identifier.
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    /// Digest of the bearer value.
    pub digest: Digest,
    /// The one organization it may touch; `None` for the installation.
    pub organization: Option<OrganizationId>,
    /// When it was made.
    pub created_at: Millis,
}

const INSERT: &str = "INSERT INTO api_tokens (id, name, digest, organization_id, created_at)
    VALUES (?1, ?2, ?3, ?4, ?5)";

/// Adds a token.
///
/// # Errors
/// `Conflict` when the organization does not exist.
pub fn insert(tx: &Tx<'_>, token: &NewToken) -> Result<(), StoreError> {
    let organization = token.organization.as_ref().map(OrganizationId::as_str);
    tx.execute(
        INSERT,
        params![
            token.id.as_str(),
            token.name,
            token.digest.as_bytes(),
            organization,
            token.created_at.0
        ],
    )?;
    Ok(())
}

const FIND_BY_DIGEST: &str = "SELECT id, name, organization_id, created_at, last_used_at,
    revoked_at FROM api_tokens WHERE digest = ?1";

/// The token whose bearer value has this digest, revoked or not. The lookup is by digest, so
/// its time tells nothing about the value.
///
/// # Errors
/// A database error.
pub fn find_by_digest(tx: &Tx<'_>, digest: &Digest) -> Result<Option<ApiToken>, StoreError> {
    tx.optional(FIND_BY_DIGEST, params![digest.as_bytes()], read)
}

const FIND: &str = "SELECT id, name, organization_id, created_at, last_used_at, revoked_at
    FROM api_tokens WHERE id = ?1";

/// The token with this identifier.
///
/// # Errors
/// A database error.
pub fn find(tx: &Tx<'_>, id: &TokenId) -> Result<Option<ApiToken>, StoreError> {
    tx.optional(FIND, [id.as_str()], read)
}

const LIST: &str = "SELECT id, name, organization_id, created_at, last_used_at, revoked_at
    FROM api_tokens WHERE revoked_at IS NULL AND (created_at, id) > (?1, ?2)
    ORDER BY created_at, id LIMIT ?3";
const LIST_OF: &str = "SELECT id, name, organization_id, created_at, last_used_at, revoked_at
    FROM api_tokens
    WHERE organization_id = ?4 AND revoked_at IS NULL AND (created_at, id) > (?1, ?2)
    ORDER BY created_at, id LIMIT ?3";

/// The tokens in force of one organization, or all of them, oldest first.
///
/// # Errors
/// A database error.
pub fn list(
    tx: &Tx<'_>,
    organization: Option<&OrganizationId>,
    page: &Page,
) -> Result<Vec<ApiToken>, StoreError> {
    let (at, after) = page.position();
    match organization.map(OrganizationId::as_str) {
        Some(of) => tx.all(LIST_OF, params![at, after, page.limit, of], read),
        None => tx.all(LIST, params![at, after, page.limit], read),
    }
}

const REVOKE: &str = "UPDATE api_tokens SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL";

/// Ends a token for good. Gives whether it was in force.
///
/// # Errors
/// A database error.
pub fn revoke(tx: &Tx<'_>, id: &TokenId, now: Millis) -> Result<bool, StoreError> {
    Ok(tx.execute(REVOKE, params![id.as_str(), now.0])? == 1)
}

const NOTE_USE: &str = "UPDATE api_tokens SET last_used_at = ?2
    WHERE id = ?1 AND (last_used_at IS NULL OR last_used_at <= ?3)";

/// Notes that a token was used, to the minute.
///
/// # Errors
/// A database error.
pub fn note_use(tx: &Tx<'_>, id: &TokenId, now: Millis) -> Result<(), StoreError> {
    tx.execute(NOTE_USE, params![id.as_str(), now.0, now.plus(-MINUTE).0])?;
    Ok(())
}

fn read(row: &Row<'_>) -> Result<ApiToken, StoreError> {
    Ok(ApiToken {
        id: tx::id(row, "id")?,
        name: row.get("name")?,
        organization: tx::optional_id(row, "organization_id")?,
        created_at: Millis(row.get("created_at")?),
        last_used_at: row.get::<_, Option<i64>>("last_used_at")?.map(Millis),
        revoked_at: row.get::<_, Option<i64>>("revoked_at")?.map(Millis),
    })
}
