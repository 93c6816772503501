//! What is in memory is what is committed, whatever changed it and whatever became of the step.

use std::sync::{Arc, Mutex};

use rusqlite::Connection;

use crate::model::attempt::{Attempt, Purpose, RightPassword, State};
use crate::model::code::Code;
use crate::model::domain::Domain;
use crate::model::id::{AttemptId, ConnectionId, OrganizationId, UserId};
use crate::model::rng::SystemRng;
use crate::model::secret::Digest;
use crate::model::time::Millis;
use crate::store::fixture::hold;
use crate::store::{
    Page, Store, StoreError, Tx, attempts, connections, domains, expire, fixture, flight,
    organizations, shelf,
};

fn open(folder: &tempfile::TempDir) -> Store {
    Store::open(&folder.path().join("doorward.db")).unwrap()
}

fn acme() -> OrganizationId {
    OrganizationId::try_from("acme").unwrap()
}

fn set_name(tx: &Tx<'_>, name: &str) -> Result<(), StoreError> {
    let mut organization = organizations::find(tx, &acme())?.unwrap();
    organization.name = name.to_owned();
    assert!(organizations::update(tx, &organization)?);
    Ok(())
}

fn name(tx: &Tx<'_>) -> Result<Option<String>, StoreError> {
    Ok(organizations::find(tx, &acme())?.map(|organization| organization.name))
}

/// What memory tells, where it tells anything, and a reader of the same store, and the database
/// itself, by way of a command that knows nothing from memory: it must be the same.
async fn agreed<T, F>(store: &Store, asked: F) -> T
where
    F: Fn(&Tx<'_>) -> Result<T, StoreError> + Clone + Send + 'static,
    T: PartialEq + std::fmt::Debug + Send + 'static,
{
    let command = Store::join(store.path()).unwrap();
    let in_database = command.read::<_, StoreError, _>(asked.clone()).await.unwrap();
    let read = store.read::<_, StoreError, _>(asked.clone()).await.unwrap();
    assert_eq!(read, in_database);
    assert_eq!(store.look(asked).await.unwrap(), in_database);
    in_database
}

/// The name, asked for in two ways.
async fn told(store: &Store) -> Option<String> {
    let named = |tx: &Tx<'_>| Ok(organizations::named(tx, "acme")?.map(|found| found.name));
    let (known, named) = (agreed(store, name).await, agreed(store, named).await);
    assert_eq!(known, named);
    known
}

#[tokio::test]
async fn the_shelf_is_what_is_committed() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    assert_eq!(told(&store).await, None);
    store.write(|tx| fixture::organization(tx, "acme")).await.unwrap();
    assert_eq!(told(&store).await.as_deref(), Some("acme"));
    let seen = store.write(|tx| {
        let before = name(tx)?;
        set_name(tx, "Acme")?;
        Ok::<_, StoreError>((before, name(tx)?))
    });
    let (before, within) = seen.await.unwrap();
    assert_eq!((before.as_deref(), within.as_deref()), (Some("acme"), Some("Acme")));
    assert_eq!(told(&store).await.as_deref(), Some("Acme"));
    let undone = store.write(|tx| set_name(tx, "No").and(Err::<(), _>(StoreError::Conflict)));
    assert!(undone.await.is_err());
    assert_eq!(told(&store).await.as_deref(), Some("Acme"));
    let panicked = store.write(|tx| -> Result<(), StoreError> {
        set_name(tx, "No")?;
        panic!("a defect of ours");
    });
    assert!(panicked.await.is_err());
    assert_eq!(told(&store).await.as_deref(), Some("Acme"));
    store.write(|tx| organizations::delete(tx, &acme())).await.unwrap();
    assert_eq!(told(&store).await, None);
}

#[tokio::test]
async fn steps_of_one_group_see_what_the_ones_before_changed() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    store.write(|tx| fixture::organization(tx, "acme")).await.unwrap();
    assert_eq!(told(&store).await.as_deref(), Some("acme"));
    let (commits, (release, thread)) = (store.commits(), hold(&store));
    let names = ["a", "b", "c"].map(|text| {
        store.write(move |tx| {
            let before = name(tx)?;
            set_name(tx, text)?;
            Ok::<_, StoreError>(before)
        })
    });
    let [a, b, c] = names;
    let released = async { release.send(()).unwrap() };
    let (a, b, c, ()) = tokio::join!(a, b, c, released);
    thread.join().unwrap();
    assert_eq!(store.commits(), commits + 1, "all of them shared one commit");
    let before: Vec<_> = [a, b, c].into_iter().map(|before| before.unwrap().unwrap()).collect();
    assert_eq!(before, ["acme", "a", "b"]);
    assert_eq!(told(&store).await.as_deref(), Some("c"));
}

#[tokio::test]
async fn what_any_statement_changes_leaves_the_shelf() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let id = ConnectionId::try_from("okta").unwrap();
    let made = store.write(|tx| {
        fixture::organization(tx, "acme")?;
        fixture::connection(tx, "okta", "acme")
    });
    made.await.unwrap();
    let ways = move |tx: &Tx<'_>| {
        let on = connections::find(tx, &id)?.map(|found| !found.disabled);
        Ok((on, connections::find_live_of_organization(tx, &acme())?.len()))
    };
    assert_eq!(agreed(&store, ways.clone()).await, (Some(true), 1));
    store.write(|tx| fixture::disable(tx, "connections")).await.unwrap();
    assert_eq!(agreed(&store, ways.clone()).await, (Some(false), 0));
    store.write(|tx| organizations::delete(tx, &acme())).await.unwrap();
    assert_eq!(agreed(&store, ways).await, (None, 0));
}

/// The tables of which something may be known.
fn known() -> Vec<&'static str> {
    [&shelf::TABLES[..], &[flight::ATTEMPTS, flight::CHECKS]].concat()
}

#[test]
fn of_every_table_of_which_something_is_known_sqlite_tells_all() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let mut connection = Connection::open(store.path()).unwrap();
    connection.pragma_update(None, "foreign_keys", true).unwrap();
    let yes = |sql: &str, table: &str| {
        connection.query_row(sql, [table], |row| row.get::<_, bool>(0)).unwrap()
    };
    for table in known() {
        assert!(yes("SELECT wr = 0 FROM pragma_table_list WHERE name = ?1", table), "{table}");
        let joined = "SELECT EXISTS (SELECT 1 FROM pragma_table_list AS t,
                pragma_foreign_key_list(t.name) AS f
            WHERE t.schema = 'main' AND (t.name = ?1 OR f.\"table\" = ?1))";
        assert!(yes(joined, table), "{table}: a DELETE of everything would not be told");
    }
    let told: Arc<Mutex<Vec<String>>> = Arc::default();
    let hears = Arc::clone(&told);
    let hear = move |_, _: &str, table: &str, _| hears.lock().unwrap().push(table.to_owned());
    connection.update_hook(Some(hear)).unwrap();
    let app = "INSERT INTO apps (id, name, redirect_uris, post_logout_redirect_uris, organizations,
            signing_algorithm, groups_claim, settings, disabled, created_at, version)
        VALUES ('a', 'A', '[]', '[]', '[]', 'RS256', 0, '{}', 0, 0, 1)";
    let organization = "INSERT INTO organizations (id, name, home, disabled, outside_domains,
            settings, created_at, version)
        VALUES ('o', 'O', 0, 0, 'let_in_unverified', '{}', 0, 1)";
    let connected = "INSERT INTO connections (id, organization_id, name, protocol, disabled,
            settings, created_at, version)
        VALUES ('c', 'o', 'C', 'saml', 0, '{}', 0, 1)";
    let domain = "INSERT INTO organization_domains (organization_id, domain, token, state, since,
            include_subdomains, missing_checks, failures, created_at)
        VALUES ('o', 'd', 't', 'pending', 0, 0, 0, 0, 0)
        ON CONFLICT (organization_id, domain) DO UPDATE SET failures = failures + 1";
    let attempt = "INSERT INTO attempts (id, reference, handle, purpose, state, state_data, checks,
            hops, created_at, changed_at)
        VALUES ('i', 'r', x'00', '{}', 'refused', '{}', '[]', '[]', 0, 0)";
    let apart = "INSERT INTO attempt_checks (attempt_id, checks) VALUES ('i', '[]')";
    for (sql, tables) in [
        (app, &["apps"][..]),
        ("DELETE FROM apps", &["apps"]),
        (organization, &["organizations"]),
        (connected, &["connections"]),
        (domain, &["organization_domains"]),
        (domain, &["organization_domains"]),
        ("DELETE FROM organizations", &["connections", "organization_domains", "organizations"]),
        (attempt, &["attempts"]),
        (apart, &["attempt_checks"]),
        ("DELETE FROM attempts", &["attempt_checks", "attempts"]),
    ] {
        connection.execute(sql, []).unwrap();
        let mut heard = std::mem::take(&mut *told.lock().unwrap());
        heard.sort();
        assert_eq!(heard, tables, "{sql}");
    }
}

/// Whose domain decides about a name, and whether Acme holds any.
async fn decided(store: &Store, name: &'static str) -> (Option<OrganizationId>, bool) {
    let asked = move |tx: &Tx<'_>| {
        let decides = domains::deciding(tx, name)?.map(|domain| domain.organization);
        Ok((decides, domains::holds_any(tx, &acme())?))
    };
    agreed(store, asked).await
}

#[tokio::test]
async fn the_domain_that_decides_is_what_is_committed() {
    const NAME: &str = "mail.acme.test";
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    store.write(|tx| fixture::organization(tx, "acme")).await.unwrap();
    assert_eq!(decided(&store, NAME).await, (None, false));
    let added = Domain::pending(&SystemRng, Millis(1), acme(), "acme.test".to_owned());
    let pending = added.clone();
    store.write(move |tx| domains::save(tx, &pending)).await.unwrap();
    assert_eq!(decided(&store, NAME).await, (None, false));
    let narrow = added.clone().accepted(Millis(1), false);
    store.write(move |tx| domains::save(tx, &narrow)).await.unwrap();
    assert_eq!(decided(&store, NAME).await, (None, true));
    assert_eq!(decided(&store, "acme.test").await, (Some(acme()), true));
    let wide = added.accepted(Millis(1), true);
    store.write(move |tx| domains::save(tx, &wide)).await.unwrap();
    assert_eq!(decided(&store, NAME).await, (Some(acme()), true));
    assert_eq!(decided(&store, "acme.example").await, (None, true));
    store.write(|tx| organizations::delete(tx, &acme())).await.unwrap();
    assert_eq!(decided(&store, NAME).await, (None, false));
}

#[tokio::test]
async fn a_command_beside_the_server_adds_and_changes_nothing_it_may_know() {
    let folder = tempfile::tempdir().unwrap();
    let server = open(&folder);
    server.write(|tx| fixture::organization(tx, "acme")).await.unwrap();
    assert_eq!(told(&server).await.as_deref(), Some("acme"));
    let command = Store::join(server.path()).unwrap();
    assert!(command.write(|tx| set_name(tx, "No")).await.is_err());
    assert!(command.write(|tx| organizations::delete(tx, &acme())).await.is_err());
    assert!(command.write(|tx| fixture::connection(tx, "okta", "acme")).await.is_err());
    assert!(command.write(|tx| fixture::domain(tx, "acme.test", &acme())).await.is_err());
    let attempt = begin(&server).await;
    let (id, handle) = (attempt.id.clone(), attempt.handle);
    assert!(command.write(move |tx| attempts::rename(tx, &id, handle)).await.is_err());
    let another = Attempt::begin(&SystemRng, Millis(5), Purpose::Home, None).0;
    assert!(command.write(move |tx| attempts::insert(tx, &another)).await.is_err());
    let other = command.write(|tx| fixture::organization(tx, "other")).await;
    assert!(matches!(other, Err(StoreError::Commit(told)) if told.contains("through the server")));
    let both = command.write(|tx| fixture::home(tx, "home").and(fixture::organization(tx, "x")));
    assert!(both.await.is_err());
    // What a step did that failed is forgiven, and its own error is told.
    let failed = command.write(|tx| {
        set_name(tx, "No")?;
        Err::<(), _>(StoreError::Conflict)
    });
    assert!(matches!(failed.await, Err(StoreError::Conflict)));
    command.write(|tx| fixture::home(tx, "home")).await.unwrap();
    let found = |tx: &Tx<'_>| Ok(organizations::list(tx, &Page::first(9))?.len());
    assert_eq!(agreed(&server, found).await, 2);
    assert_eq!(told(&server).await.as_deref(), Some("acme"));
}

/// Nobody should, and somebody does: with the shell of SQLite, beside a running server.
#[tokio::test]
async fn what_is_decided_is_decided_by_what_is_on_disk_whoever_changed_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = open(&folder);
    server.write(|tx| fixture::organization(tx, "acme")).await.unwrap();
    assert_eq!(told(&server).await.as_deref(), Some("acme"));
    let (ended, moved) = (begin(&server).await, begin(&server).await);
    let shell = Connection::open(server.path()).unwrap();
    for sql in [
        "UPDATE organizations SET name = 'By hand'",
        &format!("DELETE FROM attempts WHERE id = '{}'", ended.id),
        // Rows get other numbers.
        "VACUUM",
    ] {
        shell.execute(sql, []).unwrap();
    }
    let (first, second) = (moved.handle, ended.handle);
    let decided = server.write(move |tx| {
        let found = [first, second].map(|handle| attempts::find_by_handle(tx, handle));
        let [moved, ended] = found;
        Ok::<_, StoreError>((name(tx)?, moved?, ended?))
    });
    let (named, found, gone) = decided.await.unwrap();
    assert_eq!(named.as_deref(), Some("By hand"));
    assert_eq!((found.as_ref(), gone), (Some(&moved), None));
    // It is saved in the row it has now.
    let mut after = moved;
    after.checks.passed("a", "b", "c");
    let saved = after.clone();
    server.write(move |tx| attempts::save(tx, &saved)).await.unwrap();
    let found = move |tx: &Tx<'_>| attempts::find_by_handle(tx, first);
    assert_eq!(agreed(&server, found).await, Some(after));
    assert_eq!(told(&server).await.as_deref(), Some("By hand"));
    // What the server changes itself is known as before.
    let again = begin(&server).await;
    assert!(is_known(&server, &again.handle));
    server.write(|tx| set_name(tx, "Acme")).await.unwrap();
    assert!(is_known(&server, &again.handle));
}

#[tokio::test]
async fn the_only_organization_is_so_until_there_is_another() {
    let only = |tx: &Tx<'_>| Ok(organizations::only(tx)?.map(|only| only.name));
    for home_first in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let server = open(&folder);
        let command = Store::join(server.path()).unwrap();
        assert_eq!(agreed(&server, only).await, None);
        if home_first {
            command.write(|tx| fixture::home(tx, "acme")).await.unwrap();
        } else {
            server.write(|tx| fixture::organization(tx, "acme")).await.unwrap();
        }
        assert_eq!(agreed(&server, only).await.as_deref(), Some("acme"));
        server.write(|tx| set_name(tx, "Acme")).await.unwrap();
        assert_eq!(agreed(&server, only).await.as_deref(), Some("Acme"));
        if home_first {
            server.write(|tx| fixture::organization(tx, "other")).await.unwrap();
        } else {
            command.write(|tx| fixture::home(tx, "home")).await.unwrap();
        }
        assert_eq!(agreed(&server, only).await, None);
    }
}

#[tokio::test]
async fn a_command_beside_the_server_sees_what_the_server_changed() {
    let folder = tempfile::tempdir().unwrap();
    let server = open(&folder);
    server.write(|tx| fixture::organization(tx, "acme")).await.unwrap();
    let attempt = begin(&server).await;
    let command = Store::join(server.path()).unwrap();
    assert_eq!(told(&command).await.as_deref(), Some("acme"));
    server.write(|tx| set_name(tx, "Acme")).await.unwrap();
    assert_eq!(told(&command).await.as_deref(), Some("Acme"));
    let within = command.write(name).await.unwrap();
    assert_eq!(within.as_deref(), Some("Acme"));
    let handle = attempt.handle;
    let ended = attempt.refused(Millis(6), Code::AttemptExpired);
    server.write(move |tx| attempts::save(tx, &ended)).await.unwrap();
    assert!(under_way(&command, handle).await.unwrap().state.ended());
}

#[tokio::test]
async fn of_a_group_one_step_is_undone_and_the_others_are_known() {
    for panics in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let store = open(&folder);
        store.write(|tx| fixture::organization(tx, "acme")).await.unwrap();
        assert_eq!(told(&store).await.as_deref(), Some("acme"));
        let begun = || Attempt::begin(&SystemRng, Millis(5), Purpose::Home, None).0;
        let (first, undone, last) = (begun(), begun(), begun());
        let handles = [first.handle, undone.handle, last.handle];
        let (commits, (release, thread)) = (store.commits(), hold(&store));
        let (a, b, c, ()) = tokio::join!(
            store.write(move |tx| attempts::insert(tx, &first)),
            store.write(move |tx| {
                set_name(tx, "No")?;
                attempts::insert(tx, &undone)?;
                assert!(!panics, "a defect of ours");
                Err::<(), _>(StoreError::Conflict)
            }),
            store.write(move |tx| attempts::insert(tx, &last)),
            async { release.send(()).unwrap() },
        );
        thread.join().unwrap();
        assert!(a.is_ok() && b.is_err() && c.is_ok());
        assert_eq!(store.commits(), commits + 1, "all of them shared one commit");
        assert_eq!(told(&store).await.as_deref(), Some("acme"));
        for (handle, there) in handles.into_iter().zip([true, false, true]) {
            assert_eq!(under_way(&store, handle).await.is_some(), there);
        }
    }
}

#[tokio::test]
async fn an_attempt_of_one_browser_is_not_saved_for_another() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let (unbound, [mine, other]) = (begin(&store).await, [b"mine", b"else"].map(|b| Digest::of(b)));
    let (id, handle) = (unbound.id.clone(), unbound.handle);
    assert!(store.write(move |tx| attempts::bind(tx, &id, mine)).await.unwrap());
    for browser in [None, Some(other)] {
        let stale = Attempt { browser, ..unbound.clone() };
        assert!(store.write(move |tx| attempts::save(tx, &stale)).await.is_err());
        assert_eq!(under_way(&store, handle).await.unwrap().browser, Some(mine));
    }
    let bound = Attempt { browser: Some(mine), ..unbound };
    store.write(move |tx| attempts::save(tx, &bound)).await.unwrap();
}

/// The attempt with this handle.
async fn under_way(store: &Store, handle: Digest) -> Option<Attempt> {
    agreed(store, move |tx| attempts::find_by_handle(tx, handle)).await
}

fn is_known(store: &Store, handle: &Digest) -> bool {
    store.memory().flight.find(handle).is_some()
}

async fn begin(store: &Store) -> Attempt {
    let (attempt, _) = Attempt::begin(&SystemRng, Millis(5), Purpose::Home, None);
    let kept = attempt.clone();
    store.write(move |tx| attempts::insert(tx, &kept)).await.unwrap();
    attempt
}

#[tokio::test]
async fn an_attempt_under_way_is_what_is_committed() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let attempt = begin(&store).await;
    let handle = attempt.handle;
    assert!(is_known(&store, &handle));
    assert_eq!(under_way(&store, handle).await, Some(attempt.clone()));
    let mut changed = attempt.clone();
    changed.checks.passed("a", "b", "b");
    let undone = changed.clone();
    let undone = store.write(move |tx| {
        attempts::save(tx, &undone)?;
        assert_eq!(attempts::find_by_handle(tx, handle)?.as_ref(), Some(&undone));
        Err::<(), _>(StoreError::Conflict)
    });
    assert!(undone.await.is_err());
    assert_eq!(under_way(&store, handle).await, Some(attempt.clone()));
    let saved = changed.clone();
    store.write(move |tx| attempts::save(tx, &saved)).await.unwrap();
    assert!(is_known(&store, &handle));
    assert_eq!(under_way(&store, handle).await, Some(changed.clone()));
    let ended = changed.refused(Millis(6), Code::AttemptExpired);
    store.write(move |tx| attempts::save(tx, &ended)).await.unwrap();
    assert!(!is_known(&store, &handle));
    assert!(under_way(&store, handle).await.unwrap().state.ended());
}

#[tokio::test]
async fn checks_that_are_set_apart_stay_what_they_are_and_others_follow() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let mut attempt = begin(&store).await;
    let handle = attempt.handle;
    for (set_apart, name) in [(false, "route"), (true, "audience"), (false, "user"), (true, "x")] {
        attempt.checks.passed(name, "a", "b");
        if set_apart {
            attempt.checks.set_apart();
        }
        let (undone, saved) = (attempt.clone(), attempt.clone());
        let undone = store.write(move |tx| {
            attempts::save(tx, &undone)?;
            attempts::save(tx, &undone)?;
            Err::<(), _>(StoreError::Conflict)
        });
        assert!(undone.await.is_err());
        store.write(move |tx| attempts::save(tx, &saved)).await.unwrap();
        assert_eq!(under_way(&store, handle).await, Some(attempt.clone()));
    }
    // An attempt that is kept for the first time may have some.
    let mut added = Attempt { handle: Digest::of(b"other"), ..attempt };
    added.id = AttemptId::try_from("another").unwrap();
    added.reference.0 = "another".to_owned();
    let (kept, handle) = (added.clone(), added.handle);
    store.write(move |tx| attempts::insert(tx, &kept)).await.unwrap();
    assert_eq!(under_way(&store, handle).await, Some(added));
}

/// Of which organization an attempt is listed, and whether it is one in which somebody was proved.
async fn place(store: &Store) -> (Option<&'static str>, bool) {
    agreed(store, |tx: &Tx<'_>| {
        let of = |name: &str| attempts::Filter {
            organization: OrganizationId::try_from(name).ok(),
            ..attempts::Filter::default()
        };
        let mut listed = None;
        for name in ["acme", "other"] {
            if !attempts::list(tx, &of(name), &Page::first(9))?.is_empty() {
                assert_eq!(listed.replace(name), None);
            }
        }
        Ok((listed, expire::attempts_beyond(tx, true, 0)?.is_some()))
    })
    .await
}

#[tokio::test]
async fn what_an_attempt_is_found_by_follows_it() {
    let proved = || State::Proved {
        password: Box::new(RightPassword {
            user: UserId::try_from("ann").unwrap(),
            hash: Digest::of(b"hash"),
            at: Millis(5),
        }),
        ticket: Digest::of(b"ticket"),
    };
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let mut attempt = begin(&store).await;
    assert_eq!(place(&store).await, (None, false));
    for (organization, state, expected) in [
        (None, State::Choosing, (None, false)),
        (Some("acme"), State::Choosing, (Some("acme"), false)),
        (Some("acme"), proved(), (Some("acme"), true)),
        (Some("acme"), proved(), (Some("acme"), true)),
        (Some("other"), proved(), (Some("other"), true)),
        // What was proved stays so.
        (Some("other"), State::Choosing, (Some("other"), true)),
        (Some("other"), State::Admitted, (Some("other"), true)),
    ] {
        attempt.organization = organization.map(|name| OrganizationId::try_from(name).unwrap());
        attempt.connection = organization.map(|name| ConnectionId::try_from(name).unwrap());
        attempt.state = state;
        let saved = attempt.clone();
        store.write(move |tx| attempts::save(tx, &saved)).await.unwrap();
        assert_eq!(place(&store).await, expected);
        assert_eq!(under_way(&store, attempt.handle).await, Some(attempt.clone()));
    }
}

#[tokio::test]
async fn an_attempt_that_was_changed_otherwise_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let (browser, other) = (Digest::of(b"browser"), Digest::of(b"another handle"));
    let (bound, renamed, removed) = (begin(&store).await, begin(&store).await, begin(&store).await);
    let ids = [&bound, &renamed, &removed].map(|attempt| attempt.id.clone());
    store
        .write(move |tx| {
            let [bound, renamed, removed] = &ids;
            assert!(attempts::bind(tx, bound, browser)?);
            attempts::rename(tx, renamed, other)?;
            let id: &AttemptId = removed;
            tx.execute("DELETE FROM attempts WHERE id = ?1", [id.as_str()])
        })
        .await
        .unwrap();
    assert_eq!(under_way(&store, bound.handle).await.unwrap().browser, Some(browser));
    assert_eq!(under_way(&store, renamed.handle).await, None);
    assert_eq!(under_way(&store, other).await.unwrap().id, renamed.id);
    assert_eq!(under_way(&store, removed.handle).await, None);
    // What was renamed is not saved under the handle it had.
    let stale = store.write(move |tx| attempts::save(tx, &renamed)).await;
    assert!(stale.is_err());
    assert!(!is_known(&store, &bound.handle));
}

#[tokio::test]
async fn of_a_group_that_is_lost_nothing_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let (attempt, _) = Attempt::begin(&SystemRng, Millis(5), Purpose::Home, None);
    let (handle, kept) = (attempt.handle, attempt.clone());
    let lost = store.write(move |tx| {
        attempts::insert(tx, &kept)?;
        // What a full disk does.
        tx.execute("ROLLBACK", ())
    });
    assert!(lost.await.is_err());
    assert!(!is_known(&store, &handle));
    assert_eq!(under_way(&store, handle).await, None);
}
