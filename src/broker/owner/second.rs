//! The second step at the owner's door: a code or a passkey, after the password was right.
//!
//! Wrong codes are counted per account for unknown browsers, per browser for known ones, per
//! address, and per step. Six digits are few: after some free tries the wait grows to hours.
//! Neither that wait nor anything else of strangers holds a recovery code or a passkey, which
//! nobody guesses, or a browser the owner is known by.

use std::net::IpAddr;

use super::door::{self, Rule, hex};
use super::enter::{Came, Entered, Person, Step, enter, open_step};
use super::passkeys::{self, Verdict};
use super::{note, whence};
use crate::broker::Moment;
use crate::keys::passkey::{Assertion, Party};
use crate::keys::seal::Sealer;
use crate::keys::totp::{self, Seed};
use crate::model::audit::Actor;
use crate::model::drill::{Drill, Passed};
use crate::model::factor::{Factor, Factors};
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
    /// What is to prove the second factor.
    pub proof: Proof,
    /// Where the request came from.
    pub address: IpAddr,
    /// The device cookie.
    pub device: Option<Secret<String>>,
}

/// A second factor, shown.
pub enum Proof {
    /// A code as typed.
    Typed(String),
    /// What a passkey signed, as the browser sent it.
    Passkey(String),
}

/// What proofs are checked with.
#[derive(Clone, Copy)]
pub struct Means<'a> {
    /// Opens the secret of a code generator.
    pub sealer: &'a Sealer,
    /// We, as passkeys know us; `None` where there can be none.
    pub party: Option<&'a Party>,
}

/// An owner who has to show a second factor.
pub struct Waiting {
    /// The step they are in.
    pub step: OwnerStep,
    /// What they have.
    pub factors: Factors,
}

/// What came of it.
pub enum Outcome {
    /// In, and on to what the owner came for.
    In(Box<Entered>, Onward),
    /// The last recovery code was used up where a factor is needed: one has to be added first.
    Enrol(Step),
    /// The drill is passed; nobody is in.
    Drilled,
    /// Neither six digits nor a recovery code, nor an answer of a passkey.
    Malformed,
    /// Not the right code or passkey, or one that was used already.
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
    Passkey(Box<Assertion>),
}

impl Code {
    fn read(proof: &Proof) -> Option<Self> {
        match proof {
            Proof::Passkey(sent) => Assertion::read(sent).map(|read| Self::Passkey(Box::new(read))),
            Proof::Typed(typed) => match totp::typed_code(typed) {
                Some(digits) => Some(Self::Totp(digits)),
                None => RecoveryCode::read(typed).map(Self::Recovery),
            },
        }
    }

    const fn factor(&self) -> Factor {
        match self {
            Self::Totp(_) => Factor::Totp,
            Self::Recovery(_) => Factor::RecoveryCode,
            Self::Passkey(_) => Factor::Passkey,
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
) -> Result<Option<Waiting>, StoreError> {
    let token = Digest::of(token.expose().as_bytes());
    let Some((step, _)) = standing(tx, moment, &token, Kind::Factor)? else { return Ok(None) };
    let factors = factors::of(tx, &step.user)?;
    Ok(Some(Waiting { step, factors }))
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

/// Takes a code, or what a passkey signed.
///
/// # Errors
/// A database error.
pub fn show(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    means: Means<'_>,
    shown: &Shown,
) -> Result<Outcome, StoreError> {
    let token = Digest::of(shown.token.expose().as_bytes());
    let Some((step, person)) = standing(tx, moment, &token, Kind::Factor)? else {
        return Ok(Outcome::Over);
    };
    let Some(code) = Code::read(&shown.proof) else { return Ok(Outcome::Malformed) };
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
    if !is_right(tx, moment, means, (&step, &address), &code)? {
        door::count(tx, moment, &counts)?;
        owner_steps::count(tx, &token)?;
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
    let left = factors::of(tx, user)?;
    // The last code is used up, and next time one would be asked for.
    if !left.any() && (needed || left.asked()) {
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
            || door::digits(user),
            |device| format!("owner digits of device {}", hex(device)),
        );
        counts.push((own, DIGITS));
    }
    counts
}

/// Whether it is right; leaves a record of what is not.
fn is_right(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    means: Means<'_>,
    (step, address): (&OwnerStep, &str),
    code: &Code,
) -> Result<bool, StoreError> {
    let user = &step.user;
    let right = match code {
        Code::Passkey(sent) => {
            let verdict = passkeys::judge(tx, moment, means.party, step, sent)?;
            return passkeys::note(tx, moment, user, address, &verdict)
                .map(|()| matches!(verdict, Verdict::Right(_)));
        }
        Code::Recovery(code) => {
            factors::use_code(tx, user, &code.digest(user.as_str()), moment.now)?
        }
        Code::Totp(digits) => is_right_now(tx, moment, means.sealer, user, digits)?,
    };
    if !right {
        door::note(tx, moment, "owner.factor_refused", Some(user), address)?;
    }
    Ok(right)
}

fn is_right_now(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    sealer: &Sealer,
    user: &UserId,
    digits: &str,
) -> Result<bool, StoreError> {
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
