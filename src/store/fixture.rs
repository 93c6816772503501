//! Rows for the tests of rooms above, written without the rules those rooms would apply.

use rusqlite::params;

use super::{StoreError, Tx, apps, domains};
use crate::model::app::App;
use crate::model::domain::Domain;
use crate::model::id::OrganizationId;
use crate::model::rng::SystemRng;
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
    tx.execute(
        "INSERT INTO organizations (id, name, home, disabled, outside_domains, settings,
             created_at, version)
         VALUES (?1, ?1, 0, 0, 'let_in_unverified', '{}', 0, 1)",
        [id],
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

/// How many codes are used, and how many access tokens there are.
pub(crate) fn counts(tx: &Tx<'_>) -> Result<(i64, i64), StoreError> {
    tx.one(
        "SELECT (SELECT COUNT(*) FROM codes WHERE used_at IS NOT NULL) AS used,
                (SELECT COUNT(*) FROM access_tokens) AS tokens",
        [],
        |row| Ok((row.get("used")?, row.get("tokens")?)),
    )
}
