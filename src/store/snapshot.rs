//! The copy of the data that is made before its schema changes. It holds all that was not deleted
//! by then, so it does not stay for good either.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rusqlite::{Connection, OpenFlags};

use super::{StoreError, folder};
use crate::model::time::Millis;

/// What the name of a copy that is not whole yet ends with.
const PART: &str = ".part";

/// What the names of all copies begin with; the schema they were made before follows.
fn prefix(path: &Path) -> String {
    format!("{}.before-schema-", path.file_name().unwrap_or_default().to_string_lossy())
}

/// Copies the data beside itself and makes sure that the copy is whole.
pub(super) fn take(
    connection: &Connection,
    path: &Path,
    target: usize,
    found: usize,
) -> Result<PathBuf, StoreError> {
    let failed = |error: &dyn std::fmt::Display| {
        StoreError::Open(format!(
            "the data could not be copied before its schema changes, so nothing was changed: {error}"
        ))
    };
    let whole = path.with_file_name(format!("{}{target}", prefix(path)));
    let part = path.with_file_name(format!("{}{target}{PART}", prefix(path)));
    if part.exists() {
        fs::remove_file(&part).map_err(|error| failed(&error))?;
    }
    folder::prepare_file(&part)?;
    connection
        .execute("VACUUM INTO ?1", (part.to_string_lossy(),))
        .map_err(|error| failed(&error))?;
    let copy = Connection::open_with_flags(&part, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .map_err(|error| failed(&error))?;
    let (verdict, version) = look(&copy).map_err(|error| failed(&error))?;
    if verdict != "ok" || usize::try_from(version) != Ok(found) {
        return Err(failed(&"the copy is damaged"));
    }
    drop(copy);
    fs::File::open(&part)
        .and_then(|file| file.sync_all())
        .and_then(|()| fs::rename(&part, &whole))
        .map_err(|error| failed(&error))?;
    Ok(whole)
}

/// Whether a copy is whole, and of which schema it is.
fn look(copy: &Connection) -> rusqlite::Result<(String, i64)> {
    let verdict = copy.pragma_query_value(None, "integrity_check", |row| row.get(0))?;
    Ok((verdict, copy.pragma_query_value(None, "user_version", |row| row.get(0))?))
}

/// Removes the copies of the database at `path` that were made before a moment, whole or not;
/// gives which.
///
/// # Errors
/// When the folder cannot be read, or a copy not be removed.
pub fn remove_old(path: &Path, before: Millis) -> std::io::Result<Vec<PathBuf>> {
    let prefix = prefix(path);
    let millis = u64::try_from(before.0).unwrap_or(0);
    let before = SystemTime::UNIX_EPOCH + Duration::from_millis(millis);
    let mut removed = Vec::new();
    for entry in fs::read_dir(path.parent().unwrap_or(Path::new(".")))? {
        let entry = entry?;
        let name = entry.file_name();
        let schema = name.to_str().and_then(|name| name.strip_prefix(&prefix));
        let schema = schema.map(|rest| rest.strip_suffix(PART).unwrap_or(rest));
        let is_copy = schema.is_some_and(|schema| schema.parse::<u32>().is_ok());
        if is_copy && entry.metadata()?.modified()? < before {
            fs::remove_file(entry.path())?;
            removed.push(entry.path());
        }
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_old_copies_of_this_database_are_removed() {
        const DAY: u64 = 86_400;
        let folder = tempfile::tempdir().unwrap();
        let made = |name: &str, day: u64| {
            let file = fs::File::create(folder.path().join(name)).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(day * DAY)).unwrap();
        };
        for (name, day) in [
            ("d.db", 1),
            ("d.db-wal", 1),
            ("d.db.before-schema-2", 1),
            ("d.db.before-schema-3.part", 9),
            ("d.db.before-schema-4", 10),
            ("d.db.before-schema-x", 1),
            ("d.db.before-schema-2.mine", 1),
            ("e.db.before-schema-2", 1),
        ] {
            made(name, day);
        }
        let before = Millis(i64::try_from(10 * DAY * 1_000).unwrap());
        let removed = remove_old(&folder.path().join("d.db"), before).unwrap();
        let mut names: Vec<_> = removed.iter().filter_map(|path| path.file_name()).collect();
        names.sort();
        assert_eq!(names, ["d.db.before-schema-2", "d.db.before-schema-3.part"]);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 6);
        assert!(remove_old(&folder.path().join("d.db"), before).unwrap().is_empty());
    }
}
