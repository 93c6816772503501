//! Forward-only migrations, embedded, each run once in one transaction. The version of the
//! schema is SQLite's `user_version`.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::{PATIENCE, StoreError, snapshot};

/// Every migration in order. A released one never changes.
const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/0001_start.sql"),
    include_str!("../../migrations/0002_ordered_digests.sql"),
    include_str!("../../migrations/0003_attempt_checks.sql"),
];

/// Brings the file to today's schema; refuses one that is newer without touching it.
pub(super) fn bring_up(path: &Path) -> Result<(), StoreError> {
    bring_up_to(path, MIGRATIONS)
}

/// Refuses a file that is not of today's schema.
pub(super) fn must_be_current(path: &Path) -> Result<(), StoreError> {
    let found = version(path, MIGRATIONS.len())?;
    if found == MIGRATIONS.len() {
        return Ok(());
    }
    Err(StoreError::Open(format!(
        "a server of another version is running on this data (schema {found}); this doorward knows schema {}. Use the program of the running server, or stop it first",
        MIGRATIONS.len()
    )))
}

fn bring_up_to(path: &Path, migrations: &[&str]) -> Result<(), StoreError> {
    let found = version(path, migrations.len())?;
    if found == migrations.len() {
        return Ok(());
    }
    let connection = Connection::open(path)?;
    connection.busy_timeout(PATIENCE)?;
    if found > 0 {
        let snapshot = snapshot::take(&connection, path, migrations.len(), found)?;
        tracing::info!(snapshot = %snapshot.display(), "the data was copied before its schema changes");
    }
    // A table that is built anew may not take the rows that point at it along; they are
    // checked before the commit instead.
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let migrated = migrate(&connection, &migrations[found..], migrations.len())
        .and_then(|()| Ok(connection.execute_batch("COMMIT")?));
    migrated.map_err(|error| {
        // A connection that is dropped without a commit rolls back.
        StoreError::Open(format!(
            "the data could not be brought from schema {found} to {}; it was left as it was: {error}",
            migrations.len()
        ))
    })
}

fn migrate(connection: &Connection, steps: &[&str], version: usize) -> Result<(), StoreError> {
    for sql in steps {
        connection.execute_batch(sql)?;
    }
    let broken = count(connection, "SELECT count(*) FROM pragma_foreign_key_check")?;
    if broken > 0 {
        return Err(StoreError::Corrupt("rows point at rows that are not there"));
    }
    let version = i64::try_from(version).map_err(|_| StoreError::Corrupt("too many schemas"))?;
    Ok(connection.pragma_update(None, "user_version", version)?)
}

/// The schema of the file, read without changing it. 0 = an empty file.
fn version(path: &Path, known: usize) -> Result<usize, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    let found: i64 = connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(|error| StoreError::Open(format!("{}: {error}", path.display())))?;
    let found = usize::try_from(found).unwrap_or(usize::MAX);
    if found > known {
        return Err(StoreError::Open(format!(
            "the data was written by a newer doorward (schema {found}); this one knows schema {known}. Start the newer one, or restore the copy made before the upgrade (doorward.db.before-schema-..., there for 30 days). Nothing was changed"
        )));
    }
    if found == 0 && count(&connection, "SELECT count(*) FROM sqlite_schema")? > 0 {
        return Err(StoreError::Open(format!(
            "{} is a database of another program. Nothing was changed",
            path.display()
        )));
    }
    Ok(found)
}

fn count(connection: &Connection, sql: &str) -> Result<i64, StoreError> {
    connection
        .query_row(sql, (), |row| row.get(0))
        .map_err(|error| StoreError::Open(error.to_string()))
}

#[cfg(test)]
#[path = "migrate_tests.rs"]
mod tests;
