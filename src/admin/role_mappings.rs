//! Which groups of a connection's provider give which roles: read and replaced as a whole.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::{AdminError, Conflict};
use super::input::{Expected, Problems};
use super::{Act, Change, connections, organizations, roles as named_roles};
use crate::model::connection::{Admit, Connection, ConnectionConfig};
use crate::model::group::{self, GroupKind};
use crate::model::id::{ConnectionId, RoleId};
use crate::model::role::Mapping;
use crate::model::time::Millis;
use crate::store::{connections as kept_connections, roles, users};

/// Longest name of a group, in bytes; the longest one that is ever taken from a provider.
const GROUP: usize = 1_024;

/// Most people counted.
const COUNTED: i64 = 1_000;

/// A group that is to give a role.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMapping {
    /// The role, by its identifier.
    pub role: String,
    /// The group, exactly as the provider sends it: a name, an identifier, a path, a whole
    /// distinguished name. No character is read as another.
    #[schema(example = "CN=Editors,OU=Teams,DC=acme,DC=test")]
    pub group: String,
}

/// The groups that are to give roles, all of them.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMappings {
    /// One entry for each group and role. A role has one group, unless the organization allows
    /// several; a group may give several roles.
    pub mappings: Vec<NewMapping>,
}

/// A group that gives a role.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MappingItem {
    /// The role.
    pub role: String,
    /// Its name.
    pub role_name: String,
    /// The group, exactly as it is compared.
    pub group: String,
    /// What people call it; only to be shown.
    pub group_label: String,
    /// `name`, `guid`, `path`, `dn` or `domain_name`: what kind of text it is.
    #[schema(example = "dn")]
    pub group_kind: &'static str,
    /// Since when it is mapped (RFC 3339).
    pub created_at: String,
    /// When somebody last came with it, to the day (RFC 3339); null when nobody has yet.
    pub last_seen_at: Option<String>,
    /// People who signed in since it is mapped, counted to 1000: when there are some and
    /// nobody came with the group, the provider may not send it.
    pub signed_in_since: i64,
}

/// The groups of a connection that give roles.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MappingsItem {
    /// The connection.
    pub connection: String,
    /// One entry for each group and role.
    pub mappings: Vec<MappingItem>,
    /// What may keep groups from giving roles.
    pub warnings: Vec<String>,
    /// The connection's; the ETag.
    pub version: i64,
}

/// The groups of a connection that give roles, with when each last came.
///
/// # Errors
/// `NotFound`.
pub fn load(act: &Act<'_>, id: &ConnectionId) -> Result<MappingsItem, AdminError> {
    show(act, &connections::kept(act, id)?)
}

/// Puts these groups in the place of those there were. People get and lose roles by it at their
/// next sign-in.
///
/// # Errors
/// `NotFound`, `Stale`, `Invalid`; `OwnersOnly` when an administrator changes which groups make
/// owners; `Conflict` when nobody could come in any more.
pub fn replace(
    act: &Act<'_>,
    id: &ConnectionId,
    expected: Expected,
    new: &NewMappings,
) -> Result<MappingsItem, AdminError> {
    let current = connections::kept(act, id)?;
    expected.check(current.version)?;
    let before = roles::mappings(act.tx, id)?;
    let next = checked(act, &current, &before, &new.mappings)?;
    if makes_owners(&before) != makes_owners(&next) {
        act.access.over_owners_of(&current.organization)?;
    }
    if next.is_empty() && current.settings.admit == Admit::MappedGroups {
        return Err(AdminError::Conflict(Conflict::NoMapping));
    }
    let shown_before = show(act, &current)?;
    roles::replace_mappings(act.tx, id, &next)?;
    let mut connection = current;
    // Roles given before still have to be taken away.
    connection.settings.gives_roles = !next.is_empty() || roles::any_from(act.tx, id)?;
    if !kept_connections::update(act.tx, &connection)? {
        return Err(AdminError::Stale);
    }
    let item = load(act, id)?;
    let change = Change {
        action: "connection.update_role_mappings",
        organization: Some(&connection.organization),
        subject: id.as_str(),
    };
    act.note(&change, Some(&shown_before), Some(&item))?;
    Ok(item)
}

/// The mappings given, each checked against the rules; what was mapped before keeps its dates.
pub(super) fn checked(
    act: &Act<'_>,
    connection: &Connection,
    before: &[Mapping],
    list: &[NewMapping],
) -> Result<Vec<Mapping>, AdminError> {
    let mut problems = Problems::default();
    let most = usize::try_from(roles::MOST_MAPPINGS).unwrap_or(0);
    if list.len() > most {
        return Err(AdminError::field("mappings", format!("give at most {most} of them")));
    }
    let several =
        organizations::kept(act, &connection.organization)?.settings.several_groups_per_role;
    let mut next: Vec<Mapping> = Vec::with_capacity(list.len());
    let mut taken: BTreeMap<RoleId, BTreeSet<&str>> = BTreeMap::new();
    for (index, new) in list.iter().enumerate() {
        let field = |name: &str| format!("mappings[{index}].{name}");
        if let Some(wrong) = wrong_group(&new.group) {
            problems.add(field("group"), wrong);
        }
        let Some(role) = named_roles::named(act, &connection.organization, &new.role)? else {
            let detail = "give the id of a role of this organization, or owner or admin";
            problems.add(field("role"), detail);
            continue;
        };
        let groups = taken.entry(role.clone()).or_default();
        if groups.contains(new.group.as_str()) {
            problems.add(field("group"), "gives this role already: remove one of the two");
        } else if !groups.is_empty() && !several {
            let detail = "this role has another group already: give one, or set several_groups_per_role of the organization";
            problems.add(field("role"), detail);
        }
        groups.insert(&new.group);
        let same = before.iter().find(|old| old.role == role && old.group == new.group);
        next.push(same.cloned().unwrap_or_else(|| Mapping {
            role,
            group: new.group.clone(),
            created_at: act.now,
            last_seen_at: None,
        }));
    }
    problems.done()?;
    Ok(next)
}

/// Why no provider's group can be this text.
fn wrong_group(group: &str) -> Option<String> {
    if group.is_empty() {
        Some("give the group as the provider sends it".to_owned())
    } else if group.len() > GROUP {
        Some(format!("give at most {GROUP} bytes"))
    } else if group.trim() != group {
        Some("give it without spaces before and behind".to_owned())
    } else {
        None
    }
}

fn makes_owners(mappings: &[Mapping]) -> BTreeSet<&str> {
    let owner = RoleId::owner();
    mappings.iter().filter(|m| m.role == owner).map(|m| m.group.as_str()).collect()
}

fn show(act: &Act<'_>, connection: &Connection) -> Result<MappingsItem, AdminError> {
    let kept = roles::mappings(act.tx, &connection.id)?;
    let mut names: BTreeMap<RoleId, String> = BTreeMap::new();
    let mut counts: BTreeMap<Millis, i64> = BTreeMap::new();
    for mapping in &kept {
        if !names.contains_key(&mapping.role) {
            names.insert(mapping.role.clone(), named_roles::name_of(act, &mapping.role)?);
        }
        if let std::collections::btree_map::Entry::Vacant(empty) = counts.entry(mapping.created_at)
        {
            let since = mapping.created_at;
            empty.insert(users::count_since(act.tx, &connection.id, since, COUNTED)?);
        }
    }
    let items: Vec<MappingItem> = kept
        .iter()
        .map(|mapping| MappingItem {
            role: mapping.role.to_string(),
            role_name: names.get(&mapping.role).cloned().unwrap_or_default(),
            group: mapping.group.clone(),
            group_label: group::label(&mapping.group).into_owned(),
            group_kind: GroupKind::of(&mapping.group).as_str(),
            created_at: mapping.created_at.rfc3339(),
            last_seen_at: mapping.last_seen_at.map(Millis::rfc3339),
            signed_in_since: counts.get(&mapping.created_at).copied().unwrap_or(0),
        })
        .collect();
    let warnings = warnings(act, connection, &items)?;
    Ok(MappingsItem {
        connection: connection.id.to_string(),
        mappings: items,
        warnings,
        version: connection.version,
    })
}

fn warnings(
    act: &Act<'_>,
    connection: &Connection,
    items: &[MappingItem],
) -> Result<Vec<String>, AdminError> {
    let mut all = Vec::new();
    if items.is_empty() {
        return Ok(all);
    }
    let live = match connection.live.as_ref().or(connection.draft.as_ref()) {
        Some(id) => kept_connections::revision(act.tx, id)?,
        None => None,
    };
    if let Some(ConnectionConfig::Oidc(config)) = live.map(|live| live.config)
        && config.issuer == "https://accounts.google.com"
    {
        let text = "Google sends no groups over OpenID Connect: no role is given by them. Use SAML, where groups can be chosen one by one.";
        all.push(text.to_owned());
    }
    for item in items.iter().filter(|i| i.last_seen_at.is_none() && i.signed_in_since > 0) {
        all.push(format!(
            "nobody came with the group \"{}\" ({}), though people signed in since it is mapped: check that the provider sends it, and its exact text",
            item.group_label, item.role_name
        ));
    }
    Ok(all)
}
