//! What follows a right password: the session, or a second step before it.

use super::{break_glass, note, whence};
use crate::broker::Moment;
use crate::broker::admission::Admission;
use crate::broker::session::{self, Opening};
use crate::model::audit::Actor;
use crate::model::factor::Factor;
use crate::model::id::UserId;
use crate::model::organization::Organization;
use crate::model::owner_step::{Kind, Onward, OwnerStep};
use crate::model::secret::{Digest, Secret, derived_token, random_token};
use crate::model::session::Method;
use crate::model::user::User;
use crate::store::{StoreError, Tx, factors, organizations, owner_steps, owners, users};

/// An owner who got in: the proof, and the values of two cookies.
pub struct Entered {
    /// The proof.
    pub admission: Admission,
    /// The session's cookie.
    pub session: Secret<String>,
    /// What makes this browser a known one.
    pub device: Secret<String>,
}

/// Where somebody came from, and what they go on to.
#[derive(Debug, Clone, Default)]
pub struct Came {
    /// Where the request came from; `None` at the first run.
    pub address: Option<std::net::IpAddr>,
    /// The device cookie, if the owner is known by it.
    pub device: Option<Secret<String>>,
    /// What comes after.
    pub onward: Onward,
}

/// What a right password came to.
pub enum Passed {
    /// In.
    In(Box<Entered>),
    /// Something is left to do in this browser.
    Step(Step),
    /// A drill rehearses a second factor, and there is none.
    NoFactor,
}

/// A step that was opened for a browser.
pub struct Step {
    /// What only this browser is told.
    pub token: Secret<String>,
    /// What is to be done.
    pub kind: Kind,
}

/// An owner who is not shut out, and their organization, which is not either.
pub(super) struct Person {
    pub user: User,
    pub organization: Organization,
}

impl Person {
    pub(super) fn find(tx: &Tx<'_>, user: &UserId) -> Result<Option<Self>, StoreError> {
        let Some(user) = users::find(tx, user)?.filter(|user| user.owner && !user.is_shut_out())
        else {
            return Ok(None);
        };
        let organization = organizations::find(tx, &user.organization)?;
        Ok(organization
            .filter(|organization| !organization.disabled)
            .map(|organization| Self { user, organization }))
    }
}

/// Goes on after a right password, whose hash is given: asks for the second factor of whoever
/// has one; where one is needed, lets an owner without any in to nothing but adding it.
pub(super) fn after_password(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    person: Person,
    password_hash: &str,
    came: &Came,
) -> Result<Passed, StoreError> {
    let has_factor = factors::of(tx, &person.user.id)?.asked();
    let needed = person.organization.settings.enforcement.in_force(moment.now);
    let kind = match (has_factor, &came.onward.drill) {
        (true, _) => Kind::Factor,
        (false, Some(_)) => return Ok(Passed::NoFactor),
        (false, None) if needed => Kind::Enrol,
        (false, None) => {
            let entered = enter(tx, moment, person, came, None)?;
            return Ok(Passed::In(Box::new(entered)));
        }
    };
    let hash = Digest::of(password_hash.as_bytes());
    let mut onward = came.onward.clone();
    // The token of a drill is kept nowhere.
    onward.drill = onward.drill.map(|token| derived_token(&token).into_inner());
    let step = open_step(tx, moment, &person, kind, (hash, &onward))?;
    let what = serde_json::json!({ "address": came.address.map(whence), "next": kind.as_str() });
    let (actor, action) = (Actor::User { id: person.user.id.clone() }, "owner.password_right");
    note(tx, moment, &actor, action, (&person.organization.id, &person.user.id), Some(what))?;
    Ok(Passed::Step(step))
}

/// Opens a step for a browser whose owner typed the password with this hash.
pub(super) fn open_step(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    person: &Person,
    kind: Kind,
    (password, onward): (Digest, &Onward),
) -> Result<Step, StoreError> {
    let token = random_token(moment.rng);
    let step = OwnerStep {
        digest: Digest::of(token.expose().as_bytes()),
        user: person.user.id.clone(),
        kind,
        password,
        onward: onward.clone(),
        tries: 0,
        created_at: moment.now,
    };
    owner_steps::insert(tx, &step)?;
    Ok(Step { token, kind })
}

/// Opens the session of an owner who proved everything there is to prove, just now.
pub(super) fn enter(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    person: Person,
    came: &Came,
    factor: Option<Factor>,
) -> Result<Entered, StoreError> {
    let Moment { rng, now, limits } = moment;
    let Person { user, organization } = person;
    users::signed_in(tx, &user.id, &user.profile, now)?;
    owners::signed_in(tx, &user.id, now)?;
    let device = came.device.clone().unwrap_or_else(|| random_token(rng));
    owners::keep_device(tx, &Digest::of(device.expose().as_bytes()), &user.id, now)?;
    if let Some(address) = came.address.map(whence) {
        let actor = Actor::User { id: user.id.clone() };
        let what =
            serde_json::json!({ "address": address, "second_factor": factor.map(Factor::as_str) });
        note(tx, moment, &actor, "owner.sign_in", (&organization.id, &user.id), Some(what))?;
        if organization.settings.enforcement.in_force(now) {
            break_glass::raise(tx, moment, &organization.id, &user.id, address)?;
        }
    }
    let opening = Opening {
        is_new_user: user.last_sign_in_at.is_none(),
        user,
        organization,
        method: Method::OwnerPassword,
        second_factor: factor,
        authenticated_at: now,
        ends_at: None,
        logout_hint: None,
        attempt: None,
    };
    let (admission, session) = session::open(tx, rng, now, limits, opening)?;
    Ok(Entered { admission, session, device })
}
