//! The first owner of an organization that has none: the person it was named for, by their own
//! sign-in, once.

use super::Moment;
use super::owner::email_key;
use super::{domains, trail};
use crate::model::attempt::Vouched;
use crate::model::check::Checks;
use crate::model::email_rule::proved;
use crate::model::organization::{Organization, address_key};
use crate::model::user::User;
use crate::store::{StoreError, Tx, organizations, owners, users};

const CHECK: &str = "first_owner";
const EXPECTED: &str = "the proved address that was named, of an organization without an owner";

/// Makes `user`, who is being let in, the owner if they are the one who was named. Costs
/// nothing where nobody is. Somebody who is not, comes in as who they are.
pub(super) fn crown(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    vouched: &Vouched,
    (organization, user): (&mut Organization, &mut User),
    checks: &mut Checks,
) -> Result<(), StoreError> {
    let Some(named) = &organization.settings.first_owner else { return Ok(()) };
    if named.expires_at <= moment.now {
        return Ok(());
    }
    let Some(email) = &vouched.profile.email else { return Ok(()) };
    let (Some(key), Some(own)) = (address_key(email), email_key(email)) else { return Ok(()) };
    if address_key(&named.email) != Some(key) {
        return Ok(());
    }
    let standing = domains::standing(tx, &organization.id, email)?;
    let one_tenant = domains::is_of_one_tenant(tx, &vouched.connection)?;
    if let Err(why) = proved(vouched.profile.email_verified, standing, one_tenant) {
        checks.warned(CHECK, EXPECTED, why.sentence());
        return Ok(());
    }
    if users::has_owner(tx, &organization.id)? {
        checks.warned(CHECK, EXPECTED, "an organization that has an owner");
        return Ok(());
    }
    if owners::find(tx, &own)?.is_some() {
        checks.warned(CHECK, EXPECTED, "the address of an owner of another organization");
        return Ok(());
    }
    if !users::make_owner(tx, &user.id)? {
        return Err(StoreError::Corrupt("the person who becomes owner is gone"));
    }
    owners::insert(tx, &user.id, &own, None, moment.now)?;
    user.owner = true;
    user.version += 1;
    organization.settings.first_owner = None;
    if !organizations::update(tx, organization)? {
        return Err(StoreError::Corrupt("the organization is gone"));
    }
    organization.version += 1;
    checks.passed(CHECK, EXPECTED, "the address that was named");
    trail::note(tx, moment, user, "owner.first_by_sign_in", user.id.as_str())
}
