//! Table family: signing_keys.

use super::tx::Row;
use super::{StoreError, Tx, tx};
use crate::model::app::SigningAlgorithm;
use crate::model::connection::SealedSecret;
use crate::model::id::KeyId;
use crate::model::time::Millis;

/// More keys than any rotation of ours keeps; a bound, not a page size.
const LIMIT: i64 = 100;

/// Where a key is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// Published, so that apps know it before it signs.
    Next,
    /// Signs.
    Active,
    /// Published until the last thing it signed has ended.
    Retired,
}

impl KeyState {
    const ALL: [Self; 3] = [Self::Next, Self::Active, Self::Retired];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Active => "active",
            Self::Retired => "retired",
        }
    }
}

/// A key as it rests in the store.
#[derive(Debug, Clone)]
pub struct StoredKey {
    /// Its identifier and JOSE `kid`.
    pub id: KeyId,
    /// What it signs with.
    pub algorithm: SigningAlgorithm,
    /// Where it is in its life.
    pub state: KeyState,
    /// The private half as sealed PKCS#8.
    pub private_key: SealedSecret,
    /// When it was made and first published.
    pub created_at: Millis,
    /// When it starts, or started, to sign.
    pub activates_at: Millis,
    /// When it stopped signing.
    pub retired_at: Option<Millis>,
    /// When it is forgotten.
    pub expires_at: Option<Millis>,
}

/// Every key, oldest first.
///
/// # Errors
/// A database error, or a row no version of ours wrote.
pub fn all(tx: &Tx<'_>) -> Result<Vec<StoredKey>, StoreError> {
    tx.all(
        "SELECT id, algorithm, state, private_key, created_at, activates_at, retired_at, expires_at
         FROM signing_keys ORDER BY created_at, id LIMIT ?1",
        (LIMIT,),
        read,
    )
}

/// Adds a key.
///
/// # Errors
/// A database error.
pub fn insert(tx: &Tx<'_>, key: &StoredKey) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO signing_keys
         (id, algorithm, state, private_key, created_at, activates_at, retired_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        (
            key.id.as_str(),
            key.algorithm.as_str(),
            key.state.as_str(),
            key.private_key.0.as_bytes(),
            key.created_at.0,
            key.activates_at.0,
            key.retired_at.map(|at| at.0),
            key.expires_at.map(|at| at.0),
        ),
    )?;
    Ok(())
}

/// Lets a key sign from `at` on.
///
/// # Errors
/// A database error.
pub fn activate(tx: &Tx<'_>, id: &KeyId, at: Millis) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE signing_keys SET state = 'active', activates_at = ?2 WHERE id = ?1",
        (id.as_str(), at.0),
    )?;
    Ok(())
}

/// Sets when a key that does not sign yet is to begin.
///
/// # Errors
/// A database error.
pub fn reschedule(tx: &Tx<'_>, id: &KeyId, at: Millis) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE signing_keys SET activates_at = ?2 WHERE id = ?1 AND state = 'next'",
        (id.as_str(), at.0),
    )?;
    Ok(())
}

/// Stops a key signing; it stays published until `expires_at`.
///
/// # Errors
/// A database error.
pub fn retire(tx: &Tx<'_>, id: &KeyId, at: Millis, expires_at: Millis) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE signing_keys SET state = 'retired', retired_at = ?2, expires_at = ?3 WHERE id = ?1",
        (id.as_str(), at.0, expires_at.0),
    )?;
    Ok(())
}

/// Forgets a key.
///
/// # Errors
/// A database error.
pub fn delete(tx: &Tx<'_>, id: &KeyId) -> Result<(), StoreError> {
    tx.execute("DELETE FROM signing_keys WHERE id = ?1", (id.as_str(),))?;
    Ok(())
}

fn read(row: &Row<'_>) -> Result<StoredKey, StoreError> {
    let algorithm: String = row.get("algorithm")?;
    let state: String = row.get("state")?;
    let sealed = String::from_utf8(row.get("private_key")?)
        .map_err(|_| StoreError::Corrupt("a private key of an unknown form"))?;
    Ok(StoredKey {
        id: tx::id(row, "id")?,
        algorithm: SigningAlgorithm::parse(&algorithm)
            .ok_or(StoreError::Corrupt("a signing algorithm of an unknown name"))?,
        state: KeyState::ALL
            .into_iter()
            .find(|known| known.as_str() == state)
            .ok_or(StoreError::Corrupt("a key state of an unknown name"))?,
        private_key: SealedSecret(sealed),
        created_at: Millis(row.get("created_at")?),
        activates_at: Millis(row.get("activates_at")?),
        retired_at: row.get::<_, Option<i64>>("retired_at")?.map(Millis),
        expires_at: row.get::<_, Option<i64>>("expires_at")?.map(Millis),
    })
}
