//! Table family: settings. Names and values of text; what they mean is the caller's.

use super::{StoreError, Tx};

/// The setting in which a server leaves the address it is reached at, so that a command on
/// the host prints links that lead there.
pub const PUBLIC_URL: &str = "public_url";

/// Whole numbers an administrator chose; absent = what the server was started with.
pub const SESSION_ABSOLUTE_SECONDS: &str = "session_absolute_seconds";
/// See [`SESSION_ABSOLUTE_SECONDS`].
pub const SESSION_IDLE_SECONDS: &str = "session_idle_seconds";
/// See [`SESSION_ABSOLUTE_SECONDS`].
pub const ATTEMPT_RETENTION_SECONDS: &str = "attempt_retention_seconds";
/// The moment (milliseconds since 1970) before which a session that was not used since is over.
pub const SESSIONS_SEEN_SINCE: &str = "sessions_seen_since";
/// The days a key signs.
pub const SIGNING_KEY_DAYS: &str = "signing_key_days";
/// Counts what administrators changed.
pub const VERSION: &str = "settings_version";

/// A setting that is a whole number; `None` when it was never set.
///
/// # Errors
/// A database error, or a value no version of ours wrote.
pub fn number(tx: &Tx<'_>, name: &str) -> Result<Option<i64>, StoreError> {
    let corrupt = StoreError::Corrupt("a setting that is no whole number");
    find(tx, name)?.map(|text| text.parse().map_err(|_| corrupt)).transpose()
}

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
