//! Attempts that begin with a provider's word, where nobody was asked.

use super::attempt;
use super::denied::Denied;
use crate::model::attempt::{Attempt, Reference};
use crate::model::code::Code;
use crate::model::rng::Rng;
use crate::model::secret::Digest;
use crate::model::time::Millis;
use crate::store::{StoreError, Tx, attempts, used_assertions};
use crate::upstream::VerifiedIdentity;

/// Keeps a verified identity in an attempt of its own until a browser comes for it: the
/// assertion is used up. `ticket` is the digest of what the browser that brought it is told.
/// Nothing is stored of what is denied.
///
/// # Errors
/// A database error. The inner `Err` is a refusal that still has to be recorded.
pub fn keep(
    tx: &Tx<'_>,
    rng: &dyn Rng,
    now: Millis,
    attempt: Attempt,
    identity: VerifiedIdentity,
    ticket: Digest,
) -> Result<Result<Reference, Denied>, StoreError> {
    let (vouched, used, mut checks) = identity.into_parts();
    let fresh = match used {
        Some(used) => {
            used_assertions::use_once(tx, &vouched.connection, used.digest, used.expires_at)?
        }
        // What cannot be told from a second time counts as one.
        None => false,
    };
    let received = if fresh { "first use" } else { "used before" };
    let (code, name) = (Code::SamlReplayed, "assertion_used_once");
    if let Err(code) = checks.require(fresh, code, name, "first use", received) {
        return Ok(Err(Denied::ending(code, checks)));
    }
    let mut attempt = match attempt.vouched_unasked(now, vouched, ticket) {
        Ok(attempt) => attempt,
        Err(code) => return Ok(Err(Denied::ending(code, checks))),
    };
    checks.warned(
        "unsolicited",
        "a sign-in that begins here",
        "a response nobody asked for, which this connection takes",
    );
    attempt.checks.extend(checks);
    attempt::insert(tx, rng, attempt).map(Ok)
}

/// Gives such an attempt to a browser, which holds `ticket` from then on. Gives whether it was
/// still to be had.
///
/// # Errors
/// A database error.
pub fn claim(
    tx: &Tx<'_>,
    now: Millis,
    attempt: Attempt,
    browser: Digest,
    ticket: Digest,
) -> Result<bool, StoreError> {
    let Ok(attempt) = attempt.claimed(now, browser, ticket) else { return Ok(false) };
    let to_be_had = attempts::bind(tx, &attempt.id, browser)?;
    if to_be_had {
        attempts::save(tx, &attempt)?;
    }
    Ok(to_be_had)
}
