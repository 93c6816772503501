//! The engine: one writer thread that commits many transactions at once, and a few
//! query-only readers. Nothing here runs on an async worker.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::{Notify, oneshot};

use super::{PATIENCE, StoreError, Tx, folder, migrate};
use crate::model::time::Millis;

/// Requests that may wait for the writer, and for the readers.
const QUEUE: usize = 1_024;
/// Transactions that share one commit at most.
const GROUP: usize = 64;
const READERS: usize = 2;
const STATEMENTS: usize = 128;
/// The write-ahead log is cut back to this after a burst.
const WAL_BYTES: i64 = 16 * 1024 * 1024;

type Deliver = Box<dyn FnOnce(Result<(), StoreError>) + Send>;
/// Runs on the writer; told the error instead when no transaction could begin.
type WriteJob = Box<dyn FnOnce(Result<Place<'_>, StoreError>) -> Deliver + Send>;
type ReadJob = Box<dyn FnOnce(&Connection) + Send>;

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
    /// A step failed and could not be undone: none of them may be committed.
    spoiled: &'c Cell<bool>,
    /// A step left something that is to be sent.
    rung: &'c Cell<bool>,
}

/// A handle to the open database. Cheap to clone; the last one to go closes the file.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    writer: Mutex<Option<Sender<WriteJob>>>,
    reader: Mutex<Option<Sender<ReadJob>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    commits: Arc<AtomicU64>,
    bell: Arc<Notify>,
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
        Self::start(path)
    }

    /// Opens the database file beside a running server: nothing is made or migrated.
    ///
    /// # Errors
    /// When the file cannot be opened or is of another version.
    pub fn join(path: &Path) -> Result<Self, StoreError> {
        migrate::must_be_current(path)?;
        Self::start(path)
    }

    fn start(path: &Path) -> Result<Self, StoreError> {
        let writer = connect(path)?;
        let commits = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&commits);
        let bell = Arc::new(Notify::new());
        let rope = Arc::clone(&bell);
        let (write_sender, write_receiver) = bounded::<WriteJob>(QUEUE);
        let (read_sender, read_receiver) = bounded::<ReadJob>(QUEUE);
        let mut threads = vec![spawn("store-writer", move || {
            write_loop(&writer, &write_receiver, &counter, &rope)
        })?];
        for _ in 0..READERS {
            let connection = connect_reader(path)?;
            let jobs = read_receiver.clone();
            threads.push(spawn("store-reader", move || read_loop(&connection, &jobs))?);
        }
        Ok(Self {
            inner: Arc::new(Inner {
                path: path.to_owned(),
                writer: Mutex::new(Some(write_sender)),
                reader: Mutex::new(Some(read_sender)),
                threads: Mutex::new(threads),
                commits,
                bell,
            }),
        })
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
        send(&self.inner.writer, job)?;
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
        let job: ReadJob = Box::new(move |connection| {
            let _unheard = sender.send(in_snapshot(connection, f));
        });
        send(&self.inner.reader, job)?;
        receiver.await.map_err(|_| StoreError::Closed)?
    }

    /// Finishes what is queued and closes the file. Later calls answer `Closed`.
    pub fn close(&self) {
        self.inner.close();
    }
}

impl Inner {
    fn close(&self) {
        drop(lock(&self.writer).take());
        drop(lock(&self.reader).take());
        for thread in std::mem::take(&mut *lock(&self.threads)) {
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

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn send<J>(queue: &Mutex<Option<Sender<J>>>, job: J) -> Result<(), StoreError> {
    match lock(queue).as_ref() {
        None => Err(StoreError::Closed),
        Some(sender) => sender.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Busy,
            TrySendError::Disconnected(_) => StoreError::Closed,
        }),
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(run)
        .map_err(|error| StoreError::Open(format!("cannot start the thread {name}: {error}")))
}

fn connect(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
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

fn write_loop(
    connection: &Connection,
    jobs: &Receiver<WriteJob>,
    commits: &AtomicU64,
    bell: &Notify,
) {
    while let Ok(first) = jobs.recv() {
        if let Err(error) = step(connection, "BEGIN IMMEDIATE") {
            tracing::error!(%error, "a transaction could not begin");
            undo(connection);
            first(Err(error))(Ok(()));
            continue;
        }
        let (spoiled, rung) = (Cell::new(false), Cell::new(false));
        let group = Group { connection, spoiled: &spoiled, rung: &rung };
        let mut delivers = vec![first(Ok(Place::First(group)))];
        // On a full disk SQLite ends the transaction by itself. What came before is undone
        // then, and what would come next must not run outside of one.
        while delivers.len() < GROUP && !connection.is_autocommit() && !spoiled.get() {
            match jobs.try_recv() {
                Ok(job) => delivers.push(job(Ok(Place::Later(group)))),
                Err(_) => break,
            }
        }
        let committed = if spoiled.get() {
            Err(StoreError::Corrupt("a step beside it could not be undone"))
        } else {
            step(connection, "COMMIT")
        };
        if let Err(error) = &committed {
            tracing::error!(%error, "a commit failed");
            undo(connection);
        } else {
            commits.fetch_add(1, Ordering::Relaxed);
            if rung.get() {
                bell.notify_one();
            }
        }
        for deliver in delivers {
            deliver(match &committed {
                Ok(()) => Ok(()),
                Err(error) => Err(StoreError::Commit(error.to_string())),
            });
        }
    }
}

fn undo(connection: &Connection) {
    if !connection.is_autocommit()
        && let Err(error) = step(connection, "ROLLBACK")
    {
        tracing::error!(%error, "a roll-back failed");
    }
}

fn read_loop(connection: &Connection, jobs: &Receiver<ReadJob>) {
    for job in jobs {
        job(connection);
    }
}

fn at_first<T, E, F>(group: Group<'_>, f: F) -> Result<T, E>
where
    F: FnOnce(&Tx<'_>) -> Result<T, E>,
    E: From<StoreError>,
{
    let (result, rung) = guarded(group.connection, f);
    if rung {
        group.rung.set(true);
    }
    if result.is_err() {
        undo(group.connection);
        group.spoiled.set(!group.connection.is_autocommit());
        step(group.connection, "BEGIN IMMEDIATE")?;
    }
    result
}

fn in_savepoint<T, E, F>(Group { connection, spoiled, rung }: Group<'_>, f: F) -> Result<T, E>
where
    F: FnOnce(&Tx<'_>) -> Result<T, E>,
    E: From<StoreError>,
{
    step(connection, "SAVEPOINT step")?;
    let (result, rang) = guarded(connection, f);
    if rang {
        rung.set(true);
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

fn in_snapshot<T, E, F>(connection: &Connection, f: F) -> Result<T, E>
where
    F: FnOnce(&Tx<'_>) -> Result<T, E>,
    E: From<StoreError>,
{
    step(connection, "BEGIN")?;
    let (result, _) = guarded(connection, f);
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
fn guarded<T, E, F>(connection: &Connection, f: F) -> (Result<T, E>, bool)
where
    F: FnOnce(&Tx<'_>) -> Result<T, E>,
    E: From<StoreError>,
{
    let tx = Tx::new(connection);
    let result = catch_unwind(AssertUnwindSafe(|| f(&tx)))
        .unwrap_or_else(|_| Err(StoreError::Corrupt("a step of the store panicked").into()));
    let rung = result.is_ok() && tx.has_rung();
    (result, rung)
}

#[cfg(test)]
#[path = "engine_tests.rs"]
mod tests;
