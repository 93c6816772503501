//! What requiring single sign-on asks of the tables.

use std::collections::BTreeMap;

use rusqlite::params;

use super::{StoreError, Tx, tx};
use crate::model::id::{OrganizationId, RevisionId, UserId};
use crate::model::time::Millis;
use crate::model::user::Profile;

/// Whom no live connection knows, without the owners, who have a door of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unlinked {
    /// Who.
    pub user: UserId,
    /// What is known of them.
    pub profile: Profile,
}

macro_rules! unlinked {
    ($walk:literal) => {
        concat!(
            "SELECT id, profile, created_at FROM (SELECT * FROM users WHERE organization_id = ?1 ",
            $walk,
            "ORDER BY created_at, id LIMIT ?3) AS person
            WHERE disabled = 0 AND inactive_since IS NULL AND owner = 0
                AND NOT EXISTS (SELECT 1 FROM identities
                    JOIN connections ON connections.id = identities.connection_id
                    WHERE identities.user_id = person.id AND connections.disabled = 0
                        AND connections.live_revision_id IS NOT NULL)
            ORDER BY created_at, id LIMIT ?2"
        )
    };
}

const UNLINKED: &str = unlinked!("");
const UNSEEN: &str = unlinked!("AND last_sign_in_at IS NULL ");

/// People looked at for those whom no live connection knows.
const LOOKED_AT: u32 = 5_000;

/// At most `limit` people of an organization whom no live connection knows, oldest first. Of
/// more than [`LOOKED_AT`] people it finds those among the oldest, and among the oldest of those
/// who never signed in.
///
/// # Errors
/// A database error.
pub fn unlinked(
    tx: &Tx<'_>,
    organization: &OrganizationId,
    limit: u32,
) -> Result<Vec<Unlinked>, StoreError> {
    let mut found = BTreeMap::new();
    for sql in [UNLINKED, UNSEEN] {
        let some = tx.all(sql, params![organization.as_str(), limit, LOOKED_AT], |row| {
            let one = Unlinked { user: tx::id(row, "id")?, profile: tx::json(row, "profile")? };
            Ok(((row.get::<_, i64>("created_at")?, one.user.clone()), one))
        })?;
        found.extend(some);
    }
    Ok(found.into_values().take(usize::try_from(limit).unwrap_or(0)).collect())
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
