//! Somebody as they would be, had a test been a sign-in: whether they would have got in, and as
//! whom. Nothing is written, and nothing but claims can be made of it.

use super::Moment;
use super::admission::Facts;
use super::admit::{self, Said};
use super::arrival::{Arrival, Hop, rightful};
use super::denied::Denied;
use super::newcomer;
use super::roles::{self, Comer};
use super::{domains, route, session};
use crate::model::attempt::{Attempt, Purpose, Vouched};
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::connection::Connection;
use crate::model::id::{SessionId, UserId};
use crate::model::organization::Organization;
use crate::model::session::{Method, Session};
use crate::model::tested::TestOf;
use crate::model::time::Millis;
use crate::model::user::User;
use crate::store::{StoreError, Tx, users};

/// Somebody a test would have let in, or not.
pub struct Supposed {
    facts: Facts,
    known: bool,
    refusal: Option<Code>,
    asks: Vec<String>,
    by_owner: bool,
}

impl Supposed {
    /// Whom claims would be about; `None` when nobody would have been let in.
    pub fn facts(&self) -> Option<&Facts> {
        self.refusal.is_none().then_some(&self.facts)
    }

    /// Their organization.
    pub const fn organization(&self) -> &Organization {
        &self.facts.organization
    }

    /// Whose account it is; `None` when a sign-in would have made one.
    pub fn user(&self) -> Option<&UserId> {
        self.known.then_some(&self.facts.user.id)
    }

    /// Why they would not have been let in.
    pub const fn refusal(&self) -> Option<Code> {
        self.refusal
    }

    /// What they would have been asked before they were let in: the labels of the fields.
    pub fn asks(&self) -> &[String] {
        &self.asks
    }

    /// Whether an owner of the organization is signed in in the browser that ended the test. An
    /// owner of the home organization counts there only: what is proved is that this
    /// organization's own owner reached its identity provider.
    pub const fn by_owner(&self) -> bool {
        self.by_owner
    }
}

/// Who would have been let in by a verified test: the browser is the one that began it and
/// brought the answer, and what was tried still belongs to its connection. Writes nothing.
///
/// # Errors
/// A database error. The inner `Err` is a refusal that still has to be recorded.
pub fn suppose(
    tx: &Tx<'_>,
    moment: &Moment<'_>,
    attempt: &Attempt,
    hop: &Hop,
) -> Result<Result<(Supposed, Checks), Denied>, StoreError> {
    let mut checks = match rightful(attempt, hop) {
        Ok(checks) => checks,
        Err(denied) => return Ok(Err(denied)),
    };
    Ok(match judge(tx, moment, attempt, hop, &mut checks)? {
        Ok(supposed) => Ok((supposed, checks)),
        Err(code) => Err(Denied::ending(code, checks)),
    })
}

fn judge(
    tx: &Tx<'_>,
    moment: &Moment<'_>,
    attempt: &Attempt,
    hop: &Hop,
    checks: &mut Checks,
) -> Result<Result<Supposed, Code>, StoreError> {
    let Moment { rng, now, limits } = *moment;
    let vouched = match attempt.vouched(now) {
        Ok(vouched) => vouched.clone(),
        Err(code) => return Ok(Err(code)),
    };
    let (of, connection, organization) = match tried(tx, now, &attempt.purpose, checks)? {
        Ok(tried) => tried,
        Err(code) => return Ok(Err(code)),
    };
    // Whoever holds a set-up link says through a provider of their own who somebody is: to them
    // everybody is new, or they could find out who has an account.
    let outside = of.link.is_some();
    let known = match outside {
        true => None,
        false => users::find_by_identity(tx, &vouched.connection, &vouched.subject)?,
    };
    let mut refusal = admit::may_enter(tx, &organization, &vouched, known.as_ref(), checks)?.err();
    if known.is_none() && refusal.is_none() && !outside {
        let (reference, connection, organization) =
            (&attempt.reference, &connection, &organization);
        let arrival = Arrival { reference, vouched: &vouched, connection, organization, hop };
        refusal = newcomer::suppose(tx, now, arrival, checks)?.err();
    }
    let comer = Comer {
        connection: &connection,
        organization: &organization,
        app: None,
        groups: &vouched.profile.groups,
        known: known.as_ref(),
        begun_at: attempt.created_at,
        before: &attempt.checks,
    };
    let (roles, shut_out) = roles::suppose(tx, *moment, &comer, checks)?;
    refusal = refusal.or(shut_out);
    let asks = match refusal {
        None => asks(&organization, &vouched, known.as_ref(), checks),
        Some(_) => Vec::new(),
    };
    let by_owner = match hop.session {
        Some(cookie) => session::find(tx, now, limits, cookie)?
            .is_some_and(|held| held.user().owner && held.organization().id == organization.id),
        None => false,
    };
    let method = Method::Upstream { connection: vouched.connection.clone() };
    let is_known = known.is_some();
    let mut user = as_if(known, &vouched, admit::new_user(rng, now, &organization.id, &vouched));
    user.profile.email_verified = domains::verified(tx, &organization.id, &method, &user.profile)?;
    let session = Session {
        id: SessionId::random(rng),
        user: user.id.clone(),
        organization: organization.id.clone(),
        method,
        second_factor: None,
        authenticated_at: vouched.authenticated_at.min(now),
        seen_at: now,
        expires_at: now,
    };
    let facts = Facts { session, user, organization, roles };
    Ok(Ok(Supposed { facts, known: is_known, refusal, asks, by_owner }))
}

/// What somebody would be asked who is let in.
fn asks(
    organization: &Organization,
    vouched: &Vouched,
    known: Option<&User>,
    checks: &mut Checks,
) -> Vec<String> {
    let said = Said { profile: &vouched.profile, before: known.map(|user| &user.answers) };
    match admit::answered(organization, said, None, checks) {
        Ok(_) => Vec::new(),
        Err(blanks) => blanks.into_iter().map(|blank| blank.field.label).collect(),
    }
}

/// The person with what was said of them in this very test. What is known of an account from
/// before is not for whoever runs a test: a configuration that is wrong may name anybody's.
fn as_if(known: Option<User>, vouched: &Vouched, new: User) -> User {
    match known {
        Some(user) => User { profile: vouched.profile.clone(), answers: new.answers, ..user },
        None => new,
    }
}

fn tried<'a>(
    tx: &Tx<'_>,
    now: Millis,
    purpose: &'a Purpose,
    checks: &mut Checks,
) -> Result<Result<(&'a TestOf, Connection, Organization), Code>, StoreError> {
    let found = match purpose {
        Purpose::Test(of) => route::testable(tx, now, of)?
            .map(|(connection, organization)| (of, connection, organization)),
        Purpose::App(_) | Purpose::Home | Purpose::Start(_) | Purpose::Refused(_) => {
            Err(Code::AttemptUnknown)
        }
    };
    Ok(found.map_err(|code| {
        checks.failed(code, "tested_revision", "still one of the connection's", code.as_str())
    }))
}
