//! What is in memory is what is committed, whatever changed it and whatever became of the step.

use crate::model::attempt::{Attempt, Purpose};
use crate::model::code::Code;
use crate::model::domain::Domain;
use crate::model::id::{AttemptId, ConnectionId, OrganizationId};
use crate::model::rng::SystemRng;
use crate::model::secret::Digest;
use crate::model::time::Millis;
use crate::store::{Store, StoreError, Tx, attempts, connections, domains, fixture, organizations};

fn open(folder: &tempfile::TempDir) -> Store {
    Store::open(&folder.path().join("doorward.db"), Millis(0)).unwrap()
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

/// The name as three ways of asking tell it, which must be the same.
async fn told(store: &Store) -> Option<String> {
    let (known, read) = (store.look(name).await.unwrap(), store.read(name).await.unwrap());
    let named = |tx: &Tx<'_>| organizations::named(tx, "acme");
    let named = store.look(named).await.unwrap().map(|organization| organization.name);
    assert!(known == read && read == named, "{known:?}, {read:?}, {named:?}");
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
    let names = ["a", "b", "c"].map(|text| {
        store.write(move |tx| {
            let before = name(tx)?;
            set_name(tx, text)?;
            Ok::<_, StoreError>(before)
        })
    });
    let [a, b, c] = names;
    let (a, b, c) = tokio::join!(a, b, c);
    let before: Vec<_> = [a, b, c].into_iter().map(|before| before.unwrap().unwrap()).collect();
    assert_eq!(before, ["acme", "a", "b"]);
    assert_eq!(told(&store).await.as_deref(), Some("c"));
}

#[tokio::test]
async fn what_goes_by_a_cascade_or_any_statement_leaves_the_shelf_too() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder);
    let id = ConnectionId::try_from("okta").unwrap();
    store
        .write(|tx| {
            fixture::organization(tx, "acme")?;
            fixture::connection(tx, "okta", "acme")
        })
        .await
        .unwrap();
    let ways = {
        let id = id.clone();
        move |tx: &Tx<'_>| {
            let found = connections::find(tx, &id)?.is_some_and(|found| !found.disabled);
            Ok((found, connections::find_live_of_organization(tx, &acme())?.len()))
        }
    };
    assert_eq!(store.look(ways.clone()).await.unwrap(), (true, 1));
    store.write(|tx| fixture::disable(tx, "connections")).await.unwrap();
    assert_eq!(store.look(ways.clone()).await.unwrap(), (false, 0));
    store.write(|tx| organizations::delete(tx, &acme())).await.unwrap();
    assert_eq!(store.look(move |tx| connections::find(tx, &id)).await.unwrap(), None);
}

/// Whose domain decides about a name, whether Acme holds any, and whether it holds this one, as
/// memory and as the database tell it, which must be the same.
async fn decided(store: &Store, name: &'static str) -> (Option<OrganizationId>, bool) {
    let asked = move |tx: &Tx<'_>| {
        let decides = domains::deciding(tx, name)?.map(|domain| domain.organization);
        Ok((decides, domains::holds_any(tx, &acme())?))
    };
    let known = store.look(asked).await.unwrap();
    // The second time from memory, where anything is.
    assert_eq!(store.look(asked).await.unwrap(), known);
    assert_eq!(store.read::<_, StoreError, _>(asked).await.unwrap(), known);
    let is_there = move |tx: &Tx<'_>| domains::held(tx, "acme.test");
    let held = store.read::<_, StoreError, _>(is_there).await.unwrap();
    assert_eq!(held.is_some(), known.1);
    known
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
    command.write(|tx| fixture::organization(tx, "other")).await.unwrap();
    assert_eq!(told(&server).await.as_deref(), Some("acme"));
    assert_eq!(told(&command).await.as_deref(), Some("acme"));
}

/// The only organization as memory and as the database tell it, which must be the same.
async fn only(store: &Store) -> Option<String> {
    let only = |tx: &Tx<'_>| Ok(organizations::only(tx)?.map(|only| only.name));
    let known = store.look(only).await.unwrap();
    assert_eq!(known, store.read::<_, StoreError, _>(only).await.unwrap());
    known
}

#[tokio::test]
async fn the_only_organization_is_so_until_a_command_beside_the_server_adds_one() {
    let folder = tempfile::tempdir().unwrap();
    let server = open(&folder);
    let command = Store::join(server.path()).unwrap();
    assert_eq!(only(&server).await, None);
    command.write(|tx| fixture::organization(tx, "acme")).await.unwrap();
    assert_eq!(only(&server).await.as_deref(), Some("acme"));
    server.write(|tx| set_name(tx, "Acme")).await.unwrap();
    assert_eq!(only(&server).await.as_deref(), Some("Acme"));
    command.write(|tx| fixture::organization(tx, "other")).await.unwrap();
    assert_eq!(only(&server).await, None);
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
    let added = begin(&command).await;
    assert!(!is_known(&command, &added.handle));
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
        let commits = store.commits();
        let (a, b, c) = tokio::join!(
            store.write(move |tx| attempts::insert(tx, &first)),
            store.write(move |tx| {
                set_name(tx, "No")?;
                attempts::insert(tx, &undone)?;
                assert!(!panics, "a defect of ours");
                Err::<(), _>(StoreError::Conflict)
            }),
            store.write(move |tx| attempts::insert(tx, &last)),
        );
        assert!(a.is_ok() && b.is_err() && c.is_ok());
        assert!(store.commits() - commits < 3, "they share a commit");
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

/// The attempt as memory and as the database tell it, which must be the same.
async fn under_way(store: &Store, handle: Digest) -> Option<Attempt> {
    let known = store.look(move |tx| attempts::find_by_handle(tx, handle)).await.unwrap();
    let reference = known.as_ref().map(|attempt| attempt.reference.0.clone());
    let read = store.read(move |tx| match &reference {
        Some(reference) => attempts::find_by_reference(tx, reference),
        None => Ok(None),
    });
    assert_eq!(known, read.await.unwrap());
    known
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
    // Whoever knows nothing from memory keeps them as well, and so does a first row.
    let (command, other) = (Store::join(store.path()).unwrap(), Digest::of(b"other"));
    let mut added = Attempt { handle: other, ..attempt };
    added.id = AttemptId::try_from("another").unwrap();
    added.reference.0 = "another".to_owned();
    let kept = added.clone();
    command.write(move |tx| attempts::insert(tx, &kept)).await.unwrap();
    assert_eq!(under_way(&store, other).await, Some(added));
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
