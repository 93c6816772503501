//! The engine: the open database with its writer and a few query-only readers, each on a thread
//! of its own. On an async worker nothing runs but what memory alone answers.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::{Notify, oneshot};

use super::memory::{Memory, Standing};
use super::queue::Queue;
use super::tx::Source;
use super::writer::{Place, WriteJob, Writer, at_first, guarded, in_savepoint, step, undo};
use super::{PATIENCE, StoreError, Tx, folder, migrate};

/// Requests that may wait for the writer, and for the readers.
const QUEUE: usize = 1_024;
const READERS: usize = 2;
const STATEMENTS: usize = 128;
/// The write-ahead log is carried over into the database at this many pages of 4 KiB. Pages that
/// every sign-in changes are carried over once, however often they stand in it.
const WAL_PAGES: i64 = 4_096;
/// The log is cut back to this after a burst.
const WAL_BYTES: i64 = 2 * WAL_PAGES * 4_096;

type ReadJob = Box<dyn FnOnce(&Connection, &Memory) + Send>;

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

impl Store {
    /// Opens the database file, making or migrating it as needed. Only for who holds the
    /// folder's lock (`folder::lock`): whoever else has the file open meanwhile [joined](Self::join).
    ///
    /// # Errors
    /// When the file cannot be opened, was written by a newer version, or is damaged.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        folder::prepare_file(path)?;
        migrate::bring_up(path)?;
        Self::start(path, Standing::Alone, connect_reader)
    }

    /// Opens the database file beside a running server: nothing is made or migrated, and of what
    /// the server may know from memory nothing can be changed ([`Standing::Beside`]).
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

    /// Runs `f` on a consistent snapshot of the database. What `f` finds in memory instead is
    /// committed as well, but may be of just before or after that snapshot, and where another
    /// process changed the file, of before the last write: whatever is given to anybody is decided
    /// in [`Self::write`].
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

fn read_loop(connection: &Connection, memory: &Memory, jobs: &Queue<ReadJob>) {
    while let Some(job) = jobs.next() {
        job(connection, memory);
    }
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

#[cfg(test)]
#[path = "engine_tests.rs"]
mod tests;
