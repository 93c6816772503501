//! Somebody new with the proved address of somebody known: whether they are the same person is
//! for an administrator to say. Nobody is linked by address alone.

use super::Moment;
use super::arrival::Arrival;
use super::domains;
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::email_rule::{Account, Unproved, may_link};
use crate::model::id::RelinkId;
use crate::model::organization::address_key;
use crate::model::plainly::NOT_ASKED;
use crate::model::relink::{MOST_PENDING, Relink, State};
use crate::model::user::User;
use crate::store::{StoreError, Tx, relinks, users};

const CHECK: &str = "known_address";
const EXPECTED: &str = "nobody else with this proved address, or an administrator's word";

/// Why somebody new does not come in.
pub(super) struct Waits {
    pub code: Code,
    /// Whom they may be, and by which address, where an administrator was not asked yet.
    ask: Option<(User, String)>,
}

/// Whether somebody new may become a user of their own, as far as their address goes. Asks an
/// administrator once where that may be somebody who is known.
///
/// # Errors
/// A database error. The inner `Err` is a refusal.
pub(super) fn judge(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    arrival: Arrival<'_>,
    checks: &mut Checks,
) -> Result<Result<(), Code>, StoreError> {
    let Err(Waits { code, ask: asked }) = look(tx, arrival, checks)? else { return Ok(Ok(())) };
    if let Some((person, email)) = asked {
        ask(tx, moment, arrival, (&email, &person))?;
    }
    Ok(Err(code))
}

/// The same, and nobody is asked: writes nothing.
///
/// # Errors
/// A database error. The inner `Err` is a refusal.
pub(super) fn look(
    tx: &Tx<'_>,
    arrival: Arrival<'_>,
    checks: &mut Checks,
) -> Result<Result<(), Waits>, StoreError> {
    let Arrival { vouched, connection, .. } = arrival;
    if let Some(asked) = relinks::find_by_subject(tx, &connection.id, &vouched.subject)? {
        let (code, received) = match asked.state {
            State::Separate => {
                checks.passed(CHECK, EXPECTED, "an account of their own, by an administrator");
                return Ok(Ok(()));
            }
            State::Refused => (Code::RelinkRefused, "refused by an administrator"),
            State::Pending | State::Approved => (Code::RelinkPending, "not answered yet"),
        };
        let code = checks.failed(code, CHECK, EXPECTED, received);
        return Ok(Err(Waits { code, ask: None }));
    }
    let Some(email) = &vouched.profile.email else { return Ok(Ok(())) };
    let same = same_address(tx, arrival, email)?;
    let (account, person) = match whose(&same) {
        Some(found) => found,
        None => return Ok(Ok(())),
    };
    if let Err(why) = rule(tx, arrival, email, account)? {
        checks.warned(CHECK, EXPECTED, format!("{NOT_ASKED}{}", why.sentence()));
        return Ok(Ok(()));
    }
    let received = "somebody else has it: an administrator is asked";
    let code = checks.failed(Code::RelinkPending, CHECK, EXPECTED, received);
    Ok(Err(Waits { code, ask: Some((person.clone(), email.clone())) }))
}

/// Those of the organization with exactly this address, and whether this connection has
/// vouched for them, or none has.
fn same_address(
    tx: &Tx<'_>,
    arrival: Arrival<'_>,
    email: &str,
) -> Result<Vec<(User, bool)>, StoreError> {
    let Some(key) = address_key(email) else { return Ok(Vec::new()) };
    let Arrival { connection, organization, .. } = arrival;
    let mut found = users::with_address(tx, &organization.id, email, &connection.id)?;
    found.retain(|(user, _)| {
        user.profile.email.as_deref().and_then(address_key).as_ref() == Some(&key)
    });
    Ok(found)
}

/// Whom it may be. An owner among them decides for all: nobody comes near an owner's account.
fn whose(same: &[(User, bool)]) -> Option<(Account, &User)> {
    if let Some((owner, _)) = same.iter().find(|(user, _)| user.owner) {
        return Some((Account::Owner, owner));
    }
    if let Some((person, _)) = same.iter().find(|(_, through)| *through) {
        return Some((Account::Person, person));
    }
    same.first().map(|(user, _)| (Account::Elsewhere, user))
}

fn rule(
    tx: &Tx<'_>,
    arrival: Arrival<'_>,
    email: &str,
    account: Account,
) -> Result<Result<(), Unproved>, StoreError> {
    let Arrival { vouched, connection, organization, .. } = arrival;
    let standing = domains::standing(tx, &organization.id, email)?;
    let one_tenant = domains::is_of_one_tenant(tx, &connection.id)?;
    Ok(may_link(vouched.profile.email_verified, standing, one_tenant, account))
}

/// Beyond the bound nobody is asked, and the person waits all the same.
fn ask(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    arrival: Arrival<'_>,
    (email, person): (&str, &User),
) -> Result<(), StoreError> {
    let Arrival { reference, vouched, connection, organization, .. } = arrival;
    if relinks::count_pending(tx, &organization.id)? >= MOST_PENDING {
        return Ok(());
    }
    let relink = Relink {
        id: RelinkId::random(moment.rng),
        organization: organization.id.clone(),
        connection: connection.id.clone(),
        subject: vouched.subject.clone(),
        user: person.id.clone(),
        email: email.to_owned(),
        name: vouched.profile.name.clone(),
        reference: reference.clone(),
        state: State::Pending,
        created_at: moment.now,
        decided_at: None,
        version: 1,
    };
    relinks::insert(tx, &relink)
}
