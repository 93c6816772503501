//! Table family: settings. Names and values of text; what they mean is the caller's.

use super::{StoreError, Tx};

/// The setting in which a server leaves the address it is reached at, so that a command on
/// the host prints links that lead there.
pub const PUBLIC_URL: &str = "public_url";

/// The value of a setting; `None` when it was never set.
///
/// # Errors
/// A database error.
pub fn find(tx: &Tx<'_>, name: &str) -> Result<Option<String>, StoreError> {
    tx.optional("SELECT value FROM settings WHERE name = ?1", (name,), |row| row.get(0))
}

/// Sets a setting.
///
/// # Errors
/// A database error.
pub fn set(tx: &Tx<'_>, name: &str, value: &str) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO settings (name, value) VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )?;
    Ok(())
}
