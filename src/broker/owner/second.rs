//! The second step at the owner's door: a code, after the password was right.
//!
//! Wrong codes are counted per account for unknown browsers, per browser for known ones, per
//! address, and per step. Six digits are few: after some free tries the wait grows to hours.
//! Neither that wait nor anything else of strangers holds a recovery code, which nobody
//! guesses, or a browser the owner is known by.

use std::net::IpAddr;

use super::door::{self, Rule, hex};
use super::enter::{Came, Entered, Person, Step, enter, open_step};
use super::{Moment, note, whence};
use crate::keys::seal::Sealer;
use crate::keys::totp::{self, Seed};
use crate::model::audit::Actor;
use crate::model::drill::{Drill, Passed};
use crate::model::factor::Factor;
use crate::model::id::UserId;
use crate::model::owner_step::{Kind, Onward, OwnerStep};
use crate::model::recovery_code::RecoveryCode;
use crate::model::secret::{Digest, Secret};
use crate::model::time::HOUR;
use crate::store::{StoreError, Tx, drills, factors, owner_steps, owners, throttles};

/// Six digits from unknown browsers at one account, or from one known browser: four a day
/// beyond the free ones, three right ones among a million.
const DIGITS: Rule = Rule { free: 5, longest: 6 * HOUR };
/// Wrong codes after one right password.
const TRIES: u32 = 5;

/// What was shown.
pub struct Shown {
    /// The step's cookie.
    pub token: Secret<String>,
    /// The code as typed.
    pub typed: String,
    /// Where the request came from.
    pub address: IpAddr,
    /// The device cookie.
    pub device: Option<Secret<String>>,
}

/// What came of it.
pub enum Outcome {
    /// In, and on to what the owner came for.
    In(Box<Entered>, Onward),
    /// The last recovery code was used up where a factor is needed: one has to be added first.
    Enrol(Step),
    /// The drill is passed; nobody is in.
    Drilled,
    /// Neither six digits nor a recovery code.
    Malformed,
    /// Not the right code, or one that was used already.
    Wrong,
    /// Not now.
    Wait {
        /// Until then, rounded up.
        seconds: i64,
    },
    /// The step is over: the password is asked again.
    Over,
}

enum Code {
    Totp(String),
    Recovery(RecoveryCode),
}

impl Code {
    fn read(typed: &str) -> Option<Self> {
        match totp::typed_code(typed) {
            Some(digits) => Some(Self::Totp(digits)),
            None => RecoveryCode::read(typed).map(Self::Recovery),
        }
    }

    const fn factor(&self) -> Factor {
        match self {
            Self::Totp(_) => Factor::Totp,
            Self::Recovery(_) => Factor::RecoveryCode,
        }
    }
}

/// The step of a browser, while its owner may go on with it.
///
/// # Errors
/// A database error.
pub fn find(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    token: &Secret<String>,
    kind: Kind,
) -> Result<Option<OwnerStep>, StoreError> {
    Ok(standing(tx, moment, &Digest::of(token.expose().as_bytes()), kind)?.map(|(step, _)| step))
}

pub(super) fn standing(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    token: &Digest,
    kind: Kind,
) -> Result<Option<(OwnerStep, Person)>, StoreError> {
    let Some(step) = owner_steps::find(tx, token, moment.now)?.filter(|step| step.kind == kind)
    else {
        return Ok(None);
    };
    let hash = owners::of(tx, &step.user)?.and_then(|credential| credential.password_hash);
    let unchanged = hash.is_some_and(|hash| step.password.matches(hash.as_bytes()));
    if !unchanged || step.tries >= TRIES {
        return Ok(None);
    }
    Ok(Person::find(tx, &step.user)?.map(|person| (step, person)))
}

/// Takes a code.
///
/// # Errors
/// A database error.
pub fn show(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    sealer: &Sealer,
    shown: &Shown,
) -> Result<Outcome, StoreError> {
    let token = Digest::of(shown.token.expose().as_bytes());
    let Some((step, person)) = standing(tx, moment, &token, Kind::Factor)? else {
        return Ok(Outcome::Over);
    };
    let Some(code) = Code::read(&shown.typed) else { return Ok(Outcome::Malformed) };
    // A rehearsal nobody can pass any more uses no code up.
    let drill = match &step.onward.drill {
        None => None,
        Some(token) => match open_drill(tx, moment, token, &person)? {
            Some(drill) => Some(drill),
            None => return Ok(Outcome::Over),
        },
    };
    let (user, address) = (&step.user, whence(shown.address));
    let device = door::known_device(tx, shown.device.as_ref(), user)?;
    let counts = counts(&code, user, device.as_ref(), &address);
    if let Some(seconds) = door::wait(tx, moment, &counts, Some(user), &address)? {
        return Ok(Outcome::Wait { seconds });
    }
    if !is_right(tx, moment, sealer, user, &code)? {
        door::count(tx, moment, &counts)?;
        owner_steps::count(tx, &token)?;
        door::note(tx, moment, "owner.factor_refused", Some(user), &address)?;
        return Ok(Outcome::Wrong);
    }
    owner_steps::end(tx, &token)?;
    for (name, _) in &counts {
        throttles::clear(tx, name)?;
    }
    match &device {
        Some(device) => door::forgive_device(tx, device)?,
        None => door::forgive(tx, user)?,
    }
    if let Some(drill) = drill {
        return pass(tx, moment, &drill, &person, code.factor());
    }
    let needed = person.organization.settings.enforcement.in_force(moment.now);
    if needed && !factors::of(tx, user)?.any() {
        let kept = (step.password, &step.onward);
        return Ok(Outcome::Enrol(open_step(tx, moment, &person, Kind::Enrol, kept)?));
    }
    let came = Came {
        address: Some(shown.address),
        device: shown.device.clone().filter(|_| device.is_some()),
        onward: step.onward.clone(),
    };
    let entered = enter(tx, moment, person, &came, Some(code.factor()))?;
    Ok(Outcome::In(Box::new(entered), step.onward))
}

fn counts(
    code: &Code,
    user: &UserId,
    device: Option<&Digest>,
    address: &str,
) -> Vec<(String, Rule)> {
    let mut counts = vec![door::at_address(address, device.is_some())];
    if matches!(code, Code::Totp(_)) {
        let own = device.map_or_else(
            || account(user),
            |device| format!("owner digits of device {}", hex(device)),
        );
        counts.push((own, DIGITS));
    }
    counts
}

/// Under which name six digits from unknown browsers are counted.
pub(super) fn account(user: &UserId) -> String {
    format!("owner digits {user}")
}

fn is_right(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    sealer: &Sealer,
    user: &UserId,
    code: &Code,
) -> Result<bool, StoreError> {
    match code {
        Code::Recovery(code) => {
            factors::use_code(tx, user, &code.digest(user.as_str()), moment.now)
        }
        Code::Totp(digits) => {
            let Some(totp) = factors::totp(tx, user)? else { return Ok(false) };
            let Some(seed) = Seed::open(sealer, user.as_str(), &totp.secret) else {
                tracing::error!(%user, "the secret of a code generator does not open: doorward owner reset --second-factor removes it");
                return Ok(false);
            };
            match seed.step_of(digits, moment.now, totp.last_step) {
                Some(step) => factors::take_step(tx, user, step),
                None => Ok(false),
            }
        }
    }
}

fn open_drill(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    kept: &str,
    person: &Person,
) -> Result<Option<Drill>, StoreError> {
    let Some(digest) = Digest::of_derived(kept) else { return Ok(None) };
    let drill = drills::find_open(tx, &digest, moment.now)?;
    Ok(drill.filter(|drill| drill.organization == person.organization.id))
}

/// Notes that the drill is passed. No session comes of it and nobody is alarmed.
fn pass(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    drill: &Drill,
    person: &Person,
    factor: Factor,
) -> Result<Outcome, StoreError> {
    let user = person.user.id.clone();
    let passed = Passed { user: user.clone(), factor, at: moment.now };
    if !drills::pass(tx, &drill.id, &passed)? {
        return Ok(Outcome::Over);
    }
    let actor = Actor::User { id: user.clone() };
    let what = serde_json::json!({ "drill": drill.id, "second_factor": factor });
    note(tx, moment, &actor, "owner.drill_pass", (&drill.organization, &user), Some(what))?;
    Ok(Outcome::Drilled)
}
