//! Floor 9: a table of periodic functions.
//!
//! Owns: when something is due, and what happens then. One loop runs one job at a time; a
//! job works in bounded batches with a pause between, so that a thousand rows that end at
//! once never hold up a login. Does not own: how a row is deleted or a key is made.

mod clocks;
mod domains;
mod expire;
pub mod logouts;
mod required;
mod snapshots;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

pub use self::expire::Kept;
use crate::hub::Hub;
use crate::hub::clocks::Clocks;
use crate::hub::proofs::Proofs;
use crate::hub::running::Running;
use crate::keys::ring::{KeyError, Ring};
use crate::keys::seal::Sealer;
use crate::model::rng::Rng;
use crate::model::time::{Clock, HOUR, MINUTE, Millis};
use crate::store::{Store, StoreError};

/// What the jobs work with.
#[derive(Clone)]
pub struct Jobs {
    /// Where the present moment comes from.
    pub clock: Arc<dyn Clock>,
    /// Where randomness comes from.
    pub rng: Arc<dyn Rng>,
    /// The database.
    pub store: Store,
    /// Seals new signing keys.
    pub sealer: Sealer,
    /// The signing keys.
    pub ring: Ring,
    /// What was measured of providers' clocks.
    pub clocks: Arc<Clocks>,
    /// Looks for the records that prove domains.
    pub proofs: Arc<Proofs>,
    /// What an administrator may change, as it is now.
    pub running: Running,
    /// Attempts kept at most.
    pub kept: Kept,
    /// The pause between two batches.
    pub pause: Duration,
}

/// The pause between two batches of a running server.
const PAUSE: Duration = Duration::from_millis(50);

impl Jobs {
    /// With the handles of the house.
    pub fn of(hub: &Hub) -> Self {
        Self {
            clock: Arc::clone(&hub.clock),
            rng: Arc::clone(&hub.rng),
            store: hub.store.clone(),
            sealer: hub.sealer.clone(),
            ring: hub.ring.clone(),
            clocks: Arc::clone(&hub.clocks),
            proofs: Arc::clone(&hub.proofs),
            running: hub.running.clone(),
            kept: Kept::SERVER,
            pause: PAUSE,
        }
    }
}

/// Why a job did not finish. It is tried again when it is due the next time.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A signing key could not be made or opened.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The data folder could not be read, or a file in it not be removed.
    #[error("the data folder: {0}")]
    Folder(#[from] std::io::Error),
}

type Work<'a> = Pin<Box<dyn Future<Output = Result<(), JobError>> + Send + 'a>>;

/// A periodic function.
struct Job {
    name: &'static str,
    interval: i64,
    run: for<'a> fn(&'a Jobs, Millis) -> Work<'a>,
}

/// Every job. Keys come first: nothing may delay them. Then the settings that others go by, then
/// what a flood fills; last what waits for others.
const JOBS: [Job; 8] = [
    Job { name: "rotate_keys", interval: HOUR, run: |jobs, now| Box::pin(rotate_keys(jobs, now)) },
    Job { name: "settings", interval: MINUTE, run: |jobs, now| Box::pin(settings(jobs, now)) },
    Job { name: "trim", interval: MINUTE, run: |jobs, now| Box::pin(expire::trim(jobs, now)) },
    Job { name: "clocks", interval: MINUTE, run: |jobs, now| Box::pin(clocks::keep(jobs, now)) },
    Job { name: "expire", interval: MINUTE, run: |jobs, now| Box::pin(expire::run(jobs, now)) },
    Job { name: "required", interval: MINUTE, run: |jobs, now| Box::pin(required::end(jobs, now)) },
    Job {
        name: "snapshots",
        interval: HOUR,
        run: |jobs, now| Box::pin(snapshots::remove(jobs, now)),
    },
    Job { name: "domains", interval: MINUTE, run: |jobs, now| Box::pin(domains::look(jobs, now)) },
];

/// When each job ran last; `None` = not since the start.
#[derive(Debug, Default)]
pub struct Last([Option<Millis>; JOBS.len()]);

/// Runs what is due, until the caller drops it; a transaction that runs then is finished.
pub async fn run(jobs: Jobs) {
    let mut last = Last::default();
    loop {
        let wait = tick(&jobs, &mut last).await;
        tokio::time::sleep(wait).await;
    }
}

/// Runs every job that is due now; gives the time until the next one is.
pub async fn tick(jobs: &Jobs, last: &mut Last) -> Duration {
    for (job, last) in JOBS.iter().zip(&mut last.0) {
        let now = jobs.clock.now();
        if wait(job, *last, now) > 0 {
            continue;
        }
        *last = Some(now);
        if let Err(error) = (job.run)(jobs, now).await {
            tracing::error!(job = job.name, %error, "a periodic job failed; it is tried again");
        }
    }
    let now = jobs.clock.now();
    let next = JOBS.iter().zip(&last.0).map(|(job, last)| wait(job, *last, now)).min();
    // At least a second: a clock that jumps must not make the loop spin.
    Duration::from_millis(u64::try_from(next.unwrap_or(MINUTE)).unwrap_or(0).max(1_000))
}

/// Milliseconds until a job is due. A clock set back does not silence it for longer than
/// its interval.
fn wait(job: &Job, last: Option<Millis>, now: Millis) -> i64 {
    match last.map(|last| now.since(last)) {
        Some(since) if since >= 0 => (job.interval - since).max(0),
        _ => 0,
    }
}

/// Takes over the settings as they are written, should whoever wrote them not have come to it.
async fn settings(jobs: &Jobs, _now: Millis) -> Result<(), JobError> {
    Ok(jobs.running.reread(&jobs.store).await?)
}

async fn rotate_keys(jobs: &Jobs, now: Millis) -> Result<(), JobError> {
    if jobs.ring.rotate(&jobs.store, &jobs.sealer, jobs.rng.as_ref(), now).await? {
        tracing::info!("the signing keys changed");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
