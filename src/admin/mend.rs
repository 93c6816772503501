//! A repair that a failed sign-in suggests, put into the draft of its connection. What is live
//! stays as it is.

use super::Act;
use super::attempts;
use super::connection_item::{self, ConnectionItem};
use super::connections::{item, kept_for_setup, note};
use super::drafts;
use super::error::{AdminError, Conflict};
use super::fixes::{self, FixBody};
use super::input::Expected;

/// Puts the repair `fix` of the attempt with this reference into the draft of its connection;
/// where there is none, a copy of what is live becomes the draft.
///
/// # Errors
/// `NotFound`; `Stale` when the connection was changed since the version that is named;
/// `Conflict` when the repair is not offered, or not any more; `Invalid` for what has to be
/// sent along.
pub fn mend(
    act: &Act<'_>,
    reference: &str,
    fix: &str,
    expected: Expected,
    body: &FixBody,
) -> Result<ConnectionItem, AdminError> {
    let attempt = attempts::kept_for_setup(act, reference)?;
    let not_offered = || AdminError::Conflict(Conflict::NotOffered);
    let id = attempt.connection.as_ref().ok_or_else(not_offered)?;
    let current = kept_for_setup(act, id)?;
    if !fixes::within(act, &attempt, &current) {
        return Err(AdminError::NotFound);
    }
    expected.check(current.version)?;
    let (config, repairs) = fixes::repairs(act, &attempt, &current)?.ok_or_else(not_offered)?;
    let repair = repairs.iter().find(|repair| repair.id() == fix).ok_or_else(not_offered)?;
    let mended = repair.mend(&config, body)?;
    let before = connection_item::show(act, &current, Vec::new())?;
    drafts::replace(act, &current, mended)?;
    let item = item(act, id, Vec::new())?;
    note(act, "connection.fix", &current, Some(&before), Some(&item))?;
    Ok(item)
}
