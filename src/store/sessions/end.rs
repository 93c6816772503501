//! How sessions end before their time: in one function, so that apps are told.

use rusqlite::{params, params_from_iter};

use crate::model::id::{ConnectionId, OrganizationId, SessionId, UserId};
use crate::model::session::Method;
use crate::store::tx::{id, to_json};
use crate::store::{StoreError, Tx};

/// Which sessions end.
enum Which<'a> {
    One(&'a SessionId),
    OfUser(&'a UserId),
    OfOrganization(&'a OrganizationId),
    /// Those a provider opened.
    OfProviders(&'a OrganizationId),
    /// Those a connection opened: its organization's people alone have any.
    OfConnection(&'a ConnectionId),
}

impl Which<'_> {
    const fn remove(&self) -> &'static str {
        match self {
            Self::One(_) => "DELETE FROM sessions WHERE id = ?1",
            Self::OfUser(_) => "DELETE FROM sessions WHERE user_id = ?1",
            Self::OfOrganization(_) => "DELETE FROM sessions WHERE organization_id = ?1",
            Self::OfProviders(_) => {
                "DELETE FROM sessions WHERE organization_id = ?1 \
                 AND method NOT IN ('\"password\"', '\"owner_password\"')"
            }
            Self::OfConnection(_) => {
                "DELETE FROM sessions WHERE organization_id = \
                 (SELECT organization_id FROM connections WHERE id = ?2) AND method = ?1"
            }
        }
    }

    fn keys(&self) -> Result<Vec<String>, StoreError> {
        Ok(match self {
            Self::One(id) => vec![id.to_string()],
            Self::OfUser(id) => vec![id.to_string()],
            Self::OfOrganization(id) | Self::OfProviders(id) => vec![id.to_string()],
            Self::OfConnection(id) => {
                let method = Method::Upstream { connection: (*id).clone() };
                vec![to_json(&method)?, id.to_string()]
            }
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
            Self::OfProviders(_) => tell!(
                "s.organization_id = ?1 \
                 AND s.method NOT IN ('\"password\"', '\"owner_password\"')"
            ),
            Self::OfConnection(_) => tell!(
                "s.organization_id = (SELECT organization_id FROM connections WHERE id = ?2) \
                 AND s.method = ?1"
            ),
        }
    }
}

/// The one way a session ends before its time: its apps are told, by rows that outlive it and
/// that whoever sends them is woken for once they are on disk.
fn end_all(tx: &Tx<'_>, which: &Which<'_>) -> Result<usize, StoreError> {
    let keys = which.keys()?;
    if tx.execute(which.tell(), params_from_iter(&keys))? > 0 {
        tx.ring();
    }
    tx.execute(which.remove(), params_from_iter(&keys))
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

const OTHERS: &str = "SELECT id FROM sessions \
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
    end_others(tx, user, &Method::OwnerPassword, kept)
}

/// Ends the sessions of a person that whoever became an owner, or is none any more, cannot have:
/// owners have a password at their own door alone, and nobody else has one there. Gives how many.
///
/// # Errors
/// A database error.
pub fn end_by_standing(tx: &Tx<'_>, user: &UserId, owner: bool) -> Result<usize, StoreError> {
    let over = if owner { Method::Password } else { Method::OwnerPassword };
    end_others(tx, user, &over, None)
}

fn end_others(
    tx: &Tx<'_>,
    user: &UserId,
    method: &Method,
    kept: Option<&SessionId>,
) -> Result<usize, StoreError> {
    let (method, kept) = (to_json(method)?, kept.map(SessionId::as_str));
    let mut ended = 0;
    loop {
        let key = params![user.as_str(), method, kept];
        let others: Vec<SessionId> = tx.all(OTHERS, key, |row| id(row, "id"))?;
        if others.is_empty() {
            return Ok(ended);
        }
        for other in &others {
            ended += end_all(tx, &Which::One(other))?;
        }
    }
}

const AT_OWNERS_DOOR: &str = "SELECT id, user_id FROM sessions \
     WHERE organization_id = ?1 AND method = ?2 ORDER BY id LIMIT ?3";

/// Sessions of an organization that began at the owner's door, and whose they are; at most
/// `limit`.
///
/// # Errors
/// A database error.
pub fn at_owners_door(
    tx: &Tx<'_>,
    organization: &OrganizationId,
    limit: u32,
) -> Result<Vec<(SessionId, UserId)>, StoreError> {
    let key = params![organization.as_str(), to_json(&Method::OwnerPassword)?, limit];
    tx.all(AT_OWNERS_DOOR, key, |row| Ok((id(row, "id")?, id(row, "user_id")?)))
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

/// Ends every session of an organization's people that a provider opened, and lets their apps
/// know; gives how many.
///
/// # Errors
/// A database error.
pub fn end_of_providers(tx: &Tx<'_>, organization: &OrganizationId) -> Result<usize, StoreError> {
    end_all(tx, &Which::OfProviders(organization))
}

/// Ends every session that began through a connection, and lets their apps know; gives how
/// many.
///
/// # Errors
/// A database error.
pub fn end_of_connection(tx: &Tx<'_>, connection: &ConnectionId) -> Result<usize, StoreError> {
    end_all(tx, &Which::OfConnection(connection))
}

/// Removes a session that ran out. Apps are not told: nobody signed out.
///
/// # Errors
/// A database error.
pub fn ran_out(tx: &Tx<'_>, session: &SessionId) -> Result<(), StoreError> {
    tx.execute(Which::One(session).remove(), [session.as_str()])?;
    Ok(())
}
