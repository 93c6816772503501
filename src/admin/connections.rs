//! Connections: made empty, prepared as a draft, put into use as a revision that never
//! changes again. A draft routes nobody.

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::connection_item::{self, ConnectionItem, RevisionItem};
use super::error::{AdminError, Conflict};
use super::input::{Expected, Problems};
use super::list::{List, Listed};
use super::source::{Draft, OidcDraft, SamlDraft};
use super::{Act, Change, NOTHING, organizations};
use crate::model::connection::{Connection, ConnectionConfig, OidcConfig, Protocol, Revision};
use crate::model::id::{ConnectionId, OrganizationId, RevisionId};
use crate::store::{connections, sessions, users};
use crate::upstream::saml::Prepared;

/// A connection to be made.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConnection {
    /// The organization it belongs to.
    pub organization: String,
    /// Its name as shown to people.
    pub name: String,
    /// `saml` or `oidc`; never changes.
    #[schema(value_type = String, example = "saml")]
    pub protocol: Protocol,
    /// The first draft; without it the draft is empty.
    #[serde(default)]
    #[schema(value_type = Option<DraftBody>)]
    pub config: Option<Value>,
}

/// A draft, by the connection's protocol.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum DraftBody {
    /// Of a SAML connection.
    Saml(Box<SamlDraft>),
    /// Of an OpenID Connect connection.
    Oidc(Box<OidcDraft>),
}

/// A change to a connection. What is absent stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectionPatch {
    /// Its name as shown to people.
    #[serde(default)]
    pub name: Option<String>,
    /// Refuse every sign-in through it; ends every session that began through it.
    #[serde(default)]
    pub disabled: Option<bool>,
}

/// Makes a connection with its first draft.
///
/// # Errors
/// `Invalid`.
pub fn create(
    act: &Act<'_>,
    new: &NewConnection,
    draft: Option<Draft>,
) -> Result<ConnectionItem, AdminError> {
    let mut problems = Problems::default();
    let name = problems.name("name", &new.name);
    let organization = organizations::named(act, &mut problems, "organization", &new.organization)?;
    problems.done()?;
    let organization = organization.ok_or(AdminError::NotFound)?;
    let draft = draft.unwrap_or_else(|| Draft::empty(new.protocol));
    let connection = Connection {
        id: ConnectionId::random(act.hub.rng.as_ref()),
        organization,
        name,
        protocol: new.protocol,
        disabled: false,
        live: None,
        draft: None,
        created_at: act.now,
        version: 0,
    };
    connections::insert(act.tx, &connection)?;
    let revision = keep_draft(act, &connection.id, draft.config)?;
    connections::set_draft(act.tx, &connection.id, Some(&revision))?;
    let item = item(act, &connection.id, draft.warnings)?;
    note(act, "connection.create", &connection, None, Some(&item))?;
    Ok(item)
}

/// One connection.
///
/// # Errors
/// `NotFound`.
pub fn find(act: &Act<'_>, id: &ConnectionId) -> Result<ConnectionItem, AdminError> {
    connection_item::show(act, &load(act, id)?, Vec::new())
}

/// What a connection speaks, for reading a draft before it is kept.
///
/// # Errors
/// `NotFound`.
pub fn protocol(act: &Act<'_>, id: &ConnectionId) -> Result<Protocol, AdminError> {
    Ok(load(act, id)?.protocol)
}

/// The connections of one organization, or all within reach, oldest first.
///
/// # Errors
/// `NotFound` for an organization out of reach.
pub fn list(
    act: &Act<'_>,
    organization: Option<&OrganizationId>,
    list: &List,
) -> Result<Listed<ConnectionItem>, AdminError> {
    let organization = act.access.narrow(organization)?;
    list.read(
        |page| connections::list(act.tx, organization.as_ref(), page),
        |row| (row.created_at, row.id.as_str()),
        |row| connection_item::show(act, &row, Vec::new()),
    )
}

/// Changes name or disabled.
///
/// # Errors
/// `NotFound`, `Stale`, `Invalid`.
pub fn update(
    act: &Act<'_>,
    id: &ConnectionId,
    expected: Expected,
    patch: &ConnectionPatch,
) -> Result<ConnectionItem, AdminError> {
    let current = load(act, id)?;
    expected.check(current.version)?;
    let before = connection_item::show(act, &current, Vec::new())?;
    let mut next = current.clone();
    let mut problems = Problems::default();
    if let Some(name) = &patch.name {
        next.name = problems.name("name", name);
    }
    problems.done()?;
    next.disabled = patch.disabled.unwrap_or(next.disabled);
    if !connections::update(act.tx, &next)? {
        return Err(AdminError::Stale);
    }
    if next.disabled {
        sessions::end_of_connection(act.tx, id)?;
    }
    let item = item(act, id, Vec::new())?;
    note(act, "connection.update", &current, Some(&before), Some(&item))?;
    Ok(item)
}

/// Removes a connection; ends every session that began through it.
///
/// # Errors
/// `NotFound`, `Stale`.
pub fn delete(act: &Act<'_>, id: &ConnectionId, expected: Expected) -> Result<(), AdminError> {
    let current = load(act, id)?;
    expected.check(current.version)?;
    let before = connection_item::show(act, &current, Vec::new())?;
    sessions::end_of_connection(act.tx, id)?;
    connections::delete(act.tx, id)?;
    note(act, "connection.delete", &current, Some(&before), None)
}

/// Replaces the draft. A secret that was left out stays, while the party it is sent to does.
///
/// # Errors
/// `NotFound`, `Stale`.
pub fn put_draft(
    act: &Act<'_>,
    id: &ConnectionId,
    expected: Expected,
    draft: Draft,
) -> Result<ConnectionItem, AdminError> {
    let current = load(act, id)?;
    expected.check(current.version)?;
    let before = connection_item::show(act, &current, Vec::new())?;
    let mut config = draft.config;
    if config.protocol() != current.protocol {
        return Err(AdminError::Conflict(Conflict::Row));
    }
    if let ConnectionConfig::Oidc(config) = &mut config {
        keep_secret(act, &current, config)?;
    }
    let revision = keep_draft(act, id, config)?;
    connections::set_draft(act.tx, id, Some(&revision))?;
    forget(act, current.draft.as_ref())?;
    let item = item(act, id, draft.warnings)?;
    note(act, "connection.put_draft", &current, Some(&before), Some(&item))?;
    Ok(item)
}

/// Gives the draft up; what is live stays.
///
/// # Errors
/// `NotFound` when there is no draft; `Stale`.
pub fn delete_draft(
    act: &Act<'_>,
    id: &ConnectionId,
    expected: Expected,
) -> Result<(), AdminError> {
    let current = load(act, id)?;
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

/// Puts the draft into use: people sign in through it from now on.
///
/// # Errors
/// `NotFound`, `Stale`; `Conflict` when there is no draft, or it lacks values, or its
/// certificates cannot be used.
pub fn activate(
    act: &Act<'_>,
    id: &ConnectionId,
    expected: Expected,
) -> Result<ConnectionItem, AdminError> {
    let current = load(act, id)?;
    expected.check(current.version)?;
    let draft = match &current.draft {
        Some(draft) => connections::revision(act.tx, draft)?,
        None => None,
    };
    let draft = draft.ok_or(AdminError::Conflict(Conflict::NoDraft))?;
    usable(&draft.config)?;
    same_people(act, &current, &draft.config)?;
    let before = connection_item::show(act, &current, Vec::new())?;
    connections::set_live(act.tx, id, &draft.id, act.now)?;
    let item = item(act, id, Vec::new())?;
    note(act, "connection.activate", &current, Some(&before), Some(&item))?;
    Ok(item)
}

/// People are known by (connection, subject). Whoever changes who names the subjects, or which
/// of their values is one, would hand people each other's accounts: that takes a connection of
/// its own.
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
        _ => Ok(()),
    }
}

fn basis<T: PartialEq>(live: &T, next: &T, name: &'static str) -> Option<&'static str> {
    (live != next).then_some(name)
}

/// The revisions of a connection, newest first.
///
/// # Errors
/// `NotFound`.
pub fn revisions(
    act: &Act<'_>,
    id: &ConnectionId,
    list: &List,
) -> Result<Listed<RevisionItem>, AdminError> {
    load(act, id)?;
    list.read(
        |page| connections::revisions(act.tx, id, page),
        |row| (row.revision.created_at, row.revision.id.as_str()),
        |row| Ok(connection_item::show_revision(&row)),
    )
}

fn load(act: &Act<'_>, id: &ConnectionId) -> Result<Connection, AdminError> {
    let connection = connections::find(act.tx, id)?.ok_or(AdminError::NotFound)?;
    act.access.reaches(Some(&connection.organization))?;
    Ok(connection)
}

fn item(
    act: &Act<'_>,
    id: &ConnectionId,
    warnings: Vec<String>,
) -> Result<ConnectionItem, AdminError> {
    connection_item::show(act, &load(act, id)?, warnings)
}

fn usable(config: &ConnectionConfig) -> Result<(), AdminError> {
    let missing = config.missing();
    if !missing.is_empty() {
        return Err(AdminError::Conflict(Conflict::Incomplete(missing)));
    }
    let unusable = |why: String| AdminError::Conflict(Conflict::Unusable(why));
    match config {
        ConnectionConfig::Saml(config) => {
            Prepared::new(config).map(|_| ()).map_err(|error| unusable(error.to_string()))
        }
        ConnectionConfig::Oidc(config) => {
            crate::upstream::oidc::check_config(config).map_err(|error| unusable(error.to_string()))
        }
    }
}

fn keep_draft(
    act: &Act<'_>,
    connection: &ConnectionId,
    config: ConnectionConfig,
) -> Result<RevisionId, AdminError> {
    let revision = Revision {
        id: RevisionId::random(act.hub.rng.as_ref()),
        connection: connection.clone(),
        config,
        created_at: act.now,
    };
    connections::insert_revision(act.tx, &revision)?;
    Ok(revision.id)
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
        }
    }
    Ok(())
}

fn note(
    act: &Act<'_>,
    action: &str,
    connection: &Connection,
    before: Option<&ConnectionItem>,
    after: Option<&ConnectionItem>,
) -> Result<(), AdminError> {
    let change = Change {
        action,
        organization: Some(&connection.organization),
        subject: connection.id.as_str(),
    };
    match (before, after) {
        (None, after) => act.note(&change, NOTHING, after),
        (before, None) => act.note(&change, before, NOTHING),
        (before, after) => act.note(&change, before, after),
    }
}
