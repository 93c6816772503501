//! Passwords of people who are not owners: whose it is that was typed, whether it may be tried
//! now, whether it is right, and who is let in by it.
//!
//! An address names one person per organization. The organization is the one the page is of,
//! or the one that holds the address's domain; at the general page, for an address at nobody's
//! domain, it is the only one in which the address has a password. With several of them, the
//! one this browser is known in decides, and else nobody is guessed at: each has a page of its
//! own. Whatever stands in the way looks like a wrong password, and takes as long.
//!
//! Owners are not found here. Their password belongs to the owner's door alone.

use std::net::IpAddr;

use self::profile::Comer;
use super::Moment;
use super::admit::Admitted;
use super::denied::Denied;
use super::domains::organization_at;
use super::owner::whence;
use super::route::{self, Beside};
use super::{attempt, guesses};
use crate::keys::password::{PasswordError, Passwords, Verdict};
use crate::model::app::App;
use crate::model::attempt::{Attempt, RightPassword};
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::id::{OrganizationId, UserId};
use crate::model::organization::Organization;
use crate::model::owner::email_key;
use crate::model::secret::{Digest, Secret, random_token};
use crate::model::user::User;
use crate::store::local::{self, Credential};
use crate::store::{StoreError, Tx, apps, attempts, organizations, throttles, users};

pub mod link;
pub mod profile;

/// What the names of its counts begin with.
const DOOR: &str = "local";
/// Organizations looked at in which an address may have a password.
const SEVERAL: u32 = 20;
/// The check of what was typed.
const CHECK: &str = "password";
const EXPECTED: &str = "the password of somebody who may sign in with one";

/// Somebody who types a password.
#[derive(Debug, Clone)]
pub struct Knock {
    /// What was typed as e-mail address.
    pub email: String,
    /// Where the request came from.
    pub address: IpAddr,
    /// The device cookie.
    pub device: Option<Secret<String>>,
    /// The organization whose page it is; none at the general page.
    pub organization: Option<OrganizationId>,
    /// The app they want to get into.
    pub app: Option<App>,
}

/// What is said before any password is looked at.
#[derive(Debug)]
pub enum Gate {
    /// The try is counted and may be made.
    Open(Box<Try>),
    /// Not now.
    Wait {
        /// Until then, rounded up.
        seconds: i64,
    },
    /// Not here: the organization's provider is the only way in.
    SsoRequired(OrganizationId),
}

/// A try that is counted.
#[derive(Debug)]
pub struct Try {
    credential: Option<Credential>,
    organization: Option<OrganizationId>,
    /// What stands in the way, where that is known already.
    found: &'static str,
    known: bool,
    names: Vec<String>,
}

impl Try {
    /// Whether the person has signed in from this browser before.
    pub const fn from_known_device(&self) -> bool {
        self.known
    }

    /// Where the trace of the try belongs, and what was checked.
    pub fn trace(&self) -> (Option<OrganizationId>, Checks) {
        let mut checks = Checks::new();
        checks.failed(Code::PasswordRefused, CHECK, EXPECTED, self.found);
        (self.organization.clone(), checks)
    }
}

/// That the password of this person was right, just now.
#[derive(Debug)]
pub struct PasswordProof {
    credential: Credential,
    rehash: bool,
    attempted: Try,
}

impl PasswordProof {
    /// Whether the hash is weaker than today's.
    pub const fn rehash(&self) -> bool {
        self.rehash
    }

    /// The try it came of.
    pub fn into_try(self) -> Try {
        Try { found: "a right password that may not be used any more", ..self.attempted }
    }
}

/// What a right password comes to, with the value of the cookie that makes this browser a
/// known one.
pub struct Entered {
    /// Whether somebody is in.
    pub outcome: Entry,
    /// The device cookie.
    pub device: Secret<String>,
}

/// Whether somebody is in.
pub enum Entry {
    /// Somebody is.
    In(Box<Admitted>),
    /// The organization wants to know more of them first. Nobody is in until they said it; the
    /// ticket is for this browser alone.
    Fill(Secret<String>),
}

/// The organization whose people an address is looked for among, and its own ways in; `None`
/// at the general page for an address at nobody's domain. Tells nothing about people.
///
/// # Errors
/// A database error.
pub fn place(
    tx: &Tx<'_>,
    page: Option<&OrganizationId>,
    typed: &str,
    app: Option<&App>,
) -> Result<Option<Beside>, StoreError> {
    let Some(organization) = organization(tx, page, typed)? else { return Ok(None) };
    if organization.disabled || app.is_some_and(|app| !app.admits(&organization.id)) {
        return Ok(None);
    }
    route::beside(tx, &organization).map(Some)
}

fn organization(
    tx: &Tx<'_>,
    page: Option<&OrganizationId>,
    typed: &str,
) -> Result<Option<Organization>, StoreError> {
    match page {
        Some(page) => organizations::find(tx, page),
        None => organization_at(tx, typed),
    }
}

/// Counts a try, or says how long to wait. Unknown and known accounts look alike.
///
/// # Errors
/// A database error.
pub fn knock(tx: &Tx<'_>, moment: Moment<'_>, knock: &Knock) -> Result<Gate, StoreError> {
    let named = organization(tx, knock.organization.as_ref(), &knock.email)?;
    if let Some(named) = named.as_ref().filter(|o| o.settings.sso_only(moment.now)) {
        return Ok(Gate::SsoRequired(named.id.clone()));
    }
    let key = email_key(&knock.email).unwrap_or_default();
    let device = knock.device.as_ref().map(|device| Digest::of(device.expose().as_bytes()));
    let named = named.map(|named| named.id);
    let (credential, found) = match find(tx, moment, knock, (named.as_ref(), &key), device)? {
        Ok(credential) => (Some(credential), "another password"),
        Err(found) => (None, found),
    };
    let known = match (&credential, &device) {
        (Some(credential), Some(device)) => local::knows_device(tx, device, &credential.user)?,
        _ => false,
    };
    let device = device.as_ref().filter(|_| known);
    let counts = guesses::names(DOOR, &whence(knock.address), &key, device);
    for (name, rule) in &counts {
        if let Some(until) = guesses::barred(tx, name, rule, moment.now)? {
            return Ok(Gate::Wait { seconds: guesses::seconds(until, moment.now) });
        }
    }
    for (name, _) in &counts {
        throttles::fail(tx, name, moment.now, guesses::WINDOW)?;
    }
    let organization = named.or_else(|| credential.as_ref().map(|c| c.organization.clone()));
    let names = counts.into_iter().map(|(name, _)| name).collect();
    Ok(Gate::Open(Box::new(Try { credential, organization, found, known, names })))
}

/// The one credential that may be tried, or what stands in the way.
fn find(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    knock: &Knock,
    (named, key): (Option<&OrganizationId>, &str),
    device: Option<Digest>,
) -> Result<Result<Credential, &'static str>, StoreError> {
    let named = match named {
        Some(named) => local::find_within(tx, named, key)?.into_iter().collect(),
        None => local::list_by_email(tx, key, SEVERAL)?,
    };
    if named.is_empty() {
        return Ok(Err("an address without a password here"));
    }
    let mut usable = Vec::new();
    for credential in named {
        if in_force(tx, moment, &credential, knock.app.as_ref())?.is_some() {
            usable.push(credential);
        }
    }
    if usable.len() > 1 {
        let mut known = Vec::new();
        for credential in &usable {
            if let Some(device) = &device
                && local::knows_device(tx, device, &credential.user)?
            {
                known.push(credential.clone());
            }
        }
        if known.len() != 1 {
            return Ok(Err("an address with a password in several organizations"));
        }
        usable = known;
    }
    Ok(usable.pop().ok_or("somebody who may not sign in with a password"))
}

/// The person and the organization of a credential, while both may be signed in to with it.
fn in_force(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    credential: &Credential,
    app: Option<&App>,
) -> Result<Option<(User, Organization)>, StoreError> {
    let Some(user) = users::find(tx, &credential.user)? else { return Ok(None) };
    let Some(organization) = organizations::find(tx, &credential.organization)? else {
        return Ok(None);
    };
    let stands = may_have(&user)
        && !organization.disabled
        && !organization.settings.sso_only(moment.now)
        && app.is_none_or(|app| !app.disabled && app.admits(&organization.id));
    Ok(stands.then_some((user, organization)))
}

/// Whether somebody may sign in with a password at all.
const fn may_have(user: &User) -> bool {
    !user.owner && !user.disabled && user.inactive_since.is_none()
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
    let credential = attempted.credential.clone();
    let hash = credential.as_ref().map(|credential| credential.password_hash.clone());
    let verdict = passwords.verify(password, hash).await?;
    Ok(match (verdict, credential) {
        (Verdict::Right { rehash }, Some(credential)) => {
            Ok(PasswordProof { credential, rehash, attempted })
        }
        _ => Err(attempted),
    })
}

/// Lets the person in, in the place of whoever is signed in in that browser: a password typed
/// there is word enough. Where their organization wants to know more of them, they are asked
/// first, and [`profile`] goes on. `better` is a stronger hash of the same password; `kept` says that
/// the attempt is in the store. Stores the attempt, which then is used up or waits for them.
///
/// # Errors
/// A database error. The inner `Err` is a refusal that still has to be recorded.
pub fn admit(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    (attempt, kept): (Attempt, bool),
    (knock, held): (&Knock, Option<Digest>),
    (proof, better): (&PasswordProof, Option<&str>),
) -> Result<Result<Entered, Denied>, StoreError> {
    let Moment { rng, now, .. } = moment;
    let PasswordProof { credential, attempted, .. } = proof;
    let unchanged = local::find(tx, &credential.user)?.as_ref() == Some(credential);
    // As it is by now: passwords take their time.
    let app = match &knock.app {
        Some(app) => apps::find(tx, &app.id)?.map(Some),
        None => Some(None),
    };
    let stands = match app {
        Some(app) if unchanged => in_force(tx, moment, credential, app.as_ref())?,
        _ => None,
    };
    let Some((user, organization)) = stands else {
        let mut checks = Checks::new();
        let code = checks.failed(Code::PasswordRefused, CHECK, EXPECTED, "changed meanwhile");
        return Ok(Err(Denied::ending(code, checks)));
    };
    let mut attempt = attempt;
    attempt.checks.passed(CHECK, EXPECTED, "the right password");
    attempt.organization = Some(organization.id.clone());
    attempt.user = Some(user.id.clone());
    let comer = Comer { user, organization, typed_at: now };
    let step = match comer.told(None, &mut attempt.checks) {
        Ok(answers) => attempt.taken_over(now).map(|attempt| (attempt, Ok(answers))),
        Err(_) => {
            let ticket: Secret<String> = random_token(rng);
            let hash = better.unwrap_or(&credential.password_hash);
            let hash = Digest::of(hash.as_bytes());
            let password = RightPassword { user: comer.user.id.clone(), hash, at: now };
            let waiting = attempt.proved(now, password, Digest::of(ticket.expose().as_bytes()));
            waiting.map(|attempt| (attempt, Err(ticket)))
        }
    };
    let (attempt, answers) = match step {
        Ok(step) => step,
        Err(code) => return Ok(Err(Denied { code, checks: Checks::new(), stray: true })),
    };
    match kept {
        true => attempts::save(tx, &attempt)?,
        false => attempt::insert(tx, rng, attempt.clone()).map(drop)?,
    }
    if let Some(hash) = better {
        local::rehash(tx, &comer.user.id, hash)?;
    }
    for name in &attempted.names {
        throttles::clear(tx, name)?;
    }
    let device = known_device(tx, moment, knock, attempted, &comer.user.id)?;
    let outcome = match answers {
        Ok(answers) => Entry::In(Box::new(comer.enter(tx, moment, attempt, &answers, held)?)),
        Err(ticket) => Entry::Fill(ticket),
    };
    Ok(Ok(Entered { outcome, device }))
}

/// Makes this browser a known one. A cookie that was not ours to this person before is not
/// kept: whoever planted it has it, too.
fn known_device(
    tx: &Tx<'_>,
    moment: Moment<'_>,
    knock: &Knock,
    attempted: &Try,
    user: &UserId,
) -> Result<Secret<String>, StoreError> {
    let device = knock.device.clone().filter(|_| attempted.known);
    let device = device.unwrap_or_else(|| random_token(moment.rng));
    local::keep_device(tx, &Digest::of(device.expose().as_bytes()), user, moment.now)?;
    Ok(device)
}
