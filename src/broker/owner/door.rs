//! The owner's door: who may try now, whether the password is right, and what is remembered
//! of it.
//!
//! Tries are counted before the password is looked at, so that a thousand at once are a
//! thousand tries; a success takes them back. What slows an attacker must not shut the owner
//! out: a browser the owner has signed in from before is not held by the count of its account,
//! only by its own.

use std::net::IpAddr;

use super::{Entered, Moment, email_key, enter, whence};
use crate::keys::password::{PasswordError, Passwords, Verdict};
use crate::model::audit::{Actor, AuditEvent};
use crate::model::id::{AuditId, UserId};
use crate::model::secret::{Digest, Secret};
use crate::model::time::{DAY, MINUTE, Millis, SECOND};
use crate::store::{StoreError, Tx, audit, owners, throttles};

/// Tries are forgotten after so long without one.
const WINDOW: i64 = DAY;

/// How many tries under one name cost nothing, and how long the wait after one more grows.
struct Rule {
    free: u32,
    longest: i64,
}

/// Unknown browsers at one account.
const ACCOUNT: Rule = Rule { free: 5, longest: 15 * MINUTE };
/// Unknown browsers at one address.
const ADDRESS: Rule = Rule { free: 20, longest: 15 * MINUTE };
/// A known browser at an address that others there may have used up, on purpose or not: they
/// must not keep the owner out.
const ADDRESS_OF_KNOWN: Rule = Rule { free: 200, longest: 5 * SECOND };
/// One known browser, which may be in a thief's hands.
const DEVICE: Rule = Rule { free: 10, longest: 15 * MINUTE };

/// Somebody at the door.
#[derive(Debug, Clone)]
pub struct Knock {
    /// What was typed as e-mail address.
    pub email: String,
    /// Where the request came from.
    pub address: IpAddr,
    /// The device cookie.
    pub device: Option<Secret<String>>,
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
    let device = knock.device.as_ref().map(|device| Digest::of(device.expose().as_bytes()));
    let known = match (&credential, &device) {
        (Some(credential), Some(device)) => owners::knows_device(tx, device, &credential.user)?,
        _ => false,
    };
    let address = whence(knock.address);
    let mut counts =
        vec![(format!("owner address {address}"), if known { ADDRESS_OF_KNOWN } else { ADDRESS })];
    match (known, device) {
        (true, Some(device)) => counts.push((format!("owner device {}", hex(&device)), DEVICE)),
        _ => counts.push((account(key.as_deref().unwrap_or_default()), ACCOUNT)),
    }
    for (name, rule) in &counts {
        if let Some(until) = barred(tx, name, rule, moment.now)? {
            note_barred(tx, moment, name, credential.as_ref(), &address)?;
            let seconds = until.since(moment.now).saturating_add(SECOND - 1).div_euclid(SECOND);
            return Ok(Gate::Wait { seconds });
        }
    }
    for (name, _) in &counts {
        throttles::fail(tx, name, moment.now, WINDOW)?;
    }
    let names = counts.into_iter().map(|(name, _)| name).collect();
    Ok(Gate::Open(Try { credential, known, names, address }))
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

/// Lets the owner in; `better` is a stronger hash of the same password. `None` when the
/// person is shut out or the password was changed meanwhile.
///
/// # Errors
/// A database error.
pub fn admit(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    knock: &Knock,
    proof: &PasswordProof,
    better: Option<&str>,
) -> Result<Option<Entered>, StoreError> {
    let attempted = &proof.attempted;
    let key = email_key(&knock.email).unwrap_or_default();
    let unchanged = owners::find(tx, &key)?.is_some_and(|now| {
        now.user == proof.user && now.password_hash.as_deref() == Some(proof.hash.as_str())
    });
    let device = knock.device.as_ref().filter(|_| attempted.known);
    let entered = if unchanged { enter(tx, moment, &proof.user, device)? } else { None };
    let Some(entered) = entered else {
        refuse(tx, moment, attempted)?;
        return Ok(None);
    };
    if let Some(hash) = better {
        owners::set_password(tx, &proof.user, hash, moment.now)?;
    }
    for name in &attempted.names {
        throttles::clear(tx, name)?;
    }
    let actor = Actor::User { id: proof.user.clone() };
    note(tx, moment, actor, "owner.sign_in", attempted.credential.as_ref(), &attempted.address)?;
    Ok(Some(entered))
}

/// Leaves a record of a try that failed; it stays counted.
///
/// # Errors
/// A database error.
pub fn refuse(tx: &Tx<'_>, moment: Moment<'_>, attempted: &Try) -> Result<(), StoreError> {
    let credential = attempted.credential.as_ref();
    let action = "owner.sign_in_refused";
    note(tx, moment, Actor::System, action, credential, &attempted.address)
}

/// Takes back the tries counted against an account, whose password was set anew.
pub(super) fn forgive(tx: &Tx<'_>, key: &str) -> Result<(), StoreError> {
    throttles::clear(tx, &account(key))
}

/// Until when a name has to wait: twice as long after each try beyond the free ones.
fn barred(tx: &Tx<'_>, name: &str, rule: &Rule, now: Millis) -> Result<Option<Millis>, StoreError> {
    let Some(count) = throttles::find(tx, name)? else { return Ok(None) };
    if count.failures < rule.free || now.since(count.last_at) > WINDOW {
        return Ok(None);
    }
    let doubled = (count.failures - rule.free).min(20);
    let until = count.last_at.plus((SECOND << doubled).min(rule.longest));
    Ok((until > now).then_some(until))
}

/// One record per wait, however often the door is tried during it.
fn note_barred(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    name: &str,
    credential: Option<&owners::Credential>,
    address: &str,
) -> Result<(), StoreError> {
    let told = format!("told {name}");
    let began = throttles::find(tx, name)?.map(|count| count.last_at);
    if throttles::find(tx, &told)?.is_some_and(|count| Some(count.last_at) >= began) {
        return Ok(());
    }
    throttles::fail(tx, &told, moment.now, WINDOW)?;
    note(tx, moment, Actor::System, "owner.sign_in_throttled", credential, address)
}

/// An account as a throttle names it: by digest, because anything may be typed there.
fn account(key: &str) -> String {
    format!("owner account {}", hex(&Digest::of(key.as_bytes())))
}

fn hex(digest: &Digest) -> String {
    use std::fmt::Write as _;
    digest.as_bytes().iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a String cannot fail.
        let _written = write!(text, "{byte:02x}");
        text
    })
}

fn note(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    actor: Actor,
    action: &str,
    credential: Option<&owners::Credential>,
    address: &str,
) -> Result<(), StoreError> {
    let event = AuditEvent {
        id: AuditId::random(moment.rng),
        at: moment.now,
        actor,
        organization: None,
        action: action.to_owned(),
        // What was typed is not kept: people type passwords into the wrong field.
        subject: credential.map_or_else(|| "unknown".to_owned(), |c| c.user.to_string()),
        before: None,
        after: Some(serde_json::json!({ "address": address })),
    };
    audit::append(tx, &event)
}
