//! The writer: one thread that commits many steps at once. A step that fails undoes itself and
//! nothing else, and no step is told of a success before it is on disk.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::Notify;

use super::memory::Memory;
use super::queue::Queue;
use super::tx::Source;
use super::{StoreError, Tx};

/// Transactions that share one commit at most.
const GROUP: usize = 64;
/// How long the writer waits for company before a commit, while steps come so fast that they
/// came together before: each commit costs a write to the disk, and the pages that all steps
/// change are written once. Somebody alone waits once, after the last of a crowd.
const GATHERING: Duration = Duration::from_millis(2);

pub(super) type Deliver = Box<dyn FnOnce(Result<(), StoreError>) + Send>;
/// Runs on the writer; told the error instead when no transaction could begin.
pub(super) type WriteJob = Box<dyn FnOnce(Result<Place<'_>, StoreError>) -> Deliver + Send>;

/// Where in a group a step runs, and so what undoes it.
#[derive(Clone, Copy)]
pub(super) enum Place<'c> {
    /// At its beginning: undoing the transaction undoes this step alone, and no savepoint has
    /// to be kept for it.
    First(Group<'c>),
    /// After others, in a savepoint of its own.
    Later(Group<'c>),
}

/// Steps that share a commit.
#[derive(Clone, Copy)]
pub(super) struct Group<'c> {
    connection: &'c Connection,
    memory: &'c Memory,
    /// A step failed and could not be undone, or nothing could begin after it: none of them may be
    /// committed.
    spoiled: &'c Cell<bool>,
    /// A step left something that is to be sent.
    rung: &'c Cell<bool>,
}

impl<'c> Group<'c> {
    fn source(&self) -> Source<'c> {
        Source::Writer(self.connection, self.memory)
    }
}

pub(super) fn step(connection: &Connection, sql: &str) -> Result<(), StoreError> {
    connection.prepare_cached(sql)?.execute([])?;
    Ok(())
}

/// What the writer's thread works with.
pub(super) struct Writer {
    pub connection: Connection,
    pub memory: Arc<Memory>,
    /// Counts the commits.
    pub commits: Arc<AtomicU64>,
    /// Rings when a step that left something to be sent is on disk.
    pub bell: Arc<Notify>,
}

impl Writer {
    pub fn work(&self, jobs: &Queue<WriteJob>) {
        let mut crowded = false;
        while let Some(first) = jobs.next() {
            if crowded && jobs.count() < GROUP {
                std::thread::sleep(GATHERING);
            }
            crowded = self.group(first, jobs) > 1;
        }
    }

    /// Commits a step with those that wait behind it; gives how many they were.
    fn group(&self, first: WriteJob, jobs: &Queue<WriteJob>) -> usize {
        let connection = &self.connection;
        let begun = step(connection, "BEGIN IMMEDIATE");
        if let Err(error) = begun.and_then(|()| self.memory.begin(connection)) {
            tracing::error!(%error, "a transaction could not begin");
            undo(connection);
            first(Err(error))(Ok(()));
            return 1;
        }
        let (spoiled, rung) = (Cell::new(false), Cell::new(false));
        let memory = &*self.memory;
        let group = Group { connection, memory, spoiled: &spoiled, rung: &rung };
        let mut delivers = vec![first(Ok(Place::First(group)))];
        // On a full disk SQLite ends the transaction by itself. What came before is undone
        // then, and what would come next must not run outside of one.
        while delivers.len() < GROUP && !connection.is_autocommit() && !spoiled.get() {
            match jobs.waiting() {
                Some(job) => delivers.push(job(Ok(Place::Later(group)))),
                None => break,
            }
        }
        let committed = self.commit(spoiled.get());
        if committed.is_ok() {
            self.commits.fetch_add(1, Ordering::Relaxed);
            if rung.get() {
                self.bell.notify_one();
            }
        }
        let count = delivers.len();
        for deliver in delivers {
            deliver(match &committed {
                Ok(()) => Ok(()),
                Err(error) => Err(StoreError::Commit(error.to_string())),
            });
        }
        count
    }

    fn commit(&self, spoiled: bool) -> Result<(), StoreError> {
        let Memory { shelf, flight, .. } = &*self.memory;
        let changed = self.memory.shelf_changed();
        if changed {
            shelf.clear();
        }
        let committed = if spoiled {
            Err(StoreError::Corrupt(
                "a step beside it could not be undone, or nothing begun after it",
            ))
        } else {
            self.memory
                .must_not_trespass(&self.connection)
                .and_then(|()| step(&self.connection, "COMMIT"))
        };
        match &committed {
            Ok(()) => flight.committed(),
            Err(error) => {
                tracing::error!(%error, "a commit failed");
                undo(&self.connection);
                flight.undone();
            }
        }
        if changed {
            shelf.reopen();
        }
        committed
    }
}

pub(super) fn undo(connection: &Connection) {
    if !connection.is_autocommit()
        && let Err(error) = step(connection, "ROLLBACK")
    {
        tracing::error!(%error, "a roll-back failed");
    }
}

pub(super) fn at_first<T, E, F>(group: Group<'_>, f: F) -> Result<T, E>
where
    F: FnOnce(&Tx<'_>) -> Result<T, E>,
    E: From<StoreError>,
{
    let (result, rung) = guarded(group.source(), group.memory, f);
    if rung {
        group.rung.set(true);
    }
    if result.is_err() {
        group.memory.flight.undone();
        undo(group.connection);
        group.spoiled.set(!group.connection.is_autocommit());
        step(group.connection, "BEGIN IMMEDIATE")?;
        group.memory.begin(group.connection).inspect_err(|_| group.spoiled.set(true))?;
    }
    result
}

pub(super) fn in_savepoint<T, E, F>(group: Group<'_>, f: F) -> Result<T, E>
where
    F: FnOnce(&Tx<'_>) -> Result<T, E>,
    E: From<StoreError>,
{
    let Group { connection, spoiled, rung, .. } = group;
    step(connection, "SAVEPOINT step")?;
    let (result, rang) = guarded(group.source(), group.memory, f);
    if rang {
        rung.set(true);
    }
    if result.is_err() {
        group.memory.flight.undone();
    }
    // When SQLite has ended the transaction there is nothing left to go back to.
    if !connection.is_autocommit() {
        if result.is_err() {
            step(connection, "ROLLBACK TO step").inspect_err(|_| spoiled.set(true))?;
        }
        step(connection, "RELEASE step").inspect_err(|_| spoiled.set(true))?;
    }
    result
}

/// A panic in a step must not end the only writer: it undoes that step and nothing else.
/// Gives also whether the step left something to be sent.
pub(super) fn guarded<T, E, F>(source: Source<'_>, memory: &Memory, f: F) -> (Result<T, E>, bool)
where
    F: FnOnce(&Tx<'_>) -> Result<T, E>,
    E: From<StoreError>,
{
    let tx = Tx::new(source, memory.recall());
    let result = catch_unwind(AssertUnwindSafe(|| f(&tx)))
        .unwrap_or_else(|_| Err(StoreError::Corrupt("a step of the store panicked").into()));
    let rung = result.is_ok() && tx.has_rung();
    (result, rung)
}
