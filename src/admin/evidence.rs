//! What is kept of a provider's answer, opened.

use super::Act;
use super::error::AdminError;
use crate::keys::seal::open_evidence;
use crate::model::attempt::Attempt;
use crate::model::evidence::Evidence;
use crate::store::{StoreError, attempts};

/// What is kept of the answer in `attempt`, as it came.
pub(super) fn of(act: &Act<'_>, attempt: &Attempt) -> Result<Option<Evidence>, AdminError> {
    let Some(sealed) = attempts::evidence(act.tx, &attempt.id)? else { return Ok(None) };
    let opened = open_evidence(&act.hub.sealer, &sealed)
        .map_err(|_| StoreError::Corrupt("what is kept of an answer does not open"))?;
    Ok(Some(opened))
}
