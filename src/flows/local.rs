//! A password instead of a provider, for people who are not owners: the story of one try, and
//! of the link through which the password is set.
//!
//! 1. [`choose`](super::choose) or an organization's address leads to the page that asks.
//! 2. [`sign_in`]: the try is counted, then the password is looked at, then the person is let
//!    in; where their organization wants to know more of them, [`finish`](super::finish) asks
//!    first. The attempt is the one the page was for, and is used up; a try that failed uses it
//!    up, too, and the page goes on with a new one for the same purpose.
//! 3. [`set_password`]: the first password, or a new one, by a one-use link. Nobody is signed
//!    in by it: whoever made the link chose whose it is, not the visitor.

use super::brought::Brought;
use super::choose::Standing;
use super::owner::{hashing_failed, moment, said, typed_token};
use super::reply::{Answer, FlowError, Page, Password, Reply, Said, Visitor};
use super::{app_reply, asked, choose, finish};
use crate::broker;
use crate::broker::admit::Admitted;
use crate::broker::attempt::Begun;
use crate::broker::local::{self, Gate, Knock, PasswordProof, Try, link};
use crate::hub::Hub;
use crate::hub::bounds::About;
use crate::keys::password::Passwords;
use crate::model::app::App;
use crate::model::attempt::{Attempt, State};
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::id::OrganizationId;
use crate::model::organization::LoginPath;
use crate::model::secret::{Digest, Secret};
use crate::store::{StoreError, Tx, attempts};

/// Longest text taken for an address, in bytes.
const TYPED_LIMIT: usize = 320;

/// What was typed, and what the browser brought along.
pub struct SignIn {
    /// The attempt to finish; none for somebody who came by themselves.
    pub handle: Option<String>,
    /// The organization whose page it is; none at the general page.
    pub organization: Option<String>,
    /// The e-mail address.
    pub email: String,
    /// The password.
    pub password: Secret<String>,
    /// The device cookie.
    pub device: Option<Secret<String>>,
}

/// What comes of a try.
pub struct Entry {
    /// Where the visitor goes, or the page again.
    pub answer: Answer,
    /// The cookie that makes this browser a known one, for somebody who got in.
    pub device: Option<Secret<String>>,
}

/// A try under way.
struct Trying {
    attempt: Attempt,
    handle: Secret<String>,
    /// Whether the attempt is in the store.
    kept: bool,
    knock: Knock,
    page: Password,
}

/// Lets somebody in by password.
///
/// # Errors
/// A fault of our own.
pub async fn sign_in(hub: &Hub, visitor: &Visitor, typed: SignIn) -> Result<Entry, FlowError> {
    let SignIn { handle, organization, email, password, device } = typed;
    let Standing { begun, kept, app, origin, cookie } =
        choose::standing(hub, visitor, handle).await?;
    if let Some(answer) = choose::beyond_bounds(hub, visitor, kept).await? {
        return Ok(Entry { answer, device: None });
    }
    let organization = organization.and_then(|text| OrganizationId::try_from(text).ok());
    let email = if email.len() > TYPED_LIMIT { String::new() } else { email.trim().to_owned() };
    let knock = Knock { email, address: visitor.address, device, organization, app };
    let page = page(hub, &knock, origin).await?;
    let kept = kept == asked::Kept::Yes;
    let trying = Trying { attempt: begun.attempt, handle: begun.handle, kept, knock, page };
    let entry = tried(hub, visitor, trying, password).await?;
    let browser = entry.answer.browser.clone().or(cookie);
    Ok(Entry { answer: Answer { browser, ..entry.answer }, ..entry })
}

/// The page, should it be shown again.
async fn page(
    hub: &Hub,
    knock: &Knock,
    origin: Option<Secret<String>>,
) -> Result<Password, FlowError> {
    let (of, email, app) = (knock.organization.clone(), knock.email.clone(), knock.app.clone());
    let place = move |tx: &Tx<'_>| local::place(tx, of.as_ref(), &email, app.as_ref());
    let beside = hub.store.read::<_, StoreError, _>(place).await?;
    let app: Option<&App> = knock.app.as_ref();
    let app = app.map(|app| app.name.clone());
    let page = asked::password(beside, (origin, app), knock.email.clone());
    Ok(Password { organization: knock.organization.clone(), ..page })
}

async fn tried(
    hub: &Hub,
    visitor: &Visitor,
    trying: Trying,
    password: Secret<String>,
) -> Result<Entry, FlowError> {
    let (on, at) = (hub.clone(), trying.knock.clone());
    let gate =
        hub.store.write::<_, StoreError, _>(move |tx| local::knock(tx, moment(&on), &at)).await?;
    let attempted = match gate {
        Gate::Open(attempted) => *attempted,
        Gate::Wait { seconds } => {
            let trace = (None, failed(Code::PasswordThrottled, "fewer tries"));
            return refused(hub, trying, Code::PasswordThrottled, trace, Said::Wait { seconds })
                .await;
        }
        Gate::SsoRequired(organization) => {
            let code = Code::PasswordSsoRequired;
            let trace = (Some(organization), failed(code, "the organization's own provider"));
            return refused(hub, trying, code, trace, Said::SsoRequired).await;
        }
    };
    // A flood of strangers fills one queue; browsers people are known by have another.
    let known = attempted.from_known_device();
    let passwords = if known { &hub.known_local_passwords } else { &hub.local_passwords };
    let proved = local::prove(passwords, attempted, password.clone())
        .await
        .map_err(|error| hashing_failed(&error))?;
    let proof = match proved {
        Ok(proof) => proof,
        Err(attempted) => return wrong(hub, trying, &attempted).await,
    };
    let better = match proof.rehash() {
        // A hash that could not be made stronger now is made so next time.
        true => passwords.hash(hub.rng.as_ref(), password).await.ok(),
        false => None,
    };
    enter(hub, visitor, trying, proof, better).await
}

/// What became of the last step.
enum Step {
    /// Somebody is in, or is asked more first.
    Proved(Box<Entry>),
    /// The attempt is used up already.
    Used(Answer),
    Refused(Box<Try>),
}

/// Where an attempt stands after a password was looked at, which takes its time.
enum Today {
    /// Nothing came of it yet.
    Open(Attempt),
    /// Somebody got in by it, or was refused.
    Ended(Attempt),
    /// It went on in another tab, and goes by what happens there.
    Elsewhere,
    /// It is not in the store.
    Absent,
}

fn today(tx: &Tx<'_>, attempt: &Attempt, kept: bool) -> Result<Today, StoreError> {
    let found = if kept { attempts::find_by_handle(tx, attempt.handle)? } else { None };
    Ok(match found {
        None => Today::Absent,
        Some(found) if found.state.ended() => Today::Ended(found),
        Some(found) if found.state == State::Choosing => Today::Open(found),
        Some(_) => Today::Elsewhere,
    })
}

/// Another attempt for the same.
fn anew(hub: &Hub, attempt: &Attempt) -> Begun {
    let (rng, purpose) = (hub.rng.as_ref(), attempt.purpose.clone());
    broker::attempt::begin(rng, hub.now(), purpose, attempt.browser)
}

async fn enter(
    hub: &Hub,
    visitor: &Visitor,
    trying: Trying,
    proof: PasswordProof,
    better: Option<String>,
) -> Result<Entry, FlowError> {
    let (on, held, browsers) = (hub.clone(), visitor.session_digest(), visitor.browser_digests());
    let (attempt, kept, knock) = (trying.attempt.clone(), trying.kept, trying.knock.clone());
    let (handle, again) = (trying.handle.clone(), trying.handle.expose().clone());
    let admit = move |tx: &Tx<'_>| {
        let now = on.now();
        let (Begun { attempt, handle }, kept) = match today(tx, &attempt, kept)? {
            Today::Ended(attempt) => (Begun { attempt, handle }, true),
            Today::Elsewhere => (anew(&on, &attempt), false),
            Today::Open(attempt) => (Begun { attempt, handle }, true),
            Today::Absent => (Begun { attempt, handle }, false),
        };
        let reference = attempt.reference.clone();
        let proved = (&proof, better.as_deref());
        Ok(match local::admit(tx, moment(&on), (attempt, kept), (&knock, held), proved)? {
            Ok(entered) => {
                let local::Entered { outcome, device } = entered;
                let answer = match outcome {
                    local::Entry::In(admitted) => {
                        let Admitted { admission, cookie, purpose } = *admitted;
                        let answer = app_reply::into_app(tx, &on, now, &admission, &purpose)?;
                        on.arrivals.note(&browsers, now);
                        Answer { session: Some(cookie), ..answer }
                    }
                    // On a page of its own address: a reload must not send the password again.
                    local::Entry::Fill(ticket) => {
                        let brought = Brought { handle, ticket };
                        Answer::of(Reply::Redirect(brought.address(&on)))
                    }
                };
                let reference = answer.reference.clone().or(Some(reference));
                let answer = Answer { reference, ..answer };
                Step::Proved(Box::new(Entry { answer, device: Some(device) }))
            }
            Err(denied) if denied.stray => {
                Step::Used(Answer::refused(denied.code, Some(reference), Some(handle)))
            }
            Err(_) => Step::Refused(Box::new(proof.into_try())),
        })
    };
    match hub.store.write::<_, FlowError, _>(admit).await? {
        Step::Proved(entry) => Ok(*entry),
        Step::Used(answer) => {
            let answer = finish::again_or(hub, visitor, answer, again).await?;
            Ok(Entry { answer, device: None })
        }
        Step::Refused(attempted) => wrong(hub, trying, &attempted).await,
    }
}

async fn wrong(hub: &Hub, trying: Trying, attempted: &Try) -> Result<Entry, FlowError> {
    refused(hub, trying, Code::PasswordRefused, attempted.trace(), Said::Refused).await
}

/// A try that failed is an attempt like any other, within its budget. The page is shown again.
async fn refused(
    hub: &Hub,
    trying: Trying,
    code: Code,
    (organization, checks): (Option<OrganizationId>, Checks),
    said: Said,
) -> Result<Entry, FlowError> {
    let Trying { attempt, handle, kept, mut page, .. } = trying;
    page.said = said;
    let mut reference = None;
    let (now, on) = (hub.now(), hub.clone());
    if hub.bounds.may_record(&About::Passwords, now) {
        // It still tells what the visitor wanted.
        page.handle = Some(handle);
        let keep = move |tx: &Tx<'_>| {
            let mut attempt = match today(tx, &attempt, kept)? {
                Today::Open(mut attempt) => {
                    attempt.organization = organization;
                    return broker::attempt::refuse(tx, now, attempt, code, checks).map(Some);
                }
                Today::Absent if kept => return Ok(None),
                Today::Absent => attempt,
                Today::Ended(_) | Today::Elsewhere => anew(&on, &attempt).attempt,
            };
            attempt.organization = organization;
            attempt.checks.extend(checks);
            broker::attempt::insert(tx, on.rng.as_ref(), attempt.refused(now, code)).map(Some)
        };
        reference = hub.store.write::<_, StoreError, _>(keep).await?;
    }
    let answer = Answer::of(Reply::Page(Page::Password(Box::new(page))));
    Ok(Entry { answer: Answer { reference, ..answer }, device: None })
}

fn failed(code: Code, expected: &'static str) -> Checks {
    let mut checks = Checks::new();
    checks.failed(code, "password", expected, code.as_str());
    checks
}

/// What came of a one-use link.
pub enum LinkUse {
    /// The password is set; where the person signs in with it.
    Set(String),
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
) -> Result<LinkUse, FlowError> {
    let link = Digest::of(typed_token(token).as_bytes());
    let now = hub.now();
    let good = hub.store.read::<_, StoreError, _>(move |tx| link::is_good(tx, &link, now)).await?;
    let dead = || {
        let text = "This link was used already, has run out, or a newer one was made. Ask whoever gave it to you for a new one";
        Ok(LinkUse::Wrong("token", text.to_owned()))
    };
    // Before anything that costs: a stranger gets no hash computed.
    if !good {
        return dead();
    }
    if let Err(rule) = Passwords::acceptable(password.expose()) {
        return Ok(LinkUse::Wrong("password", said(&rule)));
    }
    let hash = hub
        .local_passwords
        .hash(hub.rng.as_ref(), password)
        .await
        .map_err(|error| hashing_failed(&error))?;
    let on = hub.clone();
    let set = move |tx: &Tx<'_>| link::use_up(tx, moment(&on), &link, hash);
    let Some(organization) = hub.store.write::<_, StoreError, _>(set).await? else {
        return dead();
    };
    let path = organization.path.as_ref().map(LoginPath::as_str);
    let address = path.map_or_else(|| "/login".to_owned(), |path| format!("/o/{path}"));
    Ok(LinkUse::Set(hub.config.public_url.at(&address)))
}
