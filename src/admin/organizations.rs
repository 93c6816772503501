//! Organizations.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::{AdminError, Conflict};
use super::input::{Expected, Problems, nullable, searched};
use super::list::{List, Listed};
use super::required_fields::{self, RequiredFieldItem};
use super::{Act, Change, NOTHING, Scope, ways};
use crate::model::domain::standing::OutsideDomains;
use crate::model::drill;
use crate::model::id::{AppId, OrganizationId};
use crate::model::organization::{LoginPath, Organization};
use crate::model::time::Millis;
use crate::store::organization_counts;
use crate::store::{apps, drills, organizations, sessions};

mod delete;
mod summary;

pub use delete::delete;
pub use summary::OrganizationSummary;
use summary::summary;

/// What becomes of people with an address outside the domains of their organization.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutsideDomainsItem {
    /// They come in, and apps are told that the address is not verified.
    #[default]
    LetInUnverified,
    /// They are refused.
    Refuse,
}

impl From<OutsideDomainsItem> for OutsideDomains {
    fn from(item: OutsideDomainsItem) -> Self {
        match item {
            OutsideDomainsItem::LetInUnverified => Self::LetInUnverified,
            OutsideDomainsItem::Refuse => Self::Refuse,
        }
    }
}

impl From<OutsideDomains> for OutsideDomainsItem {
    fn from(setting: OutsideDomains) -> Self {
        match setting {
            OutsideDomains::LetInUnverified => Self::LetInUnverified,
            OutsideDomains::Refuse => Self::Refuse,
        }
    }
}

/// An organization to be made.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrganization {
    /// Its name as shown to people.
    pub name: String,
    /// The last part of its login address `/o/{path}`: 2 to 63 lower-case letters, digits and
    /// inner hyphens.
    #[serde(default)]
    pub path: Option<String>,
    /// Refuse every sign-in from the start.
    #[serde(default)]
    pub disabled: bool,
    /// What becomes of people whose asserted e-mail address is outside the organization's
    /// domains, once it has proved one: they come in and apps are told that the address is not
    /// verified, or they are refused.
    #[serde(default)]
    pub outside_domains: OutsideDomainsItem,
}

/// A change to an organization. What is absent stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrganizationPatch {
    /// Its name as shown to people.
    #[serde(default)]
    pub name: Option<String>,
    /// The last part of its login address; null removes it.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub path: Option<Option<String>>,
    /// Refuse every sign-in; ends every session of its people.
    #[serde(default)]
    pub disabled: Option<bool>,
    /// What becomes of people whose asserted e-mail address is outside its domains.
    #[serde(default)]
    pub outside_domains: Option<OutsideDomainsItem>,
    /// Whether it may sign in through a provider of its own, by its plan. For the
    /// installation's administrators.
    #[serde(default)]
    pub sso_allowed: Option<bool>,
    /// The app where people land who signed in through a provider and named no app; null for
    /// Doorward's own page.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    pub default_app: Option<Option<String>>,
    /// What people are asked once at their first sign-in, where their provider does not say it;
    /// at most 10. Replaces the list. Apps with the scope `profile` receive an answer as the
    /// claim of the field's name; one that tells who somebody is or what they may do, such as
    /// `email` or `roles`, is refused. `given_name`, `family_name` and `name` fill in for what
    /// the provider leaves empty.
    #[serde(default)]
    pub required_fields: Option<Vec<RequiredFieldItem>>,
    /// Whether a role may be given by more than one group of a connection.
    #[serde(default)]
    pub several_groups_per_role: Option<bool>,
}

/// An organization.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OrganizationItem {
    /// Its identifier.
    pub id: String,
    /// Its name as shown to people.
    pub name: String,
    /// The last part of its login address.
    pub path: Option<String>,
    /// Its own login address.
    pub login_url: Option<String>,
    /// Its owners administer the installation.
    pub home: bool,
    /// Every sign-in is refused.
    pub disabled: bool,
    /// What becomes of people whose asserted e-mail address is outside its domains, once it
    /// has proved one.
    pub outside_domains: OutsideDomainsItem,
    /// Whether it may sign in through a provider of its own.
    pub sso_allowed: bool,
    /// The app where people land who signed in through a provider and named no app.
    pub default_app: Option<String>,
    /// When an owner last passed a drill (RFC 3339).
    pub last_drill_at: Option<String>,
    /// Whole days since then.
    pub days_since_drill: Option<i64>,
    /// What people are asked at their first sign-in, where their provider does not say it.
    pub required_fields: Vec<RequiredFieldItem>,
    /// Whether a role may be given by more than one group of a connection.
    pub several_groups_per_role: bool,
    /// What a list tells beside; null elsewhere.
    pub summary: Option<OrganizationSummary>,
    /// When it was made (RFC 3339).
    pub created_at: String,
    /// Counts edits; the ETag.
    pub version: i64,
}

/// Makes an organization. For the installation's administrators.
///
/// # Errors
/// `Invalid`, `Conflict`, `Forbidden`.
pub fn create(act: &Act<'_>, new: &NewOrganization) -> Result<OrganizationItem, AdminError> {
    act.access.installation()?;
    let mut problems = Problems::default();
    let organization = Organization {
        id: OrganizationId::random(act.hub.rng.as_ref()),
        name: problems.name("name", &new.name),
        path: path(&mut problems, new.path.as_deref()),
        disabled: new.disabled,
        home: false,
        outside_domains: new.outside_domains.into(),
        settings: Default::default(),
        created_at: act.now,
        version: 1,
    };
    problems.done()?;
    organizations::insert(act.tx, &organization)
        .map_err(|error| AdminError::named(error, Conflict::PathTaken))?;
    let item = show(act, &organization)?;
    act.note(&change("organization.create", &organization.id), NOTHING, Some(&item))?;
    Ok(item)
}

/// One organization.
///
/// # Errors
/// `NotFound`.
pub fn load(act: &Act<'_>, id: &OrganizationId) -> Result<OrganizationItem, AdminError> {
    show(act, &kept(act, id)?)
}

/// The organizations within reach, oldest first; with `search` those that have it in their
/// name, login path or one of their domains. Whoever reaches one gets that one.
///
/// # Errors
/// `Invalid`.
pub fn list(
    act: &Act<'_>,
    search: Option<&str>,
    list: &List,
) -> Result<Listed<OrganizationItem>, AdminError> {
    match act.access.scope() {
        Scope::Installation => {}
        Scope::Organization(own) => {
            let own = kept(act, own)?;
            let counted = organization_counts::of(act.tx, std::slice::from_ref(&own.id))?;
            let summary = counted.get(&own.id).map(|counts| summary(act, &own, counts));
            let item = OrganizationItem { summary, ..show(act, &own)? };
            return Ok(List::single(Some(item)));
        }
        Scope::Connection(..) => return Err(AdminError::NotFound),
    }
    let search = searched(search)?;
    let mut counted = HashMap::new();
    list.read(
        |page| {
            let rows = match search {
                Some(text) => organizations::search(act.tx, text, page)?,
                None => organizations::list(act.tx, page)?,
            };
            let ids: Vec<OrganizationId> = rows.iter().map(|row| row.id.clone()).collect();
            counted = organization_counts::of(act.tx, &ids)?;
            Ok(rows)
        },
        |row| (row.created_at, row.id.as_str()),
        |row| Ok((show(act, &row)?, row)),
    )
    .map(|listed| Listed {
        items: listed
            .items
            .into_iter()
            .map(|(item, row)| OrganizationItem {
                summary: counted.get(&row.id).map(|counts| summary(act, &row, counts)),
                ..item
            })
            .collect(),
        next: listed.next,
    })
}

/// Changes an organization. Only the installation's administrators disable one.
///
/// # Errors
/// `NotFound`, `Stale`, `Invalid`, `Conflict`, `Forbidden`.
pub fn update(
    act: &Act<'_>,
    id: &OrganizationId,
    expected: Expected,
    patch: &OrganizationPatch,
) -> Result<OrganizationItem, AdminError> {
    let current = kept(act, id)?;
    expected.check(current.version)?;
    let before = ways::find(act, &current)?;
    let mut next = current.clone();
    let mut problems = Problems::default();
    if let Some(name) = &patch.name {
        next.name = problems.name("name", name);
    }
    if let Some(text) = &patch.path {
        // A login address may look like somebody else's brand: who runs the installation decides.
        act.access.installation()?;
        next.path = path(&mut problems, text.as_deref());
    }
    if let Some(text) = &patch.default_app {
        next.settings.default_app = default_app(act, &mut problems, id, text.as_deref())?;
    }
    if let Some(fields) = &patch.required_fields {
        next.settings.required_fields = required_fields::read(&mut problems, fields);
    }
    problems.done()?;
    if let Some(setting) = patch.outside_domains {
        next.outside_domains = setting.into();
    }
    if let Some(several) = patch.several_groups_per_role {
        next.settings.several_groups_per_role = several;
    }
    if let Some(disabled) = patch.disabled {
        act.access.installation()?;
        act.access.over_owners_of(id)?;
        next.disabled = disabled;
    }
    if let Some(allowed) = patch.sso_allowed {
        act.access.installation()?;
        act.access.over_owners_of(id)?;
        next.settings.sso_allowed = allowed;
    }
    if !next.settings.sso_allowed && next.settings.enforcement.will_be() {
        return Err(AdminError::Conflict(Conflict::SsoRequired));
    }
    if next.home && next.disabled {
        return Err(AdminError::Conflict(Conflict::HomeOrganization));
    }
    let written = organizations::update(act.tx, &next)
        .map_err(|error| AdminError::named(error, Conflict::PathTaken))?;
    if !written {
        return Err(AdminError::Stale);
    }
    ways::stay(act, &next, before)?;
    next.version += 1;
    if next.disabled {
        sessions::end_of_organization(act.tx, id)?;
    } else if next.settings.ends_provider_sessions() {
        sessions::end_of_providers(act.tx, id)?;
    }
    let item = show(act, &next)?;
    act.note(&change("organization.update", id), Some(&show(act, &current)?), Some(&item))?;
    Ok(item)
}

pub(super) fn kept(act: &Act<'_>, id: &OrganizationId) -> Result<Organization, AdminError> {
    act.access.reaches(Some(id))?;
    organizations::find(act.tx, id)?.ok_or(AdminError::NotFound)
}

/// The organization named in a field of a creation: it must be there and within reach.
pub(super) fn named(
    act: &Act<'_>,
    problems: &mut Problems,
    field: &str,
    text: &str,
) -> Result<Option<OrganizationId>, AdminError> {
    let id = OrganizationId::try_from(text).ok();
    let found = match id {
        Some(id) if act.access.reaches(Some(&id)).is_ok() => organizations::find(act.tx, &id)?,
        _ => None,
    };
    if found.is_none() {
        problems.add(field, "give the id of an organization that exists");
    }
    Ok(found.map(|organization| organization.id))
}

fn path(problems: &mut Problems, text: Option<&str>) -> Option<LoginPath> {
    match LoginPath::try_from(text?.to_owned()) {
        Ok(path) => Some(path),
        Err(error) => {
            problems.add("path", error.to_string());
            None
        }
    }
}

/// An app that people of the organization may use. Whoever reaches only the organization is not
/// told which others there are.
fn default_app(
    act: &Act<'_>,
    problems: &mut Problems,
    organization: &OrganizationId,
    text: Option<&str>,
) -> Result<Option<AppId>, AdminError> {
    let Some(text) = text else { return Ok(None) };
    let found = match AppId::try_from(text) {
        Ok(id) => apps::find(act.tx, &id)?.filter(|app| app.admits(organization)),
        Err(_) => None,
    };
    if found.is_none() {
        problems.add("default_app", "give the id of an app that is open to the organization");
    }
    Ok(found.map(|app| app.id))
}

fn change<'c>(action: &'c str, id: &'c OrganizationId) -> Change<'c> {
    Change { action, organization: Some(id), subject: id.as_str() }
}

fn show(act: &Act<'_>, organization: &Organization) -> Result<OrganizationItem, AdminError> {
    let path = organization.path.as_ref().map(LoginPath::as_str);
    let drilled = drills::last_of_organization(act.tx, &organization.id)?;
    Ok(OrganizationItem {
        id: organization.id.to_string(),
        name: organization.name.clone(),
        path: path.map(str::to_owned),
        login_url: path.map(|path| act.hub.config.public_url.at(&format!("/o/{path}"))),
        home: organization.home,
        disabled: organization.disabled,
        outside_domains: organization.outside_domains.into(),
        sso_allowed: organization.settings.sso_allowed,
        default_app: organization.settings.default_app.as_ref().map(AppId::to_string),
        last_drill_at: drilled.map(Millis::rfc3339),
        days_since_drill: drilled.map(|at| drill::days_since(at, act.now)),
        required_fields: required_fields::show(&organization.settings.required_fields),
        several_groups_per_role: organization.settings.several_groups_per_role,
        summary: None,
        created_at: organization.created_at.rfc3339(),
        version: organization.version,
    })
}
