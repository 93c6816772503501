//! From a provider's word to somebody who is in.

use super::admission::Admission;
use super::session::{self, Limits, Opening};
use super::{attempt, route};
use crate::model::attempt::{Attempt, Purpose, Vouched};
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::id::UserId;
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

/// Why nobody got in, with what was checked in this step.
#[derive(Debug)]
pub struct Denied {
    /// Why.
    pub code: Code,
    /// What was checked.
    pub checks: Checks,
}

/// Takes a verified identity into its attempt: the assertion is used up, the identity kept
/// until the browser has been checked. Stores the attempt.
///
/// # Errors
/// A database error. The inner `Err` is a refusal that still has to be recorded.
pub fn verify(
    tx: &Tx<'_>,
    now: Millis,
    attempt: Attempt,
    identity: VerifiedIdentity,
) -> Result<Result<Attempt, Denied>, StoreError> {
    let (vouched, used, mut checks) = identity.into_parts();
    if let Some(used) = used {
        let fresh =
            used_assertions::use_once(tx, &vouched.connection, used.digest, used.expires_at)?;
        let received = if fresh { "first use" } else { "used before" };
        if let Err(code) =
            checks.require(fresh, Code::SamlReplayed, "assertion_used_once", "first use", received)
        {
            return Ok(Err(Denied { code, checks }));
        }
    }
    let mut attempt = match attempt.verified(now, vouched) {
        Ok(attempt) => attempt,
        Err(code) => return Ok(Err(Denied { code, checks })),
    };
    attempt.checks.extend(checks);
    attempts::save(tx, &attempt)?;
    Ok(Ok(attempt))
}

/// Lets the person of a verified attempt in: the browser is the one that began it, the
/// connection, organization, app and person are in force, the person is found or made, and a
/// session opens. Stores the attempt.
///
/// # Errors
/// A database error. The inner `Err` is a refusal that still has to be recorded.
pub fn admit(
    tx: &Tx<'_>,
    rng: &dyn Rng,
    now: Millis,
    limits: Limits,
    attempt: Attempt,
    browsers: &[Digest],
) -> Result<Result<Admitted, Denied>, StoreError> {
    let mut checks = Checks::new();
    match decide(tx, rng, now, limits, attempt, browsers, &mut checks)? {
        Ok(admitted) => Ok(Ok(admitted)),
        Err(code) => Ok(Err(Denied { code, checks })),
    }
}

fn decide(
    tx: &Tx<'_>,
    rng: &dyn Rng,
    now: Millis,
    limits: Limits,
    attempt: Attempt,
    browsers: &[Digest],
    checks: &mut Checks,
) -> Result<Result<Admitted, Code>, StoreError> {
    if let Err(code) = attempt::same_browser(&attempt, browsers) {
        let received = if browsers.is_empty() { "no cookie" } else { "another browser" };
        return Ok(Err(checks.failed(code, "browser", "the browser that began", received)));
    }
    checks.passed("browser", "the browser that began", "the same");
    let purpose = attempt.purpose.clone();
    let app = match &purpose {
        Purpose::App(request) => match apps::find(tx, &request.app)? {
            Some(app) if !app.disabled => Some(app),
            _ => return Ok(Err(checks.failed(Code::AppDisabled, "app", "switched on", "off"))),
        },
        Purpose::Home => None,
    };
    let (mut attempt, vouched) = match attempt.admitted(now) {
        Ok(parts) => parts,
        Err(code) => return Ok(Err(code)),
    };
    let (_, organization) = match route::usable(tx, app.as_ref(), &vouched.connection)? {
        Ok(usable) => usable,
        Err(code) => {
            let expected = "connection, organization and app in force";
            return Ok(Err(checks.failed(code, "admission", expected, code.as_str())));
        }
    };
    attempt.organization = Some(organization.id.clone());
    let (user, is_new_user) = find_or_make(tx, rng, now, &organization.id, &vouched)?;
    if user.disabled {
        return Ok(Err(checks.failed(Code::UserDisabled, "user", "switched on", "switched off")));
    }
    checks.passed("user", "known or new", if is_new_user { "new" } else { "known" });
    attempt.user = Some(user.id.clone());
    attempt.checks.extend(std::mem::take(checks));
    attempts::save(tx, &attempt)?;
    let (admission, cookie) = session::open(
        tx,
        rng,
        now,
        limits,
        Opening {
            user,
            organization,
            method: Method::Upstream { connection: vouched.connection },
            authenticated_at: vouched.authenticated_at,
            ends_at: vouched.session_ends_at,
            is_new_user,
        },
    )?;
    Ok(Ok(Admitted { admission, cookie, purpose }))
}

/// The one person behind (connection, subject), made at the first sign-in. There is one
/// writer, so first sign-ins at the same moment still make one person.
fn find_or_make(
    tx: &Tx<'_>,
    rng: &dyn Rng,
    now: Millis,
    organization: &crate::model::id::OrganizationId,
    vouched: &Vouched,
) -> Result<(User, bool), StoreError> {
    let known = users::find_by_identity(tx, &vouched.connection, &vouched.subject)?;
    if let Some(mut user) = known {
        if !user.disabled {
            user.profile = remember(user.profile, &vouched.profile);
            user.last_sign_in_at = Some(now);
            users::signed_in(tx, &user.id, &user.profile, now)?;
        }
        return Ok((user, false));
    }
    let user = User {
        id: UserId::random(rng),
        organization: organization.clone(),
        profile: vouched.profile.clone(),
        owner: false,
        disabled: false,
        created_at: now,
        last_sign_in_at: Some(now),
        version: 1,
    };
    users::insert(tx, &user)?;
    users::insert_identity(tx, &vouched.connection, &vouched.subject, &user.id, now)?;
    Ok((user, true))
}

/// What is known after a sign-in: the new word, but unknown groups leave the known ones.
fn remember(before: Profile, said: &Profile) -> Profile {
    let groups = match &said.groups {
        Groups::Unknown => before.groups,
        Groups::Known(_) => said.groups.clone(),
    };
    Profile { groups, ..said.clone() }
}
