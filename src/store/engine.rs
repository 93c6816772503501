//! The engine: one writer thread that commits many transactions at once, and a few
//! query-only readers. On an async worker nothing runs but what memory alone answers.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::{Notify, oneshot};

use super::memory::Memory;
use super::queue::Queue;
use super::tx::Source;
use super::{PATIENCE, StoreError, Tx, folder, migrate};
use crate::model::time::Millis;

/// Requests that may wait for the writer, and for the readers.
const QUEUE: usize = 1_024;
/// Transactions that share one commit at most.
const GROUP: usize = 64;
/// How long the writer waits for company before a commit, while steps come so fast that they
/// came together before: each commit costs a write to the disk, and the pages that all steps
/// change are written once. Somebody alone never waits.
const GATHERING: Duration = Duration::from_millis(2);
const READERS: usize = 2;
const STATEMENTS: usize = 128;
/// The write-ahead log is carried over into the database at this many pages of 4 KiB. Pages that
/// every sign-in changes are carried over once, however often they stand in it.
const WAL_PAGES: i64 = 4_096;
/// The log is cut back to this after a burst.
const WAL_BYTES: i64 = 2 * WAL_PAGES * 4_096;

type Deliver = Box<dyn FnOnce(Result<(), StoreError>) + Send>;
/// Runs on the writer; told the error instead when no transaction could begin.
type WriteJob = Box<dyn FnOnce(Result<Place<'_>, StoreError>) -> Deliver + Send>;
type ReadJob = Box<dyn FnOnce(&Connection, &Memory) + Send>;

/// Where in a group a step runs, and so what undoes it.
#[derive(Clone, Copy)]
enum Place<'c> {
    /// At its beginning: undoing the transaction undoes this step alone, and no savepoint has
    /// to be kept for it.
    First(Group<'c>),
    /// After others, in a savepoint of its own.
    Later(Group<'c>),
}

/// Steps that share a commit.
#[derive(Clone, Copy)]
struct Group<'c> {
    connection: &'c Connection,
    memory: &'c Memory,
    /// A step failed and could not be undone: none of them may be committed.
    spoiled: &'c Cell<bool>,
    /// A step left something that is to be sent.
    rung: &'c Cell<bool>,
}

impl<'c> Group<'c> {
    fn source(&self) -> Source<'c> {
        Source::Writer(self.connection, self.memory)
    }
}

/// A handle to the open database. Cheap to clone; the last one to go closes the file.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    writes: Arc<Queue<WriteJob>>,
    reads: Arc<Queue<ReadJob>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    commits: Arc<AtomicU64>,
    bell: Arc<Notify>,
    memory: Arc<Memory>,
}

/// Whether others have the file open, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// The server, or nobody else.
    Alone,
    /// A command beside a server, which may have in its memory what is changed here.
    Beside,
}

impl Store {
    /// Opens the database file, making or migrating it as needed. Only for who holds the
    /// folder's lock (`folder::lock`): nothing else may have the file open meanwhile.
    ///
    /// # Errors
    /// When the file cannot be opened, was written by a newer version, or is damaged.
    pub fn open(path: &Path, _now: Millis) -> Result<Self, StoreError> {
        folder::prepare_file(path)?;
        migrate::bring_up(path)?;
        Self::start(path, Standing::Alone, connect_reader)
    }

    /// Opens the database file beside a running server: nothing is made or migrated. Of apps,
    /// organizations, connections and attempts nothing is changed: the server would not notice.
    /// Organizations and attempts can be added.
    ///
    /// # Errors
    /// When the file cannot be opened or is of another version.
    pub fn join(path: &Path) -> Result<Self, StoreError> {
        migrate::must_be_current(path)?;
        Self::start(path, Standing::Beside, connect_reader)
    }

    fn start(
        path: &Path,
        standing: Standing,
        reader: impl Fn(&Path) -> Result<Connection, StoreError>,
    ) -> Result<Self, StoreError> {
        let mut connection = connect(path)?;
        let memory = Memory::of(&mut connection, standing)?;
        // From here on, whatever fails, the threads that were started are ended.
        let inner = Arc::new(Inner {
            path: path.to_owned(),
            writes: Arc::new(Queue::of(QUEUE)),
            reads: Arc::new(Queue::of(QUEUE)),
            threads: Mutex::default(),
            commits: Arc::default(),
            bell: Arc::default(),
            memory: Arc::clone(&memory),
        });
        let writer = Writer {
            connection,
            memory: Arc::clone(&memory),
            commits: Arc::clone(&inner.commits),
            bell: Arc::clone(&inner.bell),
        };
        inner.spawn("store-writer", &inner.writes, move |jobs| writer.work(jobs))?;
        for _ in 0..READERS {
            let (connection, memory) = (reader(path)?, Arc::clone(&memory));
            inner.spawn("store-reader", &inner.reads, move |jobs| {
                read_loop(&connection, &memory, jobs);
            })?;
        }
        Ok(Self { inner })
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Whether readers and the writer answer. Writes nothing, so that it costs no disk.
    ///
    /// # Errors
    /// `Busy` or `Closed` when they do not; a database error.
    pub async fn answers(&self) -> Result<(), StoreError> {
        self.read(|tx| tx.one("SELECT count(*) FROM settings", (), |_| Ok(()))).await?;
        self.write(|_| Ok(())).await
    }

    /// Commits since the file was opened: fewer than writes when many came at once.
    pub fn commits(&self) -> u64 {
        self.inner.commits.load(Ordering::Relaxed)
    }

    /// Waits until a transaction that left something to be sent is on disk. One that came
    /// while nobody waited counts, so that none is missed. For one who waits.
    pub async fn rung(&self) {
        self.inner.bell.notified().await;
    }

    /// Runs `f` in a transaction that is on disk when this returns `Ok`. An `Err` of `f`
    /// undoes what `f` did and nothing else.
    ///
    /// # Errors
    /// The error of `f`; `Busy` when too many wait; a database error.
    pub async fn write<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel::<Result<T, E>>();
        let job: WriteJob = Box::new(move |place| {
            let result = place.map_err(E::from).and_then(|place| match place {
                Place::First(group) => at_first(group, f),
                Place::Later(group) => in_savepoint(group, f),
            });
            Box::new(move |committed| {
                // Nobody waiting for the answer any more is no fault of the store.
                let _unheard = sender.send(match committed {
                    Ok(()) => result,
                    Err(error) => Err(error.into()),
                });
            })
        });
        self.inner.writes.put(job)?;
        receiver.await.map_err(|_| StoreError::Closed)?
    }

    /// Runs `f` on a consistent snapshot of the database.
    ///
    /// # Errors
    /// The error of `f`; `Busy` when too many wait; a database error.
    pub async fn read<T, E, F>(&self, f: F) -> Result<T, E>
    where
        F: FnOnce(&Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel::<Result<T, E>>();
        let job: ReadJob = Box::new(move |connection, memory| {
            let _unheard = sender.send(in_snapshot(connection, memory, f));
        });
        self.inner.reads.put(job)?;
        receiver.await.map_err(|_| StoreError::Closed)?
    }

    /// As [`Self::read`], and without going to a reader where all that `f` asks for is in memory.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub async fn look<T, F>(&self, f: F) -> Result<T, StoreError>
    where
        F: Fn(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
        T: Send + 'static,
    {
        if let Some(found) = self.recalled(&f) {
            return found;
        }
        self.read(move |tx| f(tx)).await
    }

    /// What `f` finds in memory alone; `None` when it asked for anything else, whatever it made
    /// of not being answered.
    fn recalled<T>(
        &self,
        f: &impl Fn(&Tx<'_>) -> Result<T, StoreError>,
    ) -> Option<Result<T, StoreError>> {
        let tx = Tx::new(Source::Nowhere(Cell::new(false)), self.inner.memory.recall());
        let found = f(&tx);
        (!tx.missed()).then_some(found)
    }

    #[cfg(test)]
    pub(super) fn memory(&self) -> &Memory {
        &self.inner.memory
    }

    /// Finishes what is queued and closes the file. Later calls answer `Closed`.
    pub fn close(&self) {
        self.inner.close();
    }
}

impl Inner {
    /// Starts a thread that works off a queue. When it ends, for whatever reason, nobody is left
    /// waiting there.
    fn spawn<J: Send + 'static>(
        &self,
        name: &str,
        queue: &Arc<Queue<J>>,
        work: impl FnOnce(&Queue<J>) + Send + 'static,
    ) -> Result<(), StoreError> {
        let served = Served(Arc::clone(queue));
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || work(&served.0))
            .map_err(|error| StoreError::Open(format!("cannot start {name}: {error}")))?;
        self.threads.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
        Ok(())
    }

    fn close(&self) {
        self.writes.close();
        self.reads.close();
        let threads = &mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        for thread in std::mem::take(threads) {
            if thread.join().is_err() {
                tracing::error!("a store thread ended by panic");
            }
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.close();
    }
}

/// A queue with a thread to work it off.
struct Served<J>(Arc<Queue<J>>);

impl<J> Drop for Served<J> {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "wal_autocheckpoint", WAL_PAGES)?;
    connection.pragma_update(None, "journal_size_limit", WAL_BYTES)?;
    // What undoes one step of a group is kept until its commit. In a temporary file, as beyond
    // 64 KiB otherwise, that would be as many writes as the log takes.
    connection.pragma_update(None, "temp_store", "memory")?;
    plan_once(&connection)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

fn connect_reader(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "query_only", true)?;
    plan_once(&connection)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// Otherwise SQLite plans a statement anew for each new value of a LIMIT, or of a column of
/// an index, which costs more than running it.
fn plan_once(connection: &Connection) -> Result<(), StoreError> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

fn step(connection: &Connection, sql: &str) -> Result<(), StoreError> {
    connection.prepare_cached(sql)?.execute([])?;
    Ok(())
}

/// What the writer's thread works with.
struct Writer {
    connection: Connection,
    memory: Arc<Memory>,
    commits: Arc<AtomicU64>,
    bell: Arc<Notify>,
}

impl Writer {
    fn work(&self, jobs: &Queue<WriteJob>) {
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
        if let Err(error) = step(connection, "BEGIN IMMEDIATE") {
            tracing::error!(%error, "a transaction could not begin");
            undo(connection);
            first(Err(error))(Ok(()));
            return 1;
        }
        self.memory.begin();
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
            Err(StoreError::Corrupt("a step beside it could not be undone"))
        } else if self.memory.trespassed() {
            Err(StoreError::Corrupt("what the server has in memory was changed beside it"))
        } else {
            step(&self.connection, "COMMIT")
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

fn undo(connection: &Connection) {
    if !connection.is_autocommit()
        && let Err(error) = step(connection, "ROLLBACK")
    {
        tracing::error!(%error, "a roll-back failed");
    }
}

fn read_loop(connection: &Connection, memory: &Memory, jobs: &Queue<ReadJob>) {
    while let Some(job) = jobs.next() {
        job(connection, memory);
    }
}

fn at_first<T, E, F>(group: Group<'_>, f: F) -> Result<T, E>
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
    }
    result
}

fn in_savepoint<T, E, F>(group: Group<'_>, f: F) -> Result<T, E>
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

fn in_snapshot<T, E, F>(connection: &Connection, memory: &Memory, f: F) -> Result<T, E>
where
    F: FnOnce(&Tx<'_>) -> Result<T, E>,
    E: From<StoreError>,
{
    step(connection, "BEGIN")?;
    let (result, _) = guarded(Source::Snapshot(connection), memory, f);
    if let Err(error) = step(connection, "COMMIT") {
        undo(connection);
        // The first thing that went wrong is the one to tell.
        result?;
        return Err(error.into());
    }
    result
}

/// A panic in a step must not end the only writer: it undoes that step and nothing else.
/// Gives also whether the step left something to be sent.
fn guarded<T, E, F>(source: Source<'_>, memory: &Memory, f: F) -> (Result<T, E>, bool)
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

#[cfg(test)]
#[path = "engine_tests.rs"]
mod tests;
