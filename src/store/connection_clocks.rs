//! Table family: how far the clocks of providers are from ours.

use rusqlite::params;

use super::tx::Row;
use super::{StoreError, Tx};
use crate::model::id::ConnectionId;
use crate::model::time::Millis;

/// How far a provider's clock is from ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionClock {
    /// Milliseconds it is ahead of ours, the median of the last sign-ins; negative when it is
    /// behind.
    pub median_skew: i64,
    /// Sign-ins it is the median of.
    pub samples: i64,
    /// When it was measured.
    pub measured_at: Millis,
}

const KEEP: &str = "INSERT INTO connection_clocks (connection_id, median_skew, samples, measured_at) \
     SELECT ?1, ?2, ?3, ?4 WHERE EXISTS (SELECT 1 FROM connections WHERE id = ?1) \
     ON CONFLICT (connection_id) DO UPDATE SET median_skew = ?2, samples = ?3, measured_at = ?4";

/// Keeps what was measured, instead of what was before. Of a connection that is gone nothing
/// is kept.
///
/// # Errors
/// A database error.
pub fn keep(
    tx: &Tx<'_>,
    connection: &ConnectionId,
    clock: &ConnectionClock,
) -> Result<(), StoreError> {
    let ConnectionClock { median_skew, samples, measured_at } = clock;
    let values = params![connection.as_str(), median_skew, samples, measured_at.0];
    tx.execute(KEEP, values).map(drop)
}

const FIND: &str =
    "SELECT median_skew, samples, measured_at FROM connection_clocks WHERE connection_id = ?1";

/// What was measured of a connection, if anything.
///
/// # Errors
/// A database error.
pub fn find(tx: &Tx<'_>, connection: &ConnectionId) -> Result<Option<ConnectionClock>, StoreError> {
    tx.optional(FIND, [connection.as_str()], |row: &Row<'_>| {
        Ok(ConnectionClock {
            median_skew: row.get("median_skew")?,
            samples: row.get("samples")?,
            measured_at: Millis(row.get("measured_at")?),
        })
    })
}
