//! The copy of the data that is made before its schema changes. It holds all that was not deleted
//! by then, so it does not stay for good either.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use std::{fs, io};

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

/// Removes the copies of the database at `path` that were written last before a moment, whole or
/// not. One that cannot be removed keeps none of the others.
///
/// # Errors
/// When the folder cannot be read, or a copy not be removed: the first of these.
pub fn remove_old(path: &Path, before: Millis) -> io::Result<()> {
    let prefix = prefix(path);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let millis = u64::try_from(before.0).unwrap_or(0);
    let before = SystemTime::UNIX_EPOCH + Duration::from_millis(millis);
    let mut outcome = Ok(());
    for entry in fs::read_dir(folder.unwrap_or(Path::new(".")))? {
        let entry = entry?;
        if !is_copy(&entry, &prefix) {
            continue;
        }
        match remove_older(&entry, before) {
            Ok(true) => {
                let snapshot = entry.path();
                tracing::info!(snapshot = %snapshot.display(), "an old copy of the data was removed");
            }
            Ok(false) => {}
            // Somebody else was faster.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => outcome = outcome.and(Err(error)),
        }
    }
    outcome
}

fn is_copy(entry: &fs::DirEntry, prefix: &str) -> bool {
    let name = entry.file_name();
    let Some(rest) = name.to_str().and_then(|name| name.strip_prefix(prefix)) else { return false };
    let schema = rest.strip_suffix(PART).unwrap_or(rest);
    !schema.is_empty() && schema.bytes().all(|byte| byte.is_ascii_digit())
}

/// Neither a folder of such a name is a copy of ours, nor a link.
fn remove_older(entry: &fs::DirEntry, before: SystemTime) -> io::Result<bool> {
    let found = entry.metadata()?;
    let is_old = found.is_file() && found.modified()? < before;
    if is_old {
        fs::remove_file(entry.path())?;
    }
    Ok(is_old)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

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
            ("d.db.before-schema-", 1),
            ("d.db.before-schema-+2", 1),
            ("e.db.before-schema-2", 1),
        ] {
            made(name, day);
        }
        // What stands in the way keeps nothing else.
        fs::create_dir(folder.path().join("d.db.before-schema-1")).unwrap();
        std::os::unix::fs::symlink("d.db", folder.path().join("d.db.before-schema-5")).unwrap();
        let names = || -> BTreeSet<_> {
            fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect()
        };
        let all = names();
        let before = Millis(i64::try_from(10 * DAY * 1_000).unwrap());
        for _ in 0..2 {
            remove_old(&folder.path().join("d.db"), before).unwrap();
            let left = names();
            let removed: Vec<_> = all.difference(&left).collect();
            assert_eq!(removed, ["d.db.before-schema-2", "d.db.before-schema-3.part"]);
        }
    }
}
