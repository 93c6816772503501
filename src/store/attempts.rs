//! Table family: attempts, which are also the trace of every sign-in.

use rusqlite::{Row, params};

use super::tx::{digest, id, json, optional_id, to_json};
use super::{Page, StoreError, Tx};
use crate::model::attempt::{Attempt, Purpose, Reference, State};
use crate::model::code::Code;
use crate::model::id::{AttemptId, ConnectionId, OrganizationId};
use crate::model::secret::Digest;
use crate::model::time::Millis;

const INSERT: &str = "INSERT INTO attempts (id, reference, handle, browser, purpose, state, state_data, code, checks, organization_id, connection_id, app_id, user_id, created_at, changed_at, proved) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, CASE WHEN ?6 IN ('verified', 'admitted') THEN 1 ELSE 0 END)";

/// Adds an attempt.
///
/// # Errors
/// `Conflict` when its reference or handle is taken.
pub fn insert(tx: &Tx<'_>, attempt: &Attempt) -> Result<(), StoreError> {
    tx.execute(
        INSERT,
        params![
            attempt.id.as_str(),
            attempt.reference.0,
            attempt.handle.as_bytes(),
            attempt.browser.as_ref().map(Digest::as_bytes),
            to_json(&attempt.purpose)?,
            attempt.state.name(),
            to_json(&attempt.state)?,
            code(&attempt.state),
            to_json(&attempt.checks)?,
            attempt.organization.as_ref().map(OrganizationId::as_str),
            attempt.connection.as_ref().map(ConnectionId::as_str),
            app(&attempt.purpose),
            attempt.user.as_ref().map(crate::model::id::UserId::as_str),
            attempt.created_at.0,
            attempt.changed_at.0,
        ],
    )?;
    Ok(())
}

const SAVE: &str = "UPDATE attempts SET state = ?2, state_data = ?3, code = ?4, checks = ?5, organization_id = ?6, connection_id = ?7, user_id = ?8, changed_at = ?9, \
     proved = CASE WHEN ?2 IN ('verified', 'admitted') THEN 1 ELSE proved END WHERE id = ?1";

/// Keeps the present state of an attempt, and for good that somebody was proved in it.
///
/// # Errors
/// `Corrupt` when there is no such attempt.
pub fn save(tx: &Tx<'_>, attempt: &Attempt) -> Result<(), StoreError> {
    let changed = tx.execute(
        SAVE,
        params![
            attempt.id.as_str(),
            attempt.state.name(),
            to_json(&attempt.state)?,
            code(&attempt.state),
            to_json(&attempt.checks)?,
            attempt.organization.as_ref().map(OrganizationId::as_str),
            attempt.connection.as_ref().map(ConnectionId::as_str),
            attempt.user.as_ref().map(crate::model::id::UserId::as_str),
            attempt.changed_at.0,
        ],
    )?;
    if changed == 1 {
        Ok(())
    } else {
        Err(StoreError::Corrupt("an attempt that must exist does not"))
    }
}

const FIND_BY_HANDLE: &str = "SELECT * FROM attempts WHERE handle = ?1";

/// The attempt whose handle has this digest.
///
/// # Errors
/// A database error.
pub fn find_by_handle(tx: &Tx<'_>, handle: Digest) -> Result<Option<Attempt>, StoreError> {
    tx.optional(FIND_BY_HANDLE, [handle.as_bytes()], read)
}

const FIND_BY_REFERENCE: &str = "SELECT * FROM attempts WHERE reference = ?1 OR id = ?1";

/// The attempt people quote by this reference, or with this identifier.
///
/// # Errors
/// A database error.
pub fn find_by_reference(tx: &Tx<'_>, text: &str) -> Result<Option<Attempt>, StoreError> {
    tx.optional(FIND_BY_REFERENCE, [text], read)
}

/// Which attempts to list; `None` = any.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of this organization.
    pub organization: Option<OrganizationId>,
    /// Through this connection.
    pub connection: Option<ConnectionId>,
    /// In this state.
    pub outcome: Option<String>,
    /// Refused for this reason.
    pub code: Option<Code>,
}

const LIST: &str = "SELECT * FROM attempts \
     WHERE (?1 IS NULL OR organization_id = ?1) AND (?2 IS NULL OR connection_id = ?2) \
     AND (?3 IS NULL OR state = ?3) AND (?4 IS NULL OR code = ?4) \
     AND (?5 = '' OR (created_at, id) < (?6, ?5)) ORDER BY created_at DESC, id DESC LIMIT ?7";

/// Attempts, newest first.
///
/// # Errors
/// A database error.
pub fn list(tx: &Tx<'_>, filter: &Filter, page: &Page) -> Result<Vec<Attempt>, StoreError> {
    let (at, last) = page.position();
    tx.all(
        LIST,
        params![
            filter.organization.as_ref().map(OrganizationId::as_str),
            filter.connection.as_ref().map(ConnectionId::as_str),
            filter.outcome,
            filter.code.map(Code::as_str),
            last,
            at,
            page.limit
        ],
        read,
    )
}

const LIST_VERIFIED: &str = "SELECT * FROM attempts WHERE state = 'verified' AND created_at < ?1 ORDER BY created_at LIMIT ?2";

/// Attempts begun before `before` whose person was vouched for and never let in, at most
/// `limit` of them.
///
/// # Errors
/// A database error.
pub fn list_verified(tx: &Tx<'_>, before: Millis, limit: u32) -> Result<Vec<Attempt>, StoreError> {
    tx.all(LIST_VERIFIED, params![before.0, limit], read)
}

fn code(state: &State) -> Option<&'static str> {
    match state {
        State::Refused { code } => Some(code.as_str()),
        _ => None,
    }
}

fn app(purpose: &Purpose) -> Option<&str> {
    match purpose {
        Purpose::App(request) => Some(request.app.as_str()),
        Purpose::Home => None,
    }
}

fn read(row: &Row<'_>) -> Result<Attempt, StoreError> {
    let browser = row.get::<_, Option<Vec<u8>>>("browser")?;
    Ok(Attempt {
        id: id::<AttemptId>(row, "id")?,
        reference: Reference(row.get("reference")?),
        handle: digest(row, "handle")?,
        browser: browser.as_deref().and_then(Digest::from_bytes),
        purpose: json(row, "purpose")?,
        state: json(row, "state_data")?,
        checks: json(row, "checks")?,
        organization: optional_id(row, "organization_id")?,
        connection: optional_id(row, "connection_id")?,
        user: optional_id(row, "user_id")?,
        created_at: Millis(row.get("created_at")?),
        changed_at: Millis(row.get("changed_at")?),
    })
}
