//! Table family: sessions. An ended session is a deleted row, and its access tokens go with it.

use rusqlite::{Row, params};

use super::tx::{id, json, to_json};
use super::{Page, StoreError, Tx};
use crate::model::id::{ConnectionId, OrganizationId, SessionId, UserId};
use crate::model::secret::Digest;
use crate::model::session::{Method, Session};
use crate::model::time::Millis;

const INSERT: &str = "INSERT INTO sessions (id, secret, user_id, organization_id, method, authenticated_at, created_at, seen_at, expires_at) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8)";

/// Adds a session whose cookie has the digest `secret`. It begins at its `seen_at`.
///
/// # Errors
/// A database error.
pub fn insert(tx: &Tx<'_>, session: &Session, secret: Digest) -> Result<(), StoreError> {
    tx.execute(
        INSERT,
        params![
            session.id.as_str(),
            secret.as_bytes(),
            session.user.as_str(),
            session.organization.as_str(),
            to_json(&session.method)?,
            session.authenticated_at.0,
            session.seen_at.0,
            session.expires_at.0,
        ],
    )?;
    Ok(())
}

const FIND: &str = "SELECT * FROM sessions WHERE id = ?1";

/// The session with this identifier.
///
/// # Errors
/// A database error.
pub fn find(tx: &Tx<'_>, session: &SessionId) -> Result<Option<Session>, StoreError> {
    tx.optional(FIND, [session.as_str()], read)
}

const FIND_BY_SECRET: &str = "SELECT * FROM sessions WHERE secret = ?1";

/// The session whose cookie has this digest.
///
/// # Errors
/// A database error.
pub fn find_by_secret(tx: &Tx<'_>, secret: Digest) -> Result<Option<Session>, StoreError> {
    tx.optional(FIND_BY_SECRET, [secret.as_bytes()], read)
}

const SEEN: &str = "UPDATE sessions SET seen_at = ?2 WHERE id = ?1";

/// Notes that a session was used.
///
/// # Errors
/// A database error.
pub fn seen(tx: &Tx<'_>, session: &SessionId, now: Millis) -> Result<(), StoreError> {
    tx.execute(SEEN, params![session.as_str(), now.0])?;
    Ok(())
}

const RENEW: &str = "UPDATE sessions SET secret = ?2, method = ?3, authenticated_at = ?4, seen_at = ?5, expires_at = ?6 WHERE id = ?1";

/// Gives a session of the same person a new cookie, authentication and end.
///
/// # Errors
/// `Corrupt` when there is no such session.
pub fn renew(tx: &Tx<'_>, session: &Session, secret: Digest) -> Result<(), StoreError> {
    let renewed = tx.execute(
        RENEW,
        params![
            session.id.as_str(),
            secret.as_bytes(),
            to_json(&session.method)?,
            session.authenticated_at.0,
            session.seen_at.0,
            session.expires_at.0,
        ],
    )?;
    if renewed == 1 {
        Ok(())
    } else {
        Err(StoreError::Corrupt("a session that must exist does not"))
    }
}

const END: &str = "DELETE FROM sessions WHERE id = ?1";

/// Ends one session; `false` when there was none.
///
/// # Errors
/// A database error.
pub fn end(tx: &Tx<'_>, session: &SessionId) -> Result<bool, StoreError> {
    Ok(tx.execute(END, [session.as_str()])? == 1)
}

const END_OF_USER: &str = "DELETE FROM sessions WHERE user_id = ?1";

/// Ends every session of a person; gives how many.
///
/// # Errors
/// A database error.
pub fn end_of_user(tx: &Tx<'_>, user: &UserId) -> Result<usize, StoreError> {
    tx.execute(END_OF_USER, [user.as_str()])
}

const END_OTHERS_OF_OWNER: &str =
    "DELETE FROM sessions WHERE user_id = ?1 AND method = ?2 AND (?3 IS NULL OR id <> ?3)";

/// Ends the sessions an owner opened at the owner's door, but `kept`; gives how many.
///
/// # Errors
/// A database error.
pub fn end_others_of_owner(
    tx: &Tx<'_>,
    user: &UserId,
    kept: Option<&SessionId>,
) -> Result<usize, StoreError> {
    let method = to_json(&Method::OwnerPassword)?;
    tx.execute(END_OTHERS_OF_OWNER, params![user.as_str(), method, kept.map(SessionId::as_str)])
}

const END_OF_ORGANIZATION: &str = "DELETE FROM sessions WHERE organization_id = ?1";

/// Ends every session of an organization's people; gives how many.
///
/// # Errors
/// A database error.
pub fn end_of_organization(
    tx: &Tx<'_>,
    organization: &OrganizationId,
) -> Result<usize, StoreError> {
    tx.execute(END_OF_ORGANIZATION, [organization.as_str()])
}

const END_OF_METHOD: &str = "DELETE FROM sessions WHERE method = ?1";

/// Ends every session that began through a connection; gives how many.
///
/// # Errors
/// A database error.
pub fn end_of_connection(tx: &Tx<'_>, connection: &ConnectionId) -> Result<usize, StoreError> {
    tx.execute(END_OF_METHOD, [to_json(&Method::Upstream { connection: connection.clone() })?])
}

const LIST: &str = "SELECT * FROM sessions \
     WHERE (?1 IS NULL OR organization_id = ?1) AND (?2 IS NULL OR user_id = ?2) \
     AND (authenticated_at, id) > (?3, ?4) ORDER BY authenticated_at, id LIMIT ?5";

/// Sessions, oldest authentication first, of one organization or person or of all.
///
/// # Errors
/// A database error.
pub fn list(
    tx: &Tx<'_>,
    organization: Option<&OrganizationId>,
    user: Option<&UserId>,
    page: &Page,
) -> Result<Vec<Session>, StoreError> {
    let (at, last) = page.position();
    tx.all(
        LIST,
        params![
            organization.map(OrganizationId::as_str),
            user.map(UserId::as_str),
            at,
            last,
            page.limit
        ],
        read,
    )
}

fn read(row: &Row<'_>) -> Result<Session, StoreError> {
    Ok(Session {
        id: id(row, "id")?,
        user: id(row, "user_id")?,
        organization: id(row, "organization_id")?,
        method: json(row, "method")?,
        authenticated_at: Millis(row.get("authenticated_at")?),
        seen_at: Millis(row.get("seen_at")?),
        expires_at: Millis(row.get("expires_at")?),
    })
}
