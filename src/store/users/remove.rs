//! How people are removed.

use rusqlite::params;

use crate::model::id::{OrganizationId, UserId};
use crate::store::tx::id;
use crate::store::{StoreError, Tx, sessions};

const DELETE: &str = "DELETE FROM users WHERE id = ?1 AND version = ?2";

/// Removes a person with everything that is theirs: identities, credentials, links, sessions
/// and access tokens; codes of those sessions count no more. `false` when `version` is stale.
///
/// # Errors
/// A database error.
pub fn delete(tx: &Tx<'_>, user: &UserId, version: i64) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE, params![user.as_str(), version])? == 1)
}

const ANY_BEYOND: &str = "SELECT 1 FROM users WHERE organization_id = ?1 LIMIT 1 OFFSET ?2";

/// Whether an organization has more than `number` people.
///
/// # Errors
/// A database error.
pub fn any_beyond(
    tx: &Tx<'_>,
    organization: &OrganizationId,
    number: u32,
) -> Result<bool, StoreError> {
    let key = params![organization.as_str(), number];
    Ok(tx.optional(ANY_BEYOND, key, |_| Ok(()))?.is_some())
}

const SOME: &str = "SELECT id, version FROM users WHERE organization_id = ?1 AND owner = 0 \
     ORDER BY created_at, id LIMIT ?2";

/// Removes people of an organization as [`delete`] does, and ends their sessions, owners not
/// among them; at most `limit`. Gives how many.
///
/// # Errors
/// A database error.
pub fn delete_some(
    tx: &Tx<'_>,
    organization: &OrganizationId,
    limit: u32,
) -> Result<usize, StoreError> {
    let key = params![organization.as_str(), limit];
    let some: Vec<(UserId, i64)> =
        tx.all(SOME, key, |row| Ok((id(row, "id")?, row.get("version")?)))?;
    for (user, version) in &some {
        sessions::end_of_user(tx, user)?;
        delete(tx, user, *version)?;
    }
    Ok(some.len())
}
