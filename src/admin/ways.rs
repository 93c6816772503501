//! How people find their way to their organization's provider, and that it stays while single
//! sign-on is all they have.

use super::Act;
use super::error::{AdminError, Conflict};
use crate::model::organization::Organization;
use crate::model::preflight::Ways;
use crate::store::{Page, domains, organizations};

/// How its people are recognised as its own before they signed in.
pub(super) fn find(act: &Act<'_>, organization: &Organization) -> Result<Ways, AdminError> {
    Ok(Ways {
        path: organization.path.is_some(),
        domain: domains::holds_any(act.tx, &organization.id)?,
        only: organizations::list(act.tx, &Page::first(2))?.len() == 1,
    })
}

/// Refuses a change after which nobody is recognised any more although they have nothing but
/// single sign-on. `before` is what [`find`] told before it; the change is written already, and
/// taken back with the transaction.
pub(super) fn stay(
    act: &Act<'_>,
    organization: &Organization,
    before: Ways,
) -> Result<(), AdminError> {
    if organization.settings.enforcement.will_be()
        && before.any()
        && !find(act, organization)?.any()
    {
        return Err(AdminError::Conflict(Conflict::SsoRequired));
    }
    Ok(())
}
