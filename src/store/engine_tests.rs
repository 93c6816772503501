//! The engine: one writer, groups of commits, readers that only read.

use std::sync::mpsc::channel;

use tokio::task::JoinSet;

use std::time::Duration;

use super::*;
use crate::store::fixture::hold;

fn open(folder: &tempfile::TempDir) -> Store {
    Store::open(&folder.path().join("doorward.db")).unwrap()
}

fn put(tx: &Tx<'_>, name: &str) -> Result<(), StoreError> {
    tx.execute("INSERT INTO settings (name, value) VALUES (?1, 'x')", (name,))?;
    Ok(())
}

fn names(tx: &Tx<'_>) -> Result<Vec<String>, StoreError> {
    tx.all("SELECT name FROM settings ORDER BY name", (), |row| row.get(0))
}

#[tokio::test]
async fn many_writes_share_a_commit() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let (release, thread) = hold(&store);
    let mut writes = JoinSet::new();
    for n in 0..200 {
        let store = store.clone();
        writes.spawn(async move { store.write(move |tx| put(tx, &format!("{n:03}"))).await });
    }
    tokio::task::yield_now().await;
    drop(release);
    while let Some(written) = writes.join_next().await {
        written.unwrap().unwrap();
    }
    thread.join().unwrap();
    assert_eq!(store.read(names).await.unwrap().len(), 200);
    assert!(store.commits() <= 200 / 10, "{} commits", store.commits());
}

#[tokio::test]
async fn a_step_that_fails_or_panics_undoes_itself_only() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let (release, thread) = hold(&store);
    let fails = store.write(|tx| put(tx, "b").and(Err::<(), _>(StoreError::Corrupt("no"))));
    let conflicts = store.write(|tx| put(tx, "c").and_then(|()| put(tx, "c")));
    let panics = store.write(|tx| -> Result<(), StoreError> {
        put(tx, "d")?;
        panic!("a defect of ours");
    });
    let released = async {
        release.send(()).unwrap();
        Ok::<_, StoreError>(())
    };
    let good = (store.write(|tx| put(tx, "a")), store.write(|tx| put(tx, "e")));
    let (a, b, c, d, e, _) = tokio::join!(good.0, fails, conflicts, panics, good.1, released);
    thread.join().unwrap();
    a.unwrap();
    e.unwrap();
    assert!(matches!(b, Err(StoreError::Corrupt("no"))));
    assert!(matches!(c, Err(StoreError::Conflict)));
    assert!(matches!(d, Err(StoreError::Corrupt(_))));
    assert_eq!(store.commits(), 1, "all of them shared one commit");
    store.answers().await.unwrap();
    assert_eq!(store.read(names).await.unwrap(), ["a", "e"]);
    store.write(|tx| put(tx, "f")).await.unwrap();
}

#[tokio::test]
async fn the_first_step_of_a_group_undoes_itself_only() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    for panics in [false, true] {
        let before = store.commits();
        let (release, held) = channel::<()>();
        let (started, running) = channel::<()>();
        let first = store.write(move |tx| -> Result<(), StoreError> {
            put(tx, "first")?;
            started.send(()).unwrap();
            held.recv().unwrap();
            assert!(!panics, "a defect of ours");
            Err(StoreError::Corrupt("no"))
        });
        let name = format!("later {panics}");
        let later = async {
            // Polled after `first`, whose step is in the writer's hands by then.
            running.recv().unwrap();
            let queued = store.write(move |tx| put(tx, &name));
            let released = async { release.send(()).map_err(|_| StoreError::Closed) };
            tokio::join!(queued, released)
        };
        let (first, (later, _)) = tokio::join!(first, later);
        assert!(matches!(first, Err(StoreError::Corrupt(_))));
        later.unwrap();
        assert_eq!(store.commits(), before + 1, "both shared one commit");
    }
    assert_eq!(store.read(names).await.unwrap(), ["later false", "later true"]);
}

#[tokio::test]
async fn a_step_that_cannot_be_undone_is_not_committed_nor_is_its_group() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let (release, thread) = hold(&store);
    // Nothing of ours does so; it stands for whatever makes going back fail.
    let stuck = store.write(|tx| {
        put(tx, "half")?;
        tx.execute("RELEASE step", ())?;
        Err::<(), _>(StoreError::Corrupt("no"))
    });
    let beside = store.write(|tx| put(tx, "beside"));
    let released = async { release.send(()).map_err(|_| StoreError::Closed) };
    let (stuck, beside, _) = tokio::join!(stuck, beside, released);
    assert!(stuck.is_err());
    // Either it was in that group, and is told, or in the next one, and is kept.
    let kept: &[&str] = if beside.is_ok() { &["after", "beside"] } else { &["after"] };
    store.write(|tx| put(tx, "after")).await.unwrap();
    assert_eq!(store.read(names).await.unwrap(), kept);
    drop(thread.join());
}

#[tokio::test]
async fn a_full_queue_says_so_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let (release, thread) = hold(&store);
    let mut writes = JoinSet::new();
    for _ in 0..QUEUE + 10 {
        let store = store.clone();
        writes.spawn(async move { store.write(|_| Ok::<_, StoreError>(())).await });
    }
    let mut busy = 0;
    for _ in 0..10 {
        let refused = writes.join_next().await.unwrap().unwrap();
        busy += usize::from(matches!(refused, Err(StoreError::Busy)));
    }
    assert_eq!(busy, 10);
    release.send(()).unwrap();
    while let Some(written) = writes.join_next().await {
        written.unwrap().unwrap();
    }
    thread.join().unwrap();
}

#[tokio::test]
async fn a_read_sees_one_moment_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    store.write(|tx| put(tx, "a")).await.unwrap();
    let (go, wait) = channel::<()>();
    let (begun, begins) = channel::<()>();
    let reader = store.clone();
    let reading = tokio::spawn(async move {
        let twice = reader.read(move |tx| {
            let first = names(tx)?;
            begun.send(()).unwrap();
            wait.recv().unwrap();
            Ok::<_, StoreError>((first, names(tx)?))
        });
        twice.await
    });
    while begins.try_recv().is_err() {
        tokio::task::yield_now().await;
    }
    store.write(|tx| put(tx, "b")).await.unwrap();
    go.send(()).unwrap();
    let (first, second) = reading.await.unwrap().unwrap();
    assert_eq!((first.len(), second.len()), (1, 1));

    for sql in [
        "INSERT INTO settings (name, value) VALUES ('c', 'x')",
        "INSERT INTO settings (name, value) VALUES ('c', 'x') RETURNING name",
        "DELETE FROM settings RETURNING name",
        "CREATE TABLE sneaked (x INTEGER)",
    ] {
        let sneaked = store.read(move |tx| tx.all(sql, (), |row| row.get::<_, String>(0))).await;
        assert!(matches!(sneaked, Err(StoreError::Database(_))), "{sql}");
    }
    assert_eq!(store.read(names).await.unwrap(), ["a", "b"]);
}

#[tokio::test]
async fn a_read_that_fails_or_panics_leaves_its_reader_whole() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    for _ in 0..2 * READERS {
        let failed = store.read(|_| Err::<(), _>(StoreError::Corrupt("no"))).await;
        assert!(matches!(failed, Err(StoreError::Corrupt("no"))));
        let panicked = store.read(|_| -> Result<(), StoreError> { panic!("a defect") }).await;
        assert!(matches!(panicked, Err(StoreError::Corrupt(_))));
    }
    assert!(store.read(names).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_transaction_that_cannot_begin_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let other = Connection::open(store.path()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    // The writer's patience is ten seconds; nobody wants to wait for that here.
    let (begun, thread) = begin_without_patience(&store);
    assert!(matches!(begun, Err(StoreError::Busy)), "{begun:?}");
    thread.join().unwrap();
    other.execute_batch("COMMIT").unwrap();
}

/// The loop itself on a connection without patience, given one job.
fn begin_without_patience(store: &Store) -> (Result<(), StoreError>, JoinHandle<()>) {
    let mut connection = connect(store.path()).unwrap();
    connection.busy_timeout(Duration::ZERO).unwrap();
    let memory = Memory::of(&mut connection, Standing::Alone).unwrap();
    let (commits, bell) = (Arc::default(), Arc::default());
    let writer = Writer { connection, memory, commits, bell };
    let jobs = Queue::<WriteJob>::of(1);
    let (told, answer) = channel();
    let job: WriteJob = Box::new(move |begun| {
        told.send(begun.map(drop)).unwrap();
        Box::new(|_| ())
    });
    assert!(jobs.put(job).is_ok());
    jobs.close();
    let thread = std::thread::spawn(move || writer.work(&jobs));
    (answer.recv().unwrap(), thread)
}

#[tokio::test]
async fn a_transaction_that_sqlite_ended_is_lost_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let (release, thread) = hold(&store);
    let before = store.write(|tx| put(tx, "a"));
    // What a full disk does.
    let ended = store.write(|tx| {
        tx.execute("ROLLBACK", ())?;
        Err::<(), _>(StoreError::Corrupt("ended"))
    });
    let after = store.write(|tx| put(tx, "b"));
    let released = async {
        release.send(()).unwrap();
    };
    let (before, ended, after, ()) = tokio::join!(before, ended, after, released);
    assert!(matches!(before, Err(StoreError::Commit(_))), "{before:?}");
    assert!(ended.is_err());
    after.unwrap();
    assert!(thread.join().is_err(), "the step that held the writer was lost as well");
    assert_eq!(store.read(names).await.unwrap(), ["b"]);
}

#[tokio::test]
async fn what_is_queued_is_finished_before_the_file_closes() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let (release, thread) = hold(&store);
    let queued = store.clone();
    let queued = tokio::spawn(async move { queued.write(|tx| put(tx, "a")).await });
    tokio::task::yield_now().await;
    release.send(()).unwrap();
    let closing = store.clone();
    tokio::task::spawn_blocking(move || closing.close()).await.unwrap();
    queued.await.unwrap().unwrap();
    thread.join().unwrap();
    assert!(matches!(store.answers().await, Err(StoreError::Closed)));
    let late = store.write(|tx| put(tx, "b")).await;
    assert!(matches!(late, Err(StoreError::Closed)));
    assert_eq!(open(&folder).read(names).await.unwrap(), ["a"]);
}

#[tokio::test]
async fn a_command_works_beside_a_running_server() {
    let folder = tempfile::tempdir().unwrap();
    let server = open(&folder);
    let command = Store::join(server.path()).unwrap();
    command.write(|tx| put(tx, "a")).await.unwrap();
    server.write(|tx| put(tx, "b")).await.unwrap();
    drop(command);
    assert_eq!(server.read(names).await.unwrap(), ["a", "b"]);
}

#[test]
fn a_store_that_cannot_start_leaves_no_thread_and_no_file_open() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("doorward.db");
    Store::open(&path).unwrap().close();
    for readers in 0..READERS {
        let left = std::cell::Cell::new(readers);
        let reader = |path: &Path| match left.get().checked_sub(1) {
            Some(fewer) => {
                left.set(fewer);
                connect_reader(path)
            }
            None => Err(StoreError::Open("no file can be opened any more".to_owned())),
        };
        assert!(Store::start(&path, Standing::Alone, reader).is_err());
        // SQLite removes its log with the last connection.
        assert!(!folder.path().join("doorward.db-wal").exists(), "{readers}");
    }
}
