//! What people did by signing in that an administrator wants to find again.

use super::Moment;
use crate::model::audit::{Actor, AuditEvent};
use crate::model::id::AuditId;
use crate::model::user::User;
use crate::store::{StoreError, Tx, audit};

/// Leaves the audit row of what `user` did to `subject`.
pub(super) fn note(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    user: &User,
    action: &str,
    subject: &str,
) -> Result<(), StoreError> {
    let event = AuditEvent {
        id: AuditId::random(moment.rng),
        at: moment.now,
        actor: Actor::User { id: user.id.clone() },
        organization: Some(user.organization.clone()),
        action: action.to_owned(),
        subject: subject.to_owned(),
        before: None,
        after: None,
    };
    audit::append(tx, &event)
}
