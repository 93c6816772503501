//! In which browsers somebody was let in lately, in memory of a fixed size.
//!
//! A request shows the cookies its browser had when it was sent. One that takes long, because
//! a provider does, must not be taken for a browser that nobody signed in in meanwhile.

use std::sync::{Mutex, PoisonError};

use crate::model::rng::Rng;
use crate::model::secret::{Digest, equal};
use crate::model::time::{Millis, SECOND};

/// Browsers that share a place are sent round once more than they need, nothing else: one in a
/// hundred at six hundred sign-ins a second. Two mebibytes, touched as they are used.
const PLACES: usize = 1 << 18;
/// A cookie is on its way to the browser for so long, in milliseconds, while the browser may
/// send the one before.
const UNDER_WAY: i64 = 5 * SECOND;

/// When somebody was last let in, by browser.
pub struct Arrivals {
    /// What outsiders cannot know.
    seed: [u8; 16],
    places: Mutex<Vec<i64>>,
}

impl Arrivals {
    /// With nobody let in yet.
    pub fn new(rng: &dyn Rng) -> Self {
        let mut seed = [0; 16];
        rng.fill(&mut seed);
        Self { seed, places: Mutex::new(vec![0; PLACES]) }
    }

    /// Notes that somebody is let in in the browser that holds these bindings.
    pub fn note(&self, browsers: &[Digest], now: Millis) {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        for at in browsers.iter().map(place) {
            if let Some(place) = places.get_mut(at) {
                *place = now.0;
            }
        }
    }

    /// Whether the cookies of a request that came at `came` may be older than what the browser
    /// was given since.
    pub fn crossed(&self, browsers: &[Digest], came: Millis) -> bool {
        let places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let since = came.0.saturating_sub(UNDER_WAY);
        browsers.iter().any(|browser| places.get(place(browser)).is_some_and(|at| *at > since))
    }

    /// What a browser is told that is sent round to show its cookies again, so that it is once
    /// at most. Whoever knows the ticket cannot make it.
    pub fn round(&self, ticket: &Digest) -> String {
        Digest::of(&[self.seed.as_slice(), ticket.as_bytes()].concat()).into()
    }

    /// Whether a browser was told this.
    pub fn is_round(&self, ticket: &Digest, told: &str) -> bool {
        equal(self.round(ticket).as_bytes(), told.as_bytes())
    }
}

fn place(browser: &Digest) -> usize {
    let bytes = browser.as_bytes().iter().take(4);
    bytes.fold(0, |number, byte| number << 8 | usize::from(*byte)) % PLACES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rng::SystemRng;

    #[test]
    fn only_what_came_about_when_somebody_was_let_in_has_crossed() {
        let (arrivals, now) = (Arrivals::new(&SystemRng), Millis(1_800_000_000_000));
        let [one, tab, other] = ["one", "tab", "other"].map(|name| Digest::of(name.as_bytes()));
        assert!(!arrivals.crossed(&[one], now));
        arrivals.note(&[one, tab], now);
        for (browsers, came, crossed) in [
            (vec![one], now.plus(-60 * SECOND), true),
            (vec![one], now, true),
            (vec![other, tab], now.plus(UNDER_WAY - 1), true),
            (vec![one], now.plus(UNDER_WAY), false),
            (vec![other], now, false),
            (vec![], now, false),
        ] {
            assert_eq!(arrivals.crossed(&browsers, came), crossed, "{browsers:?} {came:?}");
        }
    }

    #[test]
    fn only_who_was_told_has_gone_round() {
        let (here, elsewhere) = (Arrivals::new(&SystemRng), Arrivals::new(&SystemRng));
        let [ticket, other] = ["ticket", "other"].map(|name| Digest::of(name.as_bytes()));
        assert!(here.is_round(&ticket, &here.round(&ticket)));
        for told in [here.round(&other), elsewhere.round(&ticket), String::new(), "1".to_owned()] {
            assert!(!here.is_round(&ticket, &told));
        }
    }
}
