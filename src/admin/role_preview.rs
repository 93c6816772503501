//! What other mappings or modes of a connection would do at everybody's next sign-in, computed
//! from the groups they last came with. Nothing is written.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::{AdminError, Conflict};
use super::role_mappings::{self, NewMapping};
use super::{Act, connections, roles as named_roles};
use crate::model::connection::{Admit, Connection, RoleSync};
use crate::model::id::{ConnectionId, RoleId, UserId};
use crate::model::role::Mapping;
use crate::model::role::sync::{Before, Decision, Entry, Rules, decide};
use crate::model::user::{Groups, User};
use crate::store::{roles, users};

/// Most people looked at.
const MOST: usize = 5_000;
/// People read at a time: each may have thousands of groups.
const BATCH: i64 = 100;
/// Most people named for each thing that would become of them.
const NAMED: usize = 50;

/// What is to be tried. What is absent stays as it is.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MappingsProposal {
    /// The groups that would give roles, all of them.
    #[serde(default)]
    pub mappings: Option<Vec<NewMapping>>,
    /// `everyone` or `mapped_groups`.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "mapped_groups")]
    pub admit: Option<Admit>,
    /// `mirror` or `add_only`.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "mirror")]
    pub role_sync: Option<RoleSync>,
}

/// A person something would become of.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ConcernedPerson {
    /// Who.
    pub user: String,
    /// Their name.
    pub name: Option<String>,
    /// Their e-mail address.
    pub email: Option<String>,
    /// The names of the roles it is about.
    pub roles: Vec<String>,
}

/// How many people something would become of, and the first fifty of them.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct ConcernedPeople {
    /// How many.
    pub count: usize,
    /// The first fifty.
    pub people: Vec<ConcernedPerson>,
}

/// What would happen at everybody's next sign-in with the groups they last came with.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct MappingsPreview {
    /// People looked at.
    pub examined: usize,
    /// Whether that was everybody: no more than 5000 are looked at.
    pub complete: bool,
    /// Who would get a role.
    pub gain: ConcernedPeople,
    /// Who would lose one.
    pub lose: ConcernedPeople,
    /// Who would be shut out, until they come back with a mapped group.
    pub deactivated: ConcernedPeople,
    /// Who would come back.
    pub reactivated: ConcernedPeople,
    /// Who would be refused: people shut out already, and owners, who keep the owner's door.
    pub locked_out: ConcernedPeople,
    /// Owners who would keep the role without a group that gives it, because nobody else could
    /// sign in with the provider switched off.
    pub kept_owner: ConcernedPeople,
    /// Whose groups are not known: they would keep what they have.
    pub unknown_groups: ConcernedPeople,
}

/// Computes it.
///
/// # Errors
/// `NotFound`, `Invalid`; `Conflict` when nobody could come in.
pub fn preview(
    act: &Act<'_>,
    id: &ConnectionId,
    proposal: &MappingsProposal,
) -> Result<MappingsPreview, AdminError> {
    let connection = connections::kept(act, id)?;
    let mut mappings = roles::mappings(act.tx, id)?;
    if let Some(list) = &proposal.mappings {
        mappings = role_mappings::checked(act, &connection, &mappings, list)?;
    }
    let admit = proposal.admit.unwrap_or(connection.settings.admit);
    if admit == Admit::MappedGroups && mappings.is_empty() {
        return Err(AdminError::Conflict(Conflict::NoMapping));
    }
    let role_sync = proposal.role_sync.unwrap_or(connection.settings.role_sync);
    let trial = Trial { connection: &connection, mappings: &mappings, admit, role_sync };
    trial.run(act)
}

struct Trial<'a> {
    connection: &'a Connection,
    mappings: &'a [Mapping],
    admit: Admit,
    role_sync: RoleSync,
}

impl Trial<'_> {
    fn run(&self, act: &Act<'_>) -> Result<MappingsPreview, AdminError> {
        let mut preview = MappingsPreview::default();
        let mut names = Names::default();
        let mut seen: HashSet<UserId> = HashSet::new();
        let mut after = String::new();
        loop {
            let batch = users::list_of_connection(act.tx, &self.connection.id, &after, BATCH)?;
            let Some((last, _)) = batch.last() else {
                preview.complete = true;
                return Ok(preview);
            };
            after.clone_from(last);
            for (_, user) in &batch {
                // Somebody may be known by two subjects.
                if !seen.insert(user.id.clone()) {
                    continue;
                }
                if preview.examined >= MOST {
                    return Ok(preview);
                }
                preview.examined += 1;
                self.look(act, user, &mut preview, &mut names)?;
            }
        }
    }

    fn look(
        &self,
        act: &Act<'_>,
        user: &User,
        preview: &mut MappingsPreview,
        names: &mut Names,
    ) -> Result<(), AdminError> {
        let held = roles::held(act.tx, &user.id)?;
        let here = Some(&self.connection.id);
        let given: Vec<RoleId> =
            held.iter().filter(|h| h.source.as_ref() == here).map(|h| h.role.clone()).collect();
        let active = user.inactive_since.is_none();
        let (admit, role_sync) = (self.admit, self.role_sync);
        let rules = Rules { mappings: self.mappings, admit, role_sync };
        let before = Before { given: &given, active };
        let Decision { entry, mut gained, mut lost, .. } =
            decide(&rules, &user.profile.groups, &before);
        if user.profile.groups == Groups::Unknown {
            preview.unknown_groups.add(user, Vec::new());
        }
        // What somebody has from elsewhere, too, they neither get nor lose.
        let elsewhere = |role: &RoleId| {
            held.iter().any(|h| h.role == *role && h.source.as_ref() != here)
                || (*role == RoleId::owner() && user.owner && !given.contains(role))
                || (*role == RoleId::admin() && user.admin && !given.contains(role))
        };
        gained.retain(|role| !elsewhere(role));
        lost.retain(|role| !elsewhere(role));
        let owner = RoleId::owner();
        if lost.contains(&owner) && roles::is_last_owner(act.tx, &user.organization, &user.id)? {
            lost.remove(&owner);
            preview.kept_owner.add(user, vec![owner.to_string()]);
        }
        let stays_owner = user.owner && !lost.contains(&owner);
        match entry {
            Entry::In if !active => preview.reactivated.add(user, Vec::new()),
            Entry::In => {}
            Entry::NotMapped if active && !stays_owner => {
                preview.deactivated.add(user, Vec::new());
            }
            Entry::NotMapped | Entry::Unknown => preview.locked_out.add(user, Vec::new()),
        }
        if !gained.is_empty() {
            preview.gain.add(user, names.of(act, &gained)?);
        }
        if !lost.is_empty() {
            preview.lose.add(user, names.of(act, &lost)?);
        }
        Ok(())
    }
}

impl ConcernedPeople {
    fn add(&mut self, user: &User, roles: Vec<String>) {
        self.count += 1;
        if self.people.len() < NAMED {
            self.people.push(ConcernedPerson {
                user: user.id.to_string(),
                name: user.profile.name.clone(),
                email: user.profile.email.clone(),
                roles,
            });
        }
    }
}

/// Names of roles, each looked up once.
#[derive(Default)]
struct Names(BTreeMap<RoleId, String>);

impl Names {
    fn of(&mut self, act: &Act<'_>, ids: &BTreeSet<RoleId>) -> Result<Vec<String>, AdminError> {
        let mut all = Vec::with_capacity(ids.len());
        for id in ids {
            if !self.0.contains_key(id) {
                self.0.insert(id.clone(), named_roles::name_of(act, id)?);
            }
            all.extend(self.0.get(id).cloned());
        }
        Ok(all)
    }
}
