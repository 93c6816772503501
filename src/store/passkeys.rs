//! Table family: passkeys of owners, and the challenges they are to answer.

use super::tx::{Row, id, json, to_json};
use super::{StoreError, Tx};
use crate::model::id::{PasskeyId, UserId};
use crate::model::passkey::{Credential, MOST, PATIENCE, Passkey, Purpose};
use crate::model::secret::Digest;
use crate::model::time::Millis;

const INSERT: &str = "INSERT INTO owner_passkeys (id, user_id, name, credential_id, public_key, algorithm, counter, transports,
         verified_only, host, works, created_at)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";

/// The passkeys of an owner, oldest first.
///
/// # Errors
/// A database error.
pub fn of(tx: &Tx<'_>, user: &UserId) -> Result<Vec<Passkey>, StoreError> {
    tx.all(
        "SELECT * FROM owner_passkeys WHERE user_id = ?1 ORDER BY created_at, id LIMIT ?2",
        (user.as_str(), MOST),
        read,
    )
}

fn read(row: &Row<'_>) -> Result<Passkey, StoreError> {
    Ok(Passkey {
        id: id(row, "id")?,
        user: id(row, "user_id")?,
        name: row.get("name")?,
        credential: Credential {
            id: row.get("credential_id")?,
            public_key: row.get("public_key")?,
            algorithm: row.get("algorithm")?,
            counter: row.get("counter")?,
            transports: json(row, "transports")?,
            verified_only: row.get("verified_only")?,
        },
        host: row.get("host")?,
        works: row.get("works")?,
        created_at: Millis(row.get("created_at")?),
        used_at: row.get::<_, Option<i64>>("used_at")?.map(Millis),
    })
}

/// Whether this credential is somebody's already.
///
/// # Errors
/// A database error.
pub fn is_taken(tx: &Tx<'_>, credential: &[u8]) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM owner_passkeys WHERE credential_id = ?1";
    Ok(tx.optional(sql, [credential], |_| Ok(()))?.is_some())
}

/// Gives an owner a passkey.
///
/// # Errors
/// `Conflict` when the credential is somebody's, or the owner has one of this name.
pub fn insert(tx: &Tx<'_>, passkey: &Passkey) -> Result<(), StoreError> {
    let Passkey { id, user, name, credential, host, works, created_at, used_at: _ } = passkey;
    tx.execute(
        INSERT,
        (
            id.as_str(),
            user.as_str(),
            name,
            &credential.id,
            &credential.public_key,
            credential.algorithm,
            credential.counter,
            to_json(&credential.transports)?,
            credential.verified_only,
            host,
            works,
            created_at.0,
        ),
    )?;
    Ok(())
}

/// Notes that a passkey was used, and what it counted then.
///
/// # Errors
/// A database error.
pub fn used(tx: &Tx<'_>, id: &PasskeyId, counter: u32, now: Millis) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE owner_passkeys SET counter = ?2, used_at = ?3 WHERE id = ?1",
        (id.as_str(), counter, now.0),
    )?;
    Ok(())
}

/// Takes a passkey away.
///
/// # Errors
/// A database error.
pub fn remove(tx: &Tx<'_>, id: &PasskeyId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM owner_passkeys WHERE id = ?1", [id.as_str()])?;
    Ok(())
}

/// Takes every passkey of an owner away, and what was asked of them. Gives how many went.
///
/// # Errors
/// A database error.
pub fn remove_all(tx: &Tx<'_>, user: &UserId) -> Result<usize, StoreError> {
    tx.execute("DELETE FROM owner_passkey_challenges WHERE user_id = ?1", [user.as_str()])?;
    tx.execute("DELETE FROM owner_passkeys WHERE user_id = ?1", [user.as_str()])
}

/// Notes the host we are reached at, `None` for an IP address: passkeys work where they were
/// made and nowhere else. Gives how many stopped working by it.
///
/// # Errors
/// A database error.
pub fn reached_at(tx: &Tx<'_>, host: Option<&str>) -> Result<usize, StoreError> {
    // No passkey was made for a host without a name.
    let host = host.unwrap_or_default();
    tx.execute("UPDATE owner_passkeys SET works = 1 WHERE host = ?1 AND works = 0", [host])?;
    tx.execute("UPDATE owner_passkeys SET works = 0 WHERE host <> ?1 AND works = 1", [host])
}

/// Keeps a challenge for whoever holds the session or step; an earlier one of theirs ends.
///
/// # Errors
/// A database error.
pub fn challenge(
    tx: &Tx<'_>,
    holder: &Digest,
    user: &UserId,
    (purpose, challenge): (Purpose, &[u8]),
    now: Millis,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO owner_passkey_challenges (holder, user_id, purpose, challenge, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (holder) DO UPDATE SET user_id = excluded.user_id, purpose = excluded.purpose,
             challenge = excluded.challenge, expires_at = excluded.expires_at",
        (holder.as_bytes(), user.as_str(), purpose.as_str(), challenge, now.plus(PATIENCE).0),
    )?;
    Ok(())
}

/// Uses the challenge of a holder up. `None` when there is none for this purpose, or it ended.
///
/// # Errors
/// A database error.
pub fn take_challenge(
    tx: &Tx<'_>,
    holder: &Digest,
    purpose: Purpose,
    now: Millis,
) -> Result<Option<Vec<u8>>, StoreError> {
    let taken = tx.optional(
        "DELETE FROM owner_passkey_challenges WHERE holder = ?1 AND purpose = ?2
         RETURNING challenge, expires_at",
        (holder.as_bytes(), purpose.as_str()),
        |row| Ok((row.get("challenge")?, row.get::<_, i64>("expires_at")?)),
    )?;
    Ok(taken.filter(|(_, ends)| *ends > now.0).map(|(challenge, _)| challenge))
}
