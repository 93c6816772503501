//! Rows for the tests of rooms above, written without the rules those rooms would apply.

use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use rusqlite::params;

use super::{Store, StoreError, Tx, apps, domains};
use crate::model::app::App;
use crate::model::domain::Domain;
use crate::model::id::OrganizationId;
use crate::model::rng::SystemRng;
use crate::model::secret::Digest;
use crate::model::time::Millis;

/// The app as it is given, whether or not there was one.
pub(crate) fn app(tx: &Tx<'_>, app: &App) -> Result<(), StoreError> {
    match apps::find(tx, &app.id)? {
        Some(App { version, .. }) => {
            apps::update(tx, &App { version, ..app.clone() }).map(|updated| assert!(updated))
        }
        None => apps::insert(tx, app),
    }
}

pub(crate) fn disable(tx: &Tx<'_>, table: &'static str) -> Result<(), StoreError> {
    tx.execute(&format!("UPDATE {table} SET disabled = 1"), []).map(|_| ())
}

/// A connection people are signed in through.
pub(crate) fn connection(tx: &Tx<'_>, id: &str, organization: &str) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO connections (id, organization_id, name, protocol, disabled, live_revision_id,
             settings, created_at, version)
         VALUES (?1, ?2, 'Okta', 'saml', 0, 'live', '{}', 0, 1)",
        params![id, organization],
    )
    .map(|_| ())
}

/// An organization with nothing to it.
pub(crate) fn organization(tx: &Tx<'_>, id: &str) -> Result<(), StoreError> {
    an_organization(tx, id, false)
}

/// The home organization.
pub(crate) fn home(tx: &Tx<'_>, id: &str) -> Result<(), StoreError> {
    an_organization(tx, id, true)
}

fn an_organization(tx: &Tx<'_>, id: &str, home: bool) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO organizations (id, name, home, disabled, outside_domains, settings,
             created_at, version)
         VALUES (?1, ?1, ?2, 0, 'let_in_unverified', '{}', 0, 1)",
        params![id, home],
    )
    .map(|_| ())
}

/// A domain its organization holds by decision of the operator.
pub(crate) fn domain(
    tx: &Tx<'_>,
    name: &str,
    organization: &OrganizationId,
) -> Result<(), StoreError> {
    let now = Millis(1);
    let added = Domain::pending(&SystemRng, now, organization.clone(), name.to_owned());
    domains::save(tx, &added.accepted(now, false))
}

/// Holds the writer until the returned sender is dropped or used: what is written meanwhile
/// becomes one group.
pub(crate) fn hold(store: &Store) -> (Sender<()>, JoinHandle<()>) {
    let (release, held) = channel::<()>();
    let (started, running) = channel::<()>();
    let store = store.clone();
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let step = store.write(move |_| {
            started.send(()).unwrap();
            let _released = held.recv();
            Ok::<_, StoreError>(())
        });
        runtime.block_on(step).unwrap();
    });
    running.recv().unwrap();
    (release, thread)
}

/// A code and an access token given at `at`, and what they hang on.
pub(crate) fn code_and_token(
    tx: &Tx<'_>,
    code: Digest,
    token: Digest,
    at: Millis,
) -> Result<(), StoreError> {
    home(tx, "o")?;
    for (sql, given) in [
        (
            "INSERT INTO users (id, organization_id, profile, answers, owner, admin, disabled,
                 announced, created_at, version)
             VALUES ('u', 'o', '{}', '{}', 0, 0, 0, 0, ?1, 1)",
            None,
        ),
        (
            "INSERT INTO apps (id, name, redirect_uris, post_logout_redirect_uris, organizations,
                 signing_algorithm, groups_claim, settings, disabled, created_at, version)
             VALUES ('a', 'A', '[]', '[]', '[]', 'RS256', 0, '{}', 0, ?1, 1)",
            None,
        ),
        (
            "INSERT INTO sessions (id, secret, user_id, organization_id, method, authenticated_at,
                 created_at, seen_at, expires_at)
             VALUES ('s', x'00', 'u', 'o', '{}', ?1, ?1, ?1, ?1 + 100000000000)",
            None,
        ),
        (
            "INSERT INTO codes (digest, app_id, session_id, grant_data, created_at, expires_at)
             VALUES (?2, 'a', 's', '{}', ?1, ?1)",
            Some(code),
        ),
        (
            "INSERT INTO access_tokens (digest, app_id, session_id, user_id, scopes, created_at,
                 expires_at)
             VALUES (?2, 'a', 's', 'u', '', ?1, ?1)",
            Some(token),
        ),
    ] {
        match given {
            Some(digest) => tx.execute(sql, params![at.0, digest.as_bytes()])?,
            None => tx.execute(sql, params![at.0])?,
        };
    }
    Ok(())
}

/// How many codes are used, and how many access tokens there are.
pub(crate) fn counts(tx: &Tx<'_>) -> Result<(i64, i64), StoreError> {
    tx.one(
        "SELECT (SELECT COUNT(*) FROM codes WHERE used_at IS NOT NULL) AS used,
                (SELECT COUNT(*) FROM access_tokens) AS tokens",
        [],
        |row| Ok((row.get("used")?, row.get("tokens")?)),
    )
}
