//! Table family: access tokens. They go with their session.

use rusqlite::params;

use super::tx::{digest, id};
use super::{StoreError, Tx};
use crate::model::id::{AppId, SessionId, UserId};
use crate::model::secret::Digest;
use crate::model::time::Millis;

/// One access token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessTokenRow {
    /// Digest of the token.
    pub digest: Digest,
    /// The app it was given to.
    pub app: AppId,
    /// The session it was given in.
    pub session: SessionId,
    /// Whose claims it reads.
    pub user: UserId,
    /// Its scopes.
    pub scopes: Vec<String>,
    /// When it was given.
    pub created_at: Millis,
    /// From then on it is worth nothing.
    pub expires_at: Millis,
}

/// Adds a token.
///
/// # Errors
/// `Conflict` when its app, session or user is gone.
pub fn insert(tx: &Tx<'_>, token: &AccessTokenRow) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO access_tokens
         (digest, app_id, session_id, user_id, scopes, created_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            token.digest.as_bytes(),
            token.app.as_str(),
            token.session.as_str(),
            token.user.as_str(),
            token.scopes.join(" "),
            token.created_at.0,
            token.expires_at.0,
        ],
    )?;
    Ok(())
}

/// The token with that digest, expired ones as well.
///
/// # Errors
/// When the database fails.
pub fn find(tx: &Tx<'_>, token: &Digest) -> Result<Option<AccessTokenRow>, StoreError> {
    tx.optional(
        "SELECT digest, app_id, session_id, user_id, scopes, created_at, expires_at
         FROM access_tokens WHERE digest = ?1",
        params![token.as_bytes()],
        |row| {
            let scopes: String = row.get("scopes")?;
            Ok(AccessTokenRow {
                digest: digest(row, "digest")?,
                app: id(row, "app_id")?,
                session: id(row, "session_id")?,
                user: id(row, "user_id")?,
                scopes: scopes.split_whitespace().map(str::to_owned).collect(),
                created_at: Millis(row.get("created_at")?),
                expires_at: Millis(row.get("expires_at")?),
            })
        },
    )
}

/// Removes one token of an app; false when the app had no such token.
///
/// # Errors
/// When the database fails.
pub fn delete(tx: &Tx<'_>, app: &AppId, token: &Digest) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "DELETE FROM access_tokens WHERE digest = ?1 AND app_id = ?2",
        params![token.as_bytes(), app.as_str()],
    )?;
    Ok(changed == 1)
}
