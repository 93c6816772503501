//! Passkeys at the second step: what they are to sign, and whether they did.
//!
//! A challenge is kept with the step it was made for, which only the browser of that step can
//! name, and is used up by the first answer, right or wrong.

use super::door;
use crate::broker::Moment;
use crate::keys::passkey::{self, Assertion, Party, Refused};
use crate::model::id::UserId;
use crate::model::owner_step::OwnerStep;
use crate::model::passkey::{Credential, Passkey, Purpose, handle};
use crate::store::{StoreError, Tx, passkeys};

/// What an answer of a passkey came to.
pub(super) enum Verdict {
    /// It is one of the owner's.
    Right(Passkey),
    /// It is refused; which passkey it claims to be, if the owner has it.
    Wrong(Refused, Option<Passkey>),
}

/// Asks the passkeys of whoever is in this step: what the browser is to hand on to them.
/// `None` when there is no passkey that works here.
///
/// # Errors
/// A database error.
pub fn ask(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    party: &Party,
    step: &OwnerStep,
) -> Result<Option<String>, StoreError> {
    let usable = usable(tx, &step.user)?;
    if usable.is_empty() {
        return Ok(None);
    }
    let challenge = passkey::challenge(moment.rng);
    let Some(options) = party.request(&challenge, &usable) else { return Ok(None) };
    let asked = (Purpose::SignIn, challenge.as_slice());
    passkeys::challenge(tx, &step.digest, &step.user, asked, moment.now)?;
    Ok(Some(options))
}

/// The keys of an owner that work at the address we are reached at.
pub(super) fn usable(tx: &Tx<'_>, user: &UserId) -> Result<Vec<Credential>, StoreError> {
    let all = passkeys::of(tx, user)?;
    Ok(all.into_iter().filter(|one| one.works).map(|one| one.credential).collect())
}

/// Judges what a passkey signed for a step, and remembers that it was used.
pub(super) fn judge(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    party: Option<&Party>,
    step: &OwnerStep,
    sent: &Assertion,
) -> Result<Verdict, StoreError> {
    // Used up before anything is looked at.
    let challenge = passkeys::take_challenge(tx, &step.digest, Purpose::SignIn, moment.now)?;
    let all = passkeys::of(tx, &step.user)?;
    let named = all.into_iter().find(|one| one.works && one.credential.id == sent.credential());
    let Some(passkey) = named else { return Ok(Verdict::Wrong(Refused::Credential, None)) };
    let (Some(party), Some(challenge)) = (party, challenge) else {
        return Ok(Verdict::Wrong(Refused::Challenge, Some(passkey)));
    };
    let handle = handle(&step.user);
    match party.proved(&challenge, &passkey.credential, handle.as_bytes(), sent) {
        Ok(counter) => {
            passkeys::used(tx, &passkey.id, counter, moment.now)?;
            Ok(Verdict::Right(passkey))
        }
        Err(refused) => Ok(Verdict::Wrong(refused, Some(passkey))),
    }
}

/// Leaves a record of a use or a refusal. A key that seems to have been copied has a name of its
/// own in the trail.
pub(super) fn note(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    user: &UserId,
    address: &str,
    verdict: &Verdict,
) -> Result<(), StoreError> {
    let (action, reason, passkey) = match verdict {
        Verdict::Right(passkey) => ("owner.passkey_use", None, Some(passkey)),
        Verdict::Wrong(Refused::Counter, passkey) => {
            ("owner.passkey_copied", Some(Refused::Counter), passkey.as_ref())
        }
        Verdict::Wrong(refused, passkey) => {
            ("owner.factor_refused", Some(*refused), passkey.as_ref())
        }
    };
    let what = serde_json::json!({
        "address": address,
        "second_factor": "passkey",
        "passkey": passkey.map(|one| &one.id),
        "name": passkey.map(|one| &one.name),
        "reason": reason.map(|refused| refused.to_string()),
    });
    door::note_that(tx, moment, action, Some(user), what)
}
