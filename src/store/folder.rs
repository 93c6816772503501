//! The data folder: made, kept private, and used by one server at a time.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::StoreError;

/// How often, and how long apart, a start asks for the lock: a command on the host holds
/// it for the moment it takes to open the database.
const TRIES: u32 = 40;
const PAUSE: Duration = Duration::from_millis(50);

/// Shows that this process alone may serve, or migrate, the folder. Given up when dropped.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// The database file of a data folder.
pub fn database(data: &Path) -> PathBuf {
    data.join("doorward.db")
}

/// Makes the folder, readable by nobody else, and checks that it can be written to.
///
/// # Errors
/// One line that names the folder and says what to do.
pub fn prepare(data: &Path) -> Result<(), StoreError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(data);
    made.and_then(|()| open(&data.join("doorward.lock")).map(drop))
        .map_err(|error| refusal(data, &error))
}

/// Takes the folder for a server; waits a moment for a command that is just opening it.
///
/// # Errors
/// When another server has it.
pub fn lock(data: &Path) -> Result<Lock, StoreError> {
    for _ in 1..TRIES {
        if let Some(lock) = try_lock(data)? {
            return Ok(lock);
        }
        std::thread::sleep(PAUSE);
    }
    try_lock(data)?.ok_or_else(|| {
        StoreError::Open(format!(
            "another doorward is already running on {}: stop it, or give this one a folder of its own with --data",
            data.display()
        ))
    })
}

/// Takes the folder if no server has it.
///
/// # Errors
/// When the lock file cannot be opened.
pub fn try_lock(data: &Path) -> Result<Option<Lock>, StoreError> {
    let file = open(&data.join("doorward.lock")).map_err(|error| refusal(data, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Lock { _file: file })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(refusal(data, &error)),
    }
}

/// Makes the database file readable by nobody else; SQLite gives its side files the same
/// mode.
pub(super) fn prepare_file(path: &Path) -> Result<(), StoreError> {
    open(path).map(drop).map_err(|error| refusal(path, &error))
}

fn open(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)
}

fn refusal(path: &Path, error: &std::io::Error) -> StoreError {
    let path = path.display();
    StoreError::Open(match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => format!(
            "cannot write to {path} ({error}): let the user doorward runs as own it, or choose another folder with --data"
        ),
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => {
            format!("{path} is not a folder: choose another with --data")
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            format!("no space is left for {path}: free some, or choose another folder with --data")
        }
        _ => format!("cannot use {path} ({error}): choose another folder with --data"),
    })
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::store::Store;

    #[test]
    fn nobody_else_can_read_what_is_in_it() {
        let outer = tempfile::tempdir().unwrap();
        let data = outer.path().join("a/b");
        prepare(&data).unwrap();
        prepare(&data).unwrap();
        let store = Store::open(&database(&data)).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&data), 0o700);
        for entry in fs::read_dir(&data).unwrap() {
            let path = entry.unwrap().path();
            assert_eq!(mode(&path), 0o600, "{}", path.display());
        }
        drop(store);
    }

    #[test]
    fn one_server_at_a_time() {
        let data = tempfile::tempdir().unwrap();
        let held = try_lock(data.path()).unwrap();
        assert!(held.is_some());
        assert!(try_lock(data.path()).unwrap().is_none());
        drop(held);
        assert!(lock(data.path()).is_ok());
    }

    #[test]
    fn a_folder_that_cannot_be_used_is_named() {
        let outer = tempfile::tempdir().unwrap();
        let file = outer.path().join("file");
        fs::write(&file, "").unwrap();
        for data in [file.clone(), file.join("data")] {
            let error = prepare(&data).unwrap_err().to_string();
            assert!(error.contains("file") && error.contains("--data"), "{error}");
        }
        let locked = outer.path().join("locked");
        fs::create_dir(&locked).unwrap();
        fs::set_permissions(&locked, Permissions::from_mode(0o500)).unwrap();
        // The superuser may write anywhere.
        if let Err(error) = prepare(&locked) {
            let error = error.to_string();
            assert!(error.contains("locked") && error.contains("own it"), "{error}");
        }
    }
}
