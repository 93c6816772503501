//! Attempts under way, as they are on disk: each is asked for at every step.
//!
//! SQLite itself tells of every row that is changed, by whatever statement; what is known of it
//! is forgotten at once, and known again when the step that saved it is committed. What is not
//! known is read from the database: nothing here is needed, and whoever finds something here
//! finds what this process has committed ([`super::memory`] tells of others).
//!
//! So an attempt has to be written whole whenever it is saved, with its checks; only what an
//! attempt that has ended leaves may come later (the exchange of its code).

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::model::attempt::Attempt;
use crate::model::secret::Digest;

/// The table whose rows attempts are.
pub(super) const ATTEMPTS: &str = "attempts";
/// The table of their checks that were set apart, which changes only when an attempt is saved.
pub(super) const CHECKS: &str = "attempt_checks";

/// Most attempts known; the oldest are forgotten first. Each takes some kilobytes.
const MOST: usize = 1_024;

/// The attempts under way of one open database. Only its writer adds to them.
#[derive(Default)]
pub(super) struct Flight {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    by_handle: HashMap<Digest, Arc<Attempt>>,
    /// The handle of each row, and which time of becoming known that was.
    rows: HashMap<i64, (Digest, u64)>,
    /// Rows in the order they became known, each time; some of them are forgotten since, or known
    /// anew.
    order: VecDeque<(i64, u64)>,
    times: u64,
    /// Saved in the group that is being worked on.
    saved: Vec<(i64, Attempt)>,
    /// The row that was changed last.
    last: Option<i64>,
}

impl Flight {
    /// The attempt whose handle has this digest, if it is known.
    pub fn find(&self, handle: &Digest) -> Option<Attempt> {
        self.look_at(handle, Attempt::clone)
    }

    /// What `look` makes of that attempt, if it is known.
    pub fn look_at<T>(&self, handle: &Digest, look: impl FnOnce(&Attempt) -> T) -> Option<T> {
        self.held(handle).map(|attempt| look(&attempt))
    }

    // Looked at, and copied, outside of the lock.
    fn held(&self, handle: &Digest) -> Option<Arc<Attempt>> {
        self.known().by_handle.get(handle).map(Arc::clone)
    }

    /// A row of attempts was changed or removed.
    pub fn changed(&self, row: i64) {
        let mut known = self.known();
        known.forget(row);
        known.saved.retain(|(saved, _)| *saved != row);
        known.last = Some(row);
    }

    /// The row that was changed last is this attempt.
    pub fn saved(&self, attempt: &Attempt) {
        let mut known = self.known();
        if let Some(row) = known.last.take().filter(|_| !attempt.state.ended()) {
            known.saved.push((row, attempt.clone()));
        }
    }

    /// Somebody else changed the database: any of them may be other than it is known.
    pub fn clear(&self) {
        *self.known() = Known::default();
    }

    /// A step was undone: what was saved may not be so.
    pub fn undone(&self) {
        self.known().saved.clear();
    }

    /// What was saved is on disk.
    pub fn committed(&self) {
        let mut known = self.known();
        for (row, attempt) in std::mem::take(&mut known.saved) {
            known.learn(row, attempt);
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn forget(&mut self, row: i64) {
        if let Some((handle, _)) = self.rows.remove(&row) {
            self.by_handle.remove(&handle);
        }
    }

    fn learn(&mut self, row: i64, attempt: Attempt) {
        let handle = attempt.handle;
        self.times += 1;
        self.rows.insert(row, (handle, self.times));
        self.by_handle.insert(handle, Arc::new(attempt));
        self.order.push_back((row, self.times));
        while self.rows.len() > MOST || self.order.len() > 4 * MOST {
            let Some((row, time)) = self.order.pop_front() else { break };
            if self.rows.get(&row).is_some_and(|(_, latest)| *latest == time) {
                self.forget(row);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::attempt::Purpose;
    use crate::model::code::Code;
    use crate::model::rng::SystemRng;
    use crate::model::time::Millis;

    fn attempt() -> Attempt {
        Attempt::begin(&SystemRng, Millis(5), Purpose::Home, None).0
    }

    fn save(flight: &Flight, row: i64, attempt: &Attempt) {
        flight.changed(row);
        flight.saved(attempt);
    }

    #[test]
    fn an_attempt_is_known_from_its_commit_until_it_is_changed() {
        let (flight, attempt) = (Flight::default(), attempt());
        save(&flight, 1, &attempt);
        assert_eq!(flight.find(&attempt.handle), None);
        flight.committed();
        assert_eq!(flight.find(&attempt.handle), Some(attempt.clone()));
        flight.changed(2);
        assert!(flight.find(&attempt.handle).is_some());
        flight.changed(1);
        assert_eq!(flight.find(&attempt.handle), None);
        flight.committed();
        assert_eq!(flight.find(&attempt.handle), None);
    }

    #[test]
    fn what_was_undone_changed_again_or_ended_is_not_known() {
        let flight = Flight::default();
        let (undone, again, ended) = (attempt(), attempt(), attempt());
        save(&flight, 1, &undone);
        flight.undone();
        save(&flight, 2, &again);
        flight.changed(2);
        save(&flight, 3, &ended.clone().refused(Millis(6), Code::AttemptExpired));
        flight.committed();
        for attempt in [undone, again, ended] {
            assert_eq!(flight.find(&attempt.handle), None);
        }
    }

    #[test]
    fn what_became_known_anew_is_not_the_oldest() {
        let flight = Flight::default();
        let [first, second] = [attempt(), attempt()];
        let rows = i64::try_from(MOST).unwrap();
        save(&flight, 0, &first);
        save(&flight, 1, &second);
        for row in 2..rows {
            save(&flight, row, &attempt());
        }
        save(&flight, 0, &first);
        flight.committed();
        assert!(flight.find(&first.handle).is_some() && flight.find(&second.handle).is_some());
        save(&flight, rows, &attempt());
        flight.committed();
        assert!(flight.find(&first.handle).is_some());
        assert_eq!(flight.find(&second.handle), None);
        // One that is saved again and again does not crowd out those that wait.
        for _ in 0..2 * MOST {
            save(&flight, rows, &second);
            flight.committed();
        }
        assert!(flight.find(&first.handle).is_some());
    }

    #[test]
    fn it_knows_so_many_and_no_more() {
        let flight = Flight::default();
        let first = attempt();
        save(&flight, 0, &first);
        flight.committed();
        let rows = i64::try_from(MOST).unwrap();
        for row in 1..=2 * rows {
            // The same rows again and again fill nothing up.
            save(&flight, row % rows + 1, &attempt());
            flight.committed();
            let known = flight.known();
            assert_eq!(known.by_handle.len(), known.rows.len());
            assert!(known.order.len() <= 4 * MOST && known.rows.len() <= MOST);
        }
        assert_eq!(flight.find(&first.handle), None);
    }
}
