//! The roles of a person: where each came from, and those given by hand.

use std::collections::BTreeSet;

use serde::Deserialize;
use utoipa::ToSchema;

use super::error::{AdminError, Conflict};
use super::input::{Expected, Problems};
use super::users::UserItem;
use super::{Act, Change, roles as named_roles, user_item, user_role_item, users as people};
use crate::model::id::{ConnectionId, RoleId, UserId};
use crate::model::role::RoleKind;
use crate::model::user::User;
use crate::store::{connections, roles, users};

/// The roles a person is to have.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserRoles {
    /// All of them, by identifier. Those a connection gives have to be among them: they are
    /// the provider's.
    pub roles: Vec<String>,
}

/// Gives a person these roles by hand and takes others away that were.
///
/// # Errors
/// `NotFound`, `Stale`, `Invalid`; `OwnersOnly` when an administrator makes or changes an owner;
/// `Conflict` for a role a connection gives, and for the last owner.
pub fn replace(
    act: &Act<'_>,
    id: &UserId,
    expected: Expected,
    input: &UserRoles,
) -> Result<UserItem, AdminError> {
    let current = people::kept(act, id)?;
    expected.check(current.version)?;
    act.access.over(&current)?;
    let wanted = wanted(act, &current, &input.roles)?;
    let held = user_role_item::held(act, &current)?;
    let has: BTreeSet<RoleId> = held.iter().map(|held| held.role.clone()).collect();
    let changed = |role: &RoleId| wanted.contains(role) != has.contains(role);
    if changed(&RoleId::owner()) {
        act.access.over_owners_of(&current.organization)?;
    }
    let before = user_item::show(act, &current)?;
    for gone in held.iter().filter(|held| !wanted.contains(&held.role)) {
        if let Some(connection) = &gone.source {
            return Err(from_provider(act, &gone.role, connection)?);
        }
        let (organization, owner) = (&current.organization, RoleId::owner());
        if gone.role == owner && roles::is_last_owner(act.tx, organization, id)? {
            return Err(AdminError::Conflict(Conflict::LastOwner));
        }
        roles::take(act.tx, id, &gone.role, None)?;
    }
    for role in wanted.difference(&has) {
        roles::give(act.tx, id, role, None, act.now)?;
    }
    let stands = |role: &RoleId| wanted.contains(role);
    let (owner, admin) = (stands(&RoleId::owner()), stands(&RoleId::admin()));
    users::set_standing(act.tx, id, owner, admin)?;
    if !users::edited(act.tx, id, current.version)? {
        return Err(AdminError::Stale);
    }
    let item = people::load(act, id)?;
    let change = Change {
        action: "user.update_roles",
        organization: Some(&current.organization),
        subject: id.as_str(),
    };
    act.note(&change, Some(&before), Some(&item))?;
    Ok(item)
}

fn wanted(act: &Act<'_>, user: &User, list: &[String]) -> Result<BTreeSet<RoleId>, AdminError> {
    let most = usize::try_from(roles::MOST_ROLES).unwrap_or(0) + RoleKind::BUILT_IN.len();
    if list.len() > most {
        return Err(AdminError::field("roles", format!("give at most {most} roles")));
    }
    let mut problems = Problems::default();
    let mut wanted = BTreeSet::new();
    for (index, text) in list.iter().enumerate() {
        match named_roles::named(act, &user.organization, text)? {
            Some(role) => {
                wanted.insert(role);
            }
            None => problems.add(
                format!("roles[{index}]"),
                "give the id of a role of the person's organization, or owner or admin",
            ),
        }
    }
    problems.done()?;
    Ok(wanted)
}

pub(super) fn from_provider(
    act: &Act<'_>,
    role: &RoleId,
    connection: &ConnectionId,
) -> Result<AdminError, AdminError> {
    let name = connections::find(act.tx, connection)?
        .map_or_else(|| connection.to_string(), |connection| connection.name);
    let role = named_roles::name_of(act, role)?;
    Ok(AdminError::Conflict(Conflict::RoleFromProvider(role, name)))
}
