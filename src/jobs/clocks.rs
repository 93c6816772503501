//! Keeps what was measured of providers' clocks.

use super::{JobError, Jobs};
use crate::hub::clocks::Median;
use crate::model::time::Millis;
use crate::store::connection_clocks::{self, ConnectionClock};
use crate::store::{StoreError, Tx};

/// Medians one transaction keeps at most.
const BATCH: usize = 200;

/// Keeps the medians that changed.
pub(super) async fn keep(jobs: &Jobs, now: Millis) -> Result<(), JobError> {
    let medians = jobs.clocks.take_changed();
    for batch in medians.chunks(BATCH) {
        let batch = batch.to_vec();
        let keep = move |tx: &Tx<'_>| {
            batch.iter().try_for_each(|median| {
                let Median { connection, skew, samples } = median;
                let samples = i64::try_from(*samples).unwrap_or(i64::MAX);
                let clock = ConnectionClock { median_skew: *skew, samples, measured_at: now };
                connection_clocks::keep(tx, connection, &clock)
            })
        };
        jobs.store.write::<_, StoreError, _>(keep).await?;
        tokio::time::sleep(jobs.pause).await;
    }
    Ok(())
}
