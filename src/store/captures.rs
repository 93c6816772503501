//! Table family: messages of providers kept whole, sealed.

use rusqlite::params;

use super::{StoreError, Tx};
use crate::model::connection::SealedSecret;
use crate::model::id::{AttemptId, ConnectionId};
use crate::model::time::Millis;

const KEEP: &str = "INSERT INTO captures (attempt_id, connection_id, created_at, sealed) VALUES (?1, ?2, ?3, ?4) \
     ON CONFLICT (attempt_id) DO UPDATE SET connection_id = ?2, created_at = ?3, sealed = ?4";
// One goes for each that comes; a few more when the bound was larger once.
const TRIM: &str = "DELETE FROM captures WHERE attempt_id IN \
     (SELECT attempt_id FROM captures WHERE connection_id = ?1 \
      ORDER BY created_at DESC, attempt_id DESC LIMIT 10 OFFSET ?2)";

/// Keeps the message of an attempt, and of its connection only the newest `most`.
///
/// # Errors
/// `Conflict` when the attempt or the connection is not there any more.
pub fn keep(
    tx: &Tx<'_>,
    (attempt, connection): (&AttemptId, &ConnectionId),
    now: Millis,
    sealed: &SealedSecret,
    most: u32,
) -> Result<(), StoreError> {
    tx.execute(KEEP, params![attempt.as_str(), connection.as_str(), now.0, sealed.0])?;
    tx.execute(TRIM, params![connection.as_str(), most]).map(drop)
}

const FIND: &str = "SELECT created_at, sealed FROM captures WHERE attempt_id = ?1";

/// The message kept of an attempt, and since when.
///
/// # Errors
/// A database error.
pub fn find(
    tx: &Tx<'_>,
    attempt: &AttemptId,
) -> Result<Option<(Millis, SealedSecret)>, StoreError> {
    tx.optional(FIND, [attempt.as_str()], |row| {
        Ok((Millis(row.get("created_at")?), SealedSecret(row.get("sealed")?)))
    })
}
