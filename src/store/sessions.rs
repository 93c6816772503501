//! Table family: sessions. An ended session is a deleted row, and its access tokens go with it.

mod end;

use rusqlite::params;

use super::tx::{Row, id, json, to_json};
use super::{Page, StoreError, Tx};
use crate::model::connection::SealedSecret;
use crate::model::factor::Factor;
use crate::model::id::{OrganizationId, SessionId, UserId};
use crate::model::secret::Digest;
use crate::model::session::Session;
use crate::model::time::Millis;

pub use end::{
    any_by_password, at_owners_door, end, end_by_password, end_by_standing, end_of_connection,
    end_of_organization, end_of_providers, end_of_user, end_others_of_owner, ran_out,
};

const INSERT: &str = "INSERT INTO sessions (id, secret, user_id, organization_id, method, authenticated_at, created_at, seen_at, expires_at, logout_hint, second_factor) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8, ?9, ?10)";

/// Adds a session whose cookie has the digest `secret`. It begins at its `seen_at`. `hint` is
/// what its provider is shown at sign-out.
///
/// # Errors
/// A database error.
pub fn insert(
    tx: &Tx<'_>,
    session: &Session,
    secret: Digest,
    hint: Option<&SealedSecret>,
) -> Result<(), StoreError> {
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
            hint.map(|sealed| &sealed.0),
            session.second_factor.map(Factor::as_str),
        ],
    )?;
    Ok(())
}

/// Without the hint: it is long, and nobody wants it but a sign-out.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, user_id, organization_id, method, second_factor, authenticated_at, seen_at, expires_at \
             FROM sessions ",
            $rest
        )
    };
}

const FIND: &str = select!("WHERE id = ?1");

/// The session with this identifier.
///
/// # Errors
/// A database error.
pub fn find(tx: &Tx<'_>, session: &SessionId) -> Result<Option<Session>, StoreError> {
    tx.optional(FIND, [session.as_str()], read)
}

const FIND_BY_SECRET: &str = select!("WHERE secret = ?1");

/// The session whose cookie has this digest.
///
/// # Errors
/// A database error.
pub fn find_by_secret(tx: &Tx<'_>, secret: Digest) -> Result<Option<Session>, StoreError> {
    tx.optional(FIND_BY_SECRET, [secret.as_bytes()], read)
}

/// What the provider of a session is shown at sign-out, if anything was kept.
///
/// # Errors
/// A database error.
pub fn logout_hint(tx: &Tx<'_>, session: &SessionId) -> Result<Option<SealedSecret>, StoreError> {
    let found =
        tx.optional("SELECT logout_hint FROM sessions WHERE id = ?1", [session.as_str()], |row| {
            row.get::<_, Option<String>>("logout_hint")
        })?;
    Ok(found.flatten().map(SealedSecret))
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

const RENEW: &str = "UPDATE sessions SET secret = ?2, method = ?3, authenticated_at = ?4, seen_at = ?5, expires_at = ?6, logout_hint = ?7, second_factor = ?8 WHERE id = ?1";

/// Gives a session of the same person a new cookie, authentication and end.
///
/// # Errors
/// `Corrupt` when there is no such session.
pub fn renew(
    tx: &Tx<'_>,
    session: &Session,
    secret: Digest,
    hint: Option<&SealedSecret>,
) -> Result<(), StoreError> {
    let renewed = tx.execute(
        RENEW,
        params![
            session.id.as_str(),
            secret.as_bytes(),
            to_json(&session.method)?,
            session.authenticated_at.0,
            session.seen_at.0,
            session.expires_at.0,
            hint.map(|sealed| &sealed.0),
            session.second_factor.map(Factor::as_str),
        ],
    )?;
    if renewed == 1 {
        Ok(())
    } else {
        Err(StoreError::Corrupt("a session that must exist does not"))
    }
}

const COUNT_OF_USER: &str =
    "SELECT COUNT(*) AS found FROM sessions WHERE user_id = ?1 AND expires_at > ?2";

/// How many sessions of a person have not run out.
///
/// # Errors
/// A database error.
pub fn count_of_user(tx: &Tx<'_>, user: &UserId, now: Millis) -> Result<i64, StoreError> {
    tx.one(COUNT_OF_USER, params![user.as_str(), now.0], |row| row.get("found"))
}

// The order of identifiers is that of beginnings, and stands in every index.
const LIST: &str = select!("WHERE id > ?1 ORDER BY id LIMIT ?2");
const LIST_OF: &str = select!("WHERE organization_id = ?3 AND id > ?1 ORDER BY id LIMIT ?2");
const LIST_OF_USER: &str = select!(
    "WHERE user_id = ?3 AND (?4 IS NULL OR organization_id = ?4) AND id > ?1 ORDER BY id LIMIT ?2"
);

/// Sessions, those that began first in front, of one organization or person or of all.
///
/// # Errors
/// A database error.
pub fn list(
    tx: &Tx<'_>,
    organization: Option<&OrganizationId>,
    user: Option<&UserId>,
    page: &Page,
) -> Result<Vec<Session>, StoreError> {
    let ((_, last), limit) = (page.position(), page.limit);
    let organization = organization.map(OrganizationId::as_str);
    match (user, organization) {
        (Some(user), of) => tx.all(LIST_OF_USER, params![last, limit, user.as_str(), of], read),
        (None, Some(of)) => tx.all(LIST_OF, params![last, limit, of], read),
        (None, None) => tx.all(LIST, params![last, limit], read),
    }
}

fn read(row: &Row<'_>) -> Result<Session, StoreError> {
    Ok(Session {
        id: id(row, "id")?,
        user: id(row, "user_id")?,
        organization: id(row, "organization_id")?,
        method: json(row, "method")?,
        second_factor: row
            .get::<_, Option<String>>("second_factor")?
            .map(|text| Factor::read(&text).ok_or(StoreError::Corrupt("an unknown factor")))
            .transpose()?,
        authenticated_at: Millis(row.get("authenticated_at")?),
        seen_at: Millis(row.get("seen_at")?),
        expires_at: Millis(row.get("expires_at")?),
    })
}
