//! Roles: what an organization calls what its people may do, and the groups of its provider
//! that give them.

use super::id::{ConnectionId, OrganizationId, RoleId};
use super::time::Millis;

pub mod sync;

/// Longest name of a role, in characters.
pub const NAME: usize = 64;

/// What a role means here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleKind {
    /// What the organization makes of it.
    Ordinary,
    /// Administers the organization, but for its owners.
    Admin,
    /// Administers the organization, with its owners.
    Owner,
}

impl RoleKind {
    /// The kinds every organization has without making them.
    pub const BUILT_IN: [Self; 2] = [Self::Owner, Self::Admin];

    /// What a role is, by its identifier: that of a built-in role is the same everywhere.
    pub fn of(role: &RoleId) -> Self {
        match role.as_str() {
            RoleId::OWNER => Self::Owner,
            RoleId::ADMIN => Self::Admin,
            _ => Self::Ordinary,
        }
    }

    /// The identifier and name of a built-in role.
    pub fn built_in(self) -> Option<RoleId> {
        match self {
            Self::Ordinary => None,
            Self::Admin => Some(RoleId::admin()),
            Self::Owner => Some(RoleId::owner()),
        }
    }

    /// Its name in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }
}

/// A role of an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its identifier.
    pub id: RoleId,
    /// Whose it is.
    pub organization: OrganizationId,
    /// Its name, as apps receive it. No two of an organization differ in case only.
    pub name: String,
    /// What it is for, for whoever maps it.
    pub help: String,
    /// When it was made.
    pub created_at: Millis,
    /// Counts edits; the ETag of the admin API.
    pub version: i64,
}

/// The form under which a name is unique: lower case.
pub fn name_key(name: &str) -> String {
    name.trim().to_lowercase()
}

/// Whether a name is that of a role every organization has.
pub fn is_reserved(name: &str) -> bool {
    let key = name_key(name);
    RoleKind::BUILT_IN.iter().any(|kind| kind.as_str() == key)
}

/// A group of a connection's provider that gives a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// The role.
    pub role: RoleId,
    /// The group, exactly as it is sent.
    pub group: String,
    /// Since when it gives the role.
    pub created_at: Millis,
    /// When somebody last came with it, to the day; `None` when nobody has yet.
    pub last_seen_at: Option<Millis>,
}

/// A role a person has, and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The role.
    pub role: RoleId,
    /// The connection that gave it; `None` for one given by hand.
    pub source: Option<ConnectionId>,
}

/// A role as apps receive it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedRole {
    /// The role.
    pub id: RoleId,
    /// Its name.
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_roles_are_known_by_their_identifier() {
        for kind in RoleKind::BUILT_IN {
            let id = kind.built_in().unwrap();
            assert_eq!((RoleKind::of(&id), id.as_str()), (kind, kind.as_str()));
        }
        assert_eq!(RoleKind::of(&RoleId::try_from("editor").unwrap()), RoleKind::Ordinary);
    }

    #[test]
    fn nobody_takes_the_name_of_a_built_in_role() {
        for name in ["owner", "Owner", " ADMIN ", "admin"] {
            assert!(is_reserved(name), "{name}");
        }
        for name in ["owners", "", "editor"] {
            assert!(!is_reserved(name), "{name}");
        }
    }
}
