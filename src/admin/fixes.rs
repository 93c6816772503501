//! Repairs that a failed sign-in suggests: offered where one is safe, worked out anew from the
//! connection as it is at present. What looks like an attack is offered nothing.

mod item;
mod repair;
mod safe;

pub use item::{FixBody, FixItem, NeedsItem};
pub(super) use repair::Repair;

use super::advice::present;
use super::error::AdminError;
use super::{Act, evidence};
use crate::model::attempt::{Attempt, Purpose};
use crate::model::connection::{Connection, ConnectionConfig};
use crate::store::connections;
use safe::Seen;

/// The repairs that `attempt` suggests for its connection as it is at present.
pub(super) fn offered(act: &Act<'_>, attempt: &Attempt) -> Result<Vec<FixItem>, AdminError> {
    let Some(id) = &attempt.connection else { return Ok(Vec::new()) };
    let Some(connection) = connections::find(act.tx, id)? else { return Ok(Vec::new()) };
    if !within(act, attempt, &connection) {
        return Ok(Vec::new());
    }
    let found = repairs(act, attempt, &connection)?;
    Ok(found.iter().flat_map(|(config, all)| all.iter().map(|one| one.show(config))).collect())
}

/// Whether repairs that `attempt` suggests are for whoever asks: an attempt may be kept longer
/// than its connection belongs to them. Whoever only prepares it repairs the draft that was
/// tested, and copies nothing of what is live.
pub(super) fn within(act: &Act<'_>, attempt: &Attempt, connection: &Connection) -> bool {
    let of_the_draft = || match &attempt.purpose {
        Purpose::Test(of) => connection.draft.as_ref() == Some(&of.revision),
        _ => false,
    };
    act.access.sets_up(connection).is_ok() && (!act.access.prepares() || of_the_draft())
}

/// The configuration that is worked on, and every repair of it that is safe.
pub(super) fn repairs(
    act: &Act<'_>,
    attempt: &Attempt,
    connection: &Connection,
) -> Result<Option<(ConnectionConfig, Vec<Repair>)>, AdminError> {
    let Some(config) = present(act, connection)? else { return Ok(None) };
    let evidence = evidence::of(act, attempt)?.unwrap_or_default();
    let seen = Seen { act, attempt, connection, config: &config };
    let found = seen.repairs(&evidence)?;
    Ok(Some((config, found)))
}
