//! Deletes what is over, in bounded batches.

use super::{JobError, Jobs};
use crate::model::admin_notice;
use crate::model::attempt;
use crate::model::capture;
use crate::model::code::Code;
use crate::model::invitation;
use crate::model::lifetime;
use crate::model::time::{DAY, HOUR, Millis};
use crate::store::expire::{Expiring, attempts_beyond, batch};
use crate::store::{StoreError, Tx, attempts};

/// Rows that one transaction deletes at most.
pub(super) const BATCH: u32 = 500;
/// Batches of one kind that one run does at most; the rest waits for the next minute.
const BATCHES: u32 = 200;
/// Batches of attempts nobody was proved in: a flood may bring more of them in a minute than
/// everything else together.
const FLOOD_BATCHES: u32 = 1_000;

/// How many attempts are kept at most, whatever their age. Those in which somebody was proved
/// have a place of their own, so that strangers cannot push them out.
#[derive(Debug, Clone, Copy)]
pub struct Kept {
    /// With somebody proved.
    pub proved: u32,
    /// With nobody proved, once nobody can be in the midst of them any more.
    pub unproved: u32,
    /// With nobody proved, those that people may be in the midst of included: about half a
    /// gigabyte; at worst two, four when strangers sign with keys of their own, and seven when
    /// an organization's provider sends what is refused.
    pub begun: u32,
}

impl Kept {
    /// What a server keeps.
    pub const SERVER: Self = Self { proved: 100_000, unproved: 100_000, begun: 250_000 };
}

/// What goes, and how long after it was over, or made: [`Expiring`] says which. Codes and
/// assertions stay a little longer than they are valid, so that a late second use is still noticed.
const KINDS: [(Expiring, i64); 20] = [
    (Expiring::UsedAssertions, HOUR),
    (Expiring::Codes, lifetime::CODE + DAY),
    (Expiring::AccessTokens, lifetime::ACCESS_TOKEN),
    (Expiring::Sessions, 0),
    (Expiring::Throttles, DAY),
    (Expiring::IdempotencyKeys, DAY),
    (Expiring::OwnerLinks, DAY),
    (Expiring::OwnerSteps, 0),
    (Expiring::PasskeyChallenges, 0),
    (Expiring::Drills, DAY),
    (Expiring::Notices, admin_notice::RETENTION),
    // Shown so long to whoever made them.
    (Expiring::SetupLinks, 90 * DAY),
    // One day more than the cookie lives.
    (Expiring::OwnerDevices, 366 * DAY),
    (Expiring::Invitations, invitation::RETENTION),
    (Expiring::LocalLinks, 0),
    (Expiring::LocalDevices, 366 * DAY),
    (Expiring::Captures, capture::RETENTION),
    (Expiring::LogoutDeliveries, 30 * DAY),
    (Expiring::EndAccessReceipts, 30 * DAY),
    (Expiring::SignOuts, 0),
];

pub(super) async fn run(jobs: &Jobs, now: Millis) -> Result<(), JobError> {
    forget_verified(jobs, now).await?;
    for (what, after) in KINDS {
        sweep(jobs, what, now.plus(-after), BATCHES).await?;
    }
    sweep(jobs, Expiring::Attempts, now.plus(-jobs.running.settings().attempt_retention), BATCHES)
        .await
}

/// Cuts attempts down to what is kept, the oldest first.
pub(super) async fn trim(jobs: &Jobs, now: Millis) -> Result<(), JobError> {
    let Kept { proved, unproved, begun } = jobs.kept;
    let beyond = move |tx: &Tx<'_>| {
        let unproved = attempts_beyond(tx, false, unproved)?;
        Ok((unproved, attempts_beyond(tx, false, begun)?, attempts_beyond(tx, true, proved)?))
    };
    let (unproved, begun, proved) = jobs.store.read::<_, StoreError, _>(beyond).await?;
    // A flood of new attempts does not push out those that people are in the midst of, until
    // there are so many that the disk is at stake.
    let ended = |moment: Millis| moment.min(now.plus(-attempt::LIFETIME));
    if let Some(before) = unproved.map(ended).max(begun) {
        sweep(jobs, Expiring::UnprovedAttempts, before, FLOOD_BATCHES).await?;
    }
    if let Some(before) = proved.map(ended) {
        sweep(jobs, Expiring::ProvedAttempts, before, BATCHES).await?;
    }
    Ok(())
}

/// Ends attempts that ran out after a provider vouched for somebody. The name and the groups
/// of a person who never came in are nobody's to keep; the checks stay for the trace.
async fn forget_verified(jobs: &Jobs, now: Millis) -> Result<(), JobError> {
    let before = now.plus(-attempt::LIFETIME);
    for _ in 0..BATCHES {
        let ended = jobs.store.write(move |tx| {
            let stale = attempts::list_verified(tx, before, BATCH)?;
            let count = stale.len();
            for mut attempt in stale {
                let code = Code::AttemptExpired;
                attempt.checks.failed(code, "finished", "within 15 minutes", "not finished");
                attempts::save(tx, &attempt.refused(now, code))?;
            }
            Ok(count)
        });
        let ended = match ended.await {
            Err(StoreError::Busy) => break,
            ended => ended?,
        };
        if ended < usize::try_from(BATCH).unwrap_or(usize::MAX) {
            break;
        }
        tokio::time::sleep(jobs.pause).await;
    }
    Ok(())
}

async fn sweep(jobs: &Jobs, what: Expiring, before: Millis, batches: u32) -> Result<(), JobError> {
    let mut deleted = 0;
    for _ in 0..batches {
        let gone = match jobs.store.write(move |tx| batch(tx, what, before, BATCH)).await {
            // People come first. It tries again after the pause: who keeps the store busy must
            // not keep it from being cleared as well.
            Err(StoreError::Busy) => {
                tokio::time::sleep(jobs.pause).await;
                continue;
            }
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
