//! Attempts: begun, bound to a browser, looked up by their handle, ended.

use super::Admission;
use super::denied::Denied;
use crate::model::attempt::{Attempt, Purpose, Reference};
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::id::{AppId, ConnectionId, OrganizationId, UserId};
use crate::model::rng::Rng;
use crate::model::secret::{Digest, Secret, equal};
use crate::model::time::Millis;
use crate::store::{StoreError, Tx, attempts};

/// A new attempt and the handle that travels with it.
pub struct Begun {
    /// The attempt, not stored yet.
    pub attempt: Attempt,
    /// Travels as RelayState, `state` and in our own forms.
    pub handle: Secret<String>,
}

/// Makes an attempt bound to the browser that holds the cookie with this digest.
pub fn begin(rng: &dyn Rng, now: Millis, purpose: Purpose, browser: Option<Digest>) -> Begun {
    let (attempt, handle) = Attempt::begin(rng, now, purpose, browser);
    Begun { attempt, handle }
}

/// Stores a new attempt and gives out the reference it is found by, which need not be the one
/// it was begun with: another attempt of the same minute of some day may have that.
///
/// # Errors
/// A database error; `Conflict` when every reference drawn was taken.
pub fn insert(tx: &Tx<'_>, rng: &dyn Rng, attempt: Attempt) -> Result<Reference, StoreError> {
    attempts::insert_drawing(tx, rng, attempt)
}

/// Whether the attempt was begun by the browser that holds these cookies. There are several
/// when tabs were opened at the same moment, before the browser had one.
///
/// # Errors
/// `BrowserCookieMissing` or `BrowserMismatch`.
pub fn same_browser(attempt: &Attempt, held: &[Digest]) -> Result<(), Code> {
    match &attempt.browser {
        Some(bound) if held.iter().any(|held| equal(bound.as_bytes(), held.as_bytes())) => Ok(()),
        Some(_) if held.is_empty() => Err(Code::BrowserCookieMissing),
        _ => Err(Code::BrowserMismatch),
    }
}

/// Takes an answer that another browser brought out of use. The attempt goes on, unless that
/// happened too often.
///
/// # Errors
/// A database error.
pub fn spend(tx: &Tx<'_>, now: Millis, attempt: Attempt, answer: Digest) -> Result<(), StoreError> {
    let before = attempt.state.clone();
    let mut attempt = attempt.brought_elsewhere(now, answer);
    if attempt.state == before {
        return Ok(());
    }
    attempt.checks.warned("browser", "the browser that began", "another browser");
    attempts::save(tx, &attempt)
}

/// Whether no other browser brought this answer before.
///
/// # Errors
/// A refusal that ends the attempt.
pub fn unspent(attempt: &Attempt, answer: Option<&Digest>) -> Result<(), Denied> {
    if answer.is_none_or(|answer| !attempt.is_spent(answer)) {
        return Ok(());
    }
    let (code, mut checks) = (Code::BrowserMismatch, Checks::new());
    checks.failed(code, "answer", "brought by this browser", "brought by another browser, too");
    Err(Denied::ending(code, checks))
}

/// Ends an attempt with nobody in and keeps why. An attempt that had ended keeps its own end.
///
/// # Errors
/// A database error.
pub fn refuse(
    tx: &Tx<'_>,
    now: Millis,
    mut attempt: Attempt,
    code: Code,
    checks: Checks,
) -> Result<Reference, StoreError> {
    let reference = attempt.reference.clone();
    if !attempt.state.ended() {
        attempt.checks.extend(checks);
        let attempt = attempt.refused(now, code);
        attempts::save(tx, &attempt)?;
    }
    Ok(reference)
}

/// Ends an attempt with an owner in, who came by the door beside it. One that had ended or
/// run out stays so; the owner's way in is then recorded as an attempt of its own.
///
/// # Errors
/// A database error.
pub fn taken_over(
    tx: &Tx<'_>,
    rng: &dyn Rng,
    now: Millis,
    attempt: Attempt,
    admission: &Admission,
) -> Result<(), StoreError> {
    let taken = |attempt: Attempt| {
        let mut attempt = attempt.taken_over(now).ok()?;
        attempt.checks.passed("owner_password", "the owner's password", "the owner's password");
        attempt.organization = Some(admission.organization().id.clone());
        attempt.user = Some(admission.user().id.clone());
        Some(attempt)
    };
    let (purpose, browser) = (attempt.purpose.clone(), attempt.browser);
    if let Some(attempt) = taken(attempt) {
        return attempts::save(tx, &attempt);
    }
    match taken(begin(rng, now, purpose, browser).attempt) {
        Some(attempt) => insert(tx, rng, attempt).map(drop),
        None => Ok(()),
    }
}

/// What an app did that is refused, and about whom it was as far as that is known.
#[derive(Debug)]
pub struct Misuse {
    /// The app.
    pub app: AppId,
    /// The organization of the person.
    pub organization: Option<OrganizationId>,
    /// The person.
    pub user: Option<UserId>,
    /// Why it is refused.
    pub code: Code,
    /// What was checked.
    pub checks: Checks,
}

/// Leaves a record of an app's misuse. How many there may be is for the caller to bound.
///
/// # Errors
/// A database error.
pub fn record_misuse(
    tx: &Tx<'_>,
    rng: &dyn Rng,
    now: Millis,
    misuse: Misuse,
) -> Result<Reference, StoreError> {
    let Misuse { app, organization, user, code, checks } = misuse;
    let Begun { attempt, .. } = begin(rng, now, Purpose::Refused(app), None);
    insert(tx, rng, Attempt { organization, user, checks, ..attempt }.refused(now, code))
}

/// Leaves a record of what belongs to no waiting attempt. Anybody can cause one: how many there
/// may be is for the caller to bound.
///
/// # Errors
/// A database error.
pub fn record_unmatched(
    tx: &Tx<'_>,
    rng: &dyn Rng,
    now: Millis,
    connection: Option<ConnectionId>,
    code: Code,
    checks: Checks,
) -> Result<Reference, StoreError> {
    let Begun { mut attempt, .. } = begin(rng, now, Purpose::Home, None);
    attempt.connection = connection;
    attempt.checks = checks;
    insert(tx, rng, attempt.refused(now, code))
}
