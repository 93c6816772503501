//! Table family: sign-outs, for the browser they happened in.

use rusqlite::params;

use super::tx::{Row, digest, id, json, optional_id, to_json};
use super::{StoreError, Tx};
use crate::model::connection::SealedSecret;
use crate::model::id::{ConnectionId, SessionId};
use crate::model::secret::Digest;
use crate::model::time::Millis;

/// One sign-out.
#[derive(Debug, Clone)]
pub struct SignOut {
    /// Digest of the cookie of the browser.
    pub secret: Digest,
    /// The session that ended.
    pub session: SessionId,
    /// The connection it began through.
    pub connection: Option<ConnectionId>,
    /// Names of apps that were signed in to and cannot be told.
    pub untold: Vec<String>,
    /// Where the app that asked wants people back.
    pub return_to: Option<String>,
    /// What the provider is shown, until it was.
    pub logout_hint: Option<SealedSecret>,
    /// When the person came back from the provider.
    pub returned_at: Option<Millis>,
    /// Whether the person was sent to the provider.
    pub sent: bool,
    /// From then on it is forgotten.
    pub expires_at: Millis,
}

/// Keeps a sign-out.
///
/// # Errors
/// A database error.
pub fn insert(tx: &Tx<'_>, row: &SignOut) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO sign_outs (secret, session_id, connection_id, untold, return_to, logout_hint,
             expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            row.secret.as_bytes(),
            row.session.as_str(),
            row.connection.as_ref().map(ConnectionId::as_str),
            to_json(&row.untold)?,
            row.return_to,
            row.logout_hint.as_ref().map(|sealed| &sealed.0),
            row.expires_at.0,
        ],
    )?;
    Ok(())
}

const COLUMNS: &str = "SELECT secret, session_id, connection_id, untold, return_to, logout_hint, \
     state IS NOT NULL AS sent, returned_at, expires_at FROM sign_outs WHERE ";

/// The sign-out of the browser whose cookie has this digest.
///
/// # Errors
/// A database error.
pub fn find(tx: &Tx<'_>, secret: Digest) -> Result<Option<SignOut>, StoreError> {
    tx.optional(&format!("{COLUMNS}secret = ?1"), [secret.as_bytes()], read)
}

/// The sign-out a provider was sent this state with.
///
/// # Errors
/// A database error.
pub fn find_by_state(tx: &Tx<'_>, state: Digest) -> Result<Option<SignOut>, StoreError> {
    tx.optional(&format!("{COLUMNS}state = ?1"), [state.as_bytes()], read)
}

/// Notes that the person is sent to the provider with this state, and forgets what it was
/// shown; `false` when they were
/// before.
///
/// # Errors
/// A database error.
pub fn sent(tx: &Tx<'_>, secret: Digest, state: Digest) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE sign_outs SET state = ?2, logout_hint = NULL
         WHERE secret = ?1 AND state IS NULL",
        params![secret.as_bytes(), state.as_bytes()],
    )?;
    Ok(changed == 1)
}

/// Notes that the person came back; `false` when they did before.
///
/// # Errors
/// A database error.
pub fn returned(tx: &Tx<'_>, secret: Digest, now: Millis) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE sign_outs SET returned_at = ?2 WHERE secret = ?1 AND returned_at IS NULL",
        params![secret.as_bytes(), now.0],
    )?;
    Ok(changed == 1)
}

/// Names of the apps a session has access tokens at that are not told when it ends.
///
/// # Errors
/// A database error.
pub fn untold(tx: &Tx<'_>, session: &SessionId) -> Result<Vec<String>, StoreError> {
    tx.all(
        "SELECT DISTINCT a.name AS name FROM access_tokens t JOIN apps a ON a.id = t.app_id
         WHERE t.session_id = ?1 AND NOT EXISTS (SELECT 1 FROM session_apps s
            WHERE s.session_id = t.session_id AND s.app_id = t.app_id)
         ORDER BY a.name LIMIT 100",
        [session.as_str()],
        |row| row.get("name"),
    )
}

fn read(row: &Row<'_>) -> Result<SignOut, StoreError> {
    Ok(SignOut {
        secret: digest(row, "secret")?,
        session: id(row, "session_id")?,
        connection: optional_id(row, "connection_id")?,
        untold: json(row, "untold")?,
        return_to: row.get("return_to")?,
        logout_hint: row.get::<_, Option<String>>("logout_hint")?.map(SealedSecret),
        returned_at: row.get::<_, Option<i64>>("returned_at")?.map(Millis),
        sent: row.get("sent")?,
        expires_at: Millis(row.get("expires_at")?),
    })
}
