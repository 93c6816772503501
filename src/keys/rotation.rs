//! When keys are made, activated, retired and forgotten: pure, so that years can be tried.

use crate::model::app::SigningAlgorithm;
use crate::model::id::KeyId;
use crate::model::time::{DAY, Millis};
use crate::store::signing_keys::{KeyState, StoredKey};

/// A key is published so long before it signs. Apps keep a JWKS for a day at most.
pub(super) const PUBLISH: i64 = DAY;
/// A key is published so long after it signed last; tokens live an hour at most.
pub(super) const KEEP: i64 = DAY;

/// One change to the keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Make a key.
    Make { algorithm: SigningAlgorithm, state: KeyState, activates_at: Millis },
    /// Let the next key sign.
    Activate(KeyId),
    /// Stop a key signing.
    Retire(KeyId),
    /// Forget a retired key.
    Forget(KeyId),
}

/// When a key that was made then may sign at the earliest: once every app can have read it.
pub(super) fn soonest(created_at: Millis, now: Millis) -> Millis {
    created_at.plus(PUBLISH).max(now)
}

/// What is due at `now` when a key signs for `period` milliseconds.
pub(super) fn plan(keys: &[StoredKey], now: Millis, period: i64) -> Vec<Step> {
    let mut steps = Vec::new();
    for algorithm in SigningAlgorithm::ALL {
        let of =
            |state| keys.iter().filter(move |key| key.algorithm == algorithm && key.state == state);
        let make = |state, activates_at| Step::Make { algorithm, state, activates_at };
        let next = of(KeyState::Next).next();
        match (of(KeyState::Active).next(), next) {
            // The next one is made in the run after: a first start waits for one RSA key only.
            (None, None) => steps.push(make(KeyState::Active, now)),
            (None, Some(next)) => steps.push(Step::Activate(next.id.clone())),
            // Never before its time, nor before every app can have read it.
            (Some(active), Some(next))
                if now >= next.activates_at && now.since(next.created_at) >= PUBLISH =>
            {
                steps.push(Step::Retire(active.id.clone()));
                steps.push(Step::Activate(next.id.clone()));
                steps.push(make(KeyState::Next, now.plus(period)));
            }
            (Some(_), Some(_)) => {}
            (Some(active), None) => {
                let due = active.activates_at.plus(period).max(now.plus(PUBLISH));
                steps.push(make(KeyState::Next, due));
            }
        }
        let over = |key: &&StoredKey| key.expires_at.is_some_and(|end| end <= now);
        steps.extend(of(KeyState::Retired).filter(over).map(|key| Step::Forget(key.id.clone())));
    }
    steps
}
