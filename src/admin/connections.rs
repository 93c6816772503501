//! Connections: made empty, changed, removed, with revisions that never change again. The
//! draft of one is next door.

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::connection_item::{self, ConnectionItem, RevisionItem};
use super::error::{AdminError, Conflict};
use super::input::{Expected, Problems, searched};
use super::list::{List, Listed};
use super::source::{Draft, OidcDraft, SamlDraft};
use super::{Act, Change, NOTHING, organizations};
use crate::model::audit::Actor;
use crate::model::connection::{
    Admit, Connection, ConnectionConfig, NewUsers, Protocol, ProviderSignOut, Revision, RoleSync,
};
use crate::model::id::{ConnectionId, OrganizationId, RevisionId};
use crate::store::{connections, roles, sessions, setup_links};

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
    /// Whether somebody who signs out here is signed out at the provider, too, where it offers
    /// that (OpenID Connect): `ask`, `always` or `never`. Register one of `redirect_uris` as
    /// sign-out redirect address there.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "ask")]
    pub provider_sign_out: Option<ProviderSignOut>,
    /// What becomes of people who come for the first time: `create` makes them users,
    /// `invited_only` refuses who holds no invitation.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "invited_only")]
    pub new_users: Option<NewUsers>,
    /// For SAML: take responses nobody here asked for (IdP-initiated sign-in). Without it a tile
    /// begins a sign-in here instead, which is as quick and safer: switch it on only for a
    /// provider that cannot be asked. Each person then confirms who they are.
    #[serde(default)]
    pub accept_unsolicited: Option<bool>,
    /// Who comes in: `everyone` the provider vouches for, or members of `mapped_groups` only.
    /// Whoever leaves their last mapped group is shut out at their next sign-in; an owner is
    /// refused here and keeps the owner's door.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "everyone")]
    pub admit: Option<Admit>,
    /// What becomes of roles whose groups somebody left, at their next sign-in: `mirror` takes
    /// them away, `add_only` leaves them.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "mirror")]
    pub role_sync: Option<RoleSync>,
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
        previous: None,
        settings: Default::default(),
        capture_until: None,
        created_at: act.now,
        version: 0,
    };
    connections::insert(act.tx, &connection)?;
    let revision = keep_revision(act, &connection.id, draft.config)?;
    connections::set_draft(act.tx, &connection.id, Some(&revision))?;
    let item = item(act, &connection.id, draft.warnings)?;
    note(act, "connection.create", &connection, None, Some(&item))?;
    Ok(item)
}

/// One connection.
///
/// # Errors
/// `NotFound`.
pub fn load(act: &Act<'_>, id: &ConnectionId) -> Result<ConnectionItem, AdminError> {
    connection_item::show(act, &kept_for_setup(act, id)?, Vec::new())
}

/// What a connection speaks, for reading a draft before it is kept.
///
/// # Errors
/// `NotFound`.
pub fn protocol(act: &Act<'_>, id: &ConnectionId) -> Result<Protocol, AdminError> {
    Ok(kept_for_setup(act, id)?.protocol)
}

/// The connections of one organization, or all within reach, oldest first; with `search` those
/// that have it in their name.
///
/// # Errors
/// `NotFound` for an organization out of reach; `Invalid`.
pub fn list(
    act: &Act<'_>,
    organization: Option<&OrganizationId>,
    search: Option<&str>,
    list: &List,
) -> Result<Listed<ConnectionItem>, AdminError> {
    let organization = act.access.narrow(organization)?;
    let search = searched(search)?;
    list.read(
        |page| match search {
            Some(text) => connections::search(act.tx, organization.as_ref(), text, page),
            None => connections::list(act.tx, organization.as_ref(), page),
        },
        |row| (row.created_at, row.id.as_str()),
        |row| connection_item::show(act, &row, Vec::new()),
    )
}

/// Changes name, disabled, who comes in, or settings.
///
/// # Errors
/// `NotFound`, `Stale`, `Invalid`; `OwnersOnly` for an administrator who would change how owners come in;
/// `Conflict` when nobody could come in, and for the only way in where it is required.
pub fn update(
    act: &Act<'_>,
    id: &ConnectionId,
    expected: Expected,
    patch: &ConnectionPatch,
) -> Result<ConnectionItem, AdminError> {
    let current = kept(act, id)?;
    expected.check(current.version)?;
    let before = connection_item::show(act, &current, Vec::new())?;
    let mut next = current.clone();
    let mut problems = Problems::default();
    if let Some(name) = &patch.name {
        next.name = problems.name("name", name);
    }
    if let Some(accept) = patch.accept_unsolicited {
        if accept && current.protocol == Protocol::Oidc {
            problems.add("accept_unsolicited", "is for SAML connections: leave it out");
        }
        next.settings.accept_unsolicited = accept;
    }
    problems.done()?;
    next.disabled = patch.disabled.unwrap_or(next.disabled);
    if next.disabled {
        not_the_only_way(act, &current)?;
    }
    if let Some(choice) = patch.provider_sign_out {
        next.settings.provider_sign_out = choice;
    }
    next.settings.new_users = patch.new_users.unwrap_or(next.settings.new_users);
    next.settings.admit = patch.admit.unwrap_or(next.settings.admit);
    next.settings.role_sync = patch.role_sync.unwrap_or(next.settings.role_sync);
    if concerns_owners(&current, &next) {
        act.access.over_connection(act.tx, &current)?;
    }
    if next.settings.admit == Admit::MappedGroups && roles::mappings(act.tx, id)?.is_empty() {
        return Err(AdminError::Conflict(Conflict::NoMapping));
    }
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

/// Whether a change decides if and how owners come in, or whether they stay owners.
fn concerns_owners(current: &Connection, next: &Connection) -> bool {
    let decides = |of: &Connection| {
        let settings = &of.settings;
        (of.disabled, settings.admit, settings.role_sync, settings.accept_unsolicited)
    };
    decides(current) != decides(next)
}

/// Removes a connection; ends every session that began through it.
///
/// # Errors
/// `NotFound`, `Stale`; `Conflict` for the only way in where it is required.
pub fn delete(act: &Act<'_>, id: &ConnectionId, expected: Expected) -> Result<(), AdminError> {
    let current = kept(act, id)?;
    expected.check(current.version)?;
    not_the_only_way(act, &current)?;
    act.access.over_connection(act.tx, &current)?;
    let before = connection_item::show(act, &current, Vec::new())?;
    sessions::end_of_connection(act.tx, id)?;
    roles::forget_connection(act.tx, id)?;
    connections::delete(act.tx, id)?;
    note(act, "connection.delete", &current, Some(&before), None)
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
    kept(act, id)?;
    list.read(
        |page| connections::revisions(act.tx, id, page),
        |row| (row.revision.created_at, row.revision.id.as_str()),
        |row| Ok(connection_item::show_revision(&row)),
    )
}

/// While single sign-on is required, the last connection people can sign in through stays.
fn not_the_only_way(act: &Act<'_>, connection: &Connection) -> Result<(), AdminError> {
    let organization = organizations::kept(act, &connection.organization)?;
    let live = connections::find_live_of_organization(act.tx, &organization.id)?;
    let only = live.len() == 1 && live.iter().any(|one| one.id == connection.id);
    if only && organization.settings.enforcement.will_be() {
        return Err(AdminError::Conflict(Conflict::SsoRequired));
    }
    Ok(())
}

pub(super) fn kept(act: &Act<'_>, id: &ConnectionId) -> Result<Connection, AdminError> {
    let connection = connections::find(act.tx, id)?.ok_or(AdminError::NotFound)?;
    act.access.reaches(Some(&connection.organization))?;
    Ok(connection)
}

/// The same, also for whoever only prepares it: while their link is in force in this very
/// transaction, for what they sent may have taken long to read.
pub(super) fn kept_for_setup(act: &Act<'_>, id: &ConnectionId) -> Result<Connection, AdminError> {
    let connection = connections::find(act.tx, id)?.ok_or(AdminError::NotFound)?;
    act.access.sets_up(&connection)?;
    if let Actor::SetupLink { id } = act.access.actor() {
        let link = setup_links::find(act.tx, id)?.filter(|link| link.in_force(act.now));
        link.ok_or(AdminError::NotFound)?;
    }
    Ok(connection)
}

pub(super) fn item(
    act: &Act<'_>,
    id: &ConnectionId,
    warnings: Vec<String>,
) -> Result<ConnectionItem, AdminError> {
    connection_item::show(act, &kept_for_setup(act, id)?, warnings)
}

pub(super) fn keep_revision(
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

pub(super) fn note(
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
