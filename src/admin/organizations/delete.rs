//! How an organization is deleted. The people of a large one go some at a time, so that nobody's
//! sign-in waits for all of them.

use super::{change, kept, show};
use crate::admin::error::{AdminError, Conflict};
use crate::admin::input::Expected;
use crate::admin::{self, Access, Act, NOTHING};
use crate::hub::Hub;
use crate::model::id::OrganizationId;
use crate::model::organization::Organization;
use crate::store::{organizations, sessions, users};

/// Most people that go in one step: about a tenth of a second of the only writer.
const PIECE: u32 = 500;

/// Removes an organization with everything that belongs to it. One with more than 500 people is
/// switched off first, and they are removed in steps of so many, owners last. What keeps it from
/// its end, as a change of the organization meanwhile, or of whoever began, leaves it switched off
/// with those who are left; it can be deleted then as before. For the installation's administrators.
///
/// # Errors
/// `NotFound`, `Stale`, `Forbidden`; `Conflict` for the home organization.
pub async fn delete(
    hub: Hub,
    access: Access,
    id: OrganizationId,
    expected: Expected,
) -> Result<(), AdminError> {
    let of = id.clone();
    let begun =
        admin::write(hub.clone(), access.clone(), move |act| begin(act, &of, expected)).await?;
    let Begun::Off { version } = begun else { return Ok(()) };
    let mut left = true;
    while left {
        let of = id.clone();
        let stepped =
            admin::go_on(hub.clone(), access.clone(), move |act| step(act, &of, version)).await;
        // Perhaps nobody waits for the answer any more.
        left = stepped.inspect_err(|error| {
            tracing::warn!(organization = %id, %error, "a deletion stopped before its end");
        })?;
    }
    Ok(())
}

/// What the first step came to.
enum Begun {
    /// Everything is gone.
    Done,
    /// The organization is switched off, and has this version by now.
    Off { version: i64 },
}

fn begin(act: &Act<'_>, id: &OrganizationId, expected: Expected) -> Result<Begun, AdminError> {
    let current = deletable(act, id)?;
    expected.check(current.version)?;
    if !users::any_beyond(act.tx, id, PIECE)? {
        remove(act, &current)?;
        return Ok(Begun::Done);
    }
    // A version of its own, also when it was off before: nobody changes it unnoticed meanwhile.
    let mut next = Organization { disabled: true, ..current.clone() };
    if !organizations::update(act.tx, &next)? {
        return Err(AdminError::Stale);
    }
    next.version += 1;
    sessions::end_of_organization(act.tx, id)?;
    let (before, after) = (show(act, &current)?, show(act, &next)?);
    act.note(&change("organization.delete_begin", id), Some(&before), Some(&after))?;
    Ok(Begun::Off { version: next.version })
}

/// Removes some of the people, or with the last of them the organization; gives whether anything
/// is left. Somebody may have taken the deletion back meanwhile, by switching it on again.
fn step(act: &Act<'_>, id: &OrganizationId, version: i64) -> Result<bool, AdminError> {
    let current = deletable(act, id)?;
    if current.version != version {
        return Err(AdminError::Stale);
    }
    if users::any_beyond(act.tx, id, PIECE)? && users::delete_some(act.tx, id, PIECE)? > 0 {
        return Ok(true);
    }
    remove(act, &current)?;
    Ok(false)
}

fn deletable(act: &Act<'_>, id: &OrganizationId) -> Result<Organization, AdminError> {
    let current = kept(act, id)?;
    act.access.installation()?;
    if current.home {
        return Err(AdminError::Conflict(Conflict::HomeOrganization));
    }
    Ok(current)
}

fn remove(act: &Act<'_>, current: &Organization) -> Result<(), AdminError> {
    sessions::end_of_organization(act.tx, &current.id)?;
    let before = show(act, current)?;
    organizations::delete(act.tx, &current.id)?;
    act.note(&change("organization.delete", &current.id), Some(&before), NOTHING)
}
