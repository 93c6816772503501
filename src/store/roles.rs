//! Table family: roles, the groups that give them, and who has them.

use rusqlite::params;

use super::tx::{Row, id, optional_id};
use super::{StoreError, Tx, owners, sessions};
use crate::model::id::{ConnectionId, OrganizationId, RoleId, UserId};
use crate::model::role::{Held, Mapping, NamedRole, Role, name_key};
use crate::model::time::Millis;

/// Most roles an organization makes.
pub const MOST_ROLES: i64 = 200;

/// Most groups of one connection that give roles.
pub const MOST_MAPPINGS: i64 = 1_000;

const INSERT: &str = "INSERT INTO roles
    (id, organization_id, name, name_key, help, created_at, version)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

/// Adds a role.
///
/// # Errors
/// `Conflict` when the organization has a role of that name.
pub fn insert(tx: &Tx<'_>, role: &Role) -> Result<(), StoreError> {
    let key = name_key(&role.name);
    let (id, organization) = (role.id.as_str(), role.organization.as_str());
    let values =
        params![id, organization, role.name, key, role.help, role.created_at.0, role.version];
    tx.execute(INSERT, values).map(drop)
}

const FIND: &str = "SELECT * FROM roles WHERE id = ?1";

/// The role with this identifier; never a built-in one.
///
/// # Errors
/// A database error.
pub fn find(tx: &Tx<'_>, role: &RoleId) -> Result<Option<Role>, StoreError> {
    tx.optional(FIND, [role.as_str()], read)
}

const LIST: &str = "SELECT * FROM roles WHERE organization_id = ?1 ORDER BY name_key LIMIT ?2";

/// The roles an organization made, by name.
///
/// # Errors
/// A database error.
pub fn list(tx: &Tx<'_>, organization: &OrganizationId) -> Result<Vec<Role>, StoreError> {
    tx.all(LIST, params![organization.as_str(), MOST_ROLES], read)
}

const UPDATE: &str = "UPDATE roles SET name = ?3, name_key = ?4, help = ?5, version = version + 1
    WHERE id = ?1 AND version = ?2";

/// Writes name and help if the row still has `role.version`, which then counts one up. Gives
/// whether it did.
///
/// # Errors
/// `Conflict` when the organization has another role of that name.
pub fn update(tx: &Tx<'_>, role: &Role) -> Result<bool, StoreError> {
    let values =
        params![role.id.as_str(), role.version, role.name, name_key(&role.name), role.help];
    Ok(tx.execute(UPDATE, values)? == 1)
}

/// Removes a role from whoever has it, and from every group that gives it.
///
/// # Errors
/// A database error.
pub fn delete(tx: &Tx<'_>, role: &RoleId) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM user_roles WHERE role_id = ?1",
        "DELETE FROM role_mappings WHERE role_id = ?1",
        "DELETE FROM roles WHERE id = ?1",
    ] {
        tx.execute(sql, [role.as_str()])?;
    }
    Ok(())
}

const MAPPINGS: &str = "SELECT role_id, group_value, created_at, last_seen_at FROM role_mappings
    WHERE connection_id = ?1 ORDER BY role_id, group_value LIMIT ?2";

/// The groups of a connection that give roles.
///
/// # Errors
/// A database error.
pub fn mappings(tx: &Tx<'_>, connection: &ConnectionId) -> Result<Vec<Mapping>, StoreError> {
    tx.all(MAPPINGS, params![connection.as_str(), MOST_MAPPINGS], |row| {
        Ok(Mapping {
            role: id(row, "role_id")?,
            group: row.get("group_value")?,
            created_at: Millis(row.get("created_at")?),
            last_seen_at: row.get::<_, Option<i64>>("last_seen_at")?.map(Millis),
        })
    })
}

const INSERT_MAPPING: &str = "INSERT INTO role_mappings
    (connection_id, role_id, group_value, created_at, last_seen_at) VALUES (?1, ?2, ?3, ?4, ?5)";

/// Puts `mappings` in the place of those a connection had.
///
/// # Errors
/// `Conflict` when two are the same.
pub fn replace_mappings(
    tx: &Tx<'_>,
    connection: &ConnectionId,
    mappings: &[Mapping],
) -> Result<(), StoreError> {
    tx.execute("DELETE FROM role_mappings WHERE connection_id = ?1", [connection.as_str()])?;
    for mapping in mappings {
        tx.execute(
            INSERT_MAPPING,
            params![
                connection.as_str(),
                mapping.role.as_str(),
                mapping.group,
                mapping.created_at.0,
                mapping.last_seen_at.map(|at| at.0),
            ],
        )?;
    }
    Ok(())
}

const SEEN: &str = "UPDATE role_mappings SET last_seen_at = ?4
    WHERE connection_id = ?1 AND role_id = ?2 AND group_value = ?3";

/// Notes that somebody came with a mapped group.
///
/// # Errors
/// A database error.
pub fn mapping_seen(
    tx: &Tx<'_>,
    connection: &ConnectionId,
    mapping: &Mapping,
    now: Millis,
) -> Result<(), StoreError> {
    let values = params![connection.as_str(), mapping.role.as_str(), mapping.group, now.0];
    tx.execute(SEEN, values).map(drop)
}

const MAPPED_BY: &str = "SELECT DISTINCT connection_id FROM role_mappings WHERE role_id = ?1
    ORDER BY connection_id LIMIT ?2";

/// The connections whose groups give a role of an organization.
///
/// # Errors
/// A database error.
pub fn mapped_by(tx: &Tx<'_>, role: &RoleId) -> Result<Vec<ConnectionId>, StoreError> {
    tx.all(MAPPED_BY, params![role.as_str(), MOST_MAPPINGS], |row| id(row, "connection_id"))
}

/// Most rows read of the roles of one person: every role, from each of several connections.
const MOST_HELD: i64 = 2_000;

const HELD: &str = "SELECT role_id, source FROM user_roles WHERE user_id = ?1
    ORDER BY role_id, source LIMIT ?2";

/// What a person has, each with where it came from. Built-in roles given otherwise, as at the
/// first run, are no rows: they stand with the person only.
///
/// # Errors
/// A database error.
pub fn held(tx: &Tx<'_>, user: &UserId) -> Result<Vec<Held>, StoreError> {
    tx.all(HELD, params![user.as_str(), MOST_HELD], |row| {
        let source: String = row.get("source")?;
        let source = match source.as_str() {
            BY_HAND => None,
            _ => optional_id(row, "source")?,
        };
        Ok(Held { role: id(row, "role_id")?, source })
    })
}

const NAMED: &str = "SELECT id, name FROM roles
    WHERE id IN (SELECT role_id FROM user_roles WHERE user_id = ?1) ORDER BY name_key LIMIT ?2";

/// The names of the roles a person has, built-in ones left out.
///
/// # Errors
/// A database error.
pub fn named(tx: &Tx<'_>, user: &UserId) -> Result<Vec<NamedRole>, StoreError> {
    tx.all(NAMED, params![user.as_str(), MOST_ROLES], |row| {
        Ok(NamedRole { id: id(row, "id")?, name: row.get("name")? })
    })
}

/// How a role is marked that no connection gave.
const BY_HAND: &str = "";

fn source_text(source: Option<&ConnectionId>) -> &str {
    source.map_or(BY_HAND, ConnectionId::as_str)
}

const GIVE: &str = "INSERT INTO user_roles (user_id, role_id, source, created_at)
    VALUES (?1, ?2, ?3, ?4) ON CONFLICT (user_id, role_id, source) DO NOTHING";

/// Gives a role, from a connection or by hand.
///
/// # Errors
/// A database error.
pub fn give(
    tx: &Tx<'_>,
    user: &UserId,
    role: &RoleId,
    source: Option<&ConnectionId>,
    now: Millis,
) -> Result<(), StoreError> {
    let values = params![user.as_str(), role.as_str(), source_text(source), now.0];
    tx.execute(GIVE, values).map(drop)
}

const TAKE: &str = "DELETE FROM user_roles WHERE user_id = ?1 AND role_id = ?2 AND source = ?3";

/// Takes a role away that came from there.
///
/// # Errors
/// A database error.
pub fn take(
    tx: &Tx<'_>,
    user: &UserId,
    role: &RoleId,
    source: Option<&ConnectionId>,
) -> Result<(), StoreError> {
    tx.execute(TAKE, [user.as_str(), role.as_str(), source_text(source)]).map(drop)
}

const ANY_FROM: &str = "SELECT 1 FROM user_roles WHERE source = ?1 LIMIT 1";

/// Whether anybody has a role from a connection.
///
/// # Errors
/// A database error.
pub fn any_from(tx: &Tx<'_>, connection: &ConnectionId) -> Result<bool, StoreError> {
    Ok(tx.optional(ANY_FROM, [connection.as_str()], |_| Ok(()))?.is_some())
}

const OWNERS_STAY: &str = "UPDATE user_roles SET source = ''
    WHERE source = ?1 AND role_id = 'owner'
    AND EXISTS (SELECT 1 FROM owner_credentials
        WHERE owner_credentials.user_id = user_roles.user_id
        AND owner_credentials.password_hash IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM user_roles AS other WHERE other.user_id = user_roles.user_id
        AND other.role_id = 'owner' AND other.source = '')";

const NO_OWNERS: &str = "UPDATE users SET owner = 0 WHERE owner = 1
    AND id IN (SELECT user_id FROM user_roles WHERE source = ?1 AND role_id = 'owner')
    AND NOT EXISTS (SELECT 1 FROM user_roles AS other WHERE other.user_id = users.id
        AND other.role_id = 'owner' AND other.source <> ?1)
    RETURNING id";

const NO_ADMINS: &str = "UPDATE users SET admin = 0 WHERE admin = 1
    AND id IN (SELECT user_id FROM user_roles WHERE source = ?1 AND role_id = 'admin')
    AND NOT EXISTS (SELECT 1 FROM user_roles AS other WHERE other.user_id = users.id
        AND other.role_id = 'admin' AND other.source <> ?1)";

/// Takes every role away that a connection gave, before it is removed. Owners who can sign in
/// without any provider stay owners: theirs may be the last way in. With the others goes what
/// they were to sign in with as such.
///
/// # Errors
/// A database error.
pub fn forget_connection(tx: &Tx<'_>, connection: &ConnectionId) -> Result<(), StoreError> {
    let from = [connection.as_str()];
    tx.execute(OWNERS_STAY, from)?;
    let none: Vec<UserId> = tx.all(NO_OWNERS, from, |row| id(row, "id"))?;
    for user in &none {
        owners::remove(tx, user)?;
        sessions::end_by_standing(tx, user, false)?;
    }
    tx.execute(NO_ADMINS, from)?;
    tx.execute("DELETE FROM user_roles WHERE source = ?1", from).map(drop)
}

// From the few owners to their identities, not from all identities to their people.
const OWNERS_CONNECTION: &str = "SELECT 1 WHERE
    EXISTS (SELECT 1 FROM role_mappings WHERE connection_id = ?1 AND role_id = 'owner')
    OR EXISTS (SELECT 1 FROM users WHERE users.owner = 1 AND users.organization_id =
            (SELECT organization_id FROM connections WHERE id = ?1)
        AND EXISTS (SELECT 1 FROM identities
            WHERE identities.user_id = users.id AND identities.connection_id = ?1))";

/// Whether owners come in through a connection, or its groups make owners.
///
/// # Errors
/// A database error.
pub fn reaches_owners(tx: &Tx<'_>, connection: &ConnectionId) -> Result<bool, StoreError> {
    Ok(tx.optional(OWNERS_CONNECTION, [connection.as_str()], |_| Ok(()))?.is_some())
}

const OTHER_OWNER: &str = "SELECT 1 FROM users WHERE organization_id = ?1 AND id <> ?2
    AND owner = 1 AND disabled = 0 AND inactive_since IS NULL LIMIT 1";

/// Whether an organization would lose its last way in without a provider, or its last owner,
/// if `user` were no owner any more.
///
/// # Errors
/// A database error.
pub fn is_last_owner(
    tx: &Tx<'_>,
    organization: &OrganizationId,
    user: &UserId,
) -> Result<bool, StoreError> {
    if owners::can_enter(tx, organization, owners::Who::Besides(user))? {
        return Ok(false);
    }
    let values = [organization.as_str(), user.as_str()];
    Ok(owners::can_enter(tx, organization, owners::Who::Only(user))?
        || tx.optional(OTHER_OWNER, values, |_| Ok(()))?.is_none())
}

fn read(row: &Row<'_>) -> Result<Role, StoreError> {
    Ok(Role {
        id: id(row, "id")?,
        organization: id(row, "organization_id")?,
        name: row.get("name")?,
        help: row.get("help")?,
        created_at: Millis(row.get("created_at")?),
        version: row.get("version")?,
    })
}
