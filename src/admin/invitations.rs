//! Invitations: links that let somebody come in for the first time.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::AdminError;
use super::input::Problems;
use super::list::{List, Listed};
use super::{Act, Change, NOTHING, organizations};
use crate::model::id::{ConnectionId, InvitationId, OrganizationId};
use crate::model::invitation::{Invitation, LIFETIME, LONGEST, MOST_OPEN, SHORTEST, Standing};
use crate::model::organization::address_key;
use crate::model::secret::{Digest, random_token};
use crate::model::time::{HOUR, Millis};
use crate::store::{connections, invitations as store};

/// Longest address (RFC 5321 section 4.5.3.1.3), in bytes.
const EMAIL: usize = 254;

/// An invitation to be made.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInvitation {
    /// Who is invited: the address their provider asserts must be this one, whatever its case.
    pub email: String,
    /// The connection they have to come through; absent for any of the organization's.
    #[serde(default)]
    pub connection: Option<String>,
    /// How long the link works, in hours: 1 to 720, else 168.
    #[serde(default)]
    pub expires_in_hours: Option<i64>,
}

/// An invitation, without its link.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InvitationItem {
    /// Its identifier.
    pub id: String,
    /// The organization it leads to.
    pub organization: String,
    /// Who is invited.
    pub email: String,
    /// The connection they have to come through; null for any of the organization's.
    pub connection: Option<String>,
    /// `open`, `used`, `revoked` or `expired`.
    #[schema(example = "open")]
    pub state: &'static str,
    /// The user who came in by it.
    pub user: Option<String>,
    /// When it was made (RFC 3339).
    pub created_at: String,
    /// It works until then (RFC 3339).
    pub expires_at: String,
    /// When somebody came in by it (RFC 3339).
    pub used_at: Option<String>,
    /// When it was taken back (RFC 3339).
    pub revoked_at: Option<String>,
}

/// A new invitation. Its link is shown this once.
#[derive(Clone, Serialize, ToSchema)]
pub struct InvitationMade {
    /// The invitation.
    #[serde(flatten)]
    pub item: InvitationItem,
    /// The link to send. Whoever opens it signs in at the organization next; it is used up by
    /// the first sign-in with the invited address.
    pub link: String,
}

/// Makes an invitation.
///
/// # Errors
/// `NotFound`, `Invalid`.
pub fn create(
    act: &Act<'_>,
    organization: &OrganizationId,
    new: &NewInvitation,
) -> Result<InvitationMade, AdminError> {
    organizations::kept(act, organization)?;
    let mut problems = Problems::default();
    let email = email(&mut problems, "email", &new.email);
    let connection = through(act, &mut problems, organization, new.connection.as_deref())?;
    let life = life(&mut problems, new.expires_in_hours);
    if store::count_open(act.tx, organization, act.now)? >= MOST_OPEN {
        let detail = format!("{MOST_OPEN} invitations are open: revoke some first");
        problems.add("email", detail);
    }
    problems.done()?;
    let invitation = Invitation {
        id: InvitationId::random(act.hub.rng.as_ref()),
        organization: organization.clone(),
        email,
        connection,
        created_at: act.now,
        expires_at: act.now.plus(life),
        revoked_at: None,
        used_at: None,
        user: None,
    };
    let token = random_token(act.hub.rng.as_ref());
    store::insert(act.tx, &Digest::of(token.expose().as_bytes()), &invitation)?;
    let item = show(act, &invitation);
    act.note(&change("invitation.create", &invitation), NOTHING, Some(&item))?;
    let page = act.hub.config.public_url.at("/invitation");
    Ok(InvitationMade { item, link: format!("{page}#{}", token.expose()) })
}

/// The invitations of an organization, oldest first.
///
/// # Errors
/// `NotFound`.
pub fn list(
    act: &Act<'_>,
    organization: &OrganizationId,
    list: &List,
) -> Result<Listed<InvitationItem>, AdminError> {
    organizations::kept(act, organization)?;
    list.read(
        |page| store::list(act.tx, organization, page),
        |row| (row.created_at, row.id.as_str()),
        |row| Ok(show(act, &row)),
    )
}

/// One invitation.
///
/// # Errors
/// `NotFound`.
pub fn load(
    act: &Act<'_>,
    organization: &OrganizationId,
    id: &InvitationId,
) -> Result<InvitationItem, AdminError> {
    Ok(show(act, &kept(act, organization, id)?))
}

/// Takes an invitation back. One that was used stays as it is.
///
/// # Errors
/// `NotFound`.
pub fn revoke(
    act: &Act<'_>,
    organization: &OrganizationId,
    id: &InvitationId,
) -> Result<(), AdminError> {
    let before = kept(act, organization, id)?;
    if !store::revoke(act.tx, id, act.now)? {
        return Ok(());
    }
    let after = Invitation { revoked_at: Some(act.now), ..before.clone() };
    let change = change("invitation.revoke", &before);
    act.note(&change, Some(&show(act, &before)), Some(&show(act, &after)))
}

/// An address that can be compared with what a provider asserts.
pub(super) fn email(problems: &mut Problems, field: &str, text: &str) -> String {
    let text = text.trim();
    if text.len() > EMAIL || address_key(text).is_none() {
        problems.add(field, "give one plain e-mail address, such as ann@acme.example");
    }
    text.to_owned()
}

/// A life in hours, in milliseconds.
pub(super) fn life(problems: &mut Problems, hours: Option<i64>) -> i64 {
    let life = hours.map_or(LIFETIME, |hours| hours.saturating_mul(HOUR));
    if !(SHORTEST..=LONGEST).contains(&life) {
        problems.add("expires_in_hours", format!("give a number from 1 to {}", LONGEST / HOUR));
    }
    life
}

fn through(
    act: &Act<'_>,
    problems: &mut Problems,
    organization: &OrganizationId,
    text: Option<&str>,
) -> Result<Option<ConnectionId>, AdminError> {
    let Some(text) = text else { return Ok(None) };
    let found = match ConnectionId::try_from(text) {
        Ok(id) => connections::find(act.tx, &id)?,
        Err(_) => None,
    };
    let found = found.filter(|connection| connection.organization == *organization);
    if found.is_none() {
        problems.add("connection", "give the id of a connection of this organization");
    }
    Ok(found.map(|connection| connection.id))
}

fn kept(
    act: &Act<'_>,
    organization: &OrganizationId,
    id: &InvitationId,
) -> Result<Invitation, AdminError> {
    organizations::kept(act, organization)?;
    let found = store::find(act.tx, id)?;
    found.filter(|found| found.organization == *organization).ok_or(AdminError::NotFound)
}

fn change<'c>(action: &'c str, invitation: &'c Invitation) -> Change<'c> {
    let subject = invitation.id.as_str();
    Change { action, organization: Some(&invitation.organization), subject }
}

fn show(act: &Act<'_>, invitation: &Invitation) -> InvitationItem {
    InvitationItem {
        id: invitation.id.to_string(),
        organization: invitation.organization.to_string(),
        email: invitation.email.clone(),
        connection: invitation.connection.as_ref().map(ToString::to_string),
        state: match invitation.standing(act.now) {
            Standing::Open => "open",
            Standing::Used => "used",
            Standing::Revoked => "revoked",
            Standing::Expired => "expired",
        },
        user: invitation.user.as_ref().map(ToString::to_string),
        created_at: invitation.created_at.rfc3339(),
        expires_at: invitation.expires_at.rfc3339(),
        used_at: invitation.used_at.map(Millis::rfc3339),
        revoked_at: invitation.revoked_at.map(Millis::rfc3339),
    }
}
