//! Deletes what is over, in bounded batches.

use super::{JobError, Jobs};
use crate::model::attempt;
use crate::model::time::{DAY, HOUR, Millis};
use crate::store::StoreError;
use crate::store::expire::{Expiring, attempts_beyond, batch};

/// Rows that one transaction deletes at most.
pub(super) const BATCH: u32 = 500;
/// Batches of one kind that one run does at most; the rest waits for the next minute.
const BATCHES: u32 = 200;
/// Attempts kept at most, whatever their age.
pub(super) const ATTEMPTS: u32 = 100_000;

/// What goes, and how long after it was over. Codes and assertions stay a little longer
/// than they are valid, so that a late second use is still noticed.
const KINDS: [(Expiring, i64); 8] = [
    (Expiring::UsedAssertions, HOUR),
    (Expiring::Codes, DAY),
    (Expiring::AccessTokens, 0),
    (Expiring::Sessions, 0),
    (Expiring::Throttles, DAY),
    (Expiring::IdempotencyKeys, DAY),
    (Expiring::OwnerLinks, DAY),
    // One day more than the cookie lives.
    (Expiring::OwnerDevices, 366 * DAY),
];

pub(super) async fn run(jobs: &Jobs, now: Millis) -> Result<(), JobError> {
    for (what, after) in KINDS {
        sweep(jobs, what, now.plus(-after)).await?;
    }
    sweep(jobs, Expiring::Attempts, now.plus(-jobs.attempt_retention)).await?;
    if let Some(beyond) = jobs.store.read(|tx| attempts_beyond(tx, ATTEMPTS)).await? {
        // A flood of new attempts must not push out those that people are in the midst of.
        let before = beyond.min(now.plus(-attempt::LIFETIME));
        sweep(jobs, Expiring::Attempts, before).await?;
    }
    Ok(())
}

async fn sweep(jobs: &Jobs, what: Expiring, before: Millis) -> Result<(), JobError> {
    let mut deleted = 0;
    for _ in 0..BATCHES {
        let gone = jobs.store.write(move |tx| batch(tx, what, before, BATCH)).await;
        let gone = match gone {
            // People come first; the rest can wait for the next run.
            Err(StoreError::Busy) => break,
            gone => gone?,
        };
        deleted += gone;
        if gone < usize::try_from(BATCH).unwrap_or(usize::MAX) {
            break;
        }
        tokio::time::sleep(jobs.pause).await;
    }
    if deleted > 0 {
        tracing::debug!(?what, deleted, "rows that were over are gone");
    }
    Ok(())
}
