//! How often something may happen under one name, in memory of a fixed size.
//!
//! Own code, because what `governor` would add is the subtraction in [`Limiter::take`]: its key
//! stores grow with the names an attacker makes up, so the store would be ours anyway, and it
//! counts on a clock that is never set back.

use std::sync::{Mutex, PoisonError};

use crate::model::rng::Rng;
use crate::model::secret::Digest;
use crate::model::time::{MINUTE, Millis};

/// Places per row. Only names that are taken as often as their rate allows fill theirs: at
/// fifty a second each, a hundred names are already more than one machine serves, and then
/// somebody else shares both places with one of them once in six thousand.
const PLACES: usize = 8_192;

/// No rate looks further ahead; what does was left by a clock that has been set back since.
const HORIZON: i64 = 2 * MINUTE;

/// So many at once, and one more each `interval` milliseconds after that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many at once.
    pub burst: i64,
    /// Milliseconds until one of them is given back.
    pub interval: i64,
}

/// Counts per name (generic cell rate algorithm over a count-min sketch with conservative
/// update). Two rows of places, each name has one in each and the emptier one counts: sharing
/// one place with somebody busy costs a name nothing. What is refused is not counted.
pub struct Limiter {
    /// Keeps outsiders from choosing names that share places.
    seed: [u8; 16],
    /// Until when each place is taken, in unix milliseconds.
    places: Mutex<Vec<i64>>,
}

impl Limiter {
    /// With nothing taken.
    pub fn new(rng: &dyn Rng) -> Self {
        let mut seed = [0; 16];
        rng.fill(&mut seed);
        Self { seed, places: Mutex::new(vec![0; 2 * PLACES]) }
    }

    /// Whether `name` may once more, which is counted if so.
    pub fn take(&self, name: &[u8], rate: Rate, now: Millis) -> bool {
        let own = self.own(name);
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let until = |place: &i64| if *place - now.0 > HORIZON { now.0 } else { now.0.max(*place) };
        let taken = own.iter().filter_map(|at| places.get(*at)).map(until).min().unwrap_or(now.0);
        if taken.saturating_sub(now.0) > (rate.burst - 1).saturating_mul(rate.interval) {
            return false;
        }
        let next = taken.saturating_add(rate.interval);
        for at in own {
            if let Some(place) = places.get_mut(at) {
                *place = until(place).max(next);
            }
        }
        true
    }

    fn own(&self, name: &[u8]) -> [usize; 2] {
        let digest = Digest::of(&[&self.seed, name].concat());
        let place = |bytes: &[u8]| {
            bytes.iter().take(4).fold(0, |number, byte| number << 8 | usize::from(*byte)) % PLACES
        };
        let (first, second) = digest.as_bytes().split_at(16);
        [place(first), PLACES + place(second)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rng::SystemRng;
    use crate::model::time::HOUR;

    const NOW: Millis = Millis(1_800_000_000_000);
    const RATE: Rate = Rate { burst: 10, interval: 20 };

    fn taken(limiter: &Limiter, name: &[u8], now: Millis, tries: usize) -> usize {
        (0..tries).filter(|_| limiter.take(name, RATE, now)).count()
    }

    #[test]
    fn a_burst_then_the_rate() {
        let limiter = Limiter::new(&SystemRng);
        assert_eq!(taken(&limiter, b"a", NOW, 1_000), 10);
        assert_eq!(taken(&limiter, b"a", NOW.plus(19), 1_000), 0);
        assert_eq!(taken(&limiter, b"a", NOW.plus(20), 1_000), 1);
        assert_eq!(taken(&limiter, b"a", NOW.plus(120), 1_000), 5);
        // Never more than the burst, however long nothing came.
        assert_eq!(taken(&limiter, b"a", NOW.plus(HOUR), 1_000), 10);
    }

    #[test]
    fn what_was_refused_is_not_counted() {
        let limiter = Limiter::new(&SystemRng);
        taken(&limiter, b"a", NOW, 1_000_000);
        assert_eq!(taken(&limiter, b"a", NOW.plus(200), 1_000), 10);
    }

    #[test]
    fn one_name_does_not_use_up_another() {
        let limiter = Limiter::new(&SystemRng);
        for n in 0..100_u32 {
            taken(&limiter, &n.to_be_bytes(), NOW, 100);
        }
        // A hundred flooded names are about one in eighty of each row, one in 6,700 of both.
        let names = 2_000_u32;
        let held = (0..names)
            .filter(|n| taken(&limiter, &[&[9], &n.to_be_bytes()[..]].concat(), NOW, 1) == 0);
        assert!(held.count() <= 5);
    }

    #[test]
    fn a_clock_set_back_holds_nobody() {
        let limiter = Limiter::new(&SystemRng);
        taken(&limiter, b"a", NOW.plus(24 * HOUR), 10);
        assert_eq!(taken(&limiter, b"a", NOW, 1_000), 10);
        assert_eq!(taken(&limiter, b"a", NOW, 1_000), 0);
    }
}
