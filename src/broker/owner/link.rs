//! One-use links through which an owner sets a password, and the removal of second factors
//! that were lost.

use super::enter::{Came, Passed, Person, after_password};
use super::{door, find, note};
use crate::broker::Moment;
use crate::broker::session;
use crate::model::audit::Actor;
use crate::model::owner::LINK_LIFETIME;
use crate::model::secret::{Digest, Secret, random_token};
use crate::store::{StoreError, Tx, factors, owner_steps, owners};

/// A link through which the owner with this address sets a password; an earlier one ends.
/// `None` when there is no such owner.
///
/// # Errors
/// A database error.
pub fn issue(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    actor: &Actor,
    email: &str,
) -> Result<Option<Secret<String>>, StoreError> {
    let Some(owner) = find(tx, email)? else { return Ok(None) };
    let token = random_token(moment.rng);
    let digest = Digest::of(token.expose().as_bytes());
    owners::insert_link(tx, &digest, &owner.id, moment.now, moment.now.plus(LINK_LIFETIME))?;
    note(tx, moment, actor, "owner.link_issue", (&owner.organization, &owner.id), None)?;
    Ok(Some(token))
}

/// Sets the password of the owner the link was for, who goes on as after any right password:
/// a second factor is not skipped. Whoever held the old password is out: sessions end, devices
/// are forgotten. `None` when the link cannot be used, or not again.
///
/// # Errors
/// A database error.
pub fn use_it(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    link: &Digest,
    password_hash: &str,
    came: &Came,
) -> Result<Option<Passed>, StoreError> {
    let Some(id) = owners::find_link(tx, link, moment.now)? else { return Ok(None) };
    let Some(person) = Person::find(tx, &id)? else { return Ok(None) };
    owners::use_link(tx, link, moment.now)?;
    owners::set_password(tx, &id, password_hash, moment.now)?;
    owners::forget_devices(tx, &id)?;
    owner_steps::end_of_user(tx, &id)?;
    session::end_of_user(tx, &id)?;
    door::forgive(tx, &id)?;
    let actor = Actor::User { id: id.clone() };
    note(tx, moment, &actor, "owner.password_set", (&person.user.organization, &id), None)?;
    let came = Came { device: None, ..came.clone() };
    after_password(tx, moment, person, password_hash, &came).map(Some)
}

/// Takes every second factor of the owner with this address away, with all that was opened
/// with one. Gives whether there is such an owner.
///
/// # Errors
/// A database error.
pub fn reset_factors(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    actor: &Actor,
    email: &str,
) -> Result<bool, StoreError> {
    let Some(owner) = find(tx, email)? else { return Ok(false) };
    let had = factors::of(tx, &owner.id)?;
    factors::remove_all(tx, &owner.id)?;
    owners::forget_devices(tx, &owner.id)?;
    owner_steps::end_of_user(tx, &owner.id)?;
    session::end_of_user(tx, &owner.id)?;
    door::forgive(tx, &owner.id)?;
    let what = serde_json::json!({
        "totp": had.totp_since.is_some(), "recovery_codes": had.codes_left,
        "passkeys": had.passkeys + had.passkeys_elsewhere
    });
    let about = (&owner.organization, &owner.id);
    note(tx, moment, actor, "owner.factors_reset", about, Some(what))?;
    Ok(true)
}
