//! What a list of organizations tells of each, read for one piece of the list at once.

use std::collections::HashMap;
use std::sync::LazyLock;

use rusqlite::params_from_iter;

use super::{StoreError, Tx, tx};
use crate::model::id::OrganizationId;
use crate::model::time::Millis;

/// Organizations of one piece at most; one more is read to see whether there is a next one.
const MOST: usize = 201;
/// People counted at most.
pub const PEOPLE: i64 = 1_000;
/// Newest attempts looked at where no session is left.
const ATTEMPTS: i64 = 200;

/// What is told of an organization.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Its connections.
    pub connections: i64,
    /// Those that are live and not disabled.
    pub live: i64,
    /// Its people, counted up to one more than [`PEOPLE`].
    pub people: i64,
    /// When somebody last signed in, as far as the sessions that are kept, or else its newest
    /// attempts, know.
    pub last_sign_in: Option<Millis>,
}

// Each is read from an index. People and attempts are counted up to a bound; of connections an
// organization has few. Identifiers that are not needed stay empty.
static COUNTS: LazyLock<String> = LazyLock::new(|| {
    let ids: Vec<String> = (1..=MOST).map(|n| format!("?{n}")).collect();
    format!(
        "SELECT o.id AS id,
        (SELECT count(*) FROM connections c WHERE c.organization_id = o.id) AS connections,
        (SELECT count(*) FROM connections c WHERE c.organization_id = o.id AND c.disabled = 0
            AND c.live_revision_id IS NOT NULL) AS live,
        (SELECT count(*) FROM (SELECT 1 FROM users u WHERE u.organization_id = o.id
            LIMIT {limit}) AS counted) AS people,
        (SELECT s.created_at FROM sessions s WHERE s.organization_id = o.id
            ORDER BY s.id DESC LIMIT 1) AS session_at,
        (SELECT max(a.created_at) FROM (SELECT created_at, state FROM attempts
            WHERE organization_id = o.id ORDER BY created_at DESC LIMIT {ATTEMPTS}) AS a
            WHERE a.state = 'admitted') AS attempt_at
        FROM organizations o WHERE o.id IN ({ids})",
        limit = PEOPLE + 1,
        ids = ids.join(", ")
    )
});

/// What is told of each of these, at most 201 of them.
///
/// # Errors
/// A database error.
pub fn of(
    tx: &Tx<'_>,
    organizations: &[OrganizationId],
) -> Result<HashMap<OrganizationId, Counts>, StoreError> {
    let mut ids: Vec<&str> = organizations.iter().map(OrganizationId::as_str).take(MOST).collect();
    ids.resize(MOST, "");
    let rows = tx.all(&COUNTS, params_from_iter(ids), |row| {
        let session: Option<i64> = row.get("session_at")?;
        let attempt: Option<i64> = row.get("attempt_at")?;
        let counts = Counts {
            connections: row.get("connections")?,
            live: row.get("live")?,
            people: row.get("people")?,
            last_sign_in: session.max(attempt).map(Millis),
        };
        Ok((tx::id::<OrganizationId>(row, "id")?, counts))
    })?;
    Ok(rows.into_iter().collect())
}
