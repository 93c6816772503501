//! An owner came in at the owner's door although single sign-on is required: every
//! administrator of the organization is told.

use super::note;
use crate::broker::Moment;
use crate::model::admin_notice::{AdminNotice, Kind};
use crate::model::audit::Actor;
use crate::model::id::{AdminNoticeId, OrganizationId, UserId};
use crate::store::{StoreError, Tx, notices};

/// Leaves the record and the notice. This is the one place notices of this kind are made; what
/// carries them further than our own pages reads them from the store.
pub(super) fn raise(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    organization: &OrganizationId,
    user: &UserId,
    address: String,
) -> Result<(), StoreError> {
    let notice = AdminNotice {
        id: AdminNoticeId::ordered(moment.rng, moment.now),
        organization: organization.clone(),
        kind: Kind::BreakGlass,
        user: user.clone(),
        address,
        at: moment.now,
    };
    notices::insert(tx, &notice)?;
    let actor = Actor::User { id: user.clone() };
    let what = serde_json::json!({ "address": notice.address, "notice": notice.id });
    note(tx, moment, &actor, "owner.break_glass", (organization, user), Some(what))
}
