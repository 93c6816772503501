//! A SAML response nobody asked for (SAML profiles section 4.1.5): told apart from an answer,
//! and taken where an administrator allows that.
//!
//! All that is asked of an answer is asked of it, but that it answers nothing, anywhere in it,
//! and is a few minutes old at most. What it lacks is a browser: nobody here knows who was led
//! to bring it. So the person sees whom they would be signed in as, and says so, before they
//! are; somebody who is signed in already is asked who stays, as always.

use std::net::IpAddr;
use std::sync::Arc;

use super::brought::Brought;
use super::finish::{self, Word};
use super::judged::{Judged, Trace};
use super::reply::{Answer, FlowError, Page, Reply, Visitor};
use super::upstream_call::{self, AskedOf};
use super::{answered, start};
use crate::broker::{self, question, route};
use crate::hub::Hub;
use crate::hub::bounds::About;
use crate::model::attempt::{Attempt, Expected, ExpectedAnswer, Purpose, State};
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::connection::{Connection, Protocol};
use crate::model::id::ConnectionId;
use crate::model::secret::{Digest, Secret, equal, random_token};
use crate::store::{StoreError, Tx, attempts};
use crate::upstream::saml::finish::Claims;
use crate::upstream::{Refusal, VerifiedIdentity};

/// The form of a handle of ours: 256 bits in base64url.
const HANDLE: usize = 43;

/// Longest RelayState looked at, in bytes.
const LONGEST: usize = 2_000;

/// Whether a RelayState may be a handle of ours. Whatever else it is, a provider's tile put it
/// there.
pub(super) fn is_handle(relay_state: &str) -> bool {
    relay_state.len() == HANDLE
        && relay_state.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// A connection that takes such responses, and what becomes of the person.
struct Taking {
    connection: Connection,
    purpose: Purpose,
}

/// What a response without a handle of ours comes to, when it is not an answer of somebody who
/// forgot the handle: that is `None`.
pub(super) async fn receive(
    hub: &Hub,
    address: IpAddr,
    connection: &str,
    response: &Arc<str>,
    relay_state: Option<String>,
) -> Result<Option<Answer>, FlowError> {
    let claims = upstream_call::claims(response);
    let Some(claims) = claims else { return Ok(None) };
    // One of ours, however old, is looked up as an answer.
    let ours = |request: &str| request.strip_prefix('_').is_some_and(is_handle);
    if matches!(&claims, Claims::Request(request) if ours(request)) {
        return Ok(None);
    }
    let Ok(id) = ConnectionId::try_from(connection) else { return Ok(None) };
    let relay_state = relay_state.filter(|text| text.len() <= LONGEST);
    let (on, named, wanted) = (hub.clone(), id.clone(), relay_state.clone());
    let found = hub.store.read(move |tx| look(tx, &on, &named, wanted.as_deref())).await?;
    let Some(Taking { connection, purpose }) = found else { return Ok(None) };
    let takes = connection.settings.accept_unsolicited;
    match claims {
        Claims::Nothing if takes => {
            take(hub, address, connection, purpose, response).await.map(Some)
        }
        Claims::Nothing => Ok(Some(tile(hub, &connection.id, relay_state.as_deref()))),
        Claims::Request(request) if takes => invented(hub, id, &request).await.map(Some),
        Claims::Request(_) => Ok(None),
    }
}

fn look(
    tx: &Tx<'_>,
    hub: &Hub,
    id: &ConnectionId,
    relay_state: Option<&str>,
) -> Result<Option<Taking>, StoreError> {
    let Ok((connection, organization)) = route::usable(tx, None, id)? else { return Ok(None) };
    if connection.protocol != Protocol::Saml {
        return Ok(None);
    }
    let start = match relay_state.filter(|_| connection.settings.accept_unsolicited) {
        Some(text) => start::wanted(tx, &hub.config.public_url, Some(&organization), text)?,
        None => None,
    };
    let purpose = start.map_or(Purpose::Home, |start| Purpose::Start(Box::new(start)));
    Ok(Some(Taking { connection, purpose }))
}

/// On to where the cookies are, and a sign-in of our own is begun.
fn tile(hub: &Hub, connection: &ConnectionId, relay_state: Option<&str>) -> Answer {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(relay_state.map(|text| ("relay_state", text)))
        .finish();
    let path = format!("/saml/{connection}/start?{query}");
    Answer::of(Reply::Redirect(hub.config.public_url.at(&path)))
}

/// Refuses a response that says it answers something, where nobody asked: Rippling invents
/// such a name.
async fn invented(hub: &Hub, connection: ConnectionId, request: &str) -> Result<Answer, FlowError> {
    let (code, mut checks) = (Code::SamlInResponseToInvented, Checks::new());
    checks.failed(code, "in_response_to", upstream_call::NOT_ASKED, request);
    answered::record(hub, About::Connection(connection), code, checks).await
}

/// Judges a response nobody asked for. One that is not believed leaves a record, within the
/// budget of its connection.
async fn take(
    hub: &Hub,
    address: IpAddr,
    connection: Connection,
    purpose: Purpose,
    response: &Arc<str>,
) -> Result<Answer, FlowError> {
    let now = hub.now();
    if !hub.bounds.may_begin(address, now) {
        return Ok(Answer::refused(Code::TooManySignIns, None, None));
    }
    let Some(revision) = connection.live.clone() else {
        return answered::stray(hub, Some(connection.id), Code::SamlUnsolicited).await;
    };
    let (id, answer) = (connection.id.clone(), ExpectedAnswer::Unasked);
    let expected = Expected { connection: id, revision, sent_at: now, answer };
    let asked = AskedOf { connection: &connection, expected: &expected, purpose: &purpose };
    let judged = upstream_call::finish_saml(hub, address, asked, response).await?;
    let Judged { outcome, captured } = judged;
    let about = About::Connection(connection.id.clone());
    match outcome {
        Ok(mut identity) => {
            let trace = Trace::of(hub, now, identity.take_trace(), captured);
            keep(hub, (connection, purpose), identity, trace).await
        }
        Err(Refusal { code, findings }) => {
            answered::record(hub, about, code, findings.checks).await
        }
    }
}

async fn keep(
    hub: &Hub,
    (connection, purpose): (Connection, Purpose),
    identity: VerifiedIdentity,
    trace: Trace,
) -> Result<Answer, FlowError> {
    let (on, about) = (hub.clone(), About::Connection(connection.id.clone()));
    let broker::attempt::Begun { mut attempt, handle } =
        broker::attempt::begin(hub.rng.as_ref(), hub.now(), purpose, None);
    attempt.organization = Some(connection.organization);
    let brought = Brought { handle, ticket: random_token(hub.rng.as_ref()) };
    let ticket = brought.digest();
    let kept = hub.store.write::<_, StoreError, _>(move |tx| {
        let begun = attempt.clone();
        let (rng, now) = (on.rng.as_ref(), on.now());
        let kept = broker::unasked::keep(tx, rng, now, attempt, identity, ticket)?;
        if kept.is_ok() {
            trace.keep(tx, &begun)?;
        }
        Ok(kept)
    });
    Ok(match kept.await? {
        Ok(reference) => {
            let reply = Reply::Redirect(brought.arrival(hub));
            Answer { reference: Some(reference), ..Answer::of(reply) }
        }
        Err(denied) => return answered::record(hub, about, denied.code, denied.checks).await,
    })
}

/// The browser that brought such a response comes for it, on a same-site hop: the person is
/// asked, unless they `said` yes, or the question who stays is asked anyway because somebody
/// is signed in.
///
/// # Errors
/// A fault of our own.
pub async fn arrive(
    hub: &Hub,
    visitor: &Visitor,
    brought: Brought,
    said: bool,
) -> Result<Answer, FlowError> {
    let (on, digest, ticket) = (hub.clone(), handle_of(&brought), brought.digest());
    let session = visitor.session_digest();
    let found = hub.store.read(move |tx| {
        let Some(attempt) = attempts::find_by_handle(tx, digest)? else { return Ok(None) };
        if !waits(&attempt, &ticket) {
            return Ok::<_, StoreError>(None);
        }
        let limits = super::limits(&on);
        let present = match session {
            Some(cookie) => broker::session::find(tx, on.now(), limits, cookie)?,
            None => None,
        };
        let account = question::arriving(tx, on.now(), &attempt)?;
        Ok(account.map(|account| (account, present.is_some())))
    });
    let Some((account, present)) = found.await? else {
        let handle = brought.handle.into_inner();
        let answer = answered::unmatched(hub, About::Nameless, Code::AttemptUnknown).await?;
        let resumed = super::choose::resume(hub, visitor, &handle).await?;
        return Ok(resumed.unwrap_or(answer));
    };
    match visitor.browsers.first() {
        Some(browser) if said || present => {
            let browser = Digest::of(browser.expose().as_bytes());
            claim(hub, visitor, brought, browser).await
        }
        _ => Ok(Answer::of(Reply::Page(Page::Arrive { brought, account }))),
    }
}

/// Gives the attempt to this browser, with a new ticket: whoever led somebody here knows the
/// old one.
async fn claim(
    hub: &Hub,
    visitor: &Visitor,
    brought: Brought,
    browser: Digest,
) -> Result<Answer, FlowError> {
    let ticket: Secret<String> = random_token(hub.rng.as_ref());
    let own = Brought { handle: brought.handle.clone(), ticket };
    let (now, digest, old, new) = (hub.now(), handle_of(&brought), brought.digest(), own.digest());
    let claimed = hub.store.write::<_, StoreError, _>(move |tx| {
        match attempts::find_by_handle(tx, digest)?.filter(|attempt| waits(attempt, &old)) {
            Some(attempt) => broker::unasked::claim(tx, now, attempt, browser, new),
            None => Ok(false),
        }
    });
    if !claimed.await? {
        return answered::unmatched(hub, About::Nameless, Code::AttemptUnknown).await;
    }
    finish::finish(hub, visitor, own, "", Word::None).await
}

/// Whether an attempt waits for the browser that holds this ticket.
fn waits(attempt: &Attempt, ticket: &Digest) -> bool {
    match &attempt.state {
        State::Verified { ticket: own, .. } => {
            attempt.browser.is_none() && equal(own.as_bytes(), ticket.as_bytes())
        }
        _ => false,
    }
}

fn handle_of(brought: &Brought) -> Digest {
    Digest::of_ordered(brought.handle.expose())
}
