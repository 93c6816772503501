//! How far the clocks of providers are from ours: the last sign-ins of each connection, in
//! memory, until a job keeps their median.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use crate::model::id::ConnectionId;
use crate::model::time::DAY;

/// Sign-ins the median is of. Odd, so that it is one of them.
const SAMPLES: usize = 31;
/// Connections measured at once; beyond that the others wait for a restart.
const CONNECTIONS: usize = 4_096;

/// What was measured of one connection.
#[derive(Debug, Default)]
struct Measured {
    samples: VecDeque<i64>,
    changed: bool,
}

/// How far a provider's clock is from ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Median {
    /// Whose.
    pub connection: ConnectionId,
    /// Milliseconds it is ahead of ours; negative when it is behind.
    pub skew: i64,
    /// Sign-ins it is the median of.
    pub samples: usize,
}

/// The clocks of providers.
#[derive(Debug, Default)]
pub struct Clocks(Mutex<HashMap<ConnectionId, Measured>>);

impl Clocks {
    /// Notes by how many milliseconds a provider's clock was ahead in an answer whose signature
    /// holds.
    pub fn note(&self, connection: &ConnectionId, skew: i64) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.contains_key(connection) && all.len() >= CONNECTIONS {
            return;
        }
        let measured = all.entry(connection.clone()).or_default();
        if measured.samples.len() >= SAMPLES {
            measured.samples.pop_front();
        }
        measured.samples.push_back(skew.clamp(-DAY, DAY));
        measured.changed = true;
    }

    /// The medians that changed since this was asked last.
    pub fn take_changed(&self) -> Vec<Median> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = all.iter_mut().filter_map(|(connection, measured)| {
            std::mem::take(&mut measured.changed).then_some((connection, &measured.samples))
        });
        let median = |samples: &VecDeque<i64>| {
            let mut sorted: Vec<i64> = samples.iter().copied().collect();
            sorted.sort_unstable();
            sorted.get(sorted.len() / 2).copied()
        };
        changed
            .filter_map(|(connection, samples)| {
                let (connection, skew) = (connection.clone(), median(samples)?);
                Some(Median { connection, skew, samples: samples.len() })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::rng::SystemRng;

    #[test]
    fn one_late_answer_does_not_move_it_and_old_ones_are_forgotten() {
        let (clocks, one) = (Clocks::default(), ConnectionId::random(&SystemRng));
        for skew in [200, -90_000, 250, 300] {
            clocks.note(&one, skew);
        }
        let median = |skew, samples| vec![Median { connection: one.clone(), skew, samples }];
        assert_eq!(clocks.take_changed(), median(250, 4));
        assert_eq!(clocks.take_changed(), []);
        for _ in 0..SAMPLES {
            clocks.note(&one, i64::MAX);
        }
        assert_eq!(clocks.take_changed(), median(DAY, SAMPLES));
    }

    #[test]
    fn there_is_room_for_so_many_connections() {
        let clocks = Clocks::default();
        for _ in 0..=CONNECTIONS {
            clocks.note(&ConnectionId::random(&SystemRng), 1);
        }
        assert_eq!(clocks.take_changed().len(), CONNECTIONS);
    }

    proptest! {
        #[test]
        fn it_lies_between_what_was_measured(skews in prop::collection::vec(-9_999i64..9_999, 1..80)) {
            let (clocks, one) = (Clocks::default(), ConnectionId::random(&SystemRng));
            for skew in &skews {
                clocks.note(&one, *skew);
            }
            let last = &skews[skews.len().saturating_sub(SAMPLES)..];
            let found = clocks.take_changed();
            let below = last.iter().filter(|skew| **skew <= found[0].skew).count();
            let above = last.iter().filter(|skew| **skew >= found[0].skew).count();
            prop_assert!(below * 2 >= last.len() && above * 2 >= last.len());
        }
    }
}
