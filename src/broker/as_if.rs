//! What apps would be told of somebody who signed in now. Nobody is signed in by it: it gives
//! facts, and no [`Admission`](super::Admission).

use super::admission::Facts;
use super::session;
use crate::model::id::{ConnectionId, SessionId, UserId};
use crate::model::session::{Method, Session};
use crate::model::time::Millis;
use crate::store::{StoreError, Tx, connections, factors, users};

/// The facts of a person as if they had signed in through `connection`, or in the way they
/// came last: `None` while the person, the organization or the way in is not in force. Their
/// profile and roles are those of the last sign-in; whatever each session has of its own
/// (`id`, times) stands for nothing.
///
/// # Errors
/// A database error.
pub fn facts(
    tx: &Tx<'_>,
    now: Millis,
    user: &UserId,
    connection: Option<ConnectionId>,
) -> Result<Option<Facts>, StoreError> {
    let Some(found) = users::find(tx, user)? else { return Ok(None) };
    let connection = match connection {
        Some(connection) => Some(connection),
        None => users::last_way_in(tx, user)?,
    };
    if let Some(id) = &connection
        && connections::find(tx, id)?.is_none_or(|known| known.organization != found.organization)
    {
        return Ok(None);
    }
    let (method, second_factor) = match connection {
        Some(connection) => (Method::Upstream { connection }, None),
        None => (Method::OwnerPassword, factors::of(tx, user)?.likely()),
    };
    let Ok(id) = SessionId::try_from("none") else { return Ok(None) };
    let session = Session {
        id,
        user: found.id,
        organization: found.organization,
        second_factor,
        method,
        authenticated_at: now,
        seen_at: now,
        expires_at: now,
    };
    session::facts(tx, now, session)
}
