//! Mail domains of organizations.

use rusqlite::params;

use super::shelf::Kind;
use super::tx::Row;
use super::{Page, StoreError, Tx, tx};
use crate::model::domain::name::{LABELS, covering};
use crate::model::domain::standing::holder;
use crate::model::domain::{Checked, Domain, Missing, State};
use crate::model::id::OrganizationId;
use crate::model::time::Millis;

const SAVE: &str = "INSERT INTO organization_domains (organization_id, domain, token, state, since,
        include_subdomains, missing_since, missing_checks, checked_at, finding, failures,
        next_check_at, created_at)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
    ON CONFLICT (organization_id, domain) DO UPDATE SET token = ?3, state = ?4, since = ?5,
        include_subdomains = ?6, missing_since = ?7, missing_checks = ?8, checked_at = ?9,
        finding = ?10, failures = ?11, next_check_at = ?12";

/// Writes a domain, new or changed.
///
/// # Errors
/// `Conflict` when it is not pending and another organization holds it.
pub fn save(tx: &Tx<'_>, domain: &Domain) -> Result<(), StoreError> {
    let d = domain;
    let missing = match d.state {
        State::ProvedByDns { missing } => missing,
        State::Pending | State::ProvedByOperator | State::Lost => None,
    };
    let finding = d.checked.as_ref().map(|checked| tx::to_json(&checked.finding)).transpose()?;
    tx.execute(
        SAVE,
        params![
            d.organization.as_str(),
            d.name,
            d.token,
            d.state.as_str(),
            d.since.0,
            d.include_subdomains,
            missing.map(|missing| missing.since.0),
            missing.map_or(0, |missing| missing.checks),
            d.checked.as_ref().map(|checked| checked.at.0),
            finding,
            d.failures,
            d.next_check_at.map(|at| at.0),
            d.created_at.0,
        ],
    )?;
    Ok(())
}

const FIND: &str = "SELECT * FROM organization_domains WHERE organization_id = ?1 AND domain = ?2";

/// A domain of this organization (lower case).
///
/// # Errors
/// A database error.
pub fn find(
    tx: &Tx<'_>,
    organization: &OrganizationId,
    name: &str,
) -> Result<Option<Domain>, StoreError> {
    tx.optional(FIND, [organization.as_str(), name], read)
}

const HELD: &str = "SELECT * FROM organization_domains WHERE domain = ?1 AND state <> 'pending'";

/// The domain of whichever organization holds exactly this name (lower case).
///
/// # Errors
/// A database error.
pub fn held(tx: &Tx<'_>, name: &str) -> Result<Option<Domain>, StoreError> {
    tx.shelved(Kind::Held, name, || tx.optional(HELD, [name], read))
}

/// The domain that decides about a name (lower case): the one that is held, or one above it
/// that covers it.
///
/// # Errors
/// A database error.
pub fn deciding(tx: &Tx<'_>, name: &str) -> Result<Option<Domain>, StoreError> {
    if !is_any_held(tx)? {
        return Ok(None);
    }
    let mut found = Vec::with_capacity(LABELS);
    for name in covering(name) {
        found.extend(held(tx, name)?);
    }
    Ok(holder(name, &found).cloned())
}

const ANY_HELD: &str = "SELECT 1 FROM organization_domains
    WHERE domain >= '' AND state <> 'pending' LIMIT 1";

/// Whether any organization holds any domain.
fn is_any_held(tx: &Tx<'_>) -> Result<bool, StoreError> {
    let read = || Ok(Some(tx.optional(ANY_HELD, (), |_| Ok(()))?.is_some()));
    Ok(tx.shelved(Kind::AnyHeld, "", read)?.unwrap_or_default())
}

const HOLDS: &str = "SELECT 1 FROM organization_domains
    WHERE organization_id = ?1 AND state <> 'pending' LIMIT 1";

/// Whether an organization holds any domain, proved or lost.
///
/// # Errors
/// A database error.
pub fn holds_any(tx: &Tx<'_>, organization: &OrganizationId) -> Result<bool, StoreError> {
    let of = organization.as_str();
    let read = || Ok(Some(tx.optional(HOLDS, [of], |_| Ok(()))?.is_some()));
    Ok(tx.shelved(Kind::Holder, of, read)?.unwrap_or_default())
}

const COUNT: &str = "SELECT COUNT(*) AS count FROM organization_domains WHERE organization_id = ?1";

/// How many domains an organization has, in whatever state.
///
/// # Errors
/// A database error.
pub fn count(tx: &Tx<'_>, organization: &OrganizationId) -> Result<u32, StoreError> {
    tx.one(COUNT, [organization.as_str()], |row| row.get("count"))
}

const LIST: &str = "SELECT * FROM organization_domains
    WHERE organization_id = ?1 AND (created_at, domain) > (?2, ?3)
    ORDER BY created_at, domain LIMIT ?4";

/// The domains of an organization, oldest first.
///
/// # Errors
/// A database error.
pub fn list(
    tx: &Tx<'_>,
    organization: &OrganizationId,
    page: &Page,
) -> Result<Vec<Domain>, StoreError> {
    let (at, after) = page.position();
    tx.all(LIST, params![organization.as_str(), at, after, page.limit], read)
}

const DUE: &str = "SELECT * FROM organization_domains WHERE next_check_at <= ?1
    ORDER BY next_check_at LIMIT ?2";

/// The domains whose record is to be looked for by `now`, the longest due first.
///
/// # Errors
/// A database error.
pub fn due(tx: &Tx<'_>, now: Millis, limit: u32) -> Result<Vec<Domain>, StoreError> {
    tx.all(DUE, params![now.0, limit], read)
}

const DELETE: &str = "DELETE FROM organization_domains WHERE organization_id = ?1 AND domain = ?2";

/// Removes a domain of this organization. Gives whether it was there.
///
/// # Errors
/// A database error.
pub fn delete(tx: &Tx<'_>, organization: &OrganizationId, name: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE, [organization.as_str(), name])? == 1)
}

fn read(row: &Row<'_>) -> Result<Domain, StoreError> {
    let missing = match row.get::<_, Option<i64>>("missing_since")? {
        Some(since) => Some(Missing { since: Millis(since), checks: row.get("missing_checks")? }),
        None => None,
    };
    let checked = match row.get::<_, Option<i64>>("checked_at")? {
        Some(at) => Some(Checked { at: Millis(at), finding: tx::json(row, "finding")? }),
        None => None,
    };
    let state = match row.get::<_, String>("state")?.as_str() {
        "pending" => State::Pending,
        "proved_by_dns" => State::ProvedByDns { missing },
        "proved_by_operator" => State::ProvedByOperator,
        "lost" => State::Lost,
        _ => return Err(StoreError::Corrupt("a state of an unknown name")),
    };
    Ok(Domain {
        name: row.get("domain")?,
        organization: tx::id(row, "organization_id")?,
        token: row.get("token")?,
        state,
        since: Millis(row.get("since")?),
        include_subdomains: row.get("include_subdomains")?,
        checked,
        failures: row.get("failures")?,
        next_check_at: row.get::<_, Option<i64>>("next_check_at")?.map(Millis),
        created_at: Millis(row.get("created_at")?),
    })
}
