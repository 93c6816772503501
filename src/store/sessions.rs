//! Table family: sessions. An ended session is a deleted row, and its access tokens go with it.

use rusqlite::{Row, params};

use super::tx::{id, json, to_json};
use super::{Page, StoreError, Tx};
use crate::model::connection::SealedSecret;
use crate::model::id::{ConnectionId, OrganizationId, SessionId, UserId};
use crate::model::secret::Digest;
use crate::model::session::{Method, Session};
use crate::model::time::Millis;

const INSERT: &str = "INSERT INTO sessions (id, secret, user_id, organization_id, method, authenticated_at, created_at, seen_at, expires_at, logout_hint) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8, ?9)";

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
        ],
    )?;
    Ok(())
}

/// Without the hint: it is long, and nobody wants it but a sign-out.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, user_id, organization_id, method, authenticated_at, seen_at, expires_at \
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
            Ok(row.get::<_, Option<String>>("logout_hint")?)
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

const RENEW: &str = "UPDATE sessions SET secret = ?2, method = ?3, authenticated_at = ?4, seen_at = ?5, expires_at = ?6, logout_hint = ?7 WHERE id = ?1";

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
        ],
    )?;
    if renewed == 1 {
        Ok(())
    } else {
        Err(StoreError::Corrupt("a session that must exist does not"))
    }
}

/// Which sessions end.
enum Which<'a> {
    One(&'a SessionId),
    OfUser(&'a UserId),
    OfOrganization(&'a OrganizationId),
    /// By the way they began.
    Begun(&'a Method),
}

impl Which<'_> {
    const fn remove(&self) -> &'static str {
        match self {
            Self::One(_) => "DELETE FROM sessions WHERE id = ?1",
            Self::OfUser(_) => "DELETE FROM sessions WHERE user_id = ?1",
            Self::OfOrganization(_) => "DELETE FROM sessions WHERE organization_id = ?1",
            Self::Begun(_) => "DELETE FROM sessions WHERE method = ?1",
        }
    }

    fn key(&self) -> Result<String, StoreError> {
        Ok(match self {
            Self::One(id) => id.to_string(),
            Self::OfUser(id) => id.to_string(),
            Self::OfOrganization(id) => id.to_string(),
            Self::Begun(method) => to_json(method)?,
        })
    }

    /// What the apps of these sessions are to be told.
    const fn tell(&self) -> &'static str {
        macro_rules! tell {
            ($of:literal) => {
                concat!(
                    "INSERT INTO logout_deliveries \
                     (session_id, app_id, user_id, state, tries, next_at) \
                     SELECT a.session_id, a.app_id, s.user_id, 'pending', 0, 0 \
                     FROM sessions s JOIN session_apps a ON a.session_id = s.id WHERE ",
                    $of,
                    " ON CONFLICT (session_id, app_id) DO NOTHING"
                )
            };
        }
        match self {
            Self::One(_) => tell!("s.id = ?1"),
            Self::OfUser(_) => tell!("s.user_id = ?1"),
            Self::OfOrganization(_) => tell!("s.organization_id = ?1"),
            Self::Begun(_) => tell!("s.method = ?1"),
        }
    }
}

/// The one way a session ends before its time: its apps are told, by rows that outlive it and
/// that whoever sends them is woken for once they are on disk.
fn end_all(tx: &Tx<'_>, which: &Which<'_>) -> Result<usize, StoreError> {
    let key = which.key()?;
    if tx.execute(which.tell(), [&key])? > 0 {
        tx.ring();
    }
    tx.execute(which.remove(), [&key])
}

/// Ends one session, and lets its apps know; `false` when there was none.
///
/// # Errors
/// A database error.
pub fn end(tx: &Tx<'_>, session: &SessionId) -> Result<bool, StoreError> {
    Ok(end_all(tx, &Which::One(session))? == 1)
}

/// Ends every session of a person, and lets their apps know; gives how many.
///
/// # Errors
/// A database error.
pub fn end_of_user(tx: &Tx<'_>, user: &UserId) -> Result<usize, StoreError> {
    end_all(tx, &Which::OfUser(user))
}

const OTHERS_OF_OWNER: &str = "SELECT id FROM sessions \
     WHERE user_id = ?1 AND method = ?2 AND (?3 IS NULL OR id <> ?3) ORDER BY id LIMIT 100";

/// Ends the sessions an owner opened at the owner's door, but `kept`, and lets their apps know;
/// gives how many.
///
/// # Errors
/// A database error.
pub fn end_others_of_owner(
    tx: &Tx<'_>,
    user: &UserId,
    kept: Option<&SessionId>,
) -> Result<usize, StoreError> {
    let (method, kept) = (to_json(&Method::OwnerPassword)?, kept.map(SessionId::as_str));
    let mut ended = 0;
    loop {
        let key = params![user.as_str(), method, kept];
        let others: Vec<SessionId> = tx.all(OTHERS_OF_OWNER, key, |row| id(row, "id"))?;
        if others.is_empty() {
            return Ok(ended);
        }
        for other in &others {
            ended += end_all(tx, &Which::One(other))?;
        }
    }
}

const BY_PASSWORD: &str = "SELECT id FROM sessions \
     WHERE organization_id = ?1 AND method = ?2 ORDER BY id LIMIT ?3";

fn by_password(
    tx: &Tx<'_>,
    organization: &OrganizationId,
    limit: u32,
) -> Result<Vec<SessionId>, StoreError> {
    let method = to_json(&Method::Password)?;
    tx.all(BY_PASSWORD, params![organization.as_str(), method, limit], |row| id(row, "id"))
}

/// Whether an organization has a session that a password opened, its owners' apart.
///
/// # Errors
/// A database error.
pub fn any_by_password(tx: &Tx<'_>, organization: &OrganizationId) -> Result<bool, StoreError> {
    Ok(!by_password(tx, organization, 1)?.is_empty())
}

/// Ends at most `limit` sessions of an organization that a password opened, its owners' apart,
/// and lets their apps know; gives how many.
///
/// # Errors
/// A database error.
pub fn end_by_password(
    tx: &Tx<'_>,
    organization: &OrganizationId,
    limit: u32,
) -> Result<usize, StoreError> {
    let mut ended = 0;
    for session in by_password(tx, organization, limit)? {
        ended += end_all(tx, &Which::One(&session))?;
    }
    Ok(ended)
}

const COUNT_OF_USER: &str =
    "SELECT COUNT(*) AS found FROM sessions WHERE user_id = ?1 AND expires_at > ?2";

/// How many sessions of a person have not run out.
///
/// # Errors
/// A database error.
pub fn count_of_user(tx: &Tx<'_>, user: &UserId, now: Millis) -> Result<i64, StoreError> {
    tx.one(COUNT_OF_USER, params![user.as_str(), now.0], |row| Ok(row.get("found")?))
}

/// Ends every session of an organization's people, and lets their apps know; gives how many.
///
/// # Errors
/// A database error.
pub fn end_of_organization(
    tx: &Tx<'_>,
    organization: &OrganizationId,
) -> Result<usize, StoreError> {
    end_all(tx, &Which::OfOrganization(organization))
}

/// Ends every session that began through a connection, and lets their apps know; gives how
/// many.
///
/// # Errors
/// A database error.
pub fn end_of_connection(tx: &Tx<'_>, connection: &ConnectionId) -> Result<usize, StoreError> {
    end_all(tx, &Which::Begun(&Method::Upstream { connection: connection.clone() }))
}

/// Removes a session that ran out. Apps are not told: nobody signed out.
///
/// # Errors
/// A database error.
pub fn ran_out(tx: &Tx<'_>, session: &SessionId) -> Result<(), StoreError> {
    tx.execute(Which::One(session).remove(), [session.as_str()])?;
    Ok(())
}

const LIST: &str = select!(
    "WHERE (?1 IS NULL OR organization_id = ?1) AND (?2 IS NULL OR user_id = ?2) \
     AND (authenticated_at, id) > (?3, ?4) ORDER BY authenticated_at, id LIMIT ?5"
);

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
