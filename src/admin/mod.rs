//! Floor 9: what an administrator can ask for; used by HTTP and the command line alike.
//!
//! Owns: who may see and change what ([`access`]), the rules of a valid change, and the audit
//! row each change leaves. One file per noun; each function does one thing inside one
//! transaction and gives back the item as the API shows it.
//! Does not own: how a request arrives or an answer looks.

pub mod access;
pub mod activity;
pub mod advice;
pub mod apps;
mod aside;
pub mod attempt_item;
pub mod attempts;
pub mod captures;
pub mod clock;
pub mod connection_item;
pub mod connections;
pub mod domain_item;
pub mod domains;
pub mod drafts;
pub mod end_access;
pub mod enforcement;
pub mod error;
mod evidence;
pub mod explain;
pub mod first_owner;
pub mod fixes;
pub mod idempotent;
pub mod input;
pub mod invitations;
pub mod list;
pub mod me;
pub mod mend;
mod moment;
pub mod notices;
pub mod organizations;
pub mod owners;
pub mod password_links;
pub mod presets;
pub mod received;
pub mod recognise;
pub mod relinks;
pub mod replay;
pub mod required_fields;
pub mod role_mappings;
pub mod role_preview;
pub mod roles;
pub mod route_map;
pub mod sessions;
pub mod settings;
pub mod setup_links;
pub mod setup_task;
pub mod shown;
pub mod signing_keys;
pub mod source;
pub mod test_item;
pub mod testing;
pub mod tiles;
pub mod timeline;
pub mod token_preview;
pub mod tokens;
pub mod trail;
pub mod user_item;
pub mod user_list;
mod user_role_item;
pub mod user_roles;
pub mod users;
mod ways;

pub use access::{Access, Scope};
pub use error::{AdminError, FieldError};
pub use list::{List, Listed};

use serde::Serialize;

use crate::hub::Hub;
use crate::model::audit::{Actor, AuditEvent};
use crate::model::id::{AuditId, OrganizationId};
use crate::model::rng::Rng;
use crate::model::time::Millis;
use crate::store::{Tx, audit};

/// One thing an administrator does: in this transaction, with this access, now.
pub struct Act<'a> {
    /// The transaction.
    pub tx: &'a Tx<'a>,
    /// Who does it, and how far they reach.
    pub access: &'a Access,
    /// The present moment.
    pub now: Millis,
    /// Randomness, addresses, sealing.
    pub hub: &'a Hub,
}

/// Looks something up, in one snapshot.
///
/// # Errors
/// The error of `f`; `AccessLost`; a database error.
pub async fn read<T, F>(hub: Hub, access: Access, f: F) -> Result<T, AdminError>
where
    F: FnOnce(&Act<'_>) -> Result<T, AdminError> + Send + 'static,
    T: Send + 'static,
{
    let held = |act: &Act<'_>| act.hold().and_then(|()| f(act));
    see(hub, access, held).await
}

/// Looks up what came of what [`write`] did: it may have ended the session it was done in.
///
/// # Errors
/// As [`read`].
pub(crate) async fn read_on<T, F>(hub: Hub, access: Access, f: F) -> Result<T, AdminError>
where
    F: FnOnce(&Act<'_>) -> Result<T, AdminError> + Send + 'static,
    T: Send + 'static,
{
    let read_on = |act: &Act<'_>| act.still().and_then(|()| f(act));
    see(hub, access, read_on).await
}

async fn see<T, F>(hub: Hub, access: Access, f: F) -> Result<T, AdminError>
where
    F: FnOnce(&Act<'_>) -> Result<T, AdminError> + Send + 'static,
    T: Send + 'static,
{
    let store = hub.store.clone();
    store.read(move |tx| f(&Act { tx, access: &access, now: hub.now(), hub: &hub })).await
}

/// Changes something, in one transaction.
///
/// # Errors
/// The error of `f`; `AccessLost`; a database error.
pub async fn write<T, F>(hub: Hub, access: Access, f: F) -> Result<T, AdminError>
where
    F: FnOnce(&Act<'_>) -> Result<T, AdminError> + Send + 'static,
    T: Send + 'static,
{
    let begun = |act: &Act<'_>| act.hold().and_then(|()| f(act));
    transact(hub, access, begun).await
}

/// Goes on with what [`write`] began, in a transaction of its own.
///
/// # Errors
/// As [`write`].
pub(crate) async fn go_on<T, F>(hub: Hub, access: Access, f: F) -> Result<T, AdminError>
where
    F: FnOnce(&Act<'_>) -> Result<T, AdminError> + Send + 'static,
    T: Send + 'static,
{
    let gone_on = |act: &Act<'_>| act.still().and_then(|()| f(act));
    transact(hub, access, gone_on).await
}

async fn transact<T, F>(hub: Hub, access: Access, f: F) -> Result<T, AdminError>
where
    F: FnOnce(&Act<'_>) -> Result<T, AdminError> + Send + 'static,
    T: Send + 'static,
{
    let store = hub.store.clone();
    store.write(move |tx| f(&Act { tx, access: &access, now: hub.now(), hub: &hub })).await
}

/// What a change did to a thing: as the API shows it, which never holds a secret.
pub(crate) struct Change<'c> {
    /// `noun.verb`.
    pub(crate) action: &'c str,
    /// The organization concerned; `None` for the installation.
    pub(crate) organization: Option<&'c OrganizationId>,
    /// The identifier of the thing.
    pub(crate) subject: &'c str,
}

impl Act<'_> {
    fn hold(&self) -> Result<(), AdminError> {
        self.access.hold(self.tx, self.now, self.hub.running.settings().limits)
    }

    fn still(&self) -> Result<(), AdminError> {
        self.access.still(self.tx, self.now, self.hub.running.settings().limits)
    }

    /// Leaves the audit row of a change.
    pub(crate) fn note<B: Serialize, A: Serialize>(
        &self,
        change: &Change<'_>,
        before: Option<&B>,
        after: Option<&A>,
    ) -> Result<(), AdminError> {
        let rng = self.hub.rng.as_ref();
        let event = change.event(rng, self.now, self.access.actor(), before, after)?;
        Ok(audit::append(self.tx, &event)?)
    }
}

impl Change<'_> {
    /// The audit row of this change.
    fn event<B: Serialize, A: Serialize>(
        &self,
        rng: &dyn Rng,
        now: Millis,
        actor: &Actor,
        before: Option<&B>,
        after: Option<&A>,
    ) -> Result<AuditEvent, AdminError> {
        Ok(AuditEvent {
            id: AuditId::random(rng),
            at: now,
            actor: actor.clone(),
            organization: self.organization.cloned(),
            action: self.action.to_owned(),
            subject: self.subject.to_owned(),
            before: before.map(to_json).transpose()?,
            after: after.map(to_json).transpose()?,
        })
    }
}

/// Nothing: the missing side of a creation or a removal.
pub(crate) const NOTHING: Option<&()> = None;

pub(crate) fn to_json<T: Serialize>(value: &T) -> Result<serde_json::Value, AdminError> {
    let corrupt = crate::store::StoreError::Corrupt("a value that JSON cannot hold");
    serde_json::to_value(value).map_err(|_| AdminError::Store(corrupt))
}
