//! Table family: rehearsals of the owner's way in.

use super::tx::{Row, id, optional_id};
use super::{Page, StoreError, Tx};
use crate::model::drill::{Drill, Passed};
use crate::model::factor::Factor;
use crate::model::id::{DrillId, OrganizationId, UserId};
use crate::model::secret::Digest;
use crate::model::time::{DAY, Millis};

/// Drills kept of one organization that nobody passed; the oldest go first.
const OPEN: i64 = 20;
/// Drills that were passed are kept so long.
const KEPT: i64 = 1_000 * DAY;

/// Keeps a drill that was started.
///
/// # Errors
/// A database error.
pub fn insert(tx: &Tx<'_>, drill: &Drill, token: &Digest) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO drills (id, organization_id, digest, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        (
            drill.id.as_str(),
            drill.organization.as_str(),
            token.as_bytes(),
            drill.created_at.0,
            drill.expires_at.0,
        ),
    )?;
    tx.execute(
        "DELETE FROM drills WHERE organization_id = ?1 AND passed_at IS NULL AND id NOT IN
         (SELECT id FROM drills WHERE organization_id = ?1 AND passed_at IS NULL
          ORDER BY created_at DESC, id LIMIT ?2)",
        (drill.organization.as_str(), OPEN),
    )?;
    tx.execute(
        "DELETE FROM drills WHERE organization_id = ?1 AND passed_at < ?2",
        (drill.organization.as_str(), drill.created_at.plus(-KEPT).0),
    )?;
    Ok(())
}

/// The drill with this token, while it can be passed.
///
/// # Errors
/// A database error.
pub fn find_open(tx: &Tx<'_>, token: &Digest, now: Millis) -> Result<Option<Drill>, StoreError> {
    tx.optional(
        "SELECT * FROM drills WHERE digest = ?1 AND passed_at IS NULL AND expires_at > ?2",
        (token.as_bytes(), now.0),
        read,
    )
}

/// Notes that a drill was passed. Gives whether it was open.
///
/// # Errors
/// A database error.
pub fn pass(tx: &Tx<'_>, drill: &DrillId, passed: &Passed) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE drills SET user_id = ?2, factor = ?3, passed_at = ?4 WHERE id = ?1 AND passed_at IS NULL",
        (drill.as_str(), passed.user.as_str(), passed.factor.as_str(), passed.at.0),
    )?;
    Ok(changed == 1)
}

/// When a drill of an organization was last passed.
///
/// # Errors
/// A database error.
pub fn last_of_organization(
    tx: &Tx<'_>,
    organization: &OrganizationId,
) -> Result<Option<Millis>, StoreError> {
    tx.one(
        "SELECT MAX(passed_at) AS at FROM drills WHERE organization_id = ?1",
        [organization.as_str()],
        |row| Ok(row.get::<_, Option<i64>>("at")?.map(Millis)),
    )
}

/// When an owner last passed a drill.
///
/// # Errors
/// A database error.
pub fn last_of_user(tx: &Tx<'_>, user: &UserId) -> Result<Option<Millis>, StoreError> {
    tx.one("SELECT MAX(passed_at) AS at FROM drills WHERE user_id = ?1", [user.as_str()], |row| {
        Ok(row.get::<_, Option<i64>>("at")?.map(Millis))
    })
}

const LIST: &str = "SELECT * FROM drills WHERE (created_at, id) > (?1, ?2)
    ORDER BY created_at, id LIMIT ?3";
const LIST_OF: &str = "SELECT * FROM drills
    WHERE organization_id = ?4 AND (created_at, id) > (?1, ?2) ORDER BY created_at, id LIMIT ?3";

/// Drills of one organization or of all, oldest first.
///
/// # Errors
/// A database error.
pub fn list(
    tx: &Tx<'_>,
    organization: Option<&OrganizationId>,
    page: &Page,
) -> Result<Vec<Drill>, StoreError> {
    let (at, last) = page.position();
    match organization.map(OrganizationId::as_str) {
        Some(of) => tx.all(LIST_OF, (at, last, page.limit, of), read),
        None => tx.all(LIST, (at, last, page.limit), read),
    }
}

fn read(row: &Row<'_>) -> Result<Drill, StoreError> {
    let factor = row.get::<_, Option<String>>("factor")?.as_deref().and_then(Factor::read);
    let at = row.get::<_, Option<i64>>("passed_at")?.map(Millis);
    let passed = match (optional_id(row, "user_id")?, factor, at) {
        (Some(user), Some(factor), Some(at)) => Some(Passed { user, factor, at }),
        _ => None,
    };
    Ok(Drill {
        id: id(row, "id")?,
        organization: id(row, "organization_id")?,
        created_at: Millis(row.get("created_at")?),
        expires_at: Millis(row.get("expires_at")?),
        passed,
    })
}
