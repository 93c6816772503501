//! The owner's door: a password, and no provider, network or app needed.

use std::net::IpAddr;

use super::reply::{Answer, FlowError, Reply, Visitor};
use super::{answered, choose};
use crate::broker;
use crate::broker::Moment;
use crate::broker::owner::door::{self, Gate, Knock};
use crate::broker::owner::{Came, Entered, Passed, Step, use_link};
use crate::hub::Hub;
use crate::hub::bounds::About;
use crate::keys::password::{PasswordError, PasswordRule, Passwords};
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::owner_step::Onward;
use crate::model::secret::{Digest, Secret};
use crate::store::{StoreError, owners};

/// What was typed at the owner's door, and what the browser brought along.
pub struct SignIn {
    /// The e-mail address.
    pub email: String,
    /// The password.
    pub password: Secret<String>,
    /// Where the request came from.
    pub address: IpAddr,
    /// The device cookie.
    pub device: Option<Secret<String>>,
    /// What the owner goes on to.
    pub onward: Onward,
}

/// An owner who got in, and where they go.
pub struct Entry {
    /// Where they go, with the session's cookie.
    pub answer: Answer,
    /// The cookie that makes this browser a known one.
    pub device: Secret<String>,
    /// The trace the owner came for, and no app; empty for the page that asks which.
    pub trace: Option<String>,
}

impl Entry {
    /// To Doorward's own page.
    pub(super) fn home(hub: &Hub, entered: Entered) -> Self {
        Self::at(hub, entered, "/")
    }

    /// To this page of ours.
    pub(super) fn at(hub: &Hub, entered: Entered, path: &str) -> Self {
        let there = Answer::of(Reply::Redirect(hub.config.public_url.at(path)));
        let answer = Answer { session: Some(entered.session), ..there };
        Self { answer, device: entered.device, trace: None }
    }
}

/// What came of a try.
pub enum Outcome {
    /// The owner got in.
    In(Box<Entry>),
    /// The password was right; something is left to do in this browser.
    Step(Step),
    /// The password was right; a drill rehearses a second factor, and there is none.
    NoFactor,
    /// Nobody got in. One answer for every reason.
    Refused,
    /// Not now.
    Wait {
        /// For so long.
        seconds: i64,
    },
}

/// Lets an owner in by password.
///
/// # Errors
/// A fault of our own.
pub async fn sign_in(hub: &Hub, visitor: &Visitor, typed: SignIn) -> Result<Outcome, FlowError> {
    let SignIn { email, password, address, device, onward } = typed;
    let knock = Knock { email, address, device, onward };
    let came_for = knock.onward.clone();
    let (on, at) = (hub.clone(), knock.clone());
    let gate =
        hub.store.write::<_, StoreError, _>(move |tx| door::knock(tx, moment(&on), &at)).await?;
    let attempted = match gate {
        Gate::Open(attempted) => attempted,
        Gate::Wait { seconds } => {
            leave_trace(hub, Code::OwnerThrottled).await?;
            return Ok(Outcome::Wait { seconds });
        }
    };
    // A flood of strangers fills one queue; a browser the owner is known by has its own.
    let known = attempted.from_known_device();
    let passwords = if known { &hub.known_device_passwords } else { &hub.passwords };
    let proved = door::prove(passwords, attempted, password.clone())
        .await
        .map_err(|error| hashing_failed(&error))?;
    let on = hub.clone();
    let proof = match proved {
        Ok(proof) => proof,
        Err(attempted) => {
            hub.store
                .write::<_, StoreError, _>(move |tx| door::refuse(tx, moment(&on), &attempted))
                .await?;
            leave_trace(hub, Code::OwnerRefused).await?;
            return Ok(Outcome::Refused);
        }
    };
    let better = match proof.rehash() {
        // A hash that could not be made stronger now is made so next time.
        true => passwords.hash(hub.rng.as_ref(), password).await.ok(),
        false => None,
    };
    let (held, browsers) = (visitor.session_digest(), visitor.browser_digests());
    let entered = hub
        .store
        .write::<_, StoreError, _>(move |tx| {
            let passed = door::admit(tx, moment(&on), &knock, &proof, better.as_deref())?;
            if matches!(passed, Some(Passed::In(_))) {
                // A browser has one session; a password typed here is word enough.
                broker::session::end_held(tx, held)?;
                on.arrivals.note(&browsers, on.now());
            }
            Ok(passed)
        })
        .await?;
    Ok(match entered {
        Some(Passed::In(entered)) => {
            Outcome::In(Box::new(onward_to(hub, visitor, came_for, *entered).await?))
        }
        Some(Passed::Step(step)) => Outcome::Step(step),
        Some(Passed::NoFactor) => Outcome::NoFactor,
        None => Outcome::Refused,
    })
}

/// A try that failed is an attempt like any other; whose door it was stays out of it.
pub(super) async fn leave_trace(hub: &Hub, code: Code) -> Result<(), FlowError> {
    let mut checks = Checks::new();
    checks.failed(code, "owner_password", "the owner's password", code.as_str());
    answered::record(hub, About::OwnersDoor, code, checks).await?;
    Ok(())
}

/// To the app the owner was on the way to, else to a page of ours.
pub(super) async fn onward_to(
    hub: &Hub,
    visitor: &Visitor,
    onward: Onward,
    entered: Entered,
) -> Result<Entry, FlowError> {
    let Some(handle) = onward.attempt else {
        let path = if onward.factors { "/owner/factors" } else { "/" };
        return Ok(Entry { trace: onward.trace, ..Entry::at(hub, entered, path) });
    };
    let Entered { admission, session, device } = entered;
    let answer = choose::continue_with(hub, visitor, &handle, admission).await?;
    Ok(Entry { answer: Answer { session: Some(session), ..answer }, device, trace: None })
}

/// What came of a one-use link.
pub enum LinkUse {
    /// The password is set and the owner is in.
    In(Box<Entry>),
    /// The password is set; something is left to do in this browser.
    Step(Step),
    /// A field that cannot be taken, and why.
    Wrong(&'static str, String),
}

/// Sets a password through a one-use link.
///
/// # Errors
/// A fault of our own.
pub async fn set_password(
    hub: &Hub,
    token: &Secret<String>,
    password: Secret<String>,
    address: IpAddr,
) -> Result<LinkUse, FlowError> {
    let link = Digest::of(typed_token(token).as_bytes());
    let now = hub.now();
    let found =
        hub.store.read::<_, StoreError, _>(move |tx| owners::find_link(tx, &link, now)).await?;
    let dead = || {
        let text = "This link was used already or has run out. Ask another owner for a new one, or run doorward owner reset on the host";
        Ok(LinkUse::Wrong("token", text.to_owned()))
    };
    // Before anything that costs: a stranger gets no hash computed.
    if found.is_none() {
        return dead();
    }
    if let Err(rule) = Passwords::acceptable(password.expose()) {
        return Ok(LinkUse::Wrong("password", said(&rule)));
    }
    let hash = hub
        .passwords
        .hash(hub.rng.as_ref(), password)
        .await
        .map_err(|error| hashing_failed(&error))?;
    let on = hub.clone();
    let came = Came { address: Some(address), ..Came::default() };
    let passed = hub
        .store
        .write::<_, StoreError, _>(move |tx| use_link(tx, moment(&on), &link, &hash, &came))
        .await?;
    match passed {
        Some(Passed::In(entered)) => Ok(LinkUse::In(Box::new(Entry::home(hub, *entered)))),
        Some(Passed::Step(step)) => Ok(LinkUse::Step(step)),
        Some(Passed::NoFactor) | None => dead(),
    }
}

/// The token of a one-use link. Without script people paste it by hand, and often the whole
/// address.
pub(super) fn typed_token(typed: &Secret<String>) -> &str {
    let text = typed.expose().trim();
    text.rsplit_once('#').map_or(text, |(_, token)| token)
}

/// What a password must be, as a page says it.
pub fn password_hint() -> String {
    said(&PasswordRule::TooShort)
}

pub(super) fn said(rule: &PasswordRule) -> String {
    let text = rule.to_string();
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

pub(super) fn moment(hub: &Hub) -> Moment<'_> {
    Moment { rng: hub.rng.as_ref(), now: hub.now(), limits: super::limits(hub) }
}

pub(super) fn hashing_failed(error: &PasswordError) -> FlowError {
    match error {
        PasswordError::Busy => FlowError(Code::Busy),
        PasswordError::Failed => {
            tracing::error!(%error, "a password could not be hashed");
            FlowError(Code::Internal)
        }
    }
}
