//! An owner adds, renews and removes second factors.
//!
//! Whoever does so typed the password a moment ago: in the session that came of it, or, where
//! a factor is needed and there was none, in the step that waits for one. What is offered
//! (a secret, a set of codes) travels sealed through the owner's own page and is kept only
//! once the owner has shown to hold it: whoever closes the page loses nothing that worked.

use serde::{Deserialize, Serialize};

use super::enter::{Came, Entered, Person, enter};
use super::{note, second};
use crate::broker::Moment;
use crate::broker::session;
use crate::keys::seal::Sealer;
use crate::keys::totp::{self, Seed};
use crate::model::audit::Actor;
use crate::model::connection::SealedSecret;
use crate::model::factor::{Factor, Factors};
use crate::model::id::SessionId;
use crate::model::owner_step::{Kind, Onward};
use crate::model::recovery_code::{COUNT, RecoveryCode};
use crate::model::secret::Digest;
use crate::model::session::Method;
use crate::model::time::{MINUTE, Millis};
use crate::store::{StoreError, Tx, factors, owner_steps, owners, sessions};

/// The password was typed at most so long ago.
const FRESH: i64 = 5 * MINUTE;
/// What was offered can be taken for so long.
const OFFERED: i64 = 15 * MINUTE;

mod passkeys;

pub use passkeys::Begun;

/// What the browser brought along.
#[derive(Debug, Clone, Default)]
pub struct Brought {
    /// Of the session's cookie.
    pub session: Option<Digest>,
    /// Of the step's cookie.
    pub step: Option<Digest>,
    /// Where from, and with which device.
    pub came: Came,
}

/// An owner at the page of second factors.
pub struct Holder {
    person: Person,
    by: By,
    fresh: bool,
    /// What they have.
    pub factors: Factors,
    /// Whether they have to have one.
    pub needed: bool,
}

enum By {
    Session(SessionId),
    Step(Digest, Onward),
}

/// What came of a change.
pub enum Changed {
    /// It is done; an owner who waited for it is in.
    Done(Option<(Box<Entered>, Onward)>),
    /// What was typed does not fit what was offered.
    Wrong,
    /// What was offered cannot be taken any more, or the password was typed too long ago.
    Stale,
    /// The last factor of somebody who has to have one stays.
    Needed,
}

/// Something offered, to be taken by the browser it was offered to.
#[derive(Serialize, Deserialize)]
struct Offer {
    at: Millis,
    values: Vec<String>,
}

impl Holder {
    /// The owner at the page: signed in at the owner's door, or in the step that waits for a
    /// factor.
    ///
    /// # Errors
    /// A database error.
    pub fn find(
        tx: &Tx<'_>,
        moment: Moment<'_>,
        brought: &Brought,
    ) -> Result<Option<Self>, StoreError> {
        if let Some(cookie) = brought.session
            && let Some(admission) = session::find(tx, moment.now, moment.limits, cookie)?
            && admission.user().owner
            && admission.session().method == Method::OwnerPassword
        {
            let session = admission.session();
            let fresh = moment.now.since(session.authenticated_at) <= FRESH;
            let by = By::Session(session.id.clone());
            let Some(person) = Person::find(tx, &session.user)? else { return Ok(None) };
            return Self::of(tx, moment, person, by, fresh).map(Some);
        }
        let Some(token) = brought.step else { return Ok(None) };
        match second::standing(tx, moment, &token, Kind::Enrol)? {
            Some((step, person)) => {
                let by = By::Step(token, step.onward);
                let holder = Self::of(tx, moment, person, by, true)?;
                // Whoever has a factor shows it.
                Ok((!holder.factors.any()).then_some(holder))
            }
            None => Ok(None),
        }
    }

    fn of(
        tx: &Tx<'_>,
        moment: Moment<'_>,
        person: Person,
        by: By,
        fresh: bool,
    ) -> Result<Self, StoreError> {
        let factors = factors::of(tx, &person.user.id)?;
        let needed = person.organization.settings.enforcement.in_force(moment.now);
        Ok(Self { person, by, fresh, factors, needed })
    }

    /// Whether the password was typed a moment ago.
    pub const fn fresh(&self) -> bool {
        self.fresh
    }

    /// Whether they are in, and not only let in to add a factor.
    pub const fn is_in(&self) -> bool {
        matches!(self.by, By::Session(_))
    }

    /// Who it is.
    pub const fn user(&self) -> &crate::model::user::User {
        &self.person.user
    }

    /// Their organization.
    pub const fn organization(&self) -> &crate::model::organization::Organization {
        &self.person.organization
    }

    /// Under what name an offer to this browser is sealed.
    fn purpose(&self, what: &str) -> String {
        let user = &self.person.user.id;
        match &self.by {
            By::Session(id) => format!("offer of {what} to {user} in {id}"),
            By::Step(token, _) => format!("offer of {what} to {user} in {}", String::from(*token)),
        }
    }

    /// Offers a code generator: the seed for the owner's app, and what the page brings back.
    /// `None` when the password was typed too long ago.
    pub fn offer_totp(&self, moment: Moment<'_>, sealer: &Sealer) -> Option<(Seed, SealedSecret)> {
        let seed = Seed::random(moment.rng);
        let values = vec![seed.text().into_inner()];
        self.fresh.then(|| (seed, self.sealed(moment, sealer, "totp", values)))
    }

    /// Offers recovery codes. `None` when the password was typed too long ago.
    pub fn offer_codes(
        &self,
        moment: Moment<'_>,
        sealer: &Sealer,
    ) -> Option<(Vec<RecoveryCode>, SealedSecret)> {
        let codes = RecoveryCode::set(moment.rng);
        let values = codes.iter().map(RecoveryCode::shown).collect();
        self.fresh.then(|| (codes, self.sealed(moment, sealer, "codes", values)))
    }

    fn sealed(
        &self,
        moment: Moment<'_>,
        sealer: &Sealer,
        what: &str,
        values: Vec<String>,
    ) -> SealedSecret {
        let plain = serde_json::json!(Offer { at: moment.now, values }).to_string();
        sealer.seal(moment.rng, &self.purpose(what), plain.as_bytes())
    }

    /// The seed that was offered, to be drawn again.
    pub fn offered_seed(&self, now: Millis, sealer: &Sealer, offer: &SealedSecret) -> Option<Seed> {
        let offer = self.opened(now, sealer, "totp", offer)?;
        offer.values.first().and_then(|text| Seed::read(text))
    }

    /// The codes that were offered, to be drawn again.
    pub fn offered_codes(
        &self,
        now: Millis,
        sealer: &Sealer,
        offer: &SealedSecret,
    ) -> Option<Vec<RecoveryCode>> {
        let offer = self.opened(now, sealer, "codes", offer)?;
        let codes: Vec<_> =
            offer.values.iter().filter_map(|text| RecoveryCode::read(text)).collect();
        (codes.len() == COUNT).then_some(codes)
    }

    /// An offer of ours to this browser, not too old, and newer than what was taken last: one
    /// that was taken is not taken again.
    fn opened(
        &self,
        now: Millis,
        sealer: &Sealer,
        what: &str,
        offer: &SealedSecret,
    ) -> Option<Offer> {
        let plain = sealer.open(&self.purpose(what), offer).ok()?;
        let offer: Offer = serde_json::from_slice(plain.expose()).ok()?;
        let last = if what == "totp" { self.factors.totp_since } else { self.factors.codes_since };
        let newer = last.is_none_or(|last| offer.at > last);
        (newer && now.since(offer.at) <= OFFERED).then_some(offer)
    }

    /// Takes the code generator that was offered, once its owner has shown a code of it.
    ///
    /// # Errors
    /// A database error.
    pub fn take_totp(
        self,
        tx: &Tx<'_>,
        moment: Moment<'_>,
        sealer: &Sealer,
        (offer, typed): (&SealedSecret, &str),
        came: &Came,
    ) -> Result<Changed, StoreError> {
        let Some(seed) = self.offered_seed(moment.now, sealer, offer) else {
            return Ok(Changed::Stale);
        };
        let digits = totp::typed_code(typed).unwrap_or_default();
        let Some(last_step) = seed.step_of(&digits, moment.now, 0) else {
            return Ok(Changed::Wrong);
        };
        let user = &self.person.user.id;
        let secret = seed.seal(sealer, moment.rng, user.as_str());
        factors::set_totp(tx, user, &factors::Totp { secret, last_step }, moment.now)?;
        self.note(tx, moment, "owner.totp_add", None)?;
        self.added(tx, moment, came, Factor::Totp)
    }

    /// Takes the recovery codes that were offered, once their owner has typed part of one back.
    /// Older ones end.
    ///
    /// # Errors
    /// A database error.
    pub fn take_codes(
        self,
        tx: &Tx<'_>,
        moment: Moment<'_>,
        sealer: &Sealer,
        (offer, typed): (&SealedSecret, &str),
        came: &Came,
    ) -> Result<Changed, StoreError> {
        let Some(codes) = self.offered_codes(moment.now, sealer, offer) else {
            return Ok(Changed::Stale);
        };
        if !codes.iter().fold(false, |any, code| code.ends_with(typed) | any) {
            return Ok(Changed::Wrong);
        }
        let user = &self.person.user.id;
        let digests: Vec<_> = codes.iter().map(|code| code.digest(user.as_str())).collect();
        factors::set_codes(tx, user, &digests, moment.now)?;
        let what = serde_json::json!({ "codes": digests.len(), "ended": self.factors.codes_left });
        self.note(tx, moment, "owner.recovery_codes_set", Some(what))?;
        self.added(tx, moment, came, Factor::RecoveryCode)
    }

    /// Takes the code generator away.
    ///
    /// # Errors
    /// A database error.
    pub fn remove_totp(self, tx: &Tx<'_>, moment: Moment<'_>) -> Result<Changed, StoreError> {
        if !self.fresh || !self.is_in() {
            return Ok(Changed::Stale);
        }
        if !self.may_keep(&Factors { totp_since: None, ..self.factors }) {
            return Ok(Changed::Needed);
        }
        if factors::remove_totp(tx, &self.person.user.id)? {
            self.note(tx, moment, "owner.totp_remove", None)?;
        }
        Ok(Changed::Done(None))
    }

    /// Whether what would be left is enough: where a factor is asked for, because single sign-on
    /// is or will be required or for a passkey of another host, one stays that works.
    fn may_keep(&self, left: &Factors) -> bool {
        left.any() || !(left.asked() || self.person.organization.settings.enforcement.will_be())
    }

    /// What follows the first factor: whoever got in without one is out, and whoever waited
    /// for it is in.
    fn added(
        self,
        tx: &Tx<'_>,
        moment: Moment<'_>,
        came: &Came,
        factor: Factor,
    ) -> Result<Changed, StoreError> {
        let user = &self.person.user.id;
        let known = came.device.as_ref().map(|device| Digest::of(device.expose().as_bytes()));
        let known = known.filter(|device| owners::knows_device(tx, device, user).unwrap_or(false));
        let kept = match &self.by {
            By::Session(id) => Some(id.clone()),
            By::Step(..) => None,
        };
        if !self.factors.any() {
            owners::forget_other_devices(tx, user, known.as_ref())?;
            sessions::end_others_of_owner(tx, user, kept.as_ref())?;
            owner_steps::end_of_user(tx, user)?;
        }
        let By::Step(token, onward) = self.by else { return Ok(Changed::Done(None)) };
        owner_steps::end(tx, &token)?;
        let came = Came { device: came.device.clone().filter(|_| known.is_some()), ..came.clone() };
        let entered = enter(tx, moment, self.person, &came, Some(factor))?;
        Ok(Changed::Done(Some((Box::new(entered), onward))))
    }

    fn note(
        &self,
        tx: &Tx<'_>,
        moment: Moment<'_>,
        action: &str,
        after: Option<serde_json::Value>,
    ) -> Result<(), StoreError> {
        let user = &self.person.user;
        let actor = Actor::User { id: user.id.clone() };
        note(tx, moment, &actor, action, (&user.organization, &user.id), after)
    }
}
