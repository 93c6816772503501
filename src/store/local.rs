//! Table family: passwords of people who are not owners, the one-use links through which they
//! set them, and the browsers they are known by.

use rusqlite::params;

use super::tx::Row;
use super::{Page, StoreError, Tx, tx, users};
use crate::model::id::{OrganizationId, UserId};
use crate::model::secret::Digest;
use crate::model::time::Millis;
use crate::model::user::User;

/// Devices kept per person; the one not seen for longest goes first.
const DEVICES: i64 = 10;

/// What somebody signs in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Whose it is.
    pub user: UserId,
    /// In which organization the address names them.
    pub organization: OrganizationId,
    /// The hash.
    pub password_hash: String,
}

const SET: &str = "INSERT INTO local_credentials
    (user_id, organization_id, email_key, password_hash, changed_at) VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (user_id) DO UPDATE SET email_key = excluded.email_key,
        password_hash = excluded.password_hash, changed_at = excluded.changed_at";

/// Gives a person a password, or another one, under an address.
///
/// # Errors
/// `Conflict` when the address names somebody else in the organization.
pub fn set(
    tx: &Tx<'_>,
    credential: &Credential,
    email_key: &str,
    now: Millis,
) -> Result<(), StoreError> {
    let Credential { user, organization, password_hash } = credential;
    let values = params![user.as_str(), organization.as_str(), email_key, password_hash, now.0];
    tx.execute(SET, values)?;
    Ok(())
}

/// Keeps a stronger hash of the same password.
///
/// # Errors
/// A database error.
pub fn rehash(tx: &Tx<'_>, user: &UserId, password_hash: &str) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE local_credentials SET password_hash = ?2 WHERE user_id = ?1",
        (user.as_str(), password_hash),
    )?;
    Ok(())
}

const COLUMNS: &str = "SELECT user_id, organization_id, password_hash FROM local_credentials";

/// What a person signs in with.
///
/// # Errors
/// A database error.
pub fn find(tx: &Tx<'_>, user: &UserId) -> Result<Option<Credential>, StoreError> {
    tx.optional(&format!("{COLUMNS} WHERE user_id = ?1"), [user.as_str()], read)
}

/// The credential an address names in an organization.
///
/// # Errors
/// A database error.
pub fn find_within(
    tx: &Tx<'_>,
    organization: &OrganizationId,
    email_key: &str,
) -> Result<Option<Credential>, StoreError> {
    let sql = format!("{COLUMNS} WHERE organization_id = ?1 AND email_key = ?2");
    tx.optional(&sql, [organization.as_str(), email_key], read)
}

/// The credentials an address names in any organization, `limit` of them at most.
///
/// # Errors
/// A database error.
pub fn list_by_email(
    tx: &Tx<'_>,
    email_key: &str,
    limit: u32,
) -> Result<Vec<Credential>, StoreError> {
    let sql = format!("{COLUMNS} WHERE email_key = ?1 ORDER BY organization_id LIMIT ?2");
    tx.all(&sql, params![email_key, limit], read)
}

/// Whether anybody at all has a password.
///
/// # Errors
/// A database error.
pub fn any(tx: &Tx<'_>) -> Result<bool, StoreError> {
    tx.one("SELECT EXISTS (SELECT 1 FROM local_credentials) AS found", [], |row| row.get("found"))
}

/// Whether anybody of an organization has a password.
///
/// # Errors
/// A database error.
pub fn any_of(tx: &Tx<'_>, organization: &OrganizationId) -> Result<bool, StoreError> {
    tx.one(
        "SELECT EXISTS (SELECT 1 FROM local_credentials WHERE organization_id = ?1) AS found",
        [organization.as_str()],
        |row| row.get("found"),
    )
}

/// Who has no way in when their organization's provider is switched off: neither an owner, nor
/// somebody with a password, nor somebody shut out anyway.
const WITHOUT: &str = "FROM users WHERE organization_id = ?1 AND owner = 0 AND disabled = 0
    AND inactive_since IS NULL
    AND NOT EXISTS (SELECT 1 FROM local_credentials WHERE user_id = users.id)";

/// Of those, who has an address and no link in force.
const REACHED: &str = "email_key IS NOT NULL AND NOT EXISTS
    (SELECT 1 FROM local_links WHERE user_id = users.id AND expires_at > ?2)";

/// Who of an organization has no way in when its provider is switched off, by identifier:
/// `limit` of them at most behind `after`.
///
/// # Errors
/// A database error.
pub fn list_without(
    tx: &Tx<'_>,
    organization: &OrganizationId,
    after: Option<&UserId>,
    limit: u32,
) -> Result<Vec<User>, StoreError> {
    let sql = format!("SELECT * {WITHOUT} AND id > ?2 ORDER BY id LIMIT ?3");
    let after = after.map_or("", UserId::as_str);
    tx.all(&sql, params![organization.as_str(), after, limit], users::read)
}

/// Who of those has an address, and no link in force: oldest first.
///
/// # Errors
/// A database error.
pub fn list_linkless(
    tx: &Tx<'_>,
    organization: &OrganizationId,
    now: Millis,
    page: &Page,
) -> Result<Vec<User>, StoreError> {
    let sql = format!(
        "SELECT * {WITHOUT} AND {REACHED} AND (created_at, id) > (?3, ?4)
         ORDER BY created_at, id LIMIT ?5"
    );
    let (at, after) = page.position();
    tx.all(&sql, params![organization.as_str(), now.0, at, after, page.limit], users::read)
}

/// This one of them, unless that is so no more.
///
/// # Errors
/// A database error.
pub fn find_linkless(
    tx: &Tx<'_>,
    organization: &OrganizationId,
    now: Millis,
    id: &UserId,
) -> Result<Option<User>, StoreError> {
    let sql = format!("SELECT * {WITHOUT} AND {REACHED} AND id = ?3");
    tx.optional(&sql, params![organization.as_str(), now.0, id.as_str()], users::read)
}

/// Keeps a one-use link; an earlier one of the person ends.
///
/// # Errors
/// A database error.
pub fn insert_link(
    tx: &Tx<'_>,
    digest: &Digest,
    user: &UserId,
    now: Millis,
    expires_at: Millis,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO local_links (user_id, digest, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (user_id) DO UPDATE SET digest = excluded.digest,
             created_at = excluded.created_at, expires_at = excluded.expires_at",
        (user.as_str(), digest.as_bytes(), now.0, expires_at.0),
    )?;
    Ok(())
}

/// Whose link it is, if it can be used now.
///
/// # Errors
/// A database error.
pub fn find_link(tx: &Tx<'_>, digest: &Digest, now: Millis) -> Result<Option<UserId>, StoreError> {
    tx.optional(
        "SELECT user_id FROM local_links WHERE digest = ?1 AND expires_at > ?2",
        (digest.as_bytes(), now.0),
        |row| tx::id(row, "user_id"),
    )
}

/// Ends the link of a person, used or not.
///
/// # Errors
/// A database error.
pub fn end_link(tx: &Tx<'_>, user: &UserId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM local_links WHERE user_id = ?1", [user.as_str()])?;
    Ok(())
}

/// Whether `digest` is a browser `user` has signed in from before.
///
/// # Errors
/// A database error.
pub fn knows_device(tx: &Tx<'_>, digest: &Digest, user: &UserId) -> Result<bool, StoreError> {
    tx.one(
        "SELECT EXISTS (SELECT 1 FROM local_devices WHERE digest = ?1 AND user_id = ?2) AS found",
        (digest.as_bytes(), user.as_str()),
        |row| row.get("found"),
    )
}

/// Remembers a browser, or that it was seen again.
///
/// # Errors
/// A database error.
pub fn keep_device(
    tx: &Tx<'_>,
    digest: &Digest,
    user: &UserId,
    now: Millis,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO local_devices (digest, user_id, seen_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (digest) DO UPDATE SET user_id = excluded.user_id, seen_at = excluded.seen_at",
        (digest.as_bytes(), user.as_str(), now.0),
    )?;
    tx.execute(
        "DELETE FROM local_devices WHERE user_id = ?1 AND digest NOT IN
         (SELECT digest FROM local_devices WHERE user_id = ?1 ORDER BY seen_at DESC LIMIT ?2)",
        (user.as_str(), DEVICES),
    )?;
    Ok(())
}

/// Forgets every browser of a person, whose password was set anew.
///
/// # Errors
/// A database error.
pub fn forget_devices(tx: &Tx<'_>, user: &UserId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM local_devices WHERE user_id = ?1", [user.as_str()])?;
    Ok(())
}

fn read(row: &Row<'_>) -> Result<Credential, StoreError> {
    Ok(Credential {
        user: tx::id(row, "user_id")?,
        organization: tx::id(row, "organization_id")?,
        password_hash: row.get("password_hash")?,
    })
}
