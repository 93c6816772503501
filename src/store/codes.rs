//! Table family: authorization codes. Used and expired ones stay a while, so that a second
//! use is noticed as one.

use rusqlite::params;

use super::tx::{digest, id};
use super::{StoreError, Tx};
use crate::model::id::{AppId, SessionId};
use crate::model::secret::Digest;
use crate::model::time::Millis;

/// One authorization code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeRow {
    /// Digest of the code.
    pub digest: Digest,
    /// The app it was given to.
    pub app: AppId,
    /// The session it was given in.
    pub session: SessionId,
    /// What it stands for, as JSON of `downstream`.
    pub grant: String,
    /// When it was given.
    pub created_at: Millis,
    /// From then on it is worth nothing.
    pub expires_at: Millis,
    /// When it was first presented.
    pub used_at: Option<Millis>,
    /// Digest of the access token it was exchanged for, or would have been.
    pub access_token: Option<Digest>,
}

/// Adds a code, not used yet.
///
/// # Errors
/// `Conflict` when there is such a code or no such app.
pub fn insert(tx: &Tx<'_>, code: &CodeRow) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO codes (digest, app_id, session_id, grant_data, created_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            code.digest.as_bytes(),
            code.app.as_str(),
            code.session.as_str(),
            code.grant,
            code.created_at.0,
            code.expires_at.0,
        ],
    )?;
    Ok(())
}

/// The code with that digest, used and expired ones as well.
///
/// # Errors
/// When the database fails.
pub fn find(tx: &Tx<'_>, code: &Digest) -> Result<Option<CodeRow>, StoreError> {
    tx.optional(
        "SELECT digest, app_id, session_id, grant_data, created_at, expires_at, used_at, access_token
         FROM codes WHERE digest = ?1",
        params![code.as_bytes()],
        |row| {
            let access_token = row.get::<_, Option<Vec<u8>>>("access_token")?;
            Ok(CodeRow {
                digest: digest(row, "digest")?,
                app: id(row, "app_id")?,
                session: id(row, "session_id")?,
                grant: row.get("grant_data")?,
                created_at: Millis(row.get("created_at")?),
                expires_at: Millis(row.get("expires_at")?),
                used_at: row.get::<_, Option<i64>>("used_at")?.map(Millis),
                access_token: access_token.as_deref().and_then(Digest::from_bytes),
            })
        },
    )
}

/// Marks a code used, for the access token of this digest; false when it already was.
///
/// # Errors
/// When the database fails.
pub fn mark_used(
    tx: &Tx<'_>,
    code: &Digest,
    now: Millis,
    access_token: &Digest,
) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE codes SET used_at = ?2, access_token = ?3 WHERE digest = ?1 AND used_at IS NULL",
        params![code.as_bytes(), now.0, access_token.as_bytes()],
    )?;
    Ok(changed == 1)
}
