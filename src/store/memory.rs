//! What is known without asking the database: the shelf, and the attempts under way. Both
//! answer with what is committed, or not at all. A command beside a server, which does not hear
//! what the server changes, knows nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::Connection;
use rusqlite::hooks::Action;

use super::StoreError;
use super::engine::Standing;
use super::flight::Flight;
use super::shelf::{self, Shelf, View};

/// What one open database has in memory. Its writer alone keeps it true: SQLite itself tells of
/// every row that is changed through the writer's connection, by whatever statement, cascade or
/// trigger.
pub(super) struct Memory {
    standing: Standing,
    /// What administrators rarely change.
    pub shelf: Shelf,
    /// The attempts under way.
    pub flight: Flight,
    // What the group that is worked on has done so far.
    shelf_changed: AtomicBool,
    off_limits: AtomicBool,
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
            shelf_changed: AtomicBool::new(false),
            off_limits: AtomicBool::new(false),
        });
        let told = Arc::clone(&memory);
        connection.update_hook(Some(move |action, _: &str, table: &str, row| {
            told.hear(action, table, row);
        }))?;
        Ok(memory)
    }

    fn hear(&self, action: Action, table: &str, row: i64) {
        if shelf::TABLES.contains(&table) {
            self.shelf_changed.store(true, Ordering::Relaxed);
        } else if table == "attempts" {
            self.flight.changed(row);
        } else {
            return;
        }
        let may_add = ["organizations", "attempts"].contains(&table);
        if action != Action::SQLITE_INSERT || !may_add {
            self.off_limits.store(true, Ordering::Relaxed);
        }
    }

    /// A group begins.
    pub fn begin(&self) {
        self.shelf_changed.store(false, Ordering::Relaxed);
        self.off_limits.store(false, Ordering::Relaxed);
    }

    /// Whether the group did what a server beside it would have to hear of: all but adding
    /// organizations and attempts.
    pub fn trespassed(&self) -> bool {
        self.standing == Standing::Beside && self.off_limits.load(Ordering::Relaxed)
    }

    /// Whether the group changed what stands on the shelf.
    pub fn shelf_changed(&self) -> bool {
        self.shelf_changed.load(Ordering::Relaxed)
    }

    /// What one step that begins now may take from it.
    pub fn recall(&self) -> Recall<'_> {
        match self.standing {
            Standing::Alone => Recall { flight: Some(&self.flight), shelf: self.shelf.view() },
            Standing::Beside => Recall { flight: None, shelf: self.shelf.no_view() },
        }
    }
}

/// The memory as one step may use it.
#[derive(Clone, Copy)]
pub(super) struct Recall<'m> {
    pub flight: Option<&'m Flight>,
    pub shelf: View<'m>,
}

#[cfg(test)]
#[path = "memory_tests.rs"]
mod tests;
