//! Removes old copies of the data: whoever was deleted since is in them still.

use super::{JobError, Jobs};
use crate::model::time::{DAY, Millis};
use crate::store::snapshot;

/// How long the copy stays that was made before an upgrade.
const KEPT: i64 = 30 * DAY;

pub(super) async fn remove(jobs: &Jobs, now: Millis) -> Result<(), JobError> {
    let (path, before) = (jobs.store.path().to_owned(), now.plus(-KEPT));
    let removing = tokio::task::spawn_blocking(move || snapshot::remove_old(&path, before));
    Ok(removing.await.map_err(std::io::Error::other)??)
}
