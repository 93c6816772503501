//! Table family: users and the identities that lead to them. Lists and searches stand in
//! [`search`].

use std::collections::BTreeMap;

use rusqlite::params;

use super::tx::{Row, id, json, to_json};
use super::{Page, StoreError, Tx, owners, sessions};

mod remove;
pub mod search;

use crate::model::id::{ConnectionId, OrganizationId, UserId};
use crate::model::time::Millis;
use crate::model::user::{Profile, User};
pub use remove::{any_beyond, delete, delete_some};

const INSERT: &str = "INSERT INTO users (id, organization_id, email_key, name_key, profile, \
     answers, owner, admin, disabled, inactive_since, announced, created_at, last_sign_in_at, \
     version) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";

/// Adds a person.
///
/// # Errors
/// `Conflict` when the identifier is taken or the organization does not exist.
pub fn insert(tx: &Tx<'_>, user: &User) -> Result<(), StoreError> {
    tx.execute(
        INSERT,
        params![
            user.id.as_str(),
            user.organization.as_str(),
            search::email_key(&user.profile),
            search::name_key(&user.profile),
            to_json(&user.profile)?,
            to_json(&user.answers)?,
            user.owner,
            user.admin,
            user.disabled,
            user.inactive_since.map(|at| at.0),
            user.announced,
            user.created_at.0,
            user.last_sign_in_at.map(|at| at.0),
            user.version,
        ],
    )?;
    Ok(())
}

const FIND: &str = "SELECT * FROM users WHERE id = ?1";

/// The person with this identifier.
///
/// # Errors
/// A database error.
pub fn find(tx: &Tx<'_>, user: &UserId) -> Result<Option<User>, StoreError> {
    tx.optional(FIND, [user.as_str()], read)
}

const FIND_BY_IDENTITY: &str = "SELECT users.* FROM users \
     JOIN identities ON identities.user_id = users.id \
     WHERE identities.connection_id = ?1 AND identities.subject = ?2";

/// The person a connection knows as `subject`.
///
/// # Errors
/// A database error.
pub fn find_by_identity(
    tx: &Tx<'_>,
    connection: &ConnectionId,
    subject: &str,
) -> Result<Option<User>, StoreError> {
    tx.optional(FIND_BY_IDENTITY, params![connection.as_str(), subject], read)
}

const INSERT_IDENTITY: &str =
    "INSERT INTO identities (connection_id, subject, user_id, created_at) VALUES (?1, ?2, ?3, ?4)";

/// Makes `subject` of a connection lead to a person.
///
/// # Errors
/// `Conflict` when it already leads to somebody.
pub fn insert_identity(
    tx: &Tx<'_>,
    connection: &ConnectionId,
    subject: &str,
    user: &UserId,
    now: Millis,
) -> Result<(), StoreError> {
    tx.execute(INSERT_IDENTITY, params![connection.as_str(), subject, user.as_str(), now.0])?;
    Ok(())
}

const ANY_IDENTITY: &str = "SELECT 1 FROM identities WHERE connection_id = ?1 LIMIT 1";

/// Whether anybody has signed in through a connection.
///
/// # Errors
/// A database error.
pub fn any_identity(tx: &Tx<'_>, connection: &ConnectionId) -> Result<bool, StoreError> {
    Ok(tx.optional(ANY_IDENTITY, [connection.as_str()], |_| Ok(()))?.is_some())
}

const DELETE_IDENTITY: &str = "DELETE FROM identities WHERE connection_id = ?1 AND subject = ?2";

/// Makes `subject` of a connection lead to nobody. Gives whether it led to somebody.
///
/// # Errors
/// A database error.
pub fn delete_identity(
    tx: &Tx<'_>,
    connection: &ConnectionId,
    subject: &str,
) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE_IDENTITY, params![connection.as_str(), subject])? == 1)
}

/// Accounts with one address that are looked at.
const MOST_OF_ADDRESS: i64 = 20;

const WITH_ADDRESS: &str = "SELECT users.*, (EXISTS (SELECT 1 FROM identities \
         WHERE identities.user_id = users.id AND identities.connection_id = ?3) \
         OR NOT EXISTS (SELECT 1 FROM identities WHERE identities.user_id = users.id)) AS through \
     FROM users WHERE email_key = ?1 AND organization_id = ?2 \
     ORDER BY EXISTS (SELECT 1 FROM identities \
         WHERE identities.user_id = users.id AND identities.connection_id = ?3) DESC, COALESCE(last_sign_in_at, 0) DESC, id LIMIT ?4";

/// People of an organization with this address, whatever its case, and whether they may be
/// `connection`'s: it has vouched for them, or none has, since they only had a password. Whom it
/// has vouched for comes first, then who signed in last.
///
/// # Errors
/// A database error.
pub fn with_address(
    tx: &Tx<'_>,
    organization: &OrganizationId,
    email: &str,
    connection: &ConnectionId,
) -> Result<Vec<(User, bool)>, StoreError> {
    let key = email.to_lowercase();
    tx.all(
        WITH_ADDRESS,
        params![key, organization.as_str(), connection.as_str(), MOST_OF_ADDRESS],
        |row| Ok((read(row)?, row.get("through")?)),
    )
}

const KEEP_ANSWERS: &str = "UPDATE users SET answers = ?2 WHERE id = ?1";

/// Keeps what a person told of themselves. Not an edit: the version stays.
///
/// # Errors
/// A database error.
pub fn keep_answers(
    tx: &Tx<'_>,
    user: &UserId,
    answers: &BTreeMap<String, String>,
) -> Result<(), StoreError> {
    tx.execute(KEEP_ANSWERS, params![user.as_str(), to_json(answers)?]).map(drop)
}

const ANNOUNCE: &str = "UPDATE users SET announced = 1 WHERE id = ?1 AND announced = 0";

/// Notes that an app is told that somebody is new; `false` when one was before.
///
/// # Errors
/// A database error.
pub fn announce(tx: &Tx<'_>, user: &UserId) -> Result<bool, StoreError> {
    Ok(tx.execute(ANNOUNCE, [user.as_str()])? == 1)
}

const MAKE_OWNER: &str =
    "UPDATE users SET owner = 1, version = version + 1 WHERE id = ?1 AND owner = 0";

/// Makes a person an owner, whose sessions by another password end; `false` when they are one.
///
/// # Errors
/// A database error.
pub fn make_owner(tx: &Tx<'_>, user: &UserId) -> Result<bool, StoreError> {
    let made = tx.execute(MAKE_OWNER, [user.as_str()])? == 1;
    sessions::end_by_standing(tx, user, true)?;
    Ok(made)
}

const HAS_OWNER: &str = "SELECT 1 FROM users WHERE organization_id = ?1 AND owner = 1 LIMIT 1";

/// Whether an organization has an owner, shut out or not.
///
/// # Errors
/// A database error.
pub fn has_owner(tx: &Tx<'_>, organization: &OrganizationId) -> Result<bool, StoreError> {
    Ok(tx.optional(HAS_OWNER, [organization.as_str()], |_| Ok(()))?.is_some())
}

// Nearly always nothing changes but the moment: then no index is written.
const SIGNED_IN: &str = "UPDATE users SET profile = ?2, last_sign_in_at = ?3 WHERE id = ?1 \
     AND email_key IS NOT DISTINCT FROM ?4 AND name_key IS NOT DISTINCT FROM ?5";

const SIGNED_IN_CHANGED: &str = "UPDATE users SET profile = ?2, last_sign_in_at = ?3, \
     email_key = ?4, name_key = ?5 WHERE id = ?1";

/// Keeps what a provider said at a sign-in. Not an edit: the version stays.
///
/// # Errors
/// A database error.
pub fn signed_in(
    tx: &Tx<'_>,
    user: &UserId,
    profile: &Profile,
    now: Millis,
) -> Result<(), StoreError> {
    let (text, email, name) =
        (to_json(profile)?, search::email_key(profile), search::name_key(profile));
    let values = (user.as_str(), &text, now.0, &email, &name);
    if tx.execute(SIGNED_IN, values)? == 0 {
        tx.execute(SIGNED_IN_CHANGED, values)?;
    }
    Ok(())
}

const IDENTITIES: &str = "SELECT connection_id, subject FROM identities WHERE user_id = ?1 \
     ORDER BY created_at, connection_id, subject LIMIT ?2";

/// The identities that lead to a person, oldest first: connection and subject.
///
/// # Errors
/// A database error.
pub fn identities(
    tx: &Tx<'_>,
    user: &UserId,
    limit: u32,
) -> Result<Vec<(ConnectionId, String)>, StoreError> {
    tx.all(IDENTITIES, params![user.as_str(), limit], |row| {
        Ok((id(row, "connection_id")?, row.get("subject")?))
    })
}

const FIND_BY_EMAIL: &str = "SELECT * FROM users \
     WHERE organization_id = ?1 AND email_key = ?2 ORDER BY id LIMIT 1";

/// Somebody of an organization with this address, in lower case.
///
/// # Errors
/// A database error.
pub fn find_by_email(
    tx: &Tx<'_>,
    organization: &OrganizationId,
    email_key: &str,
) -> Result<Option<User>, StoreError> {
    tx.optional(FIND_BY_EMAIL, [organization.as_str(), email_key], read)
}

const SET_DISABLED: &str =
    "UPDATE users SET disabled = ?3, version = version + 1 WHERE id = ?1 AND version = ?2";

/// Shuts a person out or lets them in again; `false` when `version` is stale.
///
/// # Errors
/// A database error.
pub fn set_disabled(
    tx: &Tx<'_>,
    user: &UserId,
    version: i64,
    disabled: bool,
) -> Result<bool, StoreError> {
    Ok(tx.execute(SET_DISABLED, params![user.as_str(), version, disabled])? == 1)
}

/// People, oldest first, of one organization or of all.
///
/// # Errors
/// A database error.
pub fn list(
    tx: &Tx<'_>,
    organization: Option<&OrganizationId>,
    page: &Page,
) -> Result<Vec<User>, StoreError> {
    let (at, last) = page.position();
    let after = search::Position { key: search::Key::Created(at), id: last };
    search::walk(tx, organization, &search::Walk::Created(search::Few::All), &after, page.limit)
}

const LIST_OWNERS: &str = "SELECT * FROM users \
     WHERE owner = 1 AND (created_at, id) > (?1, ?2) ORDER BY created_at, id LIMIT ?3";
const LIST_OWNERS_OF: &str = "SELECT * FROM users WHERE organization_id = ?4 AND owner = 1 \
     AND (created_at, id) > (?1, ?2) ORDER BY created_at, id LIMIT ?3";

/// Owners, oldest first, of one organization or of all.
///
/// # Errors
/// A database error.
pub fn list_owners(
    tx: &Tx<'_>,
    organization: Option<&OrganizationId>,
    page: &Page,
) -> Result<Vec<User>, StoreError> {
    let (at, last) = page.position();
    match organization.map(OrganizationId::as_str) {
        Some(of) => tx.all(LIST_OWNERS_OF, params![at, last, page.limit, of], read),
        None => tx.all(LIST_OWNERS, params![at, last, page.limit], read),
    }
}

/// Whether somebody besides `user` can sign in as an owner of the organization with its
/// identity provider switched off.
///
/// # Errors
/// A database error.
pub fn has_other_owner(
    tx: &Tx<'_>,
    organization: &OrganizationId,
    user: &UserId,
) -> Result<bool, StoreError> {
    owners::can_enter(tx, organization, owners::Who::Besides(user))
}

const SET_STANDING: &str = "UPDATE users SET owner = ?2, admin = ?3 WHERE id = ?1";

/// Makes a person an owner or an administrator, or neither, and ends the sessions they cannot
/// have as such. Not an edit: the version stays. What an owner signed in with at the owner's
/// door goes with the role.
///
/// # Errors
/// A database error.
pub fn set_standing(
    tx: &Tx<'_>,
    user: &UserId,
    owner: bool,
    admin: bool,
) -> Result<(), StoreError> {
    tx.execute(SET_STANDING, params![user.as_str(), owner, admin])?;
    sessions::end_by_standing(tx, user, owner)?;
    match owner {
        true => Ok(()),
        false => owners::remove(tx, user),
    }
}

const EDITED: &str = "UPDATE users SET version = version + 1 WHERE id = ?1 AND version = ?2";

/// Counts an edit of what stands in another table; `false` when `version` is stale.
///
/// # Errors
/// A database error.
pub fn edited(tx: &Tx<'_>, user: &UserId, version: i64) -> Result<bool, StoreError> {
    Ok(tx.execute(EDITED, params![user.as_str(), version])? == 1)
}

const SET_INACTIVE: &str = "UPDATE users SET inactive_since = ?2, inactive_by = ?3 WHERE id = ?1";

/// Shuts a person out whom the groups of a connection's provider let in no more, or lets them
/// in again. Not an edit: the version stays.
///
/// # Errors
/// A database error.
pub fn set_inactive(
    tx: &Tx<'_>,
    user: &UserId,
    by: Option<(&ConnectionId, Millis)>,
) -> Result<(), StoreError> {
    let (connection, since) = by.unzip();
    let connection = connection.map(ConnectionId::as_str);
    tx.execute(SET_INACTIVE, params![user.as_str(), since.map(|at| at.0), connection]).map(drop)
}

const ACCESS_ENDED: &str = "UPDATE users SET access_ended_at = ?2 WHERE id = ?1";

/// Notes that an administrator ended the access of a person, who has to prove themselves anew.
///
/// # Errors
/// A database error.
pub fn access_ended(tx: &Tx<'_>, user: &UserId, now: Millis) -> Result<(), StoreError> {
    tx.execute(ACCESS_ENDED, params![user.as_str(), now.0])?;
    Ok(())
}

const INACTIVE_BY: &str = "SELECT connections.id FROM users
    JOIN connections ON connections.id = users.inactive_by WHERE users.id = ?1";

/// The connection through which an inactive person has to come back; `None` when there is none
/// any more.
///
/// # Errors
/// A database error.
pub fn inactive_by(tx: &Tx<'_>, user: &UserId) -> Result<Option<ConnectionId>, StoreError> {
    tx.optional(INACTIVE_BY, [user.as_str()], |row| id(row, "id"))
}

const LIST_OF_CONNECTION: &str = "SELECT users.*, identities.subject AS subject FROM identities
    JOIN users ON users.id = identities.user_id
    WHERE identities.connection_id = ?1 AND identities.subject > ?2
    ORDER BY identities.subject LIMIT ?3";

/// People known through a connection, each with the subject, in the order of subjects, those
/// behind `after`.
///
/// # Errors
/// A database error.
pub fn list_of_connection(
    tx: &Tx<'_>,
    connection: &ConnectionId,
    after: &str,
    limit: i64,
) -> Result<Vec<(String, User)>, StoreError> {
    tx.all(LIST_OF_CONNECTION, params![connection.as_str(), after, limit], |row| {
        Ok((row.get("subject")?, read(row)?))
    })
}

const COUNT_SINCE: &str = "SELECT COUNT(*) AS count FROM (SELECT 1 FROM identities
    JOIN users ON users.id = identities.user_id
    WHERE identities.connection_id = ?1 AND users.last_sign_in_at >= ?2 LIMIT ?3) AS found";

/// How many people known through a connection signed in since then, counted to `most`.
///
/// # Errors
/// A database error.
pub fn count_since(
    tx: &Tx<'_>,
    connection: &ConnectionId,
    since: Millis,
    most: i64,
) -> Result<i64, StoreError> {
    tx.one(COUNT_SINCE, params![connection.as_str(), since.0, most], |row| row.get("count"))
}

const LAST_WAY_IN: &str = "SELECT connection_id FROM identities WHERE user_id = ?1
    ORDER BY created_at DESC, connection_id LIMIT 1";

/// The connection a person was made known through last.
///
/// # Errors
/// A database error.
pub fn last_way_in(tx: &Tx<'_>, user: &UserId) -> Result<Option<ConnectionId>, StoreError> {
    tx.optional(LAST_WAY_IN, [user.as_str()], |row| id(row, "connection_id"))
}

pub(super) fn read(row: &Row<'_>) -> Result<User, StoreError> {
    Ok(User {
        id: id(row, "id")?,
        organization: id(row, "organization_id")?,
        profile: json(row, "profile")?,
        answers: json(row, "answers")?,
        owner: row.get("owner")?,
        admin: row.get("admin")?,
        disabled: row.get("disabled")?,
        inactive_since: row.get::<_, Option<i64>>("inactive_since")?.map(Millis),
        access_ended_at: row.get::<_, Option<i64>>("access_ended_at")?.map(Millis),
        announced: row.get("announced")?,
        created_at: Millis(row.get("created_at")?),
        last_sign_in_at: row.get::<_, Option<i64>>("last_sign_in_at")?.map(Millis),
        version: row.get("version")?,
    })
}
