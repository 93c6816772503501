//! Who may begin one more sign-in now.

use super::proved;
use super::reply::{Answer, FlowError, Visitor};
use crate::hub::Hub;
use crate::model::code::Code;

/// The answer to a visitor from whose address too many sign-ins are begun; `None` when this one
/// may begin, which is counted. Nothing is written either way. Whoever is signed in is not held
/// by what others at the same address do.
///
/// # Errors
/// A fault of our own.
pub(super) async fn turned_away(hub: &Hub, visitor: &Visitor) -> Result<Option<Answer>, FlowError> {
    let now = hub.now();
    if hub.bounds.may_begin(visitor.address, now) {
        return Ok(None);
    }
    if let Some(admission) = proved::admission(hub, visitor).await?
        && hub.bounds.may_begin_again(&admission.user().id, now)
    {
        return Ok(None);
    }
    Ok(Some(Answer::refused(Code::TooManySignIns, None, None)))
}
