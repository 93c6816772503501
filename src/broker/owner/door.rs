//! The owner's door: who may try now, whether the password is right, and what is remembered
//! of it.
//!
//! Tries are counted before the password is looked at, so that a thousand at once are a
//! thousand tries; a success takes them back. What slows an attacker must not shut the owner
//! out: a browser the owner has signed in from before is not held by the count of its account,
//! only by its own.

use std::net::IpAddr;

use super::enter::{Came, Passed, Person, after_password};
use super::{email_key, whence};
use crate::broker::Moment;
use crate::broker::guesses::{self, WINDOW};
pub(super) use crate::broker::guesses::{Rule, hex};
use crate::keys::password::{PasswordError, Passwords, Verdict};
use crate::model::audit::{Actor, AuditEvent};
use crate::model::id::{AuditId, UserId};
use crate::model::owner_step::Onward;
use crate::model::secret::{Digest, Secret};
use crate::store::{StoreError, Tx, audit, owners, throttles, users};

/// What the names of its counts begin with.
const DOOR: &str = "owner";

/// Somebody at the door.
#[derive(Debug, Clone)]
pub struct Knock {
    /// What was typed as e-mail address.
    pub email: String,
    /// Where the request came from.
    pub address: IpAddr,
    /// The device cookie.
    pub device: Option<Secret<String>>,
    /// What comes after.
    pub onward: Onward,
}

/// What the door says before any password is looked at.
#[derive(Debug)]
pub enum Gate {
    /// The try is counted and may be made.
    Open(Try),
    /// Not now.
    Wait {
        /// Until then, rounded up.
        seconds: i64,
    },
}

/// A try that is counted.
#[derive(Debug)]
pub struct Try {
    credential: Option<owners::Credential>,
    known: bool,
    names: Vec<String>,
    address: String,
}

impl Try {
    /// Whether the owner has signed in from this browser before.
    pub const fn from_known_device(&self) -> bool {
        self.known
    }
}

/// That the password of this owner was right, just now.
#[derive(Debug)]
pub struct PasswordProof {
    user: UserId,
    hash: String,
    rehash: bool,
    attempted: Try,
}

impl PasswordProof {
    /// Whether the hash is weaker than today's.
    pub const fn rehash(&self) -> bool {
        self.rehash
    }
}

/// Counts a try, or says how long to wait. Unknown and known accounts look alike.
///
/// # Errors
/// A database error.
pub fn knock(tx: &Tx<'_>, moment: Moment<'_>, knock: &Knock) -> Result<Gate, StoreError> {
    let key = email_key(&knock.email);
    let credential = match &key {
        Some(key) => owners::find(tx, key)?,
        None => None,
    };
    let device = match &credential {
        Some(credential) => known_device(tx, knock.device.as_ref(), &credential.user)?,
        None => None,
    };
    let address = whence(knock.address);
    let known = device.is_some();
    let key = key.unwrap_or_default();
    let counts = guesses::names(DOOR, &address, &key, device.as_ref());
    let user = credential.as_ref().map(|credential| &credential.user);
    if let Some(seconds) = wait(tx, moment, &counts, user, &address)? {
        return Ok(Gate::Wait { seconds });
    }
    count(tx, moment, &counts)?;
    let names = counts.into_iter().map(|(name, _)| name).collect();
    Ok(Gate::Open(Try { credential, known, names, address }))
}

/// The digest of a device cookie the owner is known by.
pub(super) fn known_device(
    tx: &Tx<'_>,
    cookie: Option<&Secret<String>>,
    user: &UserId,
) -> Result<Option<Digest>, StoreError> {
    let Some(digest) = cookie.map(|device| Digest::of(device.expose().as_bytes())) else {
        return Ok(None);
    };
    Ok(owners::knows_device(tx, &digest, user)?.then_some(digest))
}

/// The count of an address.
pub(super) fn at_address(address: &str, known: bool) -> (String, Rule) {
    guesses::at_address(DOOR, address, known)
}

/// How many seconds a try has to wait that counts under these names; `None` when it need not.
pub(super) fn wait(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    counts: &[(String, Rule)],
    user: Option<&UserId>,
    address: &str,
) -> Result<Option<i64>, StoreError> {
    for (name, rule) in counts {
        if let Some(until) = guesses::barred(tx, name, rule, moment.now)? {
            note_barred(tx, moment, name, user, address)?;
            return Ok(Some(guesses::seconds(until, moment.now)));
        }
    }
    Ok(None)
}

/// Counts a try under these names.
pub(super) fn count(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    counts: &[(String, Rule)],
) -> Result<(), StoreError> {
    for (name, _) in counts {
        throttles::fail(tx, name, moment.now, WINDOW)?;
    }
    Ok(())
}

/// Compares the password. Takes as long for an account that does not exist.
///
/// # Errors
/// When too many wait, or the library fails.
pub async fn prove(
    passwords: &Passwords,
    attempted: Try,
    password: Secret<String>,
) -> Result<Result<PasswordProof, Try>, PasswordError> {
    let owner = attempted
        .credential
        .as_ref()
        .and_then(|c| c.password_hash.clone().map(|hash| (c.user.clone(), hash)));
    let hash = owner.as_ref().map(|(_, hash)| hash.clone());
    let verdict = passwords.verify(password, hash).await?;
    Ok(match (verdict, owner) {
        (Verdict::Right { rehash }, Some((user, hash))) => {
            Ok(PasswordProof { user, hash, rehash, attempted })
        }
        _ => Err(attempted),
    })
}

/// Lets the owner on; `better` is a stronger hash of the same password. `None` when the
/// person is shut out or the password was changed meanwhile. What was counted is taken back
/// only when nothing is left to prove.
///
/// # Errors
/// A database error.
pub fn admit(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    knock: &Knock,
    proof: &PasswordProof,
    better: Option<&str>,
) -> Result<Option<Passed>, StoreError> {
    let attempted = &proof.attempted;
    let unchanged = owners::of(tx, &proof.user)?
        .is_some_and(|now| now.password_hash.as_deref() == Some(proof.hash.as_str()));
    let person = if unchanged { Person::find(tx, &proof.user)? } else { None };
    let Some(person) = person else {
        refuse(tx, moment, attempted)?;
        return Ok(None);
    };
    if let Some(hash) = better {
        owners::set_password(tx, &proof.user, hash, moment.now)?;
    }
    let came = Came {
        address: Some(knock.address),
        device: knock.device.clone().filter(|_| attempted.known),
        onward: knock.onward.clone(),
    };
    let hash = better.unwrap_or(&proof.hash);
    let passed = after_password(tx, moment, person, hash, &came)?;
    if !matches!(passed, Passed::Step(_)) {
        for name in &attempted.names {
            throttles::clear(tx, name)?;
        }
    }
    Ok(Some(passed))
}

/// Leaves a record of a try that failed; it stays counted.
///
/// # Errors
/// A database error.
pub fn refuse(tx: &Tx<'_>, moment: Moment<'_>, attempted: &Try) -> Result<(), StoreError> {
    let user = attempted.credential.as_ref().map(|credential| &credential.user);
    note(tx, moment, "owner.sign_in_refused", user, &attempted.address)
}

/// Takes back the tries counted against an account, whose password was set anew or which
/// proved everything.
pub(super) fn forgive(tx: &Tx<'_>, user: &UserId) -> Result<(), StoreError> {
    if let Some(credential) = owners::of(tx, user)? {
        throttles::clear(tx, &guesses::account(DOOR, &credential.email_key))?;
    }
    throttles::clear(tx, &digits(user))
}

/// Under which name six digits from unknown browsers are counted at an account.
pub(super) fn digits(user: &UserId) -> String {
    format!("owner digits {user}")
}

/// Takes back the tries counted against a known browser.
pub(super) fn forgive_device(tx: &Tx<'_>, device: &Digest) -> Result<(), StoreError> {
    throttles::clear(tx, &guesses::device(DOOR, device))
}

/// One record per wait, however often the door is tried during it.
fn note_barred(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    name: &str,
    user: Option<&UserId>,
    address: &str,
) -> Result<(), StoreError> {
    let told = format!("told {name}");
    let began = throttles::find(tx, name)?.map(|count| count.last_at);
    if throttles::find(tx, &told)?.is_some_and(|count| Some(count.last_at) >= began) {
        return Ok(());
    }
    throttles::fail(tx, &told, moment.now, WINDOW)?;
    note(tx, moment, "owner.sign_in_throttled", user, address)
}

/// Leaves a record of something a stranger may have done.
pub(super) fn note(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    action: &str,
    user: Option<&UserId>,
    address: &str,
) -> Result<(), StoreError> {
    note_that(tx, moment, action, user, serde_json::json!({ "address": address }))
}

/// The same, with what is known of it.
pub(super) fn note_that(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    action: &str,
    user: Option<&UserId>,
    what: serde_json::Value,
) -> Result<(), StoreError> {
    let organization = match user {
        Some(user) => users::find(tx, user)?.map(|user| user.organization),
        None => None,
    };
    let event = AuditEvent {
        id: AuditId::random(moment.rng),
        at: moment.now,
        actor: Actor::System,
        organization,
        action: action.to_owned(),
        // What was typed is not kept: people type passwords into the wrong field.
        subject: user.map_or_else(|| "unknown".to_owned(), ToString::to_string),
        before: None,
        after: Some(what),
    };
    audit::append(tx, &event)
}
