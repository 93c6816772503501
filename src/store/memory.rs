//! What is known without asking the database: the shelf, and the attempts under way. Both
//! answer with what this process has committed, or not at all; of other processes see below.
//!
//! SQLite itself tells of every row that is changed through the writer's connection, by whatever
//! statement, cascade or trigger. That holds for a table of which something is known because
//!
//! - it has row numbers (of a table `WITHOUT ROWID` SQLite tells nothing), and nobody gives rows
//!   other numbers (no `VACUUM` through that connection);
//! - it has a foreign key or is referred to by one, and they are enforced: so even a `DELETE` of
//!   everything goes row by row;
//! - nothing replaces rows that are in the way (`REPLACE`, `ON CONFLICT REPLACE`).
//!
//! Tests see to the first two and to the statements, and that whatever is put on the shelf is read
//! from its [`shelf::TABLES`] alone. Whoever wants to know more of another table adds it there.
//!
//! Of what another process changed SQLite tells that it did, no more. The writer asks at the
//! beginning of each transaction, and then knows nothing any more: what a step of it finds is what
//! is on disk, also after somebody changed the file by hand under a running server. Readers hear of
//! it by that: until the next transaction of the writer they may find what was.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use rusqlite::Connection;
use rusqlite::hooks::Action;

use super::StoreError;
use super::flight::{self, Flight};
use super::shelf::{self, Shelf, View};

/// Who has the database open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Who may know something from memory, for nobody else changes it: the server, or somebody
    /// alone.
    Alone,
    /// A command beside a server. It knows nothing from memory, for it does not hear what the
    /// server changes; and as the server's readers do not hear of it at once either, it changes
    /// nothing that may be known, but for this: it may add the home organization.
    Beside,
}

/// What one open database has in memory. Its writer alone keeps it true.
pub(super) struct Memory {
    standing: Standing,
    /// What administrators rarely change.
    pub shelf: Shelf,
    /// The attempts under way.
    pub flight: Flight,
    /// Another number after each commit by anybody else, and now and then without one.
    data_version: AtomicI64,
    // What the group that is worked on has done so far.
    shelf_changed: AtomicBool,
    off_limits: AtomicBool,
    added: AtomicBool,
    /// Whether there was a home organization before it; asked of nobody but a command.
    had_home: AtomicBool,
}

impl Memory {
    /// An empty one, told of every change made through `connection`.
    ///
    /// # Errors
    /// When SQLite takes no hook.
    pub fn of(connection: &mut Connection, standing: Standing) -> Result<Arc<Self>, StoreError> {
        let memory = Arc::new(Self {
            standing,
            shelf: Shelf::default(),
            flight: Flight::default(),
            data_version: AtomicI64::new(data_version(connection)?),
            shelf_changed: AtomicBool::new(false),
            off_limits: AtomicBool::new(false),
            added: AtomicBool::new(false),
            had_home: AtomicBool::new(false),
        });
        let told = Arc::clone(&memory);
        connection.update_hook(Some(move |action, _: &str, table: &str, row| {
            told.hear(action, table, row);
        }))?;
        Ok(memory)
    }

    // Called by SQLite: a panic would be swallowed there.
    fn hear(&self, action: Action, table: &str, row: i64) {
        if shelf::TABLES.contains(&table) {
            self.shelf_changed.store(true, Ordering::Relaxed);
        } else if table == flight::ATTEMPTS {
            self.flight.changed(row);
        } else if table != flight::CHECKS {
            return;
        }
        let adds = action == Action::SQLITE_INSERT && table == "organizations";
        // One at most.
        if !adds || self.added.swap(true, Ordering::Relaxed) {
            self.off_limits.store(true, Ordering::Relaxed);
        }
    }

    /// A group begins, and with it a transaction.
    ///
    /// # Errors
    /// A database error.
    pub fn begin(&self, connection: &Connection) -> Result<(), StoreError> {
        self.shelf_changed.store(false, Ordering::Relaxed);
        self.off_limits.store(false, Ordering::Relaxed);
        self.added.store(false, Ordering::Relaxed);
        match self.standing {
            Standing::Alone => self.hear_of_others(data_version(connection)?),
            Standing::Beside => self.had_home.store(has_home(connection)?, Ordering::Relaxed),
        }
        Ok(())
    }

    fn hear_of_others(&self, version: i64) {
        if self.data_version.swap(version, Ordering::Relaxed) != version {
            self.shelf.clear();
            self.flight.clear();
            self.shelf.reopen();
        }
    }

    /// That the group did nothing that a server beside it would have to hear of
    /// ([`Standing::Beside`]). To be asked right before its commit.
    ///
    /// # Errors
    /// `OffLimits`; a database error.
    pub fn must_not_trespass(&self, connection: &Connection) -> Result<(), StoreError> {
        if self.standing == Standing::Alone {
            return Ok(());
        }
        // There is one home organization at most, and none was changed into it.
        let is_other = self.added.load(Ordering::Relaxed)
            && (self.had_home.load(Ordering::Relaxed) || !has_home(connection)?);
        if is_other || self.off_limits.load(Ordering::Relaxed) {
            return Err(StoreError::OffLimits);
        }
        Ok(())
    }

    /// Whether the group changed what stands on the shelf.
    pub fn shelf_changed(&self) -> bool {
        self.shelf_changed.load(Ordering::Relaxed)
    }

    /// What one step that begins now may take from it.
    pub fn recall(&self) -> Recall<'_> {
        let alone = self.standing == Standing::Alone;
        Recall { flight: alone.then_some(&self.flight), shelf: alone.then(|| self.shelf.view()) }
    }
}

/// See <https://sqlite.org/pragma.html#pragma_data_version>.
fn data_version(connection: &Connection) -> Result<i64, StoreError> {
    Ok(connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?)
}

fn has_home(connection: &Connection) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM organizations WHERE home = 1)";
    Ok(connection.query_row(sql, [], |row| row.get(0))?)
}

/// The memory as one step may use it; nothing, for who knows nothing from memory.
#[derive(Clone, Copy)]
pub(super) struct Recall<'m> {
    pub flight: Option<&'m Flight>,
    pub shelf: Option<View<'m>>,
}

#[cfg(test)]
#[path = "memory_tests.rs"]
mod tests;
