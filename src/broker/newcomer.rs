//! Whether somebody comes in whom their connection has not vouched for before.

use super::Moment;
use super::arrival::Arrival;
use super::{invitation, relink};
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::connection::NewUsers;
use crate::model::id::InvitationId;
use crate::model::time::Millis;
use crate::store::{StoreError, Tx};

/// Whether they come in, and by which invitation if they have one.
///
/// # Errors
/// A database error. The inner `Err` is a refusal.
pub(super) fn judge(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    arrival: Arrival<'_>,
    checks: &mut Checks,
) -> Result<Result<Option<InvitationId>, Code>, StoreError> {
    // First: somebody who may be known already gets no second account, invited or not.
    match relink::judge(tx, moment, arrival, checks)? {
        Ok(()) => invited(tx, moment.now, arrival, checks),
        Err(code) => Ok(Err(code)),
    }
}

/// Whether they would come in, were this no test. Writes nothing, and asks nobody.
///
/// # Errors
/// A database error. The inner `Err` is what the refusal would be.
pub(super) fn suppose(
    tx: &Tx<'_>,
    now: Millis,
    arrival: Arrival<'_>,
    checks: &mut Checks,
) -> Result<Result<(), Code>, StoreError> {
    match relink::look(tx, arrival, checks)? {
        Ok(()) => Ok(invited(tx, now, arrival, checks)?.map(drop)),
        Err(waits) => Ok(Err(waits.code)),
    }
}

fn invited(
    tx: &Tx<'_>,
    now: Millis,
    arrival: Arrival<'_>,
    checks: &mut Checks,
) -> Result<Result<Option<InvitationId>, Code>, StoreError> {
    let invited = invitation::held(tx, now, arrival)?;
    if arrival.connection.settings.new_users == NewUsers::Create {
        return Ok(Ok(invited.unwrap_or_default()));
    }
    let expected = "an invitation for this address, opened in this browser";
    let refused = match invited {
        Ok(Some(invitation)) => {
            checks.passed("invitation", expected, "an invitation for this address");
            return Ok(Ok(Some(invitation)));
        }
        Ok(None) => (Code::NotInvited, "none"),
        Err(code @ Code::InvitationEmailRefuted) => {
            (code, "one, but the provider stated false: the address is not verified")
        }
        Err(code) => (code, "one for another address"),
    };
    let (code, received) = refused;
    Ok(Err(checks.failed(code, "invitation", expected, received)))
}
