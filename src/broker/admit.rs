//! From a provider's word to somebody who is in.

use std::collections::BTreeMap;

use super::Moment;
use super::admission::Admission;
use super::arrival::{Arrival, Hop, rightful};
use super::denied::Denied;
use super::question::{self, Question};
use super::roles::{self, Change, Comer};
use super::session::{self, Held, Opening};
use super::{anew, domains, first_owner, invitation, newcomer, route};
use crate::model::answers::{self, Blank};
use crate::model::app::App;
use crate::model::attempt::{Attempt, Purpose, Vouched};
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::connection::Connection;
use crate::model::id::{InvitationId, OrganizationId, UserId};
use crate::model::organization::Organization;
use crate::model::rng::Rng;
use crate::model::secret::{Digest, Secret};
use crate::model::session::Method;
use crate::model::time::Millis;
use crate::model::user::{Groups, Profile, User};
use crate::store::{StoreError, Tx, apps, attempts, used_assertions, users};
use crate::upstream::VerifiedIdentity;

/// Somebody who just got in.
pub struct Admitted {
    /// The proof.
    pub admission: Admission,
    /// The value of the new session's cookie.
    pub cookie: Secret<String>,
    /// What they wanted to get into.
    pub purpose: Purpose,
}

/// What the last step comes to.
pub enum Outcome {
    /// Somebody got in.
    In(Box<Admitted>),
    /// Somebody else is signed in in this browser, and is asked first.
    Ask(Box<Question>),
    /// The organization wants to know more of them first. Nobody is in until they said it.
    Fill(Vec<Blank>),
    /// The provider has to be asked anew, for it may not have asked the person since an
    /// administrator ended their access at this moment. Nothing is stored yet.
    Anew(Box<Connection>, Millis),
}

/// Takes a verified identity into its attempt: the assertion is used up, the identity kept
/// until the browser has been checked. `ticket` is the digest of what the browser that
/// brought it is told. Stores the attempt.
///
/// # Errors
/// A database error. The inner `Err` is a refusal that still has to be recorded.
pub fn verify(
    tx: &Tx<'_>,
    now: Millis,
    attempt: Attempt,
    identity: VerifiedIdentity,
    ticket: Digest,
) -> Result<Result<Attempt, Denied>, StoreError> {
    let asked = identity.asked().clone();
    let (vouched, used, mut checks) = identity.into_parts();
    // Another answer came while this one was judged, or the person is asked once more: what comes
    // of that stands.
    if let Err(code @ (Code::AttemptUsed | Code::AttemptUnknown)) = attempt.awaits(now, &asked) {
        checks.failed(code, "attempt", "waiting for the answer to this request", code.as_str());
        return Ok(Err(Denied { code, checks, stray: true }));
    }
    if let Some(used) = used {
        let fresh =
            used_assertions::use_once(tx, &vouched.connection, used.digest, used.expires_at)?;
        let received = if fresh { "first use" } else { "used before" };
        if let Err(code) =
            checks.require(fresh, Code::SamlReplayed, "assertion_used_once", "first use", received)
        {
            return Ok(Err(Denied::ending(code, checks)));
        }
    }
    let mut attempt = match attempt.verified(now, &asked, vouched, ticket) {
        Ok(attempt) => attempt,
        Err(code) => return Ok(Err(Denied::ending(code, checks))),
    };
    attempt.checks.extend(checks);
    attempt.checks.set_apart();
    attempts::save(tx, &attempt)?;
    Ok(Ok(attempt))
}

/// Lets the person of a verified attempt in: the browser is the one that began it and brought
/// the answer, the connection, organization, app and person are in force, nobody else is
/// signed in or they gave way, the person is found or made, and a session opens. Stores the
/// attempt.
///
/// # Errors
/// A database error. The inner `Err` is a refusal that still has to be recorded.
pub fn admit(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    attempt: Attempt,
    hop: &Hop,
) -> Result<Result<Outcome, Denied>, StoreError> {
    let mut checks = match rightful(&attempt, hop) {
        Ok(checks) => checks,
        Err(denied) => return Ok(Err(denied)),
    };
    Ok(decide(tx, moment, attempt, hop, &mut checks)?.map_err(|code| Denied::ending(code, checks)))
}

fn decide(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    attempt: Attempt,
    hop: &Hop,
    checks: &mut Checks,
) -> Result<Result<Outcome, Code>, StoreError> {
    let Moment { now, limits, .. } = moment;
    let vouched = match attempt.vouched(now) {
        Ok(vouched) => vouched,
        Err(code) => return Ok(Err(code)),
    };
    let doors = match doors_open(tx, &attempt, vouched, checks)? {
        Ok(doors) => doors,
        Err(code) => return Ok(Err(code)),
    };
    let organization = &doors.organization;
    let known = users::find_by_identity(tx, &vouched.connection, &vouched.subject)?;
    if let Err(code) = may_enter(tx, organization, vouched, known.as_ref(), checks)? {
        return Ok(Err(code));
    }
    if let Some(ended) = anew::needed(now, vouched, known.as_ref(), checks) {
        return Ok(Ok(Outcome::Anew(Box::new(doors.connection), ended)));
    }
    let mut invitation = None;
    if known.is_none() {
        let (reference, connection) = (&attempt.reference, &doors.connection);
        let arrival = Arrival { reference, vouched, connection, organization, hop };
        match newcomer::judge(tx, moment, arrival, checks)? {
            Ok(invited) => invitation = invited,
            Err(code) => return Ok(Err(code)),
        }
    }
    let comer = Comer {
        connection: &doors.connection,
        organization,
        app: doors.app.as_ref(),
        groups: &vouched.profile.groups,
        known: known.as_ref(),
        begun_at: attempt.created_at,
        before: &attempt.checks,
    };
    let change = match roles::judge(tx, moment, &comer, checks)? {
        Ok(change) => change,
        Err(code) => return Ok(Err(code)),
    };
    let held = session::held(tx, now, limits, hop.session)?;
    if let Some(other) = held.as_ref().and_then(|held| question::other(held, known.as_ref())) {
        if hop.instead_of.as_ref() != Some(&other.user().id) {
            let asked = question::of(tx, other, vouched, organization)?;
            question::note(tx, now, attempt)?;
            return Ok(Ok(Outcome::Ask(Box::new(asked))));
        }
        question::gave_way(checks);
    }
    let said = Said { profile: &vouched.profile, before: known.as_ref().map(|user| &user.answers) };
    let answers = match answered(organization, said, hop.told.as_ref(), checks) {
        Ok(answers) => answers,
        Err(blanks) => return Ok(Ok(Outcome::Fill(blanks))),
    };
    let (attempt, vouched) = match attempt.admitted(now) {
        Ok(parts) => parts,
        Err(code) => return Ok(Err(code)),
    };
    let organization = doors.organization;
    let entrant = Entrant { vouched, organization, known, invitation, answers, change, held };
    enter(tx, moment, attempt, entrant, checks).map(Ok)
}

/// What is known of somebody without asking them.
pub(super) struct Said<'a> {
    /// What their provider says, or whoever made their account said.
    pub profile: &'a Profile,
    /// What they told before; `None` for somebody new.
    pub before: Option<&'a BTreeMap<String, String>>,
}

/// What the person tells of themselves, with what they told before: the one rule for whoever is
/// let in, and for what a test says of them.
pub(super) fn answered(
    organization: &Organization,
    Said { profile, before }: Said<'_>,
    told: Option<&BTreeMap<String, String>>,
    checks: &mut Checks,
) -> Result<BTreeMap<String, String>, Vec<Blank>> {
    let required = &organization.settings.required_fields;
    let none = BTreeMap::new();
    let before = before.unwrap_or(&none);
    if required.is_empty() {
        return Ok(before.clone());
    }
    let answers = answers::complete(required, profile, before, told)?;
    checks.passed("required_fields", "said by the provider or the person", "said");
    Ok(answers)
}

/// Somebody every check let through, with everything that was found out about them.
struct Entrant {
    vouched: Vouched,
    organization: Organization,
    known: Option<User>,
    invitation: Option<InvitationId>,
    answers: BTreeMap<String, String>,
    /// What it changes of their roles.
    change: Option<Change>,
    held: Option<Held>,
}

/// Makes or finds the person, and opens the session.
fn enter(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    mut attempt: Attempt,
    entrant: Entrant,
    checks: &mut Checks,
) -> Result<Outcome, StoreError> {
    let Moment { rng, now, limits } = moment;
    let purpose = attempt.purpose.clone();
    attempt.organization = Some(entrant.organization.id.clone());
    let is_new_user = entrant.known.is_none();
    let user = find_or_make(tx, moment, &entrant)?;
    checks.passed("user", "known or new", if is_new_user { "new" } else { "known" });
    let Entrant { vouched, mut organization, change, held, .. } = entrant;
    let mut user = match change {
        Some(change) => change.apply(tx, moment, user, checks)?,
        None => user,
    };
    first_owner::crown(tx, moment, &vouched, (&mut organization, &mut user), checks)?;
    attempt.user = Some(user.id.clone());
    attempt.checks.extend(std::mem::take(checks));
    attempts::save(tx, &attempt)?;
    let opening = Opening {
        user,
        organization,
        method: Method::Upstream { connection: vouched.connection },
        second_factor: None,
        authenticated_at: vouched.authenticated_at,
        ends_at: vouched.session_ends_at,
        logout_hint: vouched.logout_hint,
        is_new_user,
        attempt: Some(attempt.id),
    };
    let (admission, cookie) = session::open_instead(tx, rng, now, limits, opening, held)?;
    Ok(Outcome::In(Box::new(Admitted { admission, cookie, purpose })))
}

/// Whether the person may come in, whoever's browser it is: the one rule for sign-ins and for
/// what a test says of them. Writes nothing.
pub(super) fn may_enter(
    tx: &Tx<'_>,
    organization: &Organization,
    vouched: &Vouched,
    known: Option<&User>,
    checks: &mut Checks,
) -> Result<Result<(), Code>, StoreError> {
    if known.is_some_and(|user| user.disabled) {
        return Ok(Err(checks.failed(Code::UserDisabled, "user", "switched on", "switched off")));
    }
    domains::check(tx, organization, &vouched.profile, known.is_some(), checks)
}

/// What somebody comes through.
struct Doors {
    app: Option<App>,
    connection: Connection,
    organization: Organization,
}

/// Whether connection, organization and app are in force; gives them.
fn doors_open(
    tx: &Tx<'_>,
    attempt: &Attempt,
    vouched: &Vouched,
    checks: &mut Checks,
) -> Result<Result<Doors, Code>, StoreError> {
    let app = match &attempt.purpose {
        Purpose::App(request) => match apps::find(tx, &request.app)? {
            Some(app) if !app.disabled => Some(app),
            _ => return Ok(Err(checks.failed(Code::AppDisabled, "app", "switched on", "off"))),
        },
        Purpose::Start(start) => match apps::find(tx, &start.app)? {
            Some(app) if !app.disabled => Some(app),
            _ => return Ok(Err(checks.failed(Code::AppDisabled, "app", "switched on", "off"))),
        },
        Purpose::Home | Purpose::Refused(_) => None,
        Purpose::Test(_) => {
            let code = Code::AttemptUnknown;
            return Ok(Err(checks.failed(code, "purpose", "a sign-in", "a test")));
        }
    };
    Ok(match route::usable(tx, app.as_ref(), &vouched.connection)? {
        Ok((connection, organization)) => {
            counts(&connection, vouched, checks).map(|()| Doors { app, connection, organization })
        }
        Err(code) => {
            let expected = "connection, organization and app in force";
            Err(checks.failed(code, "admission", expected, code.as_str()))
        }
    })
}

/// Whether what was vouched for would be believed now: an administrator may have taken out the
/// certificate that proved it, or no longer know people by what was read, or have closed the way
/// it came, since it was judged.
fn counts(connection: &Connection, vouched: &Vouched, checks: &mut Checks) -> Result<(), Code> {
    if vouched.revision != connection.live {
        let (code, expected) = (Code::ConnectionChanged, "judged by the revision that is live");
        return Err(checks.failed(code, "revision", expected, "another is live since"));
    }
    if vouched.unasked && !connection.settings.accept_unsolicited {
        let (code, expected) = (Code::SamlUnsolicited, "an answer to a request of ours");
        return Err(checks.failed(code, "unsolicited", expected, "not taken any more"));
    }
    Ok(())
}

/// The one person behind (connection, subject), made at the first sign-in. There is one
/// writer, so first sign-ins at the same moment still make one person.
fn find_or_make(tx: &Tx<'_>, moment: Moment<'_>, entrant: &Entrant) -> Result<User, StoreError> {
    let (now, vouched, answers) = (moment.now, &entrant.vouched, &entrant.answers);
    if let Some(mut user) = entrant.known.clone() {
        user.profile = remember(user.profile, &vouched.profile);
        user.last_sign_in_at = Some(now);
        users::signed_in(tx, &user.id, &user.profile, now)?;
        keep_answers(tx, &mut user, answers)?;
        return Ok(user);
    }
    let mut user = new_user(moment.rng, now, &entrant.organization.id, vouched);
    user.answers.clone_from(answers);
    users::insert(tx, &user)?;
    users::insert_identity(tx, &vouched.connection, &vouched.subject, &user.id, now)?;
    if let Some(invitation) = &entrant.invitation {
        invitation::use_up(tx, moment, invitation, &user)?;
    }
    Ok(user)
}

/// Keeps what a person told, where that is anything new.
pub(super) fn keep_answers(
    tx: &Tx<'_>,
    user: &mut User,
    answers: &BTreeMap<String, String>,
) -> Result<(), StoreError> {
    if user.answers != *answers {
        users::keep_answers(tx, &user.id, answers)?;
        user.answers.clone_from(answers);
    }
    Ok(())
}

/// Somebody nobody knows yet, not stored.
pub(super) fn new_user(
    rng: &dyn Rng,
    now: Millis,
    organization: &OrganizationId,
    vouched: &Vouched,
) -> User {
    User {
        id: UserId::random(rng),
        organization: organization.clone(),
        profile: vouched.profile.clone(),
        answers: Default::default(),
        owner: false,
        admin: false,
        disabled: false,
        inactive_since: None,
        access_ended_at: None,
        announced: false,
        created_at: now,
        last_sign_in_at: Some(now),
        version: 1,
    }
}

/// What is known after a sign-in: the new word, but unknown groups leave the known ones.
fn remember(before: Profile, said: &Profile) -> Profile {
    let groups = match &said.groups {
        Groups::Unknown => before.groups,
        Groups::Known(_) => said.groups.clone(),
    };
    Profile { groups, ..said.clone() }
}
