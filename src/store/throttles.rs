//! Table family: throttles. Failed tries per name; what a name stands for and how many are
//! too many is the caller's.

use super::{StoreError, Tx};
use crate::model::time::Millis;

/// Failed tries under one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttle {
    /// How many, since the last success or the last long pause.
    pub failures: u32,
    /// When the last one was.
    pub last_at: Millis,
}

/// What is remembered under a name.
///
/// # Errors
/// A database error.
pub fn find(tx: &Tx<'_>, name: &str) -> Result<Option<Throttle>, StoreError> {
    tx.optional("SELECT failures, last_at FROM throttles WHERE name = ?1", (name,), |row| {
        Ok(Throttle { failures: row.get(0)?, last_at: Millis(row.get(1)?) })
    })
}

/// Counts one more failed try. After `window` milliseconds without one, counts from one.
/// Gives the new count.
///
/// # Errors
/// A database error.
pub fn fail(tx: &Tx<'_>, name: &str, now: Millis, window: i64) -> Result<u32, StoreError> {
    tx.one(
        "INSERT INTO throttles (name, failures, last_at) VALUES (?1, 1, ?2)
         ON CONFLICT (name) DO UPDATE SET
             failures = CASE WHEN throttles.last_at < ?3 THEN 1
                             WHEN throttles.failures < 1000000 THEN throttles.failures + 1
                             ELSE throttles.failures END,
             last_at = excluded.last_at
         RETURNING failures",
        (name, now.0, now.plus(-window).0),
        |row| row.get(0),
    )
}

/// Forgets a name, after a success.
///
/// # Errors
/// A database error.
pub fn clear(tx: &Tx<'_>, name: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM throttles WHERE name = ?1", (name,))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    #[tokio::test]
    async fn counts_forgets_and_starts_again_after_a_pause() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("d.db")).unwrap();
        let counted = store.write(|tx| {
            assert_eq!(find(tx, "a")?, None);
            let counts = [
                fail(tx, "a", Millis(1_000), 100)?,
                fail(tx, "a", Millis(1_050), 100)?,
                fail(tx, "a", Millis(1_150), 100)?,
                fail(tx, "b", Millis(1_150), 100)?,
                fail(tx, "a", Millis(1_251), 100)?,
            ];
            assert_eq!(find(tx, "a")?, Some(Throttle { failures: 1, last_at: Millis(1_251) }));
            clear(tx, "a")?;
            assert_eq!(find(tx, "a")?, None);
            Ok::<_, StoreError>(counts)
        });
        assert_eq!(counted.await.unwrap(), [1, 2, 3, 1, 1]);
    }
}
