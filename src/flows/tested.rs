//! A test sign-in: the real protocol with one exact configuration, in whichever browser opened
//! the link, to a report. Nobody gets in by it: there is no session, no person is made or
//! changed, and no app is answered. What passed here may be put into use.

use super::asked::{self, Kept, Sending};
use super::reply::{Answer, FlowError, Page, Passed, Reply, Visitor};
use super::{answered, gate};
use crate::broker::Moment;
use crate::broker::arrival::Hop;
use crate::broker::attempt::Begun;
use crate::broker::denied::Denied;
use crate::broker::{self, Supposed, supposed};
use crate::downstream::oidc::preview;
use crate::hub::Hub;
use crate::hub::bounds::About;
use crate::keys::seal::{open_evidence, open_report, seal_report};
use crate::model::attempt::{Attempt, LIFETIME, Purpose, Reference, State};
use crate::model::audit::{Actor, AuditEvent};
use crate::model::check::{Check, Checks, Verdict};
use crate::model::code::Code;
use crate::model::connection::{Connection, ConnectionConfig, Revision};
use crate::model::evidence::Evidence;
use crate::model::id::{AuditId, RevisionId};
use crate::model::secret::{Digest, Secret, derived_token};
use crate::model::tested::{Report, TestOf};
use crate::model::time::{DAY, Millis};
use crate::store::{StoreError, Tx, attempts, audit, connections, organizations};

/// How long the browser that ran a test can look at its report.
const SHOWN: i64 = DAY;

/// Begins the test of a link in this browser, by a press of its page's button. The link is used
/// up by it.
///
/// # Errors
/// A fault of our own.
pub async fn begin(hub: &Hub, visitor: &Visitor, link: String) -> Result<Answer, FlowError> {
    if let Some(answer) = gate::turned_away(hub, visitor).await? {
        return Ok(answer);
    }
    let (browser, cookie) = visitor.bind(hub.rng.as_ref());
    // Requests of SAML carry the handle in their identifier, which is kept: the link itself
    // travels nowhere and is found nowhere.
    let handle = derived_token(&link);
    let digests = (Digest::of_ordered(&link), Digest::of_ordered(handle.expose()));
    let now = hub.now();
    let taken = hub.store.write(move |tx| take_up(tx, now, digests, browser)).await?;
    let answer = match taken {
        Taken::Up(found) => {
            let (attempt, connection) = *found;
            let sending = Sending { force_login: visitor.signed_out, login_hint: None };
            let begun = Begun { attempt, handle };
            asked::send(hub, visitor, begun, &connection, sending, Kept::Yes).await?
        }
        Taken::Not(code, reference) => Answer::test_failed(code, Some(reference)),
        Taken::Unknown => {
            return answered::unmatched(hub, About::Nameless, Code::AttemptUnknown).await;
        }
    };
    Ok(Answer { browser: cookie, ..answer })
}

enum Taken {
    Up(Box<(Attempt, Connection)>),
    Not(Code, Reference),
    Unknown,
}

fn take_up(
    tx: &Tx<'_>,
    now: Millis,
    (link, handle): (Digest, Digest),
    browser: Digest,
) -> Result<Taken, StoreError> {
    let found = match attempts::find_by_handle(tx, link)? {
        None => attempts::find_by_handle(tx, handle)?,
        found => found,
    };
    let Some(attempt) = found else { return Ok(Taken::Unknown) };
    let Purpose::Test(of) = &attempt.purpose else { return Ok(Taken::Unknown) };
    if attempt.state != State::Choosing || attempt.browser.is_some() {
        return Ok(Taken::Not(Code::AttemptUsed, attempt.reference));
    }
    let testable = match now.since(attempt.created_at) > LIFETIME {
        true => Err(Code::AttemptExpired),
        false => broker::route::testable(tx, now, of)?,
    };
    match testable {
        Ok((connection, _)) => {
            attempts::bind(tx, &attempt.id, browser)?;
            attempts::rename(tx, &attempt.id, handle)?;
            let attempt = Attempt { browser: Some(browser), handle, ..attempt };
            Ok(Taken::Up(Box::new((attempt, connection))))
        }
        Err(code) => {
            let mut checks = Checks::new();
            checks.failed(code, "test", "what may be tested, in time", code.as_str());
            let reference = broker::attempt::refuse(tx, now, attempt, code, checks)?;
            Ok(Taken::Not(code, reference))
        }
    }
}

/// Ends a verified test in the browser that ran it: what was tried counts as tested, and the
/// report is kept. A refusal still has to be recorded.
pub(super) fn conclude(
    tx: &Tx<'_>,
    hub: &Hub,
    mut attempt: Attempt,
    hop: &Hop,
) -> Result<Result<Answer, Denied>, FlowError> {
    let now = hub.now();
    let moment = Moment { rng: hub.rng.as_ref(), now, limits: super::limits(hub) };
    let (supposed, mut checks) = match supposed::suppose(tx, &moment, &attempt, hop)? {
        Ok(supposed) => supposed,
        Err(denied) => return Ok(Err(denied)),
    };
    let (subject, of) = match (attempt.vouched(now), &attempt.purpose) {
        (Ok(vouched), Purpose::Test(of)) => (vouched.subject.clone(), of.clone()),
        _ => return Ok(Err(Denied::ending(Code::AttemptUnknown, checks))),
    };
    let learned = match learn(tx, hub, &attempt, &of, &mut checks)? {
        Ok(learned) => learned,
        Err(code) => return Ok(Err(Denied::ending(code, checks))),
    };
    let (revision, learned_issuer) = match learned {
        Some((revision, issuer)) => (revision, Some(issuer)),
        None => (of.revision.clone(), None),
    };
    connections::tested(tx, &of.connection, &revision, now, supposed.by_owner())?;
    let mut report = blank(&supposed, revision, subject);
    report.learned_issuer = learned_issuer;
    for told in preview::told(tx, &supposed)? {
        report.tell(told);
    }
    let sealed = seal_report(&hub.sealer, hub.rng.as_ref(), &report).map_err(|error| {
        tracing::error!(%error, "the report of a test cannot be sealed");
        FlowError(Code::Internal)
    })?;
    attempt.checks.extend(checks);
    let reference = attempt.reference.clone();
    match attempt.tested(now, sealed) {
        Ok(attempt) => attempts::save(tx, &attempt)?,
        Err(code) => return Ok(Err(Denied::ending(code, Checks::new()))),
    }
    // Whoever shows it knows the handle.
    let answer = Answer::of(Reply::Redirect(hub.config.public_url.at("/login/test/report")));
    Ok(Ok(Answer { reference: Some(reference), ..answer }))
}

fn blank(supposed: &Supposed, revision: RevisionId, subject: String) -> Report {
    Report {
        revision,
        learned_issuer: None,
        subject,
        user: supposed.user().cloned(),
        refusal: supposed.refusal(),
        asks: supposed.asks().to_vec(),
        by_owner: supposed.by_owner(),
        apps: Vec::new(),
        cut: false,
    }
}

type Learned = Result<Option<(RevisionId, String)>, Code>;

/// Pins the issuer that the message named whose signature by the pinned key holds, when the
/// draft has none. The draft that counts as tested then is a new revision, exactly so: one that
/// was made never changes.
fn learn(
    tx: &Tx<'_>,
    hub: &Hub,
    attempt: &Attempt,
    of: &TestOf,
    checks: &mut Checks,
) -> Result<Learned, FlowError> {
    let Some(tried) = connections::revision(tx, &of.revision)? else {
        return Ok(Err(Code::TestSuperseded));
    };
    let ConnectionConfig::Saml(mut config) = tried.config else { return Ok(Ok(None)) };
    if !config.idp_entity_id.is_empty() {
        return Ok(Ok(None));
    }
    let connection = connections::find(tx, &of.connection)?;
    if connection.and_then(|connection| connection.draft).as_ref() != Some(&of.revision) {
        let code = Code::TestSuperseded;
        checks.failed(code, "tested_revision", "still the draft", code.as_str());
        return Ok(Err(code));
    }
    let evidence = evidence(tx, hub, attempt)?;
    let Some(issuer) = evidence.issuer.filter(|issuer| !issuer.is_empty()) else {
        let expected = "an issuer that can be learned";
        return Ok(Err(checks.failed(Code::SamlIssuer, "issuer_learned", expected, "none")));
    };
    config.idp_entity_id.clone_from(&issuer);
    let (rng, now) = (hub.rng.as_ref(), hub.now());
    let revision = Revision {
        id: RevisionId::random(rng),
        connection: of.connection.clone(),
        config: ConnectionConfig::Saml(config),
        created_at: now,
    };
    connections::insert_revision(tx, &revision)?;
    connections::set_draft(tx, &of.connection, Some(&revision.id))?;
    connections::delete_unused_revision(tx, &of.revision)?;
    let event = AuditEvent {
        id: AuditId::random(rng),
        at: now,
        actor: Actor::System,
        organization: attempt.organization.clone(),
        action: "connection.learn_issuer".to_owned(),
        subject: of.connection.to_string(),
        before: Some(serde_json::json!({ "draft": of.revision })),
        after: Some(serde_json::json!({
            "draft": revision.id, "idp_entity_id": issuer, "reference": attempt.reference.0,
        })),
    };
    audit::append(tx, &event)?;
    Ok(Ok(Some((revision.id, issuer))))
}

fn evidence(tx: &Tx<'_>, hub: &Hub, attempt: &Attempt) -> Result<Evidence, FlowError> {
    let Some(sealed) = attempts::evidence(tx, &attempt.id)? else {
        return Ok(Evidence::default());
    };
    open_evidence(&hub.sealer, &sealed).map_err(|error| unsealed(&error))
}

fn unsealed(error: &crate::keys::seal::SealError) -> FlowError {
    tracing::error!(%error, "what is kept of a test cannot be opened");
    FlowError(Code::Internal)
}

/// The address of the report of the test with this handle.
pub(super) fn address(hub: &Hub, handle: &Secret<String>) -> String {
    hub.config.public_url.at(&format!("/login/test/report?attempt={}", handle.expose()))
}

/// The way to the report of a test that passed in this browser; `None` when there is none.
///
/// # Errors
/// A fault of our own.
pub(super) async fn again(
    hub: &Hub,
    visitor: &Visitor,
    handle: &str,
) -> Result<Option<Answer>, FlowError> {
    let Some(attempt) = own(hub, visitor, handle).await?.ok() else { return Ok(None) };
    let passed = matches!(attempt.state, State::Tested { .. });
    let report = || address(hub, &Secret::new(handle.to_owned()));
    Ok(passed.then(|| Answer::of(Reply::Redirect(report()))))
}

/// Shows the report of a test to the browser that ran it.
///
/// # Errors
/// A fault of our own.
pub async fn report(hub: &Hub, visitor: &Visitor, handle: &str) -> Result<Answer, FlowError> {
    let attempt = match own(hub, visitor, handle).await? {
        Ok(attempt) => attempt,
        Err(code) => return Ok(Answer::refused(code, None, None)),
    };
    let sealed = match &attempt.state {
        State::Refused { code } => {
            return Ok(Answer::test_failed(*code, Some(attempt.reference)));
        }
        State::Tested { .. } if hub.now().since(attempt.changed_at) > SHOWN => {
            return Ok(Answer::test_failed(Code::AttemptExpired, Some(attempt.reference)));
        }
        State::Tested { report } => report.clone(),
        _ => return Ok(Answer::refused(Code::AttemptUnknown, None, None)),
    };
    let mut report = open_report(&hub.sealer, &sealed).map_err(|error| unsealed(&error))?;
    if matches!(&attempt.purpose, Purpose::Test(of) if of.link.is_some()) {
        // Which apps there are is no business of whoever prepares a connection.
        report.apps.clear();
        report.cut = false;
    }
    let on = hub.clone();
    let passed = hub
        .store
        .read::<_, FlowError, _>(move |tx| {
            let connection = match &attempt.connection {
                Some(id) => connections::find(tx, id)?,
                None => None,
            };
            let organization = match &attempt.organization {
                Some(id) => organizations::find(tx, id)?,
                None => None,
            };
            let warned = |check: &&Check| check.verdict == Verdict::Warned;
            Ok(Passed {
                evidence: evidence(tx, &on, &attempt)?,
                notices: attempt.checks.as_slice().iter().filter(warned).cloned().collect(),
                reference: attempt.reference,
                connection: connection.map(|found| found.name).unwrap_or_default(),
                organization: organization.map(|found| found.name).unwrap_or_default(),
                report,
            })
        })
        .await?;
    Ok(Answer::of(Reply::Page(Page::Report(Box::new(passed)))))
}

/// The test with this handle, of this very browser.
async fn own(
    hub: &Hub,
    visitor: &Visitor,
    handle: &str,
) -> Result<Result<Attempt, Code>, FlowError> {
    let digest = Digest::of_ordered(handle);
    let found = hub.store.read(move |tx| attempts::find_by_handle(tx, digest)).await?;
    let Some(attempt) = found.filter(|attempt| attempt.purpose.is_test()) else {
        return Ok(Err(Code::AttemptUnknown));
    };
    let same = broker::attempt::same_browser(&attempt, &visitor.browser_digests());
    Ok(same.map(|()| attempt))
}
