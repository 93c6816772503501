//! Owners of an organization: who they are, what they sign in with, and their rehearsals.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::{AdminError, Conflict};
use super::input::{Expected, Problems};
use super::list::{List, Listed};
use super::{Act, Change, NOTHING, organizations, user_role_item, user_roles};
use crate::model::drill::{self, DUE_DAYS, Drill};
use crate::model::id::{OrganizationId, RoleId, UserId};
use crate::model::organization::Organization;
use crate::model::owner::{PASSED_ON_LIFETIME, email_key};
use crate::model::passkey::Passkey;
use crate::model::secret::{Digest, random_token};
use crate::model::time::Millis;
use crate::model::user::{Profile, User};
use crate::store::owners::Who;
use crate::store::{drills, factors, owners, passkeys, roles, users};

/// An owner to be made: somebody new, or a person of the organization.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOwner {
    /// The person who becomes an owner, or is one by a role and has nothing to sign in with at
    /// the owner's door yet; absent for somebody new.
    #[serde(default)]
    pub user: Option<String>,
    /// The address the owner signs in with; needed for somebody new, else that of the person.
    #[serde(default)]
    pub email: Option<String>,
    /// The owner's name as shown to people; needed for somebody new.
    #[serde(default)]
    pub name: Option<String>,
}

/// An owner: somebody who may always sign in at the owner's door.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OwnerItem {
    /// The person; the `sub` apps receive.
    pub id: String,
    /// The organization they belong to.
    pub organization: String,
    /// Full name.
    pub name: Option<String>,
    /// The address they sign in with at the owner's door.
    pub email: Option<String>,
    /// Every sign-in is refused.
    pub disabled: bool,
    /// Whether they can sign in with the identity provider switched off: a password, and a
    /// second factor where single sign-on is or will be required.
    pub can_sign_in: bool,
    /// There is a password they set.
    pub has_password: bool,
    /// There is an authenticator app.
    pub has_totp: bool,
    /// The passkeys they added, oldest first.
    pub passkeys: Vec<PasskeyItem>,
    /// Recovery codes that were not used yet.
    pub recovery_codes_left: u32,
    /// When the recovery codes were confirmed as stored (RFC 3339).
    pub recovery_codes_confirmed_at: Option<String>,
    /// When they last signed in at the owner's door (RFC 3339).
    pub last_owner_sign_in_at: Option<String>,
    /// When they last passed a drill (RFC 3339).
    pub last_drill_at: Option<String>,
    /// Whole days since then.
    pub days_since_drill: Option<i64>,
    /// There was none within 90 days.
    pub drill_due: bool,
    /// Counts edits of the person; the ETag.
    pub version: i64,
}

/// A passkey of an owner.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PasskeyItem {
    /// Its identifier.
    pub id: String,
    /// What the owner calls it.
    pub name: String,
    /// The host it was made for; it works while Doorward is reached there.
    pub host: String,
    /// Whether it is.
    pub works: bool,
    /// When it was added (RFC 3339).
    pub created_at: String,
    /// When it was last used (RFC 3339).
    pub last_used_at: Option<String>,
}

impl PasskeyItem {
    fn of(passkey: Passkey) -> Self {
        Self {
            id: passkey.id.to_string(),
            name: passkey.name,
            host: passkey.host,
            works: passkey.works,
            created_at: passkey.created_at.rfc3339(),
            last_used_at: passkey.used_at.map(Millis::rfc3339),
        }
    }
}

/// An owner with the link through which they set a password. It is shown this once.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OwnerMade {
    /// The owner.
    #[serde(flatten)]
    pub item: OwnerItem,
    /// Pass it on to them over a way you trust. It works once.
    pub link: String,
    /// It ends then (RFC 3339).
    pub link_expires_at: String,
}

/// Whose way in is rehearsed.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DrillInput {
    /// The organization; absent for the one of the caller, or the first one.
    #[serde(default)]
    pub organization: Option<String>,
}

/// A drill that was started.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DrillStarted {
    /// Its identifier.
    pub id: String,
    /// The organization whose owner rehearses.
    pub organization: String,
    /// Where an owner signs in to pass it, in any browser.
    pub url: String,
    /// It ends then (RFC 3339).
    pub expires_at: String,
}

/// Owners of one organization, or all within reach, oldest first.
///
/// # Errors
/// `NotFound` for an organization out of reach.
pub fn list(
    act: &Act<'_>,
    organization: Option<&OrganizationId>,
    list: &List,
) -> Result<Listed<OwnerItem>, AdminError> {
    let organization = act.access.narrow(organization)?;
    list.read(
        |page| users::list_owners(act.tx, organization.as_ref(), page),
        |row| (row.created_at, row.id.as_str()),
        |row| show(act, &row),
    )
}

/// One owner.
///
/// # Errors
/// `NotFound`.
pub fn load(act: &Act<'_>, id: &OrganizationId, user: &UserId) -> Result<OwnerItem, AdminError> {
    organizations::kept(act, id)?;
    show(act, &kept(act, id, user)?)
}

/// Makes an owner, with a link through which they set a password.
///
/// # Errors
/// `NotFound`, `Invalid`, `Conflict`; `OwnersOnly` for an administrator of the organization;
/// `Forbidden` for the home organization, whose owners administer the installation.
pub fn create(act: &Act<'_>, id: &OrganizationId, new: &NewOwner) -> Result<OwnerMade, AdminError> {
    administered(act, id)?;
    let (user, key) = match &new.user {
        Some(user) => promoted(act, id, user, new)?,
        None => newcomer(act, id, new)?,
    };
    credited(act, &user, &key)?;
    let user = kept(act, id, &user)?;
    let made = linked(act, &user)?;
    act.note(&change("owner.create", id, &user.id), NOTHING, Some(&made.item))?;
    Ok(made)
}

/// A new link for an owner who forgot the password, or a first one for an owner by a role, who
/// then signs in with their e-mail address; an earlier one ends. Their second factor is asked
/// for all the same.
///
/// # Errors
/// `NotFound`, `OwnersOnly`, `Forbidden`; `Conflict` when they have no address of their own.
pub fn issue_link(
    act: &Act<'_>,
    id: &OrganizationId,
    user: &UserId,
) -> Result<OwnerMade, AdminError> {
    administered(act, id)?;
    let user = kept(act, id, user)?;
    if owners::of(act.tx, &user.id)?.is_none() {
        let key = user.profile.email.as_deref().and_then(email_key);
        let key = key.ok_or(AdminError::Conflict(Conflict::NoAddress))?;
        credited(act, &user.id, &key)?;
    }
    let made = linked(act, &user)?;
    act.note(&change("owner.link_issue", id, &user.id), NOTHING, NOTHING)?;
    Ok(made)
}

/// Makes an owner a person like others; what they signed in with at the owner's door goes.
///
/// # Errors
/// `NotFound`, `Stale`, `OwnersOnly`, `Forbidden`; `Conflict` for the last owner who can sign in
/// with the identity provider switched off, and for one whose groups make them an owner.
pub fn delete(
    act: &Act<'_>,
    id: &OrganizationId,
    user: &UserId,
    expected: Expected,
) -> Result<(), AdminError> {
    administered(act, id)?;
    let current = kept(act, id, user)?;
    expected.check(current.version)?;
    let before = show(act, &current)?;
    // Whoever lacks only the factor that is needed can still add it: they are not nobody.
    let matters = before.has_password && !before.disabled;
    if matters && !owners::can_enter(act.tx, id, Who::Besides(user))? {
        return Err(AdminError::Conflict(Conflict::LastOwner));
    }
    let roles = user_role_item::held(act, &current)?;
    for held in roles.iter().filter(|held| held.role == RoleId::owner()) {
        if let Some(connection) = &held.source {
            return Err(user_roles::from_provider(act, &held.role, connection)?);
        }
        roles::take(act.tx, user, &held.role, None)?;
    }
    if !owners::set_owner(act.tx, user, current.version, false)? {
        return Err(AdminError::Stale);
    }
    owners::remove(act.tx, user)?;
    act.note(&change("owner.delete", id, user), Some(&before), NOTHING)
}

/// Starts a drill: an owner of the organization passes it by signing in at the address given.
/// Administrators may: the address alone opens nothing.
///
/// # Errors
/// `Invalid`.
pub fn start_drill(act: &Act<'_>, input: &DrillInput) -> Result<DrillStarted, AdminError> {
    let organization = match &input.organization {
        None => act.access.narrow(None)?,
        Some(text) => {
            let mut problems = Problems::default();
            let named = organizations::named(act, &mut problems, "organization", text)?;
            problems.done()?;
            named
        }
    };
    let organization = match organization {
        Some(organization) => organization,
        None => crate::store::organizations::home(act.tx)?.ok_or(AdminError::NotFound)?.id,
    };
    let (drill, token) = Drill::started(act.hub.rng.as_ref(), act.now, organization);
    drills::insert(act.tx, &drill, &Digest::of(token.expose().as_bytes()))?;
    let change = Change {
        action: "owner.drill_start",
        organization: Some(&drill.organization),
        subject: drill.id.as_str(),
    };
    act.note(&change, NOTHING, NOTHING)?;
    Ok(DrillStarted {
        id: drill.id.to_string(),
        organization: drill.organization.to_string(),
        url: act.hub.config.public_url.at(&format!("/owner?drill={}", token.expose())),
        expires_at: drill.expires_at.rfc3339(),
    })
}

/// An organization whose owners this access may change. Owners of the home organization
/// administer the installation, so nobody who reaches less makes one.
fn administered(act: &Act<'_>, id: &OrganizationId) -> Result<Organization, AdminError> {
    let organization = organizations::kept(act, id)?;
    // Else an administrator would make themselves an owner, or set an owner's password.
    act.access.over_owners_of(id)?;
    if organization.home {
        act.access.installation()?;
    }
    Ok(organization)
}

fn kept(act: &Act<'_>, id: &OrganizationId, user: &UserId) -> Result<User, AdminError> {
    let found = users::find(act.tx, user)?;
    found.filter(|user| user.owner && user.organization == *id).ok_or(AdminError::NotFound)
}

/// A person of the organization becomes an owner.
fn promoted(
    act: &Act<'_>,
    id: &OrganizationId,
    text: &str,
    new: &NewOwner,
) -> Result<(UserId, String), AdminError> {
    let mut problems = Problems::default();
    if new.name.is_some() {
        problems.add("name", "leave it out: the person has a name");
    }
    let user = UserId::try_from(text).ok();
    let user = user.map(|user| users::find(act.tx, &user)).transpose()?.flatten();
    let user = user.filter(|user| user.organization == *id);
    if user.is_none() {
        problems.add("user", "give the id of a person of this organization");
    }
    let email = new.email.clone().or_else(|| user.as_ref()?.profile.email.clone());
    let key = email.as_deref().and_then(email_key);
    if key.is_none() {
        problems.add("email", "give an e-mail address, such as ann@acme.test");
    }
    problems.done()?;
    let (Some(user), Some(key)) = (user, key) else { return Err(AdminError::NotFound) };
    // Whom a role made an owner may still need what opens the owner's door.
    if user.owner && owners::of(act.tx, &user.id)?.is_some() {
        return Err(AdminError::Conflict(Conflict::AlreadyOwner));
    }
    if !owners::set_owner(act.tx, &user.id, user.version, true)? {
        return Err(AdminError::Stale);
    }
    Ok((user.id, key))
}

fn newcomer(
    act: &Act<'_>,
    id: &OrganizationId,
    new: &NewOwner,
) -> Result<(UserId, String), AdminError> {
    let mut problems = Problems::default();
    let name = problems.name("name", new.name.as_deref().unwrap_or_default());
    let email = new.email.as_deref().unwrap_or_default().trim().to_owned();
    let key = email_key(&email);
    if key.is_none() {
        problems.add("email", "give an e-mail address, such as ann@acme.test");
    }
    problems.done()?;
    let user = User {
        id: UserId::random(act.hub.rng.as_ref()),
        organization: id.clone(),
        profile: Profile { email: Some(email), name: Some(name), ..Profile::empty() },
        answers: Default::default(),
        owner: true,
        admin: false,
        disabled: false,
        inactive_since: None,
        access_ended_at: None,
        announced: false,
        created_at: act.now,
        last_sign_in_at: None,
        version: 1,
    };
    users::insert(act.tx, &user)?;
    Ok((user.id, key.unwrap_or_default()))
}

/// The address an owner signs in with, before any password.
fn credited(act: &Act<'_>, user: &UserId, key: &str) -> Result<(), AdminError> {
    owners::insert(act.tx, user, key, None, act.now)
        .map_err(|error| AdminError::named(error, Conflict::OwnerEmailTaken))
}

fn linked(act: &Act<'_>, user: &User) -> Result<OwnerMade, AdminError> {
    let token = random_token(act.hub.rng.as_ref());
    let expires_at = act.now.plus(PASSED_ON_LIFETIME);
    let digest = Digest::of(token.expose().as_bytes());
    owners::insert_link(act.tx, &digest, &user.id, act.now, expires_at)?;
    Ok(OwnerMade {
        item: show(act, user)?,
        link: format!("{}#{}", act.hub.config.public_url.at("/owner/link"), token.expose()),
        link_expires_at: expires_at.rfc3339(),
    })
}

fn change<'c>(action: &'c str, id: &'c OrganizationId, user: &'c UserId) -> Change<'c> {
    Change { action, organization: Some(id), subject: user.as_str() }
}

fn show(act: &Act<'_>, user: &User) -> Result<OwnerItem, AdminError> {
    let credential = owners::of(act.tx, &user.id)?;
    let has = factors::of(act.tx, &user.id)?;
    let passkeys = passkeys::of(act.tx, &user.id)?;
    let drilled = drills::last_of_user(act.tx, &user.id)?;
    let days_since_drill = drilled.map(|at| drill::days_since(at, act.now));
    Ok(OwnerItem {
        id: user.id.to_string(),
        organization: user.organization.to_string(),
        name: user.profile.name.clone(),
        email: credential.as_ref().map(|credential| credential.email_key.clone()),
        disabled: user.disabled,
        can_sign_in: owners::can_enter(act.tx, &user.organization, Who::Only(&user.id))?,
        has_password: credential.as_ref().is_some_and(|c| c.password_hash.is_some()),
        has_totp: has.totp_since.is_some(),
        passkeys: passkeys.into_iter().map(PasskeyItem::of).collect(),
        recovery_codes_left: has.codes_left,
        recovery_codes_confirmed_at: has.codes_since.map(Millis::rfc3339),
        last_owner_sign_in_at: credential.and_then(|c| c.last_sign_in_at).map(Millis::rfc3339),
        last_drill_at: drilled.map(Millis::rfc3339),
        drill_due: days_since_drill.is_none_or(|days| days > DUE_DAYS),
        days_since_drill,
        version: user.version,
    })
}
