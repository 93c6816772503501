//! Answers to creations that carried a key of the caller's, so that a repeat gets the same
//! answer. An answer may hold a new secret, so it rests sealed.

use rusqlite::params;

use super::tx::Row;
use super::{StoreError, Tx, tx};
use crate::model::connection::SealedSecret;
use crate::model::secret::Digest;
use crate::model::time::{DAY, Millis};

/// A key is remembered for a day.
pub const LIFETIME: i64 = DAY;

/// A creation that was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// Digest of the request: another request under the same key is refused.
    pub request: Digest,
    /// The status it was answered with.
    pub status: u16,
    /// The answer, sealed.
    pub response: SealedSecret,
}

const FIND: &str = "SELECT request, status, response FROM idempotency_keys
    WHERE actor = ?1 AND name = ?2 AND created_at > ?3";

/// What `actor` was answered under the key `name`.
///
/// # Errors
/// A database error.
pub fn find(
    tx: &Tx<'_>,
    actor: &str,
    name: &str,
    now: Millis,
) -> Result<Option<Answered>, StoreError> {
    tx.optional(FIND, params![actor, name, now.plus(-LIFETIME).0], read)
}

const INSERT: &str = "INSERT INTO idempotency_keys
    (actor, name, request, status, response, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
    ON CONFLICT (actor, name) DO UPDATE SET request = excluded.request,
        status = excluded.status, response = excluded.response,
        created_at = excluded.created_at";

/// Keeps an answer; one whose day is over gives way.
///
/// # Errors
/// A database error.
pub fn insert(
    tx: &Tx<'_>,
    actor: &str,
    name: &str,
    answered: &Answered,
    now: Millis,
) -> Result<(), StoreError> {
    let a = answered;
    tx.execute(INSERT, params![actor, name, a.request.as_bytes(), a.status, a.response.0, now.0])?;
    Ok(())
}

fn read(row: &Row<'_>) -> Result<Answered, StoreError> {
    Ok(Answered {
        request: tx::digest(row, "request")?,
        status: row.get("status")?,
        response: SealedSecret(row.get("response")?),
    })
}
