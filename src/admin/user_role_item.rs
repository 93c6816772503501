//! The roles of a person as the API shows them.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::error::AdminError;
use super::{Act, roles as named_roles};
use crate::model::id::RoleId;
use crate::model::role::{Held, RoleKind};
use crate::model::user::User;
use crate::store::roles;

/// A role a person has.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UserRoleItem {
    /// The role.
    pub role: String,
    /// Its name, as apps receive it.
    pub name: String,
    /// `ordinary`, `admin` or `owner`.
    #[schema(example = "ordinary")]
    pub kind: &'static str,
    /// Whether it was given by hand.
    pub by_hand: bool,
    /// The connections whose groups give it: while there is one, it cannot be taken away by
    /// hand.
    pub connections: Vec<String>,
}

/// Every role a person has. What stands with the person only, as an owner's at the first run,
/// was given by hand.
pub(super) fn held(act: &Act<'_>, user: &User) -> Result<Vec<Held>, AdminError> {
    let mut held = roles::held(act.tx, &user.id)?;
    for (has, role) in [(user.owner, RoleId::owner()), (user.admin, RoleId::admin())] {
        if has && !held.iter().any(|held| held.role == role) {
            held.push(Held { role, source: None });
        }
    }
    Ok(held)
}

/// The roles of a person as the API shows them: built-in ones first, then by name.
pub(super) fn show(act: &Act<'_>, user: &User) -> Result<Vec<UserRoleItem>, AdminError> {
    let mut by_role: BTreeMap<RoleId, UserRoleItem> = BTreeMap::new();
    for Held { role, source } in held(act, user)? {
        if !by_role.contains_key(&role) {
            let item = UserRoleItem {
                role: role.to_string(),
                name: named_roles::name_of(act, &role)?,
                kind: RoleKind::of(&role).as_str(),
                by_hand: false,
                connections: Vec::new(),
            };
            by_role.insert(role.clone(), item);
        }
        if let Some(item) = by_role.get_mut(&role) {
            match source {
                Some(connection) => item.connections.push(connection.to_string()),
                None => item.by_hand = true,
            }
        }
    }
    let mut items: Vec<UserRoleItem> = by_role.into_values().collect();
    items.sort_by(|a, b| {
        let key = |item: &UserRoleItem| (item.kind == "ordinary", item.name.to_lowercase());
        key(a).cmp(&key(b))
    });
    Ok(items)
}
