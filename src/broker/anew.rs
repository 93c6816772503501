//! Whoever's access an administrator ended proves themselves anew. The provider may know them
//! still and would let them back in without a word: it is asked once more, and has to make them
//! authenticate.

use crate::model::attempt::{Attempt, LIFETIME, State, Vouched};
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::connection::MAX_CLOCK_SKEW_SECONDS;
use crate::model::id::UserId;
use crate::model::time::{DAY, Millis, SECOND};
use crate::model::user::User;
use crate::store::{StoreError, Tx, attempts, owner_steps, sessions, users};

const CHECK: &str = "proved_since_access_ended";

/// A provider's own session is taken to be over after so long, where it does not say when
/// people authenticated: else they would be asked at each sign-in for ever.
const UNSAID: i64 = 7 * DAY;

/// The provider's clock may be ahead of ours by so much.
const AHEAD: i64 = MAX_CLOCK_SKEW_SECONDS as i64 * SECOND;

/// Most identities of one person that are looked at.
const IDENTITIES: u32 = 1_000;

/// When their access ended, for a person who has to be asked anew: the provider was not made to
/// ask them since, and does not say that they authenticated since. Costs nothing for others.
pub(super) fn needed(
    now: Millis,
    vouched: &Vouched,
    known: Option<&User>,
    checks: &mut Checks,
) -> Option<Millis> {
    let ended = known?.access_ended_at?;
    let asked = vouched.asked_anew_at.is_some_and(|asked| asked >= ended);
    let since = match vouched.says_when {
        true => vouched.authenticated_at >= ended.plus(AHEAD),
        false => now.since(ended) > UNSAID,
    };
    if since {
        checks.passed(CHECK, expected(ended), "since then");
    } else if asked && vouched.says_when {
        checks.passed(CHECK, expected(ended), "asked anew");
    } else if asked {
        // The request travels in the browser's address: nothing shows that it came as it was.
        checks.warned(CHECK, expected(ended), "asked anew, but the provider does not say when");
    }
    (!asked && !since).then_some(ended)
}

fn expected(ended: Millis) -> String {
    format!("after {}", ended.rfc3339())
}

/// Takes an attempt back to where the provider has not been asked, and notes why. Stores it.
///
/// # Errors
/// A database error. The inner `Err` says why it cannot be.
pub fn ask(
    tx: &Tx<'_>,
    now: Millis,
    attempt: Attempt,
    ended: Millis,
) -> Result<Result<Attempt, Code>, StoreError> {
    let mut attempt = match attempt.asked_again(now) {
        Ok(attempt) => attempt,
        Err(code) => return Ok(Err(code)),
    };
    attempt.checks.warned(CHECK, expected(ended), "before, or not stated: asked anew");
    attempts::save(tx, &attempt)?;
    Ok(Ok(attempt))
}

/// See [`super::session::end_access`].
pub(super) fn end_access(tx: &Tx<'_>, now: Millis, user: &UserId) -> Result<usize, StoreError> {
    users::access_ended(tx, user, now)?;
    owner_steps::end_of_user(tx, user)?;
    let own = users::identities(tx, user, IDENTITIES)?;
    for attempt in attempts::list_waiting(tx, now.plus(-LIFETIME), user)? {
        let theirs = match &attempt.state {
            State::Verified { vouched, .. } => own.iter().any(|(connection, subject)| {
                *connection == vouched.connection && *subject == vouched.subject
            }),
            _ => false,
        };
        if theirs {
            let code = Code::AttemptExpired;
            let mut attempt = attempt.refused(now, code);
            attempt.checks.failed(code, CHECK, expected(now), "before");
            attempts::save(tx, &attempt)?;
        }
    }
    sessions::end_of_user(tx, user)
}
