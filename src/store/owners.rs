//! Owners' credentials, one-use links and known devices.

use super::tx::Row;
use super::{StoreError, Tx, factors, organizations, owner_steps, sessions, tx};
use crate::model::id::{OrganizationId, UserId};
use crate::model::secret::Digest;
use crate::model::time::Millis;

/// Devices kept per owner; the one not seen for longest goes first.
const DEVICES: i64 = 20;

/// What an owner signs in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Whose it is.
    pub user: UserId,
    /// The address the owner signs in with, in the form it is compared in.
    pub email_key: String,
    /// The hash; `None` until a password is set through a link.
    pub password_hash: Option<String>,
    /// When the owner last came in at the owner's door.
    pub last_sign_in_at: Option<Millis>,
}

/// Whose way in is asked for.
#[derive(Debug, Clone, Copy)]
pub enum Who<'a> {
    /// Any owner's.
    Anybody,
    /// This owner's.
    Only(&'a UserId),
    /// That of any owner but this one.
    Besides(&'a UserId),
}

const CAN_ENTER: &str = "SELECT 1 FROM users
    JOIN owner_credentials ON owner_credentials.user_id = users.id
    WHERE users.organization_id = ?1
        AND (?2 IS NULL OR users.id = ?2) AND (?3 IS NULL OR users.id <> ?3)
        AND users.owner = 1 AND users.disabled = 0 AND users.inactive_since IS NULL
        AND owner_credentials.password_hash IS NOT NULL
        AND ((?4 = 0 AND NOT EXISTS
                (SELECT 1 FROM owner_passkeys WHERE user_id = users.id AND works = 0))
            OR EXISTS (SELECT 1 FROM owner_totps WHERE user_id = users.id)
            OR EXISTS (SELECT 1 FROM owner_passkeys WHERE user_id = users.id AND works = 1)
            OR EXISTS (SELECT 1 FROM owner_recovery_codes
                       WHERE user_id = users.id AND used_at IS NULL))
    LIMIT 1";

/// Whether somebody can sign in as an owner of the organization with its identity provider
/// switched off: an owner who is not disabled and has a password, and a second factor where
/// single sign-on is or will be required, or where they have a passkey of another host: that
/// one is asked for a factor, too. The one place that says what that takes.
///
/// # Errors
/// A database error.
pub fn can_enter(
    tx: &Tx<'_>,
    organization: &OrganizationId,
    who: Who<'_>,
) -> Result<bool, StoreError> {
    let Some(row) = organizations::find(tx, organization)? else { return Ok(false) };
    let factor_needed = row.settings.enforcement.will_be();
    let (only, besides) = match who {
        Who::Anybody => (None, None),
        Who::Only(user) => (Some(user.as_str()), None),
        Who::Besides(user) => (None, Some(user.as_str())),
    };
    let values = (organization.as_str(), only, besides, factor_needed);
    Ok(tx.optional(CAN_ENTER, values, |_| Ok(()))?.is_some())
}

/// Whether there is any owner.
///
/// # Errors
/// A database error.
pub fn exist(tx: &Tx<'_>) -> Result<bool, StoreError> {
    tx.one("SELECT EXISTS (SELECT 1 FROM owner_credentials) AS found", [], |row| row.get("found"))
}

/// Gives a person an owner's credential.
///
/// # Errors
/// `Conflict` when the address names another owner, or the person has one.
pub fn insert(
    tx: &Tx<'_>,
    user: &UserId,
    email_key: &str,
    password_hash: Option<&str>,
    now: Millis,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO owner_credentials (user_id, email_key, password_hash, changed_at) VALUES (?1, ?2, ?3, ?4)",
        (user.as_str(), email_key, password_hash, now.0),
    )?;
    Ok(())
}

/// The credential an address names.
///
/// # Errors
/// A database error.
pub fn find(tx: &Tx<'_>, email_key: &str) -> Result<Option<Credential>, StoreError> {
    tx.optional("SELECT * FROM owner_credentials WHERE email_key = ?1", [email_key], read)
}

/// The credential of an owner.
///
/// # Errors
/// A database error.
pub fn of(tx: &Tx<'_>, user: &UserId) -> Result<Option<Credential>, StoreError> {
    tx.optional("SELECT * FROM owner_credentials WHERE user_id = ?1", [user.as_str()], read)
}

fn read(row: &Row<'_>) -> Result<Credential, StoreError> {
    Ok(Credential {
        user: tx::id(row, "user_id")?,
        email_key: row.get("email_key")?,
        password_hash: row.get("password_hash")?,
        last_sign_in_at: row.get::<_, Option<i64>>("last_sign_in_at")?.map(Millis),
    })
}

/// Notes that an owner came in at the owner's door.
///
/// # Errors
/// A database error.
pub fn signed_in(tx: &Tx<'_>, user: &UserId, now: Millis) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE owner_credentials SET last_sign_in_at = ?2 WHERE user_id = ?1",
        (user.as_str(), now.0),
    )?;
    Ok(())
}

/// Takes everything an owner signs in with away: credential, second factors, links, devices,
/// and what they are in with, or in the midst of, by it. Who is made an owner again begins anew.
///
/// # Errors
/// A database error.
pub fn remove(tx: &Tx<'_>, user: &UserId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM owner_links WHERE user_id = ?1", [user.as_str()])?;
    tx.execute("DELETE FROM owner_credentials WHERE user_id = ?1", [user.as_str()])?;
    factors::remove_all(tx, user)?;
    owner_steps::end_of_user(tx, user)?;
    sessions::end_others_of_owner(tx, user, None)?;
    forget_devices(tx, user)
}

const SET_OWNER: &str =
    "UPDATE users SET owner = ?3, version = version + 1 WHERE id = ?1 AND version = ?2";

/// Makes a person an owner, or an owner a person like others, and ends the sessions they cannot
/// have as such; `false` when `version` is stale.
///
/// # Errors
/// A database error.
pub fn set_owner(
    tx: &Tx<'_>,
    user: &UserId,
    version: i64,
    owner: bool,
) -> Result<bool, StoreError> {
    let set = tx.execute(SET_OWNER, (user.as_str(), version, owner))? == 1;
    if set {
        sessions::end_by_standing(tx, user, owner)?;
    }
    Ok(set)
}

/// Sets a password. Gives whether the owner exists.
///
/// # Errors
/// A database error.
pub fn set_password(
    tx: &Tx<'_>,
    user: &UserId,
    password_hash: &str,
    now: Millis,
) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE owner_credentials SET password_hash = ?2, changed_at = ?3 WHERE user_id = ?1",
        (user.as_str(), password_hash, now.0),
    )?;
    Ok(changed == 1)
}

/// Keeps a one-use link; earlier ones of the owner end.
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
    tx.execute("DELETE FROM owner_links WHERE user_id = ?1", [user.as_str()])?;
    tx.execute(
        "INSERT INTO owner_links (digest, user_id, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)",
        (digest.as_bytes(), user.as_str(), now.0, expires_at.0),
    )?;
    Ok(())
}

/// Whose link it is, if it can be used now.
///
/// # Errors
/// A database error.
pub fn find_link(tx: &Tx<'_>, digest: &Digest, now: Millis) -> Result<Option<UserId>, StoreError> {
    tx.optional(
        "SELECT user_id FROM owner_links WHERE digest = ?1 AND used_at IS NULL AND expires_at > ?2",
        (digest.as_bytes(), now.0),
        |row| tx::id(row, "user_id"),
    )
}

/// Uses a link up. Gives whose it was, once.
///
/// # Errors
/// A database error.
pub fn use_link(tx: &Tx<'_>, digest: &Digest, now: Millis) -> Result<Option<UserId>, StoreError> {
    tx.optional(
        "UPDATE owner_links SET used_at = ?2 WHERE digest = ?1 AND used_at IS NULL AND expires_at > ?2 RETURNING user_id",
        (digest.as_bytes(), now.0),
        |row| tx::id(row, "user_id"),
    )
}

/// Whether `digest` is a browser `user` has signed in from before.
///
/// # Errors
/// A database error.
pub fn knows_device(tx: &Tx<'_>, digest: &Digest, user: &UserId) -> Result<bool, StoreError> {
    tx.one(
        "SELECT EXISTS (SELECT 1 FROM owner_devices WHERE digest = ?1 AND user_id = ?2) AS found",
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
        "INSERT INTO owner_devices (digest, user_id, created_at, seen_at) VALUES (?1, ?2, ?3, ?3) ON CONFLICT (digest) DO UPDATE SET user_id = excluded.user_id, seen_at = excluded.seen_at",
        (digest.as_bytes(), user.as_str(), now.0),
    )?;
    tx.execute(
        "DELETE FROM owner_devices WHERE user_id = ?1 AND digest NOT IN (SELECT digest FROM owner_devices WHERE user_id = ?1 ORDER BY seen_at DESC, created_at DESC LIMIT ?2)",
        (user.as_str(), DEVICES),
    )?;
    Ok(())
}

/// Forgets every browser of an owner, whose password was set anew.
///
/// # Errors
/// A database error.
pub fn forget_devices(tx: &Tx<'_>, user: &UserId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM owner_devices WHERE user_id = ?1", [user.as_str()])?;
    Ok(())
}

/// Forgets every browser of an owner but `kept`.
///
/// # Errors
/// A database error.
pub fn forget_other_devices(
    tx: &Tx<'_>,
    user: &UserId,
    kept: Option<&Digest>,
) -> Result<(), StoreError> {
    tx.execute(
        "DELETE FROM owner_devices WHERE user_id = ?1 AND (?2 IS NULL OR digest <> ?2)",
        (user.as_str(), kept.map(Digest::as_bytes)),
    )?;
    Ok(())
}
