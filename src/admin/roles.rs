//! Roles of an organization. Those every one has, owner and admin, stand in the list as they
//! are.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::{AdminError, Conflict};
use super::input::{Expected, Problems};
use super::list::Listed;
use super::{Act, Change, NOTHING, organizations};
use crate::model::connection::Admit;
use crate::model::id::{OrganizationId, RoleId};
use crate::model::role::{NAME, Role, RoleKind, is_reserved};
use crate::store::{connections, organizations as kept_organizations, roles};

/// Longest help text, in bytes.
const HELP: usize = 500;

/// A role to be made.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRole {
    /// Its name, as apps receive it; no two of an organization differ in case only.
    #[schema(example = "editor")]
    pub name: String,
    /// What it is for, for whoever maps groups to it.
    #[serde(default)]
    pub help: String,
}

/// A change to a role. What is absent stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RolePatch {
    /// Its name, as apps receive it.
    #[serde(default)]
    pub name: Option<String>,
    /// What it is for.
    #[serde(default)]
    pub help: Option<String>,
}

/// A role.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RoleItem {
    /// Its identifier; `owner` and `admin` for the two every organization has.
    pub id: String,
    /// The organization it belongs to.
    pub organization: String,
    /// Its name, as apps receive it.
    pub name: String,
    /// What it is for.
    pub help: String,
    /// `ordinary`, `admin` or `owner`.
    #[schema(example = "ordinary")]
    pub kind: &'static str,
    /// When it was made (RFC 3339); null for a role every organization has.
    pub created_at: Option<String>,
    /// Counts edits; the ETag. 0 for a role every organization has.
    pub version: i64,
}

/// Makes a role.
///
/// # Errors
/// `NotFound`, `Invalid`; `Conflict` for a name that is taken.
pub fn create(
    act: &Act<'_>,
    organization: &OrganizationId,
    new: &NewRole,
) -> Result<RoleItem, AdminError> {
    let mut settings = organizations::kept(act, organization)?.settings;
    let mut problems = Problems::default();
    let role = Role {
        id: RoleId::random(act.hub.rng.as_ref()),
        organization: organization.clone(),
        name: name(&mut problems, &new.name),
        help: problems.text("help", &new.help, HELP),
        created_at: act.now,
        version: 1,
    };
    let most = usize::try_from(roles::MOST_ROLES).unwrap_or(0);
    if roles::list(act.tx, organization)?.len() >= most {
        problems.add("name", format!("an organization has at most {most} roles: delete one first"));
    }
    problems.done()?;
    roles::insert(act.tx, &role).map_err(|error| AdminError::named(error, Conflict::RoleTaken))?;
    if !settings.has_roles {
        settings.has_roles = true;
        kept_organizations::set_settings(act.tx, organization, &settings)?;
    }
    let item = show(&role);
    act.note(&change("role.create", &role), NOTHING, Some(&item))?;
    Ok(item)
}

/// One role.
///
/// # Errors
/// `NotFound`.
pub fn load(
    act: &Act<'_>,
    organization: &OrganizationId,
    id: &RoleId,
) -> Result<RoleItem, AdminError> {
    organizations::kept(act, organization)?;
    match built_in(organization, RoleKind::of(id)) {
        Some(item) => Ok(item),
        None => Ok(show(&kept(act, organization, id)?)),
    }
}

/// The roles of an organization: those every one has, then its own by name.
///
/// # Errors
/// `NotFound`.
pub fn list(act: &Act<'_>, organization: &OrganizationId) -> Result<Listed<RoleItem>, AdminError> {
    organizations::kept(act, organization)?;
    let every = RoleKind::BUILT_IN.into_iter().filter_map(|kind| built_in(organization, kind));
    let own = roles::list(act.tx, organization)?;
    Ok(Listed { items: every.chain(own.iter().map(show)).collect(), next: None })
}

/// Changes a role.
///
/// # Errors
/// `NotFound`, `Stale`, `Invalid`; `Conflict` for a name that is taken or a built-in role.
pub fn update(
    act: &Act<'_>,
    organization: &OrganizationId,
    id: &RoleId,
    expected: Expected,
    patch: &RolePatch,
) -> Result<RoleItem, AdminError> {
    let current = editable(act, organization, id)?;
    expected.check(current.version)?;
    let mut next = current.clone();
    let mut problems = Problems::default();
    if let Some(text) = &patch.name {
        next.name = name(&mut problems, text);
    }
    if let Some(text) = &patch.help {
        next.help = problems.text("help", text, HELP);
    }
    problems.done()?;
    let written = roles::update(act.tx, &next)
        .map_err(|error| AdminError::named(error, Conflict::RoleTaken))?;
    if !written {
        return Err(AdminError::Stale);
    }
    next.version += 1;
    let item = show(&next);
    act.note(&change("role.update", &next), Some(&show(&current)), Some(&item))?;
    Ok(item)
}

/// Removes a role from whoever has it and from every group that gives it.
///
/// # Errors
/// `NotFound`, `Stale`; `Conflict` for a built-in role, or the only one through which people of
/// a connection come in.
pub fn delete(
    act: &Act<'_>,
    organization: &OrganizationId,
    id: &RoleId,
    expected: Expected,
) -> Result<(), AdminError> {
    let current = editable(act, organization, id)?;
    expected.check(current.version)?;
    for connection in roles::mapped_by(act.tx, id)? {
        let others = roles::mappings(act.tx, &connection)?.iter().any(|other| other.role != *id);
        let gated = connections::find(act.tx, &connection)?
            .is_some_and(|connection| connection.settings.admit == Admit::MappedGroups);
        if gated && !others {
            return Err(AdminError::Conflict(Conflict::NoMapping));
        }
    }
    roles::delete(act.tx, id)?;
    act.note(&change("role.delete", &current), Some(&show(&current)), NOTHING)
}

fn editable(act: &Act<'_>, organization: &OrganizationId, id: &RoleId) -> Result<Role, AdminError> {
    organizations::kept(act, organization)?;
    if RoleKind::of(id) != RoleKind::Ordinary {
        return Err(AdminError::Conflict(Conflict::BuiltInRole));
    }
    kept(act, organization, id)
}

fn kept(act: &Act<'_>, organization: &OrganizationId, id: &RoleId) -> Result<Role, AdminError> {
    roles::find(act.tx, id)?
        .filter(|role| role.organization == *organization)
        .ok_or(AdminError::NotFound)
}

/// The role of an organization, or one every organization has, that a field names.
pub(super) fn named(
    act: &Act<'_>,
    organization: &OrganizationId,
    text: &str,
) -> Result<Option<RoleId>, AdminError> {
    let Ok(id) = RoleId::try_from(text) else { return Ok(None) };
    if RoleKind::of(&id) != RoleKind::Ordinary {
        return Ok(Some(id));
    }
    let found = roles::find(act.tx, &id)?.filter(|role| role.organization == *organization);
    Ok(found.map(|role| role.id))
}

/// What a role is called; its identifier when it is gone.
pub(super) fn name_of(act: &Act<'_>, id: &RoleId) -> Result<String, AdminError> {
    Ok(match RoleKind::of(id) {
        RoleKind::Ordinary => roles::find(act.tx, id)?.map_or_else(|| id.to_string(), |r| r.name),
        kind => kind.as_str().to_owned(),
    })
}

fn name(problems: &mut Problems, text: &str) -> String {
    let name = problems.name("name", text);
    if name.chars().count() > NAME {
        problems.add("name", format!("give at most {NAME} characters"));
    }
    if is_reserved(&name) {
        problems.add("name", "every organization has a role of this name: choose another");
    }
    name
}

fn change<'c>(action: &'c str, role: &'c Role) -> Change<'c> {
    Change { action, organization: Some(&role.organization), subject: role.id.as_str() }
}

fn built_in(organization: &OrganizationId, kind: RoleKind) -> Option<RoleItem> {
    let help = match kind {
        RoleKind::Ordinary => return None,
        RoleKind::Admin => "Administers the organization, but for its owners.",
        RoleKind::Owner => {
            "Administers the organization, with its owners. The last owner who can sign in without the identity provider keeps it."
        }
    };
    Some(RoleItem {
        id: kind.built_in()?.to_string(),
        organization: organization.to_string(),
        name: kind.as_str().to_owned(),
        help: help.to_owned(),
        kind: kind.as_str(),
        created_at: None,
        version: 0,
    })
}

fn show(role: &Role) -> RoleItem {
    RoleItem {
        id: role.id.to_string(),
        organization: role.organization.to_string(),
        name: role.name.clone(),
        help: role.help.clone(),
        kind: RoleKind::Ordinary.as_str(),
        created_at: Some(role.created_at.rfc3339()),
        version: role.version,
    }
}
