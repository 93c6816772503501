//! A reference that another attempt has is drawn again, and never leads to somebody else's trace.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use super::*;
use crate::broker::attempt::insert;
use crate::model::rng::Rng;

/// Draws the same reference `same` times, then others.
struct Stuck {
    same: AtomicU32,
}

impl Stuck {
    fn for_draws(same: u32) -> Self {
        Self { same: AtomicU32::new(same) }
    }
}

impl Rng for Stuck {
    fn fill(&self, out: &mut [u8]) {
        if out.len() == 4 && self.same.load(Relaxed) > 0 {
            self.same.fetch_sub(1, Relaxed);
            out.fill(0);
        } else {
            RNG.fill(out);
        }
    }
}

fn try_to_begin(tx: &Tx<'_>, rng: &Stuck) -> Result<Attempt, StoreError> {
    let Begun { attempt, .. } = begin(rng, NOW, Purpose::Home, None);
    let reference = insert(tx, rng, attempt.clone())?;
    Ok(Attempt { reference, ..attempt })
}

#[tokio::test]
async fn a_taken_reference_is_drawn_again() {
    World::new()
        .await
        .on(|tx| {
            let first = try_to_begin(tx, &Stuck::for_draws(1))?;
            for same in [1, 7] {
                let other = try_to_begin(tx, &Stuck::for_draws(same))?;
                assert_ne!(other.reference, first.reference);
                let found = attempts::find_by_reference(tx, &other.reference.0)?;
                assert_eq!(found, Some(other), "{same}");
            }
            assert_eq!(attempts::find_by_reference(tx, &first.reference.0)?, Some(first));
            Ok(())
        })
        .await;
}

#[tokio::test]
async fn nobody_gets_the_trace_of_another() {
    World::new()
        .await
        .on(|tx| {
            let first = try_to_begin(tx, &Stuck::for_draws(1))?;
            let refused = try_to_begin(tx, &Stuck::for_draws(8));
            assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
            assert_eq!(attempts::find_by_reference(tx, &first.reference.0)?, Some(first));
            Ok(())
        })
        .await;
}
