//! The one-use link through which somebody who is no owner sets a password.

use super::{DOOR, may_have};
use crate::broker::Moment;
use crate::broker::{guesses, session};
use crate::model::audit::{Actor, AuditEvent};
use crate::model::id::{AuditId, UserId};
use crate::model::organization::Organization;
use crate::model::owner::email_key;
use crate::model::secret::Digest;
use crate::model::time::Millis;
use crate::model::user::User;
use crate::store::local::{self, Credential};
use crate::store::{StoreError, Tx, audit, organizations, throttles, users};

/// Whether the link can be used now.
///
/// # Errors
/// A database error.
pub fn is_good(tx: &Tx<'_>, link: &Digest, now: Millis) -> Result<bool, StoreError> {
    Ok(owner_of(tx, link, now)?.is_some())
}

/// Whose link it is, while they may have a password.
fn owner_of(
    tx: &Tx<'_>,
    link: &Digest,
    now: Millis,
) -> Result<Option<(User, Organization, String)>, StoreError> {
    let Some(id) = local::find_link(tx, link, now)? else { return Ok(None) };
    let Some(user) = users::find(tx, &id)?.filter(may_have) else { return Ok(None) };
    let organization = organizations::find(tx, &user.organization)?
        .filter(|o| !o.disabled && !o.settings.sso_only(now));
    let key = user.profile.email.as_deref().and_then(email_key);
    Ok(match (organization, key) {
        (Some(organization), Some(key)) => Some((user, organization, key)),
        _ => None,
    })
}

/// Sets the password of the person the link was for. Whoever held the old one is out: every
/// session ends, browsers are forgotten. Gives their organization, where they sign in next;
/// `None` when the link cannot be used, or not again.
///
/// # Errors
/// A database error.
pub fn use_up(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    link: &Digest,
    password_hash: String,
) -> Result<Option<Organization>, StoreError> {
    let Some((user, mut organization, key)) = owner_of(tx, link, moment.now)? else {
        return Ok(None);
    };
    // The address may have become somebody else's since the link was made.
    let held = local::find_within(tx, &organization.id, &key)?;
    if held.is_some_and(|held| held.user != user.id) {
        return Ok(None);
    }
    let (id, of) = (user.id.clone(), organization.id.clone());
    let credential = Credential { user: id.clone(), organization: of, password_hash };
    local::set(tx, &credential, &key, moment.now)?;
    local::end_link(tx, &id)?;
    local::forget_devices(tx, &id)?;
    session::end_of_user(tx, &id)?;
    throttles::clear(tx, &guesses::account(DOOR, &key))?;
    if !organization.settings.local_passwords {
        organization.settings.local_passwords = true;
        organizations::set_settings(tx, &organization.id, &organization.settings)?;
    }
    note(tx, moment, &organization, &id)?;
    Ok(Some(organization))
}

fn note(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    organization: &Organization,
    user: &UserId,
) -> Result<(), StoreError> {
    let event = AuditEvent {
        id: AuditId::random(moment.rng),
        at: moment.now,
        actor: Actor::User { id: user.clone() },
        organization: Some(organization.id.clone()),
        action: "user.password_set".to_owned(),
        subject: user.to_string(),
        before: None,
        after: None,
    };
    audit::append(tx, &event)
}
