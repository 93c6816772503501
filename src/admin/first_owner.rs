//! The one person who becomes the first owner of an organization by their own sign-in. For the
//! installation's administrators only.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::{AdminError, Conflict};
use super::input::Problems;
use super::invitations::{email, life};
use super::{Act, Change, NOTHING, organizations};
use crate::model::id::OrganizationId;
use crate::model::organization::{FirstOwner, Organization, address_key};
use crate::store::{organizations as store, owners, users};

/// Who becomes the first owner.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFirstOwner {
    /// Their address. It has to be at a domain the organization has proved by then, and their
    /// provider must not say that it is not verified.
    pub email: String,
    /// How long it holds, in hours: 1 to 720, else 168.
    #[serde(default)]
    pub expires_in_hours: Option<i64>,
}

/// Who becomes the first owner.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FirstOwnerItem {
    /// The organization.
    pub organization: String,
    /// Their address.
    pub email: String,
    /// Not after (RFC 3339).
    pub expires_at: String,
}

/// Names the address of the first owner. One that was named before is replaced.
///
/// # Errors
/// `Forbidden`, `NotFound`, `Invalid`; `Conflict` when there is an owner, or the address is one
/// of another organization's owner.
pub fn create(
    act: &Act<'_>,
    organization: &OrganizationId,
    new: &NewFirstOwner,
) -> Result<FirstOwnerItem, AdminError> {
    let current = kept(act, organization)?;
    let mut problems = Problems::default();
    let email = email(&mut problems, "email", &new.email);
    let life = life(&mut problems, new.expires_in_hours);
    problems.done()?;
    if current.home || users::has_owner(act.tx, organization)? {
        return Err(AdminError::Conflict(Conflict::HasOwner));
    }
    // Owners are kept by their address without the case of any letter.
    if let Some(key) = address_key(&email)
        && owners::find(act.tx, &key.to_lowercase())?.is_some()
    {
        return Err(AdminError::Conflict(Conflict::OwnerElsewhere));
    }
    let named = FirstOwner { email, expires_at: act.now.plus(life) };
    let item = show(organization, &named);
    keep(act, &current, Some(named))?;
    let before = current.settings.first_owner.as_ref().map(|named| show(organization, named));
    act.note(&change("first_owner.create", organization), before.as_ref(), Some(&item))?;
    Ok(item)
}

/// Who is named.
///
/// # Errors
/// `Forbidden`; `NotFound` when nobody is, or not any more.
pub fn load(act: &Act<'_>, organization: &OrganizationId) -> Result<FirstOwnerItem, AdminError> {
    let current = kept(act, organization)?;
    let named = current.settings.first_owner.filter(|named| named.expires_at > act.now);
    Ok(show(organization, &named.ok_or(AdminError::NotFound)?))
}

/// Takes it back.
///
/// # Errors
/// `Forbidden`; `NotFound` when nobody is named.
pub fn delete(act: &Act<'_>, organization: &OrganizationId) -> Result<(), AdminError> {
    let current = kept(act, organization)?;
    let named = current.settings.first_owner.as_ref().ok_or(AdminError::NotFound)?;
    keep(act, &current, None)?;
    let change = change("first_owner.delete", organization);
    act.note(&change, Some(&show(organization, named)), NOTHING)
}

fn kept(act: &Act<'_>, organization: &OrganizationId) -> Result<Organization, AdminError> {
    let current = organizations::kept(act, organization)?;
    act.access.installation()?;
    Ok(current)
}

fn keep(
    act: &Act<'_>,
    current: &Organization,
    named: Option<FirstOwner>,
) -> Result<(), AdminError> {
    let mut next = current.clone();
    next.settings.first_owner = named;
    if store::update(act.tx, &next)? { Ok(()) } else { Err(AdminError::Stale) }
}

fn change<'c>(action: &'c str, organization: &'c OrganizationId) -> Change<'c> {
    Change { action, organization: Some(organization), subject: organization.as_str() }
}

fn show(organization: &OrganizationId, named: &FirstOwner) -> FirstOwnerItem {
    FirstOwnerItem {
        organization: organization.to_string(),
        email: named.email.clone(),
        expires_at: named.expires_at.rfc3339(),
    }
}
