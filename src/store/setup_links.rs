//! Links by which somebody without an account sets one connection up. Only digests of their
//! tokens are kept, and of the cookie of the one browser that opened each.

use rusqlite::params;

use super::tx::Row;
use super::{Page, StoreError, Tx, tx};
use crate::model::audit::Actor;
use crate::model::id::{ConnectionId, SetupLinkId};
use crate::model::secret::Digest;
use crate::model::time::Millis;

/// A link as the store knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetupLink {
    /// Its identifier.
    pub id: SetupLinkId,
    /// The one connection it is for.
    pub connection: ConnectionId,
    /// Whom it was sent to, in the words of whoever made it.
    pub sent_to: Option<String>,
    /// Who made it.
    pub created_by: Actor,
    /// When it was made.
    pub created_at: Millis,
    /// It is over by then.
    pub expires_at: Millis,
    /// Digest of the cookie of the browser that opened it.
    pub browser: Option<Digest>,
    /// When that was.
    pub opened_at: Option<Millis>,
    /// When that browser last asked for something, to the minute.
    pub seen_at: Option<Millis>,
    /// When something was first changed by it.
    pub used_at: Option<Millis>,
    /// When its holder said that all is done; it is over then.
    pub finished_at: Option<Millis>,
    /// When it was revoked.
    pub revoked_at: Option<Millis>,
}

impl SetupLink {
    /// Whether it can be used now.
    pub fn in_force(&self, now: Millis) -> bool {
        self.revoked_at.is_none() && self.finished_at.is_none() && now < self.expires_at
    }
}

/// Adds a link whose token has this digest.
///
/// # Errors
/// `Conflict` when the connection does not exist.
pub fn insert(tx: &Tx<'_>, link: &SetupLink, token: &Digest) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO setup_links
         (id, digest, connection_id, sent_to, created_by, created_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            link.id.as_str(),
            token.as_bytes(),
            link.connection.as_str(),
            link.sent_to,
            tx::to_json(&link.created_by)?,
            link.created_at.0,
            link.expires_at.0
        ],
    )?;
    Ok(())
}

/// The link with this identifier.
///
/// # Errors
/// A database error.
pub fn find(tx: &Tx<'_>, id: &SetupLinkId) -> Result<Option<SetupLink>, StoreError> {
    tx.optional("SELECT * FROM setup_links WHERE id = ?1", [id.as_str()], read)
}

/// The link whose token has this digest.
///
/// # Errors
/// A database error.
pub fn find_by_token(tx: &Tx<'_>, token: &Digest) -> Result<Option<SetupLink>, StoreError> {
    tx.optional("SELECT * FROM setup_links WHERE digest = ?1", [token.as_bytes()], read)
}

/// The link that was opened by the browser whose cookie has this digest.
///
/// # Errors
/// A database error.
pub fn find_by_browser(tx: &Tx<'_>, browser: &Digest) -> Result<Option<SetupLink>, StoreError> {
    tx.optional("SELECT * FROM setup_links WHERE browser = ?1", [browser.as_bytes()], read)
}

/// How many links of a connection could still be used.
///
/// # Errors
/// A database error.
pub fn count_open(tx: &Tx<'_>, connection: &ConnectionId, now: Millis) -> Result<i64, StoreError> {
    tx.one(
        "SELECT COUNT(*) AS open FROM setup_links WHERE connection_id = ?1
         AND expires_at > ?2 AND revoked_at IS NULL AND finished_at IS NULL",
        params![connection.as_str(), now.0],
        |row| row.get("open"),
    )
}

/// The links of a connection, oldest first.
///
/// # Errors
/// A database error.
pub fn list(
    tx: &Tx<'_>,
    connection: &ConnectionId,
    page: &Page,
) -> Result<Vec<SetupLink>, StoreError> {
    let (at, after) = page.position();
    tx.all(
        "SELECT * FROM setup_links WHERE connection_id = ?4 AND (created_at, id) > (?1, ?2)
         ORDER BY created_at, id LIMIT ?3",
        params![at, after, page.limit, connection.as_str()],
        read,
    )
}

/// Gives the link to the first browser that opens it. Gives whether it was still to be had.
///
/// # Errors
/// A database error.
pub fn open(
    tx: &Tx<'_>,
    id: &SetupLinkId,
    browser: &Digest,
    now: Millis,
) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE setup_links SET browser = ?2, opened_at = ?3, seen_at = ?3
         WHERE id = ?1 AND browser IS NULL",
        params![id.as_str(), browser.as_bytes(), now.0],
    )?;
    Ok(changed == 1)
}

/// Notes that the browser asked for something, and whether to change something.
///
/// # Errors
/// A database error.
pub fn seen(tx: &Tx<'_>, id: &SetupLinkId, now: Millis, used: bool) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE setup_links SET seen_at = ?2,
         used_at = CASE WHEN ?3 THEN COALESCE(used_at, ?2) ELSE used_at END WHERE id = ?1",
        params![id.as_str(), now.0, used],
    )
    .map(drop)
}

/// Notes that its holder is done; it is over.
///
/// # Errors
/// A database error.
pub fn finish(tx: &Tx<'_>, id: &SetupLinkId, now: Millis) -> Result<(), StoreError> {
    let params = params![id.as_str(), now.0];
    tx.execute("UPDATE setup_links SET finished_at = ?2 WHERE id = ?1", params).map(drop)
}

/// Revokes a link.
///
/// # Errors
/// A database error.
pub fn revoke(tx: &Tx<'_>, id: &SetupLinkId, now: Millis) -> Result<(), StoreError> {
    let params = params![id.as_str(), now.0];
    tx.execute("UPDATE setup_links SET revoked_at = ?2 WHERE id = ?1", params).map(drop)
}

fn read(row: &Row<'_>) -> Result<SetupLink, StoreError> {
    let browser = row.get::<_, Option<Vec<u8>>>("browser")?;
    let at = |name: &str| Ok::<_, StoreError>(row.get::<_, Option<i64>>(name)?.map(Millis));
    Ok(SetupLink {
        id: tx::id(row, "id")?,
        connection: tx::id(row, "connection_id")?,
        sent_to: row.get("sent_to")?,
        created_by: tx::json(row, "created_by")?,
        created_at: Millis(row.get("created_at")?),
        expires_at: Millis(row.get("expires_at")?),
        browser: browser.as_deref().and_then(Digest::from_bytes),
        opened_at: at("opened_at")?,
        seen_at: at("seen_at")?,
        used_at: at("used_at")?,
        finished_at: at("finished_at")?,
        revoked_at: at("revoked_at")?,
    })
}
