//! Table family: owners whose password was right, and who are not in yet.

use super::tx::{digest, id, json, to_json};
use super::{StoreError, Tx};
use crate::model::id::UserId;
use crate::model::owner_step::{Kind, OwnerStep};
use crate::model::secret::Digest;
use crate::model::time::Millis;

/// Steps kept per owner; the oldest goes first. Only who knows the password makes any.
const STEPS: i64 = 20;

/// Keeps a step.
///
/// # Errors
/// A database error.
pub fn insert(tx: &Tx<'_>, step: &OwnerStep) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO owner_steps (digest, user_id, kind, password, onward, tries, created_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        (
            step.digest.as_bytes(),
            step.user.as_str(),
            step.kind.as_str(),
            step.password.as_bytes(),
            to_json(&step.onward)?,
            step.tries,
            step.created_at.0,
            step.created_at.plus(step.kind.lifetime()).0,
        ),
    )?;
    tx.execute(
        "DELETE FROM owner_steps WHERE user_id = ?1 AND digest NOT IN
         (SELECT digest FROM owner_steps WHERE user_id = ?1 ORDER BY created_at DESC, digest LIMIT ?2)",
        (step.user.as_str(), STEPS),
    )?;
    Ok(())
}

/// The step with this token, while it can be taken.
///
/// # Errors
/// A database error.
pub fn find(tx: &Tx<'_>, token: &Digest, now: Millis) -> Result<Option<OwnerStep>, StoreError> {
    tx.optional(
        "SELECT * FROM owner_steps WHERE digest = ?1 AND expires_at > ?2",
        (token.as_bytes(), now.0),
        |row| {
            Ok(OwnerStep {
                digest: digest(row, "digest")?,
                user: id(row, "user_id")?,
                kind: Kind::read(&row.get::<_, String>("kind")?)
                    .ok_or(StoreError::Corrupt("a step of an unknown kind"))?,
                password: digest(row, "password")?,
                onward: json(row, "onward")?,
                tries: row.get("tries")?,
                created_at: Millis(row.get("created_at")?),
            })
        },
    )
}

/// Counts a wrong code.
///
/// # Errors
/// A database error.
pub fn count(tx: &Tx<'_>, token: &Digest) -> Result<(), StoreError> {
    tx.execute("UPDATE owner_steps SET tries = tries + 1 WHERE digest = ?1", [token.as_bytes()])?;
    Ok(())
}

/// Ends a step. Gives whether it was there.
///
/// # Errors
/// A database error.
pub fn end(tx: &Tx<'_>, token: &Digest) -> Result<bool, StoreError> {
    Ok(tx.execute("DELETE FROM owner_steps WHERE digest = ?1", [token.as_bytes()])? == 1)
}

/// Ends every step of an owner.
///
/// # Errors
/// A database error.
pub fn end_of_user(tx: &Tx<'_>, user: &UserId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM owner_steps WHERE user_id = ?1", [user.as_str()])?;
    Ok(())
}
