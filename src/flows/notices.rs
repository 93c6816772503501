//! What an administrator is told at their own page, until they acknowledge it.

use std::sync::Arc;

use super::proved;
use super::reply::{FlowError, Visitor};
use crate::broker::{self, Admission};
use crate::hub::Hub;
use crate::model::admin_notice::AdminNotice;
use crate::model::audit::{Actor, AuditEvent};
use crate::model::id::{AdminNoticeId, AuditId, UserId};
use crate::store::{Page, StoreError, Tx, audit, notices, users};

/// Notices shown at once, the newest first.
const SHOWN: i64 = 5;

/// A notice, and who it is about by name or address.
pub struct Told {
    /// The notice.
    pub notice: AdminNotice,
    /// Who did it.
    pub who: String,
}

/// What this administrator has not acknowledged; nothing for anybody else.
///
/// # Errors
/// A fault of our own.
pub async fn open(hub: &Hub, admission: &Admission) -> Result<Vec<Told>, FlowError> {
    if !administers(admission) {
        return Ok(Vec::new());
    }
    let (user, of) = (admission.user().id.clone(), admission.organization().id.clone());
    let read = move |tx: &Tx<'_>| {
        let open = notices::list(tx, Some(&of), Some(&actor(&user)), &Page::first(SHOWN))?;
        let named = |notice: AdminNotice| {
            let profile = users::find(tx, &notice.user)?.map(|user| user.profile);
            let who = profile.and_then(|profile| profile.name.or(profile.email));
            Ok(Told { notice, who: who.unwrap_or_else(|| "an owner who is gone".to_owned()) })
        };
        open.into_iter().map(named).collect()
    };
    Ok(hub.store.read::<_, StoreError, _>(read).await?)
}

/// Notes that this administrator has read a notice of their organization.
///
/// # Errors
/// A fault of our own.
pub async fn acknowledge(hub: &Hub, visitor: &Visitor, notice: &str) -> Result<(), FlowError> {
    let Ok(id) = AdminNoticeId::try_from(notice) else { return Ok(()) };
    let admission = proved::admission(hub, visitor).await?;
    let Some(admission) = admission.filter(administers) else { return Ok(()) };
    let (now, rng) = (hub.now(), Arc::clone(&hub.rng));
    let write = move |tx: &Tx<'_>| {
        let still = broker::session::still(tx, now, &admission)?.filter(administers);
        let Some(admission) = still else { return Ok(()) };
        let own = admission.organization().id.clone();
        if notices::find(tx, &id)?.is_some_and(|notice| notice.organization == own) {
            let user = admission.user().id.clone();
            if notices::acknowledge(tx, &id, &actor(&user), now)? {
                let event = AuditEvent {
                    id: AuditId::random(rng.as_ref()),
                    at: now,
                    actor: Actor::User { id: user },
                    organization: Some(own),
                    action: "notice.acknowledge".to_owned(),
                    subject: id.to_string(),
                    before: None,
                    after: None,
                };
                audit::append(tx, &event)?;
            }
        }
        Ok(())
    };
    Ok(hub.store.write::<_, StoreError, _>(write).await?)
}

fn administers(admission: &Admission) -> bool {
    admission.user().owner || admission.user().admin
}

/// The name the admin API knows them by, too.
fn actor(user: &UserId) -> String {
    format!("user:{user}")
}
