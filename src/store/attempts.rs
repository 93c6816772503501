//! Table family: attempts, which are also the trace of every sign-in.

use rusqlite::params;
use rusqlite::types::ValueRef;

use super::tx::{Row, digest, id, json, optional_id, to_json};
use super::{StoreError, Tx};
use crate::model::attempt::{Attempt, Purpose, Reference, State};
use crate::model::check::Checks;
use crate::model::connection::SealedSecret;
use crate::model::id::{AttemptId, ConnectionId, OrganizationId, UserId};
use crate::model::rng::Rng;
use crate::model::secret::Digest;
use crate::model::time::Millis;

const INSERT: &str = "INSERT INTO attempts (id, reference, handle, browser, purpose, state, state_data, code, checks, organization_id, connection_id, app_id, user_id, created_at, changed_at, hops, test, proved) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, CASE WHEN ?6 IN ('verified', 'admitted') THEN 1 ELSE 0 END)";

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
            to_json(attempt.checks.rest())?,
            attempt.organization.as_ref().map(OrganizationId::as_str),
            attempt.connection.as_ref().map(ConnectionId::as_str),
            app(&attempt.purpose),
            attempt.user.as_ref().map(UserId::as_str),
            attempt.created_at.0,
            attempt.changed_at.0,
            to_json(&attempt.hops)?,
            matches!(attempt.purpose, Purpose::Test(_)),
        ],
    )?;
    keep_apart(tx, attempt)?;
    debug_assert!(is_saved(tx, attempt)?, "{:?} is not whole", attempt.id);
    tx.saved(attempt);
    Ok(())
}

/// References drawn for one attempt at most. Were 100,000 attempts of one minute kept, one draw
/// in 10,000 would be taken (2^30 references a minute), and eight in a row never.
const DRAWS: usize = 8;

/// Adds an attempt and gives out the reference it is found by, which need not be the one it was
/// begun with: another attempt of the same minute of some day may have that.
///
/// # Errors
/// A database error; `Conflict` when every reference drawn was taken.
pub fn insert_drawing(
    tx: &Tx<'_>,
    rng: &dyn Rng,
    mut attempt: Attempt,
) -> Result<Reference, StoreError> {
    for _ in 1..DRAWS {
        match insert(tx, &attempt) {
            Err(StoreError::Conflict) => {
                attempt.reference = Reference::random(rng, attempt.created_at);
            }
            other => return other.map(|()| attempt.reference),
        }
    }
    insert(tx, &attempt)?;
    Ok(attempt.reference)
}

/// `$also` sets what stands in indexes and seldom changes: SQLite moves the entries of a column that
/// is set, whether or not to what it was.
macro_rules! save {
    ($also:literal) => {
        concat!(
            "UPDATE attempts SET state = ?2, state_data = ?3, code = ?4, checks = ?5, \
             user_id = ?6, changed_at = ?7, hops = ?8, browser = ?10",
            $also,
            " WHERE id = ?1 AND handle = ?9 AND (browser IS NULL OR browser = ?10)"
        )
    };
}

const SAVE: &str = save!(
    ", organization_id = ?11, connection_id = ?12, \
     proved = CASE WHEN ?2 IN ('verified', 'admitted') THEN 1 ELSE proved END"
);
const SAVE_IN_PLACE: &str = save!("");

// Whether an attempt that is on disk as `known` keeps its place in the indexes of `SAVE`.
fn is_in_place(known: &Attempt, attempt: &Attempt) -> bool {
    let proves = |attempt: &Attempt| matches!(attempt.state.name(), "verified" | "admitted");
    known.organization == attempt.organization
        && known.connection == attempt.connection
        && (proves(known) || !proves(attempt))
}

/// Keeps the present state of an attempt, and for good that somebody was proved in it.
///
/// # Errors
/// `Corrupt` when there is no such attempt with this handle, or another browser's.
pub fn save(tx: &Tx<'_>, attempt: &Attempt) -> Result<(), StoreError> {
    let checks = &attempt.checks;
    let known = tx.if_under_way(&attempt.handle, |known| {
        (is_in_place(known, attempt), known.checks.apart() == checks.apart())
    });
    let (in_place, apart_is_kept) = known.unwrap_or_default();
    let values = params![
        attempt.id.as_str(),
        attempt.state.name(),
        to_json(&attempt.state)?,
        code(&attempt.state),
        to_json(checks.rest())?,
        attempt.user.as_ref().map(UserId::as_str),
        attempt.changed_at.0,
        to_json(&attempt.hops)?,
        attempt.handle.as_bytes(),
        attempt.browser.as_ref().map(Digest::as_bytes),
        attempt.organization.as_ref().map(OrganizationId::as_str),
        attempt.connection.as_ref().map(ConnectionId::as_str),
    ];
    let changed = match values.split_last_chunk::<2>() {
        Some((values, _)) if in_place => tx.execute(SAVE_IN_PLACE, values)?,
        _ => tx.execute(SAVE, values)?,
    };
    if changed != 1 {
        return Err(StoreError::Corrupt("an attempt of this browser that must exist does not"));
    }
    if !apart_is_kept {
        keep_apart(tx, attempt)?;
    }
    debug_assert!(is_saved(tx, attempt)?, "{:?} is not whole", attempt.id);
    tx.saved(attempt);
    Ok(())
}

// Memory answers with what was saved, and the database with what was written of it.
fn is_saved(tx: &Tx<'_>, attempt: &Attempt) -> Result<bool, StoreError> {
    Ok(find_by_reference(tx, attempt.id.as_str())?.as_ref() == Some(attempt))
}

const KEEP_APART: &str = "INSERT INTO attempt_checks (attempt_id, checks) VALUES (?1, ?2) \
     ON CONFLICT (attempt_id) DO UPDATE SET checks = excluded.checks";

// Only ever together with the attempt: whoever knows the one takes it that they know the other.
fn keep_apart(tx: &Tx<'_>, attempt: &Attempt) -> Result<(), StoreError> {
    let apart = attempt.checks.apart();
    if apart.is_empty() {
        return Ok(());
    }
    tx.execute(KEEP_APART, params![attempt.id.as_str(), to_json(apart)?]).map(drop)
}

/// Binds an attempt that was made for whoever comes first to the browser that did. Gives whether
/// nobody had come before.
///
/// # Errors
/// A database error.
pub fn bind(tx: &Tx<'_>, attempt: &AttemptId, browser: Digest) -> Result<bool, StoreError> {
    const BIND: &str = "UPDATE attempts SET browser = ?2 WHERE id = ?1 AND browser IS NULL";
    Ok(tx.execute(BIND, params![attempt.as_str(), browser.as_bytes()])? == 1)
}

/// Gives an attempt another handle; it is found by its earlier one no more.
///
/// # Errors
/// A database error.
pub fn rename(tx: &Tx<'_>, attempt: &AttemptId, handle: Digest) -> Result<(), StoreError> {
    const RENAME: &str = "UPDATE attempts SET handle = ?2 WHERE id = ?1";
    tx.execute(RENAME, params![attempt.as_str(), handle.as_bytes()])?;
    Ok(())
}

const KEEP_EVIDENCE: &str = "INSERT INTO attempt_evidence (attempt_id, sealed) VALUES (?1, ?2) \
     ON CONFLICT (attempt_id) DO UPDATE SET sealed = excluded.sealed";

/// Keeps what an attempt's provider said, sealed, instead of what was kept before.
///
/// # Errors
/// `Conflict` when there is no such attempt; a database error.
pub fn keep_evidence(
    tx: &Tx<'_>,
    attempt: &AttemptId,
    sealed: &SealedSecret,
) -> Result<(), StoreError> {
    tx.execute(KEEP_EVIDENCE, params![attempt.as_str(), sealed.0]).map(drop)
}

const EVIDENCE: &str = "SELECT sealed FROM attempt_evidence WHERE attempt_id = ?1";

/// What is kept of what an attempt's provider said, sealed.
///
/// # Errors
/// A database error.
pub fn evidence(tx: &Tx<'_>, attempt: &AttemptId) -> Result<Option<SealedSecret>, StoreError> {
    tx.optional(EVIDENCE, [attempt.as_str()], |row| Ok(SealedSecret(row.get("sealed")?)))
}

// An attempt that was forgotten meanwhile stays so.
const REDEEMED: &str = "INSERT INTO attempt_redemptions (attempt_id, redeemed_at) \
     SELECT id, ?2 FROM attempts WHERE id = ?1 \
     ON CONFLICT (attempt_id) DO UPDATE SET redeemed_at = excluded.redeemed_at";

/// Keeps when the app exchanged the code that an attempt gave it. An attempt that was
/// forgotten meanwhile stays so.
///
/// # Errors
/// A database error.
pub fn redeemed(tx: &Tx<'_>, attempt: &AttemptId, now: Millis) -> Result<(), StoreError> {
    tx.execute(REDEEMED, params![attempt.as_str(), now.0]).map(drop)
}

/// An attempt with its checks that were set apart and when its code was redeemed.
macro_rules! columns {
    () => {
        "attempts.*, (SELECT checks FROM attempt_checks \
         WHERE attempt_id = attempts.id) AS checks_apart, \
         (SELECT redeemed_at FROM attempt_redemptions \
         WHERE attempt_id = attempts.id) AS redeemed_at"
    };
}
macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT ", columns!(), " FROM attempts ", $rest)
    };
}

mod lists;

pub use lists::{Filter, LOOKED_AT, Names, horizon, list, list_named, names};

const FIND_BY_HANDLE: &str = select!("WHERE handle = ?1");

/// The attempt whose handle has this digest.
///
/// # Errors
/// A database error.
pub fn find_by_handle(tx: &Tx<'_>, handle: Digest) -> Result<Option<Attempt>, StoreError> {
    match tx.under_way(&handle) {
        Some(attempt) => Ok(Some(attempt)),
        None => tx.optional(FIND_BY_HANDLE, [handle.as_bytes()], read),
    }
}

const FIND_BY_REFERENCE: &str = select!("WHERE reference = ?1 OR id = ?1");

/// The attempt people quote by this reference, or with this identifier.
///
/// # Errors
/// A database error.
pub fn find_by_reference(tx: &Tx<'_>, text: &str) -> Result<Option<Attempt>, StoreError> {
    tx.optional(FIND_BY_REFERENCE, [text], read)
}

const LIST_VERIFIED: &str =
    select!("WHERE state = 'verified' AND created_at < ?1 ORDER BY created_at LIMIT ?2");

/// Attempts begun before `before` whose person was vouched for and never let in, at most
/// `limit` of them.
///
/// # Errors
/// A database error.
pub fn list_verified(tx: &Tx<'_>, before: Millis, limit: u32) -> Result<Vec<Attempt>, StoreError> {
    tx.all(LIST_VERIFIED, params![before.0, limit], read)
}

/// Most attempts that [`list_waiting`] gives.
const WAITING: u32 = 2_000;

/// Attempts begun since `since` through a connection that knows `user`, whose person was vouched
/// for and is not in yet; the newest first.
///
/// # Errors
/// A database error.
pub fn list_waiting(tx: &Tx<'_>, since: Millis, user: &UserId) -> Result<Vec<Attempt>, StoreError> {
    const LIST: &str = select!(
        "WHERE state = 'verified' AND created_at >= ?1 \
         AND connection_id IN (SELECT connection_id FROM identities WHERE user_id = ?2) \
         ORDER BY created_at DESC LIMIT ?3"
    );
    tx.all(LIST, params![since.0, user.as_str(), WAITING], read)
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
        Purpose::Start(start) => Some(start.app.as_str()),
        Purpose::Refused(app) => Some(app.as_str()),
        Purpose::Home | Purpose::Test(_) => None,
    }
}

fn read(row: &Row<'_>) -> Result<Attempt, StoreError> {
    let browser = row.get::<_, Option<Vec<u8>>>("browser")?;
    let apart = match row.get_ref("checks_apart")? {
        ValueRef::Null => Checks::new(),
        _ => json(row, "checks_apart")?,
    };
    Ok(Attempt {
        id: id::<AttemptId>(row, "id")?,
        reference: Reference(row.get("reference")?),
        handle: digest(row, "handle")?,
        browser: browser.as_deref().and_then(Digest::from_bytes),
        purpose: json(row, "purpose")?,
        state: json(row, "state_data")?,
        checks: Checks::joined(apart, json(row, "checks")?),
        hops: json(row, "hops")?,
        organization: optional_id(row, "organization_id")?,
        connection: optional_id(row, "connection_id")?,
        user: optional_id(row, "user_id")?,
        created_at: Millis(row.get("created_at")?),
        changed_at: Millis(row.get("changed_at")?),
        redeemed_at: row.get::<_, Option<i64>>("redeemed_at")?.map(Millis),
    })
}
