//! A person as the API shows them.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::Act;
use super::error::AdminError;
use super::user_role_item::{self, UserRoleItem};
use crate::model::time::Millis;
use crate::model::user::{EmailVerified, Groups, User};
use crate::store::{local, sessions, users};

/// Identities shown of one person.
const IDENTITIES: u32 = 20;

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
    /// May administer their organization.
    pub admin: bool,
    /// Their roles, each with where it came from.
    pub roles: Vec<UserRoleItem>,
    /// `active`; `disabled` by an administrator; or `inactive`, because their provider took the
    /// last group that lets them in away.
    #[schema(example = "active")]
    pub state: &'static str,
    /// Their groups let them in no more, since then (RFC 3339); coming back with one that does
    /// undoes it.
    pub inactive_since: Option<String>,
    /// Every sign-in is refused.
    pub disabled: bool,
    /// How they can sign in: `upstream` (through a connection), `password`, `owner_password`.
    #[schema(example = json!(["upstream"]))]
    pub sign_in_methods: Vec<&'static str>,
    /// The identities that lead to them, oldest first; the first 20.
    pub identities: Vec<IdentityItem>,
    /// Browsers they are signed in with.
    pub sessions: i64,
    /// First sign-in or creation (RFC 3339).
    pub created_at: String,
    /// Last sign-in (RFC 3339); null when they never have.
    pub last_sign_in_at: Option<String>,
    /// Counts edits; the ETag.
    pub version: i64,
}

/// What a connection knows somebody as.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IdentityItem {
    /// The connection.
    pub connection: String,
    /// The lasting identity there.
    pub subject: String,
}

/// Where a person stands, by its name.
pub(super) const fn state(user: &User) -> &'static str {
    match (user.disabled, user.inactive_since) {
        (true, _) => "disabled",
        (false, Some(_)) => "inactive",
        (false, None) => "active",
    }
}

/// The item of a person.
pub(super) fn show(act: &Act<'_>, user: &User) -> Result<UserItem, AdminError> {
    let profile = &user.profile;
    let identities: Vec<IdentityItem> = users::identities(act.tx, &user.id, IDENTITIES)?
        .into_iter()
        .map(|(connection, subject)| IdentityItem { connection: connection.to_string(), subject })
        .collect();
    let password = !user.owner && local::find(act.tx, &user.id)?.is_some();
    let ways = [
        (!identities.is_empty(), "upstream"),
        (password, "password"),
        (user.owner, "owner_password"),
    ];
    Ok(UserItem {
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
        admin: user.admin,
        roles: user_role_item::show(act, user)?,
        state: state(user),
        inactive_since: user.inactive_since.map(Millis::rfc3339),
        disabled: user.disabled,
        sign_in_methods: ways.into_iter().filter(|(can, _)| *can).map(|(_, way)| way).collect(),
        identities,
        sessions: sessions::count_of_user(act.tx, &user.id, act.now)?,
        created_at: user.created_at.rfc3339(),
        last_sign_in_at: user.last_sign_in_at.map(Millis::rfc3339),
        version: user.version,
    })
}
