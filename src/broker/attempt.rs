//! Attempts: begun, bound to a browser, looked up by their handle, ended.

use super::Admission;
use crate::model::attempt::{Attempt, Purpose, Reference, State};
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::id::{AttemptId, ConnectionId};
use crate::model::rng::Rng;
use crate::model::secret::{Digest, Secret, equal, random_token};
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
    let handle = random_token(rng);
    let attempt = Attempt {
        id: AttemptId::ordered(rng, now),
        reference: Reference::random(rng),
        handle: Digest::of(handle.expose().as_bytes()),
        browser,
        purpose,
        state: State::Choosing,
        checks: Checks::new(),
        organization: None,
        connection: None,
        user: None,
        created_at: now,
        changed_at: now,
    };
    Begun { attempt, handle }
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

/// Ends an attempt with an owner in, who came by the door beside it.
///
/// # Errors
/// A database error.
pub fn taken_over(
    tx: &Tx<'_>,
    now: Millis,
    mut attempt: Attempt,
    admission: &Admission,
) -> Result<(), StoreError> {
    if attempt.state.ended() {
        return Ok(());
    }
    attempt.checks.passed("owner_password", "the owner's password", "the owner's password");
    attempt.organization = Some(admission.organization().id.clone());
    attempt.user = Some(admission.user().id.clone());
    attempts::save(tx, &attempt.taken_over(now))
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
    let attempt = attempt.refused(now, code);
    attempts::insert(tx, &attempt)?;
    Ok(attempt.reference)
}
