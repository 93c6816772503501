//! Owners' credentials, one-use links and known devices.

use super::{StoreError, Tx, tx};
use crate::model::id::UserId;
use crate::model::secret::Digest;
use crate::model::time::Millis;

/// Devices kept per owner; the one not seen for longest goes first.
const DEVICES: i64 = 20;

/// What an owner signs in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Whose it is.
    pub user: UserId,
    /// The hash; `None` until a password is set through a link.
    pub password_hash: Option<String>,
}

/// Whether there is any owner.
///
/// # Errors
/// A database error.
pub fn exist(tx: &Tx<'_>) -> Result<bool, StoreError> {
    tx.one("SELECT EXISTS (SELECT 1 FROM owner_credentials) AS found", [], |row| {
        Ok(row.get("found")?)
    })
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
    tx.optional(
        "SELECT user_id, password_hash FROM owner_credentials WHERE email_key = ?1",
        [email_key],
        |row| {
            Ok(Credential {
                user: tx::id(row, "user_id")?,
                password_hash: row.get("password_hash")?,
            })
        },
    )
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
        |row| Ok(row.get("found")?),
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
