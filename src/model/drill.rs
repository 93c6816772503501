//! Rehearsals of the owner's way in: password and second factor, in a browser, without a
//! session coming of it.

use super::factor::Factor;
use super::id::{DrillId, OrganizationId, UserId};
use super::rng::Rng;
use super::secret::{Secret, random_token};
use super::time::{DAY, MINUTE, Millis};

/// A drill that was started is to be passed within so long.
pub const LIFETIME: i64 = 30 * MINUTE;
/// A drill older than this many days is due again.
pub const DUE_DAYS: i64 = 90;

/// A rehearsal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drill {
    /// Its identifier.
    pub id: DrillId,
    /// The organization whose owner rehearses.
    pub organization: OrganizationId,
    /// When it was started.
    pub created_at: Millis,
    /// It cannot be passed from then on.
    pub expires_at: Millis,
    /// Who passed it, with what and when.
    pub passed: Option<Passed>,
}

/// A drill that was passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// By whom.
    pub user: UserId,
    /// With which second factor.
    pub factor: Factor,
    /// When.
    pub at: Millis,
}

impl Drill {
    /// A drill that starts now, and the token of the address it is passed at.
    pub fn started(
        rng: &dyn Rng,
        now: Millis,
        organization: OrganizationId,
    ) -> (Self, Secret<String>) {
        let drill = Self {
            id: DrillId::random(rng),
            organization,
            created_at: now,
            expires_at: now.plus(LIFETIME),
            passed: None,
        };
        (drill, random_token(rng))
    }
}

/// Whole days from `at` to `now`.
pub const fn days_since(at: Millis, now: Millis) -> i64 {
    let past = now.since(at);
    if past < 0 { 0 } else { past.div_euclid(DAY) }
}
