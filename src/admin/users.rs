//! People.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::{AdminError, Conflict};
use super::input::Expected;
use super::list::{List, Listed};
use super::{Act, Change};
use crate::model::id::{OrganizationId, UserId};
use crate::model::user::{EmailVerified, Groups, User};
use crate::store::{sessions, users};

/// A change to a person. What is absent stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserPatch {
    /// Refuse every sign-in; ends every session of theirs.
    #[serde(default)]
    pub disabled: Option<bool>,
}

/// A person within one organization.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UserItem {
    /// Stable for ever; the `sub` apps receive.
    pub id: String,
    /// The organization they belong to.
    pub organization: String,
    /// E-mail address as last received.
    pub email: Option<String>,
    /// `verified`, `refuted` or `unstated`: whether the provider vouches for the address.
    #[schema(example = "verified")]
    pub email_verified: &'static str,
    /// First name.
    pub given_name: Option<String>,
    /// Last name.
    pub family_name: Option<String>,
    /// Full name.
    pub name: Option<String>,
    /// Groups as last received; null when they are not known.
    pub groups: Option<Vec<String>>,
    /// What the person told of themselves, by field of the organization's `required_fields`.
    pub answers: BTreeMap<String, String>,
    /// May always sign in at the owner's door.
    pub owner: bool,
    /// Every sign-in is refused.
    pub disabled: bool,
    /// First sign-in or creation (RFC 3339).
    pub created_at: String,
    /// Last sign-in (RFC 3339).
    pub last_sign_in_at: Option<String>,
    /// Counts edits; the ETag.
    pub version: i64,
}

/// One person.
///
/// # Errors
/// `NotFound`.
pub fn load(act: &Act<'_>, id: &UserId) -> Result<UserItem, AdminError> {
    Ok(show(&kept(act, id)?))
}

/// People of one organization, or everybody within reach, oldest first.
///
/// # Errors
/// `NotFound` for an organization out of reach.
pub fn list(
    act: &Act<'_>,
    organization: Option<&OrganizationId>,
    list: &List,
) -> Result<Listed<UserItem>, AdminError> {
    let organization = act.access.narrow(organization)?;
    list.read(
        |page| users::list(act.tx, organization.as_ref(), page),
        |row| (row.created_at, row.id.as_str()),
        |row| Ok(show(&row)),
    )
}

/// Changes a person.
///
/// # Errors
/// `NotFound`, `Stale`; `Conflict` for the last owner who could still sign in.
pub fn update(
    act: &Act<'_>,
    id: &UserId,
    expected: Expected,
    patch: &UserPatch,
) -> Result<UserItem, AdminError> {
    let current = kept(act, id)?;
    expected.check(current.version)?;
    let disabled = patch.disabled.unwrap_or(current.disabled);
    let shuts_out = disabled && !current.disabled;
    if shuts_out && current.owner && !users::has_other_owner(act.tx, &current.organization, id)? {
        return Err(AdminError::Conflict(Conflict::LastOwner));
    }
    if !users::set_disabled(act.tx, id, current.version, disabled)? {
        return Err(AdminError::Stale);
    }
    if disabled {
        sessions::end_of_user(act.tx, id)?;
    }
    let item = show(&kept(act, id)?);
    let change = Change {
        action: "user.update",
        organization: Some(&current.organization),
        subject: id.as_str(),
    };
    act.note(&change, Some(&show(&current)), Some(&item))?;
    Ok(item)
}

fn kept(act: &Act<'_>, id: &UserId) -> Result<User, AdminError> {
    let user = users::find(act.tx, id)?.ok_or(AdminError::NotFound)?;
    act.access.reaches(Some(&user.organization))?;
    Ok(user)
}

fn show(user: &User) -> UserItem {
    let profile = &user.profile;
    UserItem {
        id: user.id.to_string(),
        organization: user.organization.to_string(),
        email: profile.email.clone(),
        email_verified: match profile.email_verified {
            EmailVerified::Verified => "verified",
            EmailVerified::Refuted => "refuted",
            EmailVerified::Unstated => "unstated",
        },
        given_name: profile.given_name.clone(),
        family_name: profile.family_name.clone(),
        name: profile.name.clone(),
        groups: match &profile.groups {
            Groups::Unknown => None,
            Groups::Known(groups) => Some(groups.clone()),
        },
        answers: user.answers.clone(),
        owner: user.owner,
        disabled: user.disabled,
        created_at: user.created_at.rfc3339(),
        last_sign_in_at: user.last_sign_in_at.map(crate::model::time::Millis::rfc3339),
        version: user.version,
    }
}
