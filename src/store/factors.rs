//! Table family: second factors of owners: code generators and recovery codes. Passkeys have a
//! family of their own.

use super::{StoreError, Tx, passkeys};
use crate::model::connection::SealedSecret;
use crate::model::factor::Factors;
use crate::model::id::UserId;
use crate::model::secret::Digest;
use crate::model::time::Millis;

/// A code generator as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totp {
    /// The shared secret, sealed.
    pub secret: SealedSecret,
    /// The last time step a code was taken of.
    pub last_step: i64,
}

/// What an owner has beside the password.
///
/// # Errors
/// A database error.
pub fn of(tx: &Tx<'_>, user: &UserId) -> Result<Factors, StoreError> {
    tx.one(
        "SELECT (SELECT created_at FROM owner_totps WHERE user_id = ?1) AS totp_since,
             (SELECT COUNT(*) FROM owner_recovery_codes WHERE user_id = ?1 AND used_at IS NULL) AS codes_left,
             (SELECT MAX(created_at) FROM owner_recovery_codes WHERE user_id = ?1) AS codes_since,
             (SELECT COUNT(*) FROM owner_passkeys WHERE user_id = ?1 AND works = 1) AS passkeys,
             (SELECT COUNT(*) FROM owner_passkeys WHERE user_id = ?1 AND works = 0) AS elsewhere",
        [user.as_str()],
        |row| {
            Ok(Factors {
                totp_since: row.get::<_, Option<i64>>("totp_since")?.map(Millis),
                codes_left: row.get("codes_left")?,
                codes_since: row.get::<_, Option<i64>>("codes_since")?.map(Millis),
                passkeys: row.get("passkeys")?,
                passkeys_elsewhere: row.get("elsewhere")?,
            })
        },
    )
}

/// Takes every second factor of an owner away.
///
/// # Errors
/// A database error.
pub fn remove_all(tx: &Tx<'_>, user: &UserId) -> Result<(), StoreError> {
    remove_totp(tx, user)?;
    remove_codes(tx, user)?;
    passkeys::remove_all(tx, user)?;
    Ok(())
}

/// The code generator of an owner.
///
/// # Errors
/// A database error.
pub fn totp(tx: &Tx<'_>, user: &UserId) -> Result<Option<Totp>, StoreError> {
    tx.optional(
        "SELECT secret, last_step FROM owner_totps WHERE user_id = ?1",
        [user.as_str()],
        |row| {
            Ok(Totp { secret: SealedSecret(row.get("secret")?), last_step: row.get("last_step")? })
        },
    )
}

/// Gives an owner a code generator, in the place of the one there was.
///
/// # Errors
/// A database error.
pub fn set_totp(tx: &Tx<'_>, user: &UserId, totp: &Totp, now: Millis) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO owner_totps (user_id, secret, last_step, created_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret,
             last_step = excluded.last_step, created_at = excluded.created_at",
        (user.as_str(), &totp.secret.0, totp.last_step, now.0),
    )?;
    Ok(())
}

/// Takes a code of a time step, once. Gives whether it was the first of this step or a later
/// one.
///
/// # Errors
/// A database error.
pub fn take_step(tx: &Tx<'_>, user: &UserId, step: i64) -> Result<bool, StoreError> {
    let taken = tx.execute(
        "UPDATE owner_totps SET last_step = ?2 WHERE user_id = ?1 AND last_step < ?2",
        (user.as_str(), step),
    )?;
    Ok(taken == 1)
}

/// Takes the code generator away. Gives whether there was one.
///
/// # Errors
/// A database error.
pub fn remove_totp(tx: &Tx<'_>, user: &UserId) -> Result<bool, StoreError> {
    Ok(tx.execute("DELETE FROM owner_totps WHERE user_id = ?1", [user.as_str()])? == 1)
}

/// Gives an owner recovery codes, in the place of those there were.
///
/// # Errors
/// A database error.
pub fn set_codes(
    tx: &Tx<'_>,
    user: &UserId,
    codes: &[Digest],
    now: Millis,
) -> Result<(), StoreError> {
    remove_codes(tx, user)?;
    for digest in codes {
        tx.execute(
            "INSERT INTO owner_recovery_codes (user_id, digest, created_at) VALUES (?1, ?2, ?3)",
            (user.as_str(), digest.as_bytes(), now.0),
        )?;
    }
    Ok(())
}

/// Uses a recovery code up. Gives whether it was one of the owner's and not used before.
///
/// # Errors
/// A database error.
pub fn use_code(
    tx: &Tx<'_>,
    user: &UserId,
    code: &Digest,
    now: Millis,
) -> Result<bool, StoreError> {
    let used = tx.execute(
        "UPDATE owner_recovery_codes SET used_at = ?3
         WHERE user_id = ?1 AND digest = ?2 AND used_at IS NULL",
        (user.as_str(), code.as_bytes(), now.0),
    )?;
    Ok(used == 1)
}

/// Ends every recovery code of an owner. Gives how many rows went.
///
/// # Errors
/// A database error.
pub fn remove_codes(tx: &Tx<'_>, user: &UserId) -> Result<usize, StoreError> {
    tx.execute("DELETE FROM owner_recovery_codes WHERE user_id = ?1", [user.as_str()])
}
