//! The question to somebody who is signed in, when another person's sign-in ends in the same
//! browser. Any organization can lead anybody through its own provider; it must not replace
//! their session by one of its people behind their back.

use super::admission::Admission;
use super::arrival::{Hop, rightful};
use super::attempt;
use super::denied::Denied;
use super::domains;
use super::session::Held;
use crate::model::attempt::{Attempt, Reference, Vouched};
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::id::UserId;
use crate::model::organization::Organization;
use crate::model::time::Millis;
use crate::model::user::{Profile, User};
use crate::store::{StoreError, Tx, attempts, organizations};

/// The check of who else is signed in. Whoever reads the trace is not told who that is.
const OTHER_SESSION: &str = "other_session";
const GIVES_WAY: &str = "nobody else signed in, or they give way";

/// Whether one person gives way to another.
#[derive(Debug, Clone)]
pub struct Question {
    /// Who is signed in.
    pub present: Account,
    /// Who would be.
    pub arriving: Account,
    /// Whose session would end.
    pub instead_of: UserId,
}

/// Who somebody is, as their own provider has it. For the eyes of the person only.
#[derive(Debug, Clone)]
pub struct Account {
    /// Their name.
    pub name: Option<String>,
    /// Their address, unless it is at another organization's domain.
    pub email: Option<String>,
    /// Their organization's name.
    pub organization: String,
}

/// Ends a verified attempt because the person stays who they are signed in as.
///
/// # Errors
/// A database error. The inner `Err` is a refusal that still has to be recorded.
pub fn stay(
    tx: &Tx<'_>,
    now: Millis,
    attempt: Attempt,
    hop: &Hop,
) -> Result<Result<Reference, Denied>, StoreError> {
    let mut checks = match rightful(&attempt, hop) {
        Ok(checks) => checks,
        Err(denied) => return Ok(Err(denied)),
    };
    if let Err(code) = attempt.vouched(now) {
        return Ok(Err(Denied::ending(code, checks)));
    }
    let code = checks.failed(Code::StayedSignedIn, OTHER_SESSION, GIVES_WAY, "stays signed in");
    attempt::refuse(tx, now, attempt, code, checks).map(Ok)
}

/// Who is signed in with a session, unless it is the person who comes.
pub(super) fn other<'h>(held: &'h Held, comes: Option<&User>) -> Option<&'h Admission> {
    let present = held.admission.as_ref()?;
    comes.is_none_or(|user| user.id != present.user().id).then_some(present)
}

/// Whom a provider vouched for in an attempt that waits; `None` when it does not.
///
/// # Errors
/// A database error.
pub fn arriving(
    tx: &Tx<'_>,
    now: Millis,
    attempt: &Attempt,
) -> Result<Option<Account>, StoreError> {
    let (Ok(vouched), Some(id)) = (attempt.vouched(now), &attempt.organization) else {
        return Ok(None);
    };
    match organizations::find(tx, id)? {
        Some(organization) => newcomer(tx, vouched, &organization).map(Some),
        None => Ok(None),
    }
}

fn newcomer(
    tx: &Tx<'_>,
    vouched: &Vouched,
    organization: &Organization,
) -> Result<Account, StoreError> {
    let mut arriving = account(tx, &vouched.profile, organization)?;
    if arriving.name.is_none() && arriving.email.is_none() {
        arriving.name = Some(vouched.subject.clone());
    }
    Ok(arriving)
}

fn account(tx: &Tx<'_>, profile: &Profile, of: &Organization) -> Result<Account, StoreError> {
    let anothers = domains::is_anothers(tx, &of.id, profile.email.as_deref())?;
    let email = profile.email.clone().filter(|_| !anothers);
    let organization = of.name.clone();
    Ok(Account { name: profile.name.clone(), email, organization })
}

/// The question, with both people as their own providers have them.
pub(super) fn of(
    tx: &Tx<'_>,
    present: &Admission,
    vouched: &Vouched,
    organization: &Organization,
) -> Result<Question, StoreError> {
    Ok(Question {
        present: account(tx, &present.user().profile, present.organization())?,
        arriving: newcomer(tx, vouched, organization)?,
        instead_of: present.user().id.clone(),
    })
}

/// The attempt stays verified until the person answers; a reload asks again, and the trace
/// says once that they were asked.
pub(super) fn note(tx: &Tx<'_>, now: Millis, mut attempt: Attempt) -> Result<(), StoreError> {
    if attempt.checks.as_slice().iter().any(|check| check.name == OTHER_SESSION) {
        return Ok(());
    }
    attempt.checks.warned(OTHER_SESSION, GIVES_WAY, "another person, who is asked");
    attempt.changed_at = now;
    attempts::save(tx, &attempt)
}

/// Notes that the person said so.
pub(super) fn gave_way(checks: &mut Checks) {
    checks.warned(OTHER_SESSION, GIVES_WAY, "another person gave way");
}
