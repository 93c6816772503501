//! Table family: assertions that were used. Survives restarts, outlives their validity.

use rusqlite::params;

use super::{StoreError, Tx};
use crate::model::id::ConnectionId;
use crate::model::secret::Digest;
use crate::model::time::Millis;

const USE_ONCE: &str = "INSERT INTO used_assertions (connection_id, digest, expires_at) VALUES (?1, ?2, ?3) \
     ON CONFLICT (connection_id, digest) DO NOTHING";

/// Marks an assertion as used; `false` when it was used before.
///
/// # Errors
/// A database error.
pub fn use_once(
    tx: &Tx<'_>,
    connection: &ConnectionId,
    assertion: Digest,
    expires_at: Millis,
) -> Result<bool, StoreError> {
    let added =
        tx.execute(USE_ONCE, params![connection.as_str(), assertion.as_bytes(), expires_at.0])?;
    Ok(added == 1)
}
