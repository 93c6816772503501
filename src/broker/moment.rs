//! What every step of the core is given beside the store.

use crate::model::rng::Rng;
use crate::model::session::Limits;
use crate::model::time::Millis;

/// Chance, time and the limits of sessions, as one step has them.
#[derive(Clone, Copy)]
pub struct Moment<'a> {
    /// Where randomness comes from.
    pub rng: &'a dyn Rng,
    /// The present moment.
    pub now: Millis,
    /// How long sessions last.
    pub limits: Limits,
}
