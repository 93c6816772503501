//! The draft of a connection: replaced, given up, or put into use as the revision that is live,
//! once exactly it has passed a test; and the way back. A draft routes nobody.

use super::Act;
use super::connection_item::{self, ConnectionItem};
use super::connections::{item, keep_revision, kept, kept_for_setup, note};
use super::error::{AdminError, Conflict};
use super::input::Expected;
use super::source::Draft;
use crate::model::connection::{Connection, ConnectionConfig, OidcConfig};
use crate::model::id::{ConnectionId, RevisionId};
use crate::store::{connections, relinks, users};
use crate::upstream::saml::Prepared;

/// Replaces the draft. A secret that was left out stays, while the party it is sent to does.
///
/// # Errors
/// `NotFound`, `Stale`.
pub fn put(
    act: &Act<'_>,
    id: &ConnectionId,
    expected: Expected,
    draft: Draft,
) -> Result<ConnectionItem, AdminError> {
    let current = kept_for_setup(act, id)?;
    expected.check(current.version)?;
    let before = connection_item::show(act, &current, Vec::new())?;
    let mut config = draft.config;
    if config.protocol() != current.protocol {
        return Err(AdminError::Conflict(Conflict::Row));
    }
    if let ConnectionConfig::Oidc(config) = &mut config {
        keep_secret(act, &current, config)?;
    }
    replace(act, &current, config)?;
    let item = item(act, id, draft.warnings)?;
    note(act, "connection.put_draft", &current, Some(&before), Some(&item))?;
    Ok(item)
}

/// Makes `config` the draft.
pub(super) fn replace(
    act: &Act<'_>,
    current: &Connection,
    config: ConnectionConfig,
) -> Result<(), AdminError> {
    let revision = keep_revision(act, &current.id, config)?;
    connections::set_draft(act.tx, &current.id, Some(&revision))?;
    forget(act, current.draft.as_ref())
}

/// Gives the draft up; what is live stays.
///
/// # Errors
/// `NotFound` when there is no draft; `Stale`.
pub fn delete(act: &Act<'_>, id: &ConnectionId, expected: Expected) -> Result<(), AdminError> {
    let current = kept(act, id)?;
    expected.check(current.version)?;
    let before = connection_item::show(act, &current, Vec::new())?;
    if current.draft.is_none() {
        return Err(AdminError::NotFound);
    }
    connections::set_draft(act.tx, id, None)?;
    forget(act, current.draft.as_ref())?;
    let after = item(act, id, Vec::new())?;
    note(act, "connection.delete_draft", &current, Some(&before), Some(&after))
}

/// Puts the draft into use: people sign in through it from now on. What was live stays at hand,
/// to return to.
///
/// # Errors
/// `NotFound`, `Stale`; `Conflict` when there is no draft, or it lacks values, or its
/// certificates cannot be used, or exactly this draft has not passed a test sign-in.
pub fn activate(
    act: &Act<'_>,
    id: &ConnectionId,
    expected: Expected,
) -> Result<ConnectionItem, AdminError> {
    let current = kept(act, id)?;
    expected.check(current.version)?;
    act.access.over_connection(act.tx, &current)?;
    let draft = match &current.draft {
        Some(draft) => connections::revision(act.tx, draft)?,
        None => None,
    };
    let draft = draft.ok_or(AdminError::Conflict(Conflict::NoDraft))?;
    usable(&draft.config)?;
    same_people(act, &current, &draft.config)?;
    // Exactly this revision: whatever changes a draft makes another one.
    let tested = connections::kept_revision(act.tx, &draft.id)?.and_then(|kept| kept.tested_at);
    if tested.is_none() {
        return Err(AdminError::Conflict(Conflict::NotTested));
    }
    let before = connection_item::show(act, &current, Vec::new())?;
    connections::set_live(act.tx, id, &draft.id, act.now)?;
    let item = item(act, id, Vec::new())?;
    note(act, "connection.activate", &current, Some(&before), Some(&item))?;
    Ok(item)
}

/// Returns to the revision that was live before; the one that was live can be returned to in
/// turn. It was live: no test is needed. The draft stays.
///
/// # Errors
/// `NotFound`, `Stale`; `Conflict` when nothing was live before, or people are known since by
/// what would change.
pub fn go_back(
    act: &Act<'_>,
    id: &ConnectionId,
    expected: Expected,
) -> Result<ConnectionItem, AdminError> {
    let current = kept(act, id)?;
    expected.check(current.version)?;
    act.access.over_connection(act.tx, &current)?;
    let previous = match &current.previous {
        Some(previous) => connections::revision(act.tx, previous)?,
        None => None,
    };
    let previous = previous.ok_or(AdminError::Conflict(Conflict::NoPrevious))?;
    same_people(act, &current, &previous.config)?;
    let before = connection_item::show(act, &current, Vec::new())?;
    connections::go_back(act.tx, id, &previous.id, act.now)?;
    let item = item(act, id, Vec::new())?;
    note(act, "connection.return", &current, Some(&before), Some(&item))?;
    Ok(item)
}

/// People are known by (connection, subject). Whoever changes who names the subjects, or which
/// of their values is one, would hand people each other's accounts: that takes a connection of
/// its own. While nobody is known, what an administrator was asked, or said, of somebody under
/// such a subject is forgotten.
fn same_people(
    act: &Act<'_>,
    connection: &Connection,
    next: &ConnectionConfig,
) -> Result<(), AdminError> {
    let Some(live) = &connection.live else { return Ok(()) };
    let Some(live) = connections::revision(act.tx, live)? else { return Ok(()) };
    let changed = match (&live.config, next) {
        (ConnectionConfig::Saml(a), ConnectionConfig::Saml(b)) => {
            basis(&a.idp_entity_id, &b.idp_entity_id, "idp_entity_id").or_else(|| {
                basis(&a.attributes.subject, &b.attributes.subject, "attributes.subject")
            })
        }
        (ConnectionConfig::Oidc(a), ConnectionConfig::Oidc(b)) => {
            basis(&a.issuer, &b.issuer, "issuer").or_else(|| {
                basis(&a.attributes.subject, &b.attributes.subject, "attributes.subject")
            })
        }
        _ => Some("protocol"),
    };
    match changed {
        Some(name) if users::any_identity(act.tx, &connection.id)? => {
            Err(AdminError::Conflict(Conflict::IdentityBasis(name)))
        }
        Some(_) => Ok(relinks::delete_of_connection(act.tx, &connection.id)?),
        None => Ok(()),
    }
}

fn basis<T: PartialEq>(live: &T, next: &T, name: &'static str) -> Option<&'static str> {
    (live != next).then_some(name)
}

fn usable(config: &ConnectionConfig) -> Result<(), AdminError> {
    complete(config, &[])?;
    sound(config)
}

/// Whether a test can be run with it: it may lack the issuer, which the test finds out.
pub(super) fn testable(config: &ConnectionConfig) -> Result<(), AdminError> {
    complete(config, &["idp_entity_id"])?;
    sound(config)
}

fn complete(config: &ConnectionConfig, but: &[&str]) -> Result<(), AdminError> {
    let missing: Vec<_> = config.missing().into_iter().filter(|m| !but.contains(m)).collect();
    match missing.is_empty() {
        true => Ok(()),
        false => Err(AdminError::Conflict(Conflict::Incomplete(missing))),
    }
}

fn sound(config: &ConnectionConfig) -> Result<(), AdminError> {
    let unusable = |why: String| AdminError::Conflict(Conflict::Unusable(why));
    match config {
        ConnectionConfig::Saml(config) => {
            Prepared::for_test(config).map(|_| ()).map_err(|error| unusable(error.to_string()))
        }
        ConnectionConfig::Oidc(config) => {
            crate::upstream::oidc::check_config(config).map_err(|error| unusable(error.to_string()))
        }
    }
}

/// A draft that was replaced and never was live is of no use to anybody.
fn forget(act: &Act<'_>, draft: Option<&RevisionId>) -> Result<(), AdminError> {
    if let Some(draft) = draft {
        connections::delete_unused_revision(act.tx, draft)?;
    }
    Ok(())
}

/// Takes the secret over from the draft or live revision before it, but only for the same
/// client of the same issuer: another issuer must never be sent a secret it was not given.
fn keep_secret(
    act: &Act<'_>,
    current: &Connection,
    config: &mut OidcConfig,
) -> Result<(), AdminError> {
    for id in [&current.draft, &current.live].into_iter().flatten() {
        let before = connections::revision(act.tx, id)?.map(|revision| revision.config);
        if let Some(ConnectionConfig::Oidc(before)) = before
            && config.client_secret.is_none()
            && before.issuer == config.issuer
            && before.client_id == config.client_id
        {
            config.client_secret = before.client_secret;
            config.client_secret_expires_at =
                config.client_secret_expires_at.or(before.client_secret_expires_at);
        }
    }
    Ok(())
}
