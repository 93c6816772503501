//! Table family: notices to administrators, and who has acknowledged them. Channels that carry
//! notices further (mail, webhooks) read them from here, in the order of `(created_at, id)`.

use rusqlite::params;

use super::tx::{Row, id};
use super::{Page, StoreError, Tx};
use crate::model::admin_notice::{AdminNotice, Kind};
use crate::model::id::{AdminNoticeId, OrganizationId};
use crate::model::time::Millis;

/// Keeps a notice.
///
/// # Errors
/// A database error.
pub fn insert(tx: &Tx<'_>, notice: &AdminNotice) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO notices (id, organization_id, kind, user_id, address, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        (
            notice.id.as_str(),
            notice.organization.as_str(),
            notice.kind.as_str(),
            notice.user.as_str(),
            &notice.address,
            notice.at.0,
        ),
    )?;
    Ok(())
}

/// One notice.
///
/// # Errors
/// A database error.
pub fn find(tx: &Tx<'_>, notice: &AdminNoticeId) -> Result<Option<AdminNotice>, StoreError> {
    tx.optional("SELECT * FROM notices WHERE id = ?1", [notice.as_str()], read)
}

const LIST: &str = "SELECT * FROM notices WHERE (created_at, id) < (?1, ?2) \
     AND (?3 IS NULL OR NOT EXISTS (SELECT 1 FROM notice_acknowledgements \
          WHERE notice_id = notices.id AND actor = ?3)) \
     ORDER BY created_at DESC, id DESC LIMIT ?4";
const LIST_OF: &str = "SELECT * FROM notices \
     WHERE organization_id = ?5 AND (created_at, id) < (?1, ?2) \
     AND (?3 IS NULL OR NOT EXISTS (SELECT 1 FROM notice_acknowledgements \
          WHERE notice_id = notices.id AND actor = ?3)) \
     ORDER BY created_at DESC, id DESC LIMIT ?4";

/// Notices of one organization or of all, newest first; those `open_for` has not acknowledged
/// when an actor is named.
///
/// # Errors
/// A database error.
pub fn list(
    tx: &Tx<'_>,
    organization: Option<&OrganizationId>,
    open_for: Option<&str>,
    page: &Page,
) -> Result<Vec<AdminNotice>, StoreError> {
    let ((at, last), limit) = (page.position_from_end(), page.limit);
    match organization.map(OrganizationId::as_str) {
        Some(of) => tx.all(LIST_OF, params![at, last, open_for, limit, of], read),
        None => tx.all(LIST, params![at, last, open_for, limit], read),
    }
}

/// Whether an actor has acknowledged a notice.
///
/// # Errors
/// A database error.
pub fn is_acknowledged(
    tx: &Tx<'_>,
    notice: &AdminNoticeId,
    actor: &str,
) -> Result<bool, StoreError> {
    tx.one(
        "SELECT EXISTS (SELECT 1 FROM notice_acknowledgements WHERE notice_id = ?1 AND actor = ?2) AS found",
        (notice.as_str(), actor),
        |row| row.get("found"),
    )
}

/// Notes that an actor has acknowledged a notice. Gives whether that is new.
///
/// # Errors
/// A database error.
pub fn acknowledge(
    tx: &Tx<'_>,
    notice: &AdminNoticeId,
    actor: &str,
    now: Millis,
) -> Result<bool, StoreError> {
    let new = tx.execute(
        "INSERT INTO notice_acknowledgements (notice_id, actor, created_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (notice_id, actor) DO NOTHING",
        (notice.as_str(), actor, now.0),
    )?;
    Ok(new == 1)
}

fn read(row: &Row<'_>) -> Result<AdminNotice, StoreError> {
    Ok(AdminNotice {
        id: id(row, "id")?,
        organization: id(row, "organization_id")?,
        kind: Kind::read(&row.get::<_, String>("kind")?)
            .ok_or(StoreError::Corrupt("a notice of an unknown kind"))?,
        user: id(row, "user_id")?,
        address: row.get("address")?,
        at: Millis(row.get("created_at")?),
    })
}
