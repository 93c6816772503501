//! Sessions: opened by an admission, found by their cookie, ended by anyone who may.

use super::admission::{Admission, Facts};
use super::{anew, domains, roles};
use crate::model::connection::SealedSecret;
use crate::model::factor::Factor;
use crate::model::id::{AttemptId, SessionId, UserId};
use crate::model::organization::Organization;
use crate::model::rng::Rng;
use crate::model::secret::{Digest, Secret, ordered_token};
use crate::model::session::{Method, Session};
use crate::model::time::{MINUTE, Millis};
use crate::model::user::User;
use crate::store::{StoreError, Tx, connections, factors, organizations, sessions, users};

pub use crate::model::session::Limits;

/// A session that is to be opened.
pub(super) struct Opening {
    pub user: User,
    pub organization: Organization,
    pub method: Method,
    /// What an owner proved beside the password.
    pub second_factor: Option<Factor>,
    pub authenticated_at: Millis,
    /// The provider wants it over by then.
    pub ends_at: Option<Millis>,
    /// What the provider is shown at sign-out.
    pub logout_hint: Option<SealedSecret>,
    pub is_new_user: bool,
    /// What it comes of.
    pub attempt: Option<AttemptId>,
}

/// The session of the browser that came.
pub(super) struct Held {
    id: SessionId,
    user: UserId,
    /// Whether it is over by itself.
    ran_out: bool,
    /// Who is signed in with it, while it is in force.
    pub admission: Option<Admission>,
}

/// The session the browser brought the cookie of, in force or not.
pub(super) fn held(
    tx: &Tx<'_>,
    now: Millis,
    limits: Limits,
    cookie: Option<Digest>,
) -> Result<Option<Held>, StoreError> {
    let Some(cookie) = cookie else { return Ok(None) };
    let Some(session) = sessions::find_by_secret(tx, cookie)? else { return Ok(None) };
    let (id, user) = (session.id.clone(), session.user.clone());
    let ran_out = !fresh(&session, now, limits) || now >= session.expires_at;
    let admission = if ran_out { None } else { in_force(tx, now, session)? };
    Ok(Some(Held { id, user, ran_out, admission }))
}

/// Opens a session in the place of the one the browser had. A browser has one session: that
/// of somebody else ends, and its apps are told, and so does one that was cut short by what an
/// administrator decided; one of the same person that ran out goes without a word. That of the same person is renewed and stays
/// the same session to apps: a code just given to one, in another tab, is still good.
pub(super) fn open_instead(
    tx: &Tx<'_>,
    rng: &dyn Rng,
    now: Millis,
    limits: Limits,
    opening: Opening,
    held: Option<Held>,
) -> Result<(Admission, Secret<String>), StoreError> {
    let Some(Held { id, user, ran_out, admission }) = held else {
        return open(tx, rng, now, limits, opening);
    };
    if user == opening.user.id && ran_out {
        sessions::ran_out(tx, &id)?;
        return open(tx, rng, now, limits, opening);
    }
    if user != opening.user.id || admission.is_none() {
        sessions::end(tx, &id)?;
        return open(tx, rng, now, limits, opening);
    }
    let (session, cookie) = (begun(id, now, limits, &opening), ordered_token(rng, now));
    sessions::renew(
        tx,
        &session,
        Digest::of_ordered(cookie.expose()),
        opening.logout_hint.as_ref(),
    )?;
    Ok((admitted(tx, session, opening)?, cookie))
}

/// Opens a session; gives the proof and the value of its cookie.
pub(super) fn open(
    tx: &Tx<'_>,
    rng: &dyn Rng,
    now: Millis,
    limits: Limits,
    opening: Opening,
) -> Result<(Admission, Secret<String>), StoreError> {
    let session = begun(SessionId::ordered(rng, now), now, limits, &opening);
    let cookie = ordered_token(rng, now);
    sessions::insert(
        tx,
        &session,
        Digest::of_ordered(cookie.expose()),
        opening.logout_hint.as_ref(),
    )?;
    Ok((admitted(tx, session, opening)?, cookie))
}

fn begun(id: SessionId, now: Millis, limits: Limits, opening: &Opening) -> Session {
    let absolute = now.plus(limits.absolute);
    Session {
        id,
        user: opening.user.id.clone(),
        organization: opening.organization.id.clone(),
        method: opening.method.clone(),
        second_factor: opening.second_factor,
        // A provider whose clock runs ahead must not make a session look younger than it is.
        authenticated_at: opening.authenticated_at.min(now),
        seen_at: now,
        expires_at: opening.ends_at.map_or(absolute, |end| end.min(absolute)),
    }
}

fn admitted(tx: &Tx<'_>, session: Session, opening: Opening) -> Result<Admission, StoreError> {
    let Opening { user, organization, is_new_user, attempt, .. } = opening;
    let roles = roles::of(tx, &user, &organization)?;
    Ok(Admission::new(Facts { session, user, organization, roles }, is_new_user, attempt))
}

/// The admission behind a cookie, while its session, person, organization and connection
/// are all in force.
///
/// # Errors
/// A database error.
pub fn find(
    tx: &Tx<'_>,
    now: Millis,
    limits: Limits,
    cookie: Digest,
) -> Result<Option<Admission>, StoreError> {
    match sessions::find_by_secret(tx, cookie)? {
        Some(session) if fresh(&session, now, limits) => in_force(tx, now, session),
        _ => Ok(None),
    }
}

const fn fresh(session: &Session, now: Millis, limits: Limits) -> bool {
    now.since(session.seen_at) <= limits.idle && session.seen_at.0 >= limits.seen_since.0
}

/// The admission of a session an app holds a code or token of. Apps redeem codes within a
/// minute and tokens within their own life, so the idle limit, which is about a person at a
/// browser, does not apply.
///
/// # Errors
/// A database error.
pub fn admission_of(
    tx: &Tx<'_>,
    now: Millis,
    session: &SessionId,
) -> Result<Option<Admission>, StoreError> {
    match sessions::find(tx, session)? {
        Some(session) => in_force(tx, now, session),
        None => Ok(None),
    }
}

/// An admission that was looked up before, taken anew: `None` when its session, or anything it
/// rests on, is not in force any more.
///
/// # Errors
/// A database error.
pub fn still(
    tx: &Tx<'_>,
    now: Millis,
    admission: &Admission,
) -> Result<Option<Admission>, StoreError> {
    let found = admission_of(tx, now, &admission.session().id)?;
    Ok(found.map(|found| found.of(admission)))
}

/// Notes that a session was used, at most once a minute. Gives whether a note was due.
///
/// # Errors
/// A database error.
pub fn seen(tx: &Tx<'_>, now: Millis, admission: &Admission) -> Result<bool, StoreError> {
    let session = admission.session();
    let due = now.since(session.seen_at) >= MINUTE;
    if due {
        sessions::seen(tx, &session.id, now)?;
    }
    Ok(due)
}

/// Ends a session and with it every token issued from it.
///
/// # Errors
/// A database error.
pub fn end(tx: &Tx<'_>, session: &SessionId) -> Result<bool, StoreError> {
    sessions::end(tx, session)
}

/// Ends the session a browser brought the cookie of, whoever's it is.
///
/// # Errors
/// A database error.
pub fn end_held(tx: &Tx<'_>, cookie: Option<Digest>) -> Result<(), StoreError> {
    let Some(cookie) = cookie else { return Ok(()) };
    match sessions::find_by_secret(tx, cookie)? {
        Some(session) => sessions::end(tx, &session.id).map(|_ended| ()),
        None => Ok(()),
    }
}

/// Ends every session of a person.
///
/// # Errors
/// A database error.
pub fn end_of_user(tx: &Tx<'_>, user: &UserId) -> Result<usize, StoreError> {
    sessions::end_of_user(tx, user)
}

/// Ends what gives somebody access, or would: their sessions, whose apps are told and whose codes
/// and tokens go with them; sign-ins that wait for their last step, at the owner's door, too.
/// What proved them so far proves nothing more. Gives how many sessions ended.
///
/// # Errors
/// A database error.
pub fn end_access(tx: &Tx<'_>, now: Millis, user: &UserId) -> Result<usize, StoreError> {
    anew::end_access(tx, now, user)
}

/// Where single sign-on is required, an owner is in with a second factor only. Asks nothing of
/// the store anywhere else.
fn owner_stands(
    tx: &Tx<'_>,
    now: Millis,
    organization: &Organization,
    user: &User,
) -> Result<bool, StoreError> {
    let needed = organization.settings.enforcement.in_force(now);
    Ok(!needed || factors::of(tx, &user.id)?.any())
}

fn in_force(tx: &Tx<'_>, now: Millis, session: Session) -> Result<Option<Admission>, StoreError> {
    if now >= session.expires_at {
        return Ok(None);
    }
    Ok(facts(tx, now, session)?.map(|facts| Admission::new(facts, false, None)))
}

/// What apps are told of whoever has a session, or would have it: `None` while the person, the
/// organization or the way in is not in force.
pub(super) fn facts(
    tx: &Tx<'_>,
    now: Millis,
    session: Session,
) -> Result<Option<Facts>, StoreError> {
    let Some(mut user) = users::find(tx, &session.user)? else { return Ok(None) };
    let Some(organization) = organizations::find(tx, &session.organization)? else {
        return Ok(None);
    };
    let method_stands = match &session.method {
        Method::Upstream { connection } => {
            !organization.settings.ends_provider_sessions()
                && connections::find(tx, connection)?
                    .is_some_and(|connection| !connection.disabled && connection.live.is_some())
        }
        Method::OwnerPassword => user.owner && owner_stands(tx, now, &organization, &user)?,
        // Whoever became an owner since signs in at the owner's door.
        Method::Password => !user.owner && !organization.settings.ends_password_sessions(now),
    };
    if user.is_shut_out() || organization.disabled || !method_stands {
        return Ok(None);
    }
    user.profile.email_verified =
        domains::verified(tx, &user.organization, &session.method, &user.profile)?;
    let roles = roles::of(tx, &user, &organization)?;
    Ok(Some(Facts { session, user, organization, roles }))
}
