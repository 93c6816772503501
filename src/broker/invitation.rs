//! Invitations, from the link that is opened to the person who came in by it.
//!
//! The link is opened in a browser, which is remembered; whoever signs in there for the first
//! time with the invited address is let in, once. So a sign-in that fails on the way, or goes
//! through an app, is still by invitation.

use super::Moment;
use super::arrival::Arrival;
use super::trail;
use crate::model::code::Code;
use crate::model::id::InvitationId;
use crate::model::invitation::{Invitation, Standing};
use crate::model::organization::address_key;
use crate::model::secret::Digest;
use crate::model::time::Millis;
use crate::model::user::{EmailVerified, User};
use crate::store::{StoreError, Tx, invitations};

/// Opens the invitation behind a link in a browser; `None` when it cannot be used. It can be
/// opened often and is used up by a sign-in only.
///
/// # Errors
/// A database error.
pub fn open(
    tx: &Tx<'_>,
    now: Millis,
    link: &Digest,
    browser: &Digest,
) -> Result<Option<Invitation>, StoreError> {
    let found = invitations::find_by_link(tx, link)?;
    let Some(invitation) = found.filter(|found| found.standing(now) == Standing::Open) else {
        return Ok(None);
    };
    invitations::opened_in(tx, &invitation.id, browser, now)?;
    Ok(Some(invitation))
}

/// The invitation somebody holds: opened in their browser, for their organization, connection
/// and address; `None` when none was opened for the first two.
///
/// # Errors
/// A database error. The inner `Err` is why what was opened does not count.
pub(super) fn held(
    tx: &Tx<'_>,
    now: Millis,
    arrival: Arrival<'_>,
) -> Result<Result<Option<InvitationId>, Code>, StoreError> {
    let Arrival { vouched, organization, hop, .. } = arrival;
    let mut opened = Vec::new();
    for browser in &hop.browsers {
        opened.extend(invitations::open_of_browser(tx, &organization.id, browser, now)?);
    }
    let through = |invitation: &Invitation| match &invitation.connection {
        Some(connection) => *connection == vouched.connection,
        None => true,
    };
    opened.retain(through);
    if opened.is_empty() {
        return Ok(Ok(None));
    }
    let key = vouched.profile.email.as_deref().and_then(address_key);
    let own = |invitation: &Invitation| key.is_some() && address_key(&invitation.email) == key;
    Ok(match opened.into_iter().find(own) {
        None => Err(Code::InvitationEmail),
        Some(_) if vouched.profile.email_verified == EmailVerified::Refuted => {
            Err(Code::InvitationEmailRefuted)
        }
        Some(invitation) => Ok(Some(invitation.id)),
    })
}

/// Uses an invitation up for somebody who has just become a user by it.
pub(super) fn use_up(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    invitation: &InvitationId,
    user: &User,
) -> Result<(), StoreError> {
    if !invitations::use_up(tx, invitation, &user.id, moment.now)? {
        return Err(StoreError::Corrupt("an invitation that was held is not there"));
    }
    trail::note(tx, moment, user, "invitation.use", invitation.as_str())
}
