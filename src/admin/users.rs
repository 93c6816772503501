//! People.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::{AdminError, Conflict};
use super::input::{Expected, Problems};
pub use super::user_item::UserItem;
use super::user_item::show;
use super::{Act, Change, NOTHING, organizations};
use crate::broker::session;
use crate::model::id::{OrganizationId, UserId};
use crate::model::organization::domain_of_address;
use crate::model::owner::email_key;
use crate::model::user::{Profile, User};
use crate::store::organizations as rows;
use crate::store::{domains, local, users};

/// A person to be made, who will sign in with a password.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// The organization they belong to.
    pub organization: String,
    /// The e-mail address they sign in with.
    pub email: String,
    /// Their full name.
    #[serde(default)]
    pub name: Option<String>,
}

/// A change to a person. What is absent stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserPatch {
    /// Refuse every sign-in; ends every session of theirs.
    #[serde(default)]
    pub disabled: Option<bool>,
}

/// Sessions that were ended.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SessionsEnded {
    /// How many.
    pub ended: usize,
}

/// One person.
///
/// # Errors
/// `NotFound`.
pub fn load(act: &Act<'_>, id: &UserId) -> Result<UserItem, AdminError> {
    show(act, &kept(act, id)?)
}

/// Makes a person who will sign in with a password, once they have set one through a link.
///
/// # Errors
/// `Invalid`; `Conflict` when the address is somebody's in the organization, or when the
/// organization's provider is the only way in.
pub fn create(act: &Act<'_>, new: &NewUser) -> Result<UserItem, AdminError> {
    let mut problems = Problems::default();
    let of = organizations::named(act, &mut problems, "organization", &new.organization)?;
    let name = new.name.as_deref().map(|name| problems.name("name", name));
    let email = new.email.trim().to_owned();
    let sound = email_key(&email).and_then(|_| domain_of_address(&email));
    match (&sound, &of) {
        (None, _) => problems.add("email", "give an e-mail address, such as ann@acme.test"),
        (Some(domain), Some(of)) => {
            let held = domains::deciding(act.tx, domain)?;
            if held.is_some_and(|held| held.organization != *of) {
                let detail = "the domain of this address is held by another organization";
                problems.add("email", detail);
            }
        }
        (Some(_), None) => {}
    }
    problems.done()?;
    let Some(organization) = of else { return Err(AdminError::NotFound) };
    let user = User {
        id: UserId::random(act.hub.rng.as_ref()),
        organization,
        profile: Profile { email: Some(email), name, ..Profile::empty() },
        answers: Default::default(),
        owner: false,
        admin: false,
        disabled: false,
        inactive_since: None,
        access_ended_at: None,
        announced: false,
        created_at: act.now,
        last_sign_in_at: None,
        version: 1,
    };
    has_room(act, &user)?;
    users::insert(act.tx, &user)?;
    let item = show(act, &user)?;
    act.note(&change("user.create", &user), NOTHING, Some(&item))?;
    Ok(item)
}

/// Whether somebody may be made who has nothing but a password.
fn has_room(act: &Act<'_>, user: &User) -> Result<(), AdminError> {
    let organization = rows::find(act.tx, &user.organization)?.ok_or(AdminError::NotFound)?;
    if organization.settings.sso_only(act.now) {
        return Err(AdminError::Conflict(Conflict::SsoOnly));
    }
    let key = users::search::email_key(&user.profile).unwrap_or_default();
    match users::find_by_email(act.tx, &organization.id, &key)? {
        Some(_) => Err(AdminError::Conflict(Conflict::AddressTaken)),
        None => Ok(()),
    }
}

/// Changes a person.
///
/// # Errors
/// `NotFound`, `Stale`; `OwnersOnly` for an owner out of reach; `Conflict` for the last owner who
/// could still sign in.
pub fn update(
    act: &Act<'_>,
    id: &UserId,
    expected: Expected,
    patch: &UserPatch,
) -> Result<UserItem, AdminError> {
    let current = kept(act, id)?;
    expected.check(current.version)?;
    act.access.over(&current)?;
    let before = show(act, &current)?;
    let disabled = patch.disabled.unwrap_or(current.disabled);
    if disabled && !current.disabled {
        spare_last_owner(act, &current)?;
    }
    if !users::set_disabled(act.tx, id, current.version, disabled)? {
        return Err(AdminError::Stale);
    }
    if disabled {
        session::end_access(act.tx, act.now, id)?;
    }
    let item = show(act, &kept(act, id)?)?;
    act.note(&change("user.update", &current), Some(&before), Some(&item))?;
    Ok(item)
}

/// Removes a person with everything that is theirs. Whoever comes back is somebody new.
///
/// # Errors
/// `NotFound`, `Stale`; `Conflict` for the last owner who could still sign in.
pub fn delete(act: &Act<'_>, id: &UserId, expected: Expected) -> Result<(), AdminError> {
    let current = kept(act, id)?;
    act.access.over(&current)?;
    expected.check(current.version)?;
    spare_last_owner(act, &current)?;
    let before = show(act, &current)?;
    session::end_access(act.tx, act.now, id)?;
    if !users::delete(act.tx, id, current.version)? {
        return Err(AdminError::Stale);
    }
    forget_passwords(act, &current.organization)?;
    act.note(&change("user.delete", &current), Some(&before), NOTHING)
}

/// Ends every session of a person, and every sign-in they have not finished. They may sign in
/// again, and their provider has to ask them anew.
///
/// # Errors
/// `NotFound`.
pub fn end_sessions(act: &Act<'_>, id: &UserId) -> Result<SessionsEnded, AdminError> {
    let user = kept(act, id)?;
    act.access.over(&user)?;
    let ended = SessionsEnded { ended: session::end_access(act.tx, act.now, id)? };
    act.note(&change("user.sessions_end", &user), NOTHING, Some(&ended))?;
    Ok(ended)
}

/// Refuses what would leave an organization without an owner who can sign in with its provider
/// switched off.
fn spare_last_owner(act: &Act<'_>, user: &User) -> Result<(), AdminError> {
    if user.owner && !users::has_other_owner(act.tx, &user.organization, &user.id)? {
        return Err(AdminError::Conflict(Conflict::LastOwner));
    }
    Ok(())
}

/// Pages offer passwords no more when the last one of an organization is gone.
fn forget_passwords(act: &Act<'_>, id: &OrganizationId) -> Result<(), AdminError> {
    let Some(mut organization) = rows::find(act.tx, id)? else { return Ok(()) };
    if organization.settings.local_passwords && !local::any_of(act.tx, id)? {
        organization.settings.local_passwords = false;
        rows::set_settings(act.tx, id, &organization.settings)?;
    }
    Ok(())
}

pub(super) fn kept(act: &Act<'_>, id: &UserId) -> Result<User, AdminError> {
    let user = users::find(act.tx, id)?.ok_or(AdminError::NotFound)?;
    act.access.reaches(Some(&user.organization))?;
    Ok(user)
}

pub(super) fn change<'c>(action: &'c str, user: &'c User) -> Change<'c> {
    Change { action, organization: Some(&user.organization), subject: user.id.as_str() }
}
