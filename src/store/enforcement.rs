//! What requiring single sign-on asks of the tables.

use rusqlite::params;

use super::tx::Row;
use super::{StoreError, Tx, tx};
use crate::model::id::{OrganizationId, RevisionId, UserId};
use crate::model::time::Millis;
use crate::model::user::Profile;

/// How many people of an organization have signed in through its provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coverage {
    /// Who may sign in.
    pub active: i64,
    /// Those of them a live connection knows.
    pub linked: i64,
}

/// Whom no live connection knows, without the owners, who have a door of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unlinked {
    /// Who.
    pub user: UserId,
    /// What is known of them.
    pub profile: Profile,
}

const COVERAGE: &str = "SELECT COUNT(*) AS active,
        COALESCE(SUM(EXISTS (SELECT 1 FROM identities
            JOIN connections ON connections.id = identities.connection_id
            WHERE identities.user_id = users.id AND connections.disabled = 0
                AND connections.live_revision_id IS NOT NULL)), 0) AS linked
    FROM users
    WHERE organization_id = ?1 AND disabled = 0 AND inactive_since IS NULL";

/// How many people of an organization a live connection knows.
///
/// # Errors
/// A database error.
pub fn coverage(tx: &Tx<'_>, organization: &OrganizationId) -> Result<Coverage, StoreError> {
    tx.one(COVERAGE, [organization.as_str()], |row: &Row<'_>| {
        Ok(Coverage { active: row.get("active")?, linked: row.get("linked")? })
    })
}

const UNLINKED: &str = "SELECT id, profile FROM users
    WHERE organization_id = ?1 AND disabled = 0 AND inactive_since IS NULL AND owner = 0
        AND NOT EXISTS (SELECT 1 FROM identities
            JOIN connections ON connections.id = identities.connection_id
            WHERE identities.user_id = users.id AND connections.disabled = 0
                AND connections.live_revision_id IS NOT NULL)
    ORDER BY created_at, id LIMIT ?2";

/// At most `limit` people of an organization whom no live connection knows, oldest first.
///
/// # Errors
/// A database error.
pub fn unlinked(
    tx: &Tx<'_>,
    organization: &OrganizationId,
    limit: u32,
) -> Result<Vec<Unlinked>, StoreError> {
    tx.all(UNLINKED, params![organization.as_str(), limit], |row| {
        Ok(Unlinked { user: tx::id(row, "id")?, profile: tx::json(row, "profile")? })
    })
}

const PROVED_AT: &str = "SELECT owner_tested_at FROM revisions WHERE id = ?1";

/// When an owner last passed a sign-in through a revision.
///
/// # Errors
/// A database error.
pub fn proved_at(tx: &Tx<'_>, revision: &RevisionId) -> Result<Option<Millis>, StoreError> {
    let found = tx.optional(PROVED_AT, [revision.as_str()], |row| {
        Ok(row.get::<_, Option<i64>>("owner_tested_at")?.map(Millis))
    })?;
    Ok(found.flatten())
}
