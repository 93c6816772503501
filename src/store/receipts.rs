//! Table family: what ending all access of people came to.

use rusqlite::params;

use super::tx::id;
use super::{StoreError, Tx};
use crate::model::id::{AppId, OrganizationId, ReceiptId, UserId};
use crate::model::time::Millis;

/// One receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptRow {
    /// Its identifier.
    pub id: ReceiptId,
    /// Whose access ended.
    pub user: UserId,
    /// Their organization.
    pub organization: OrganizationId,
    /// What it came to, as JSON of `admin`.
    pub data: String,
    /// When.
    pub created_at: Millis,
}

/// Keeps a receipt.
///
/// # Errors
/// A database error.
pub fn insert(tx: &Tx<'_>, receipt: &ReceiptRow) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO end_access_receipts (id, user_id, organization_id, data, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            receipt.id.as_str(),
            receipt.user.as_str(),
            receipt.organization.as_str(),
            receipt.data,
            receipt.created_at.0,
        ],
    )?;
    Ok(())
}

/// The receipt with this identifier.
///
/// # Errors
/// A database error.
pub fn find(tx: &Tx<'_>, receipt: &ReceiptId) -> Result<Option<ReceiptRow>, StoreError> {
    tx.optional(
        "SELECT id, user_id, organization_id, data, created_at FROM end_access_receipts
         WHERE id = ?1",
        [receipt.as_str()],
        |row| {
            Ok(ReceiptRow {
                id: id(row, "id")?,
                user: id(row, "user_id")?,
                organization: id(row, "organization_id")?,
                data: row.get("data")?,
                created_at: Millis(row.get("created_at")?),
            })
        },
    )
}

/// How many access tokens each app holds of a person's sessions.
///
/// # Errors
/// A database error.
pub fn tokens_of(
    tx: &Tx<'_>,
    user: &UserId,
    now: Millis,
    limit: u32,
) -> Result<Vec<(AppId, i64)>, StoreError> {
    tx.all(
        "SELECT t.app_id AS app_id, count(*) AS tokens FROM sessions s
         JOIN access_tokens t ON t.session_id = s.id
         WHERE s.user_id = ?1 AND t.expires_at > ?2 GROUP BY t.app_id ORDER BY t.app_id LIMIT ?3",
        params![user.as_str(), now.0, limit],
        |row| Ok((id(row, "app_id")?, row.get("tokens")?)),
    )
}
