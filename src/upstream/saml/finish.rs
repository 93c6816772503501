//! Upstream SAML: whether an answer can be believed, and whom it is about.
//!
//! Nothing is taken from the message but from the exact octets that a verified signature
//! covers. The outer Response, when only its assertion is signed, can refuse a sign-in but
//! never add to it: all it says is said again inside the assertion and checked there.

use std::sync::{Arc, OnceLock};

use super::checks::Examination;
pub use super::checks::NOT_ASKED;
use super::{Prepared, ServiceProvider, status, subject};
use crate::model::attempt::{Expected, ExpectedAnswer, Vouched};
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::evidence::{Evidence, Window};
use crate::model::id::ConnectionId;
use crate::model::secret::Digest;
use crate::model::time::{MINUTE, Millis, SECOND};
use crate::upstream::attributes::{self, NameId, Reading};
use crate::upstream::{Findings, Refusal, UsedAssertion, VerifiedIdentity};
use crate::wire::saml::assertion::Assertion;
use crate::wire::saml::binding;
use crate::wire::saml::response::{self, COVERED_LIMITS, Header, LIMITS};
use crate::wire::saml::{ASSERTION, PROTOCOL};
use crate::wire::xml;
use crate::wire::xmldsig::{self, Covered, Fault};

/// Checks an answer against what was asked.
///
/// # Errors
/// The reason, with every check made until then.
pub fn finish(
    prepared: &Prepared,
    provider: &ServiceProvider,
    connection: &ConnectionId,
    expected: &Expected,
    now: Millis,
    posted: &Posted,
) -> Result<VerifiedIdentity, Refusal> {
    let mut findings = Findings::default();
    match examine(prepared, provider, (connection, expected), now, posted, &mut findings) {
        Ok((vouched, used)) => {
            Ok(VerifiedIdentity::new(vouched, expected.clone(), Some(used), findings))
        }
        Err(code) => Err(Refusal::new(code, findings)),
    }
}

/// Longest message that is cheap to judge, in base64 characters.
const CHEAP: usize = 48 * 1024;
/// Most tags and attributes together of a message that is cheap to judge. Providers send some
/// hundred, eight hundred with 150 groups; each costs several microseconds, more than a kilobyte
/// of text does.
const CHEAP_MARKUP: usize = 1_000;

/// A response as it was posted; its octets are decoded once.
#[derive(Debug)]
pub struct Posted {
    text: Arc<str>,
    octets: OnceLock<Result<Vec<u8>, Fault>>,
}

impl Posted {
    /// What stood in the form.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self { text: text.into(), octets: OnceLock::new() }
    }

    /// Whether judging it may take longer than a millisecond or two.
    pub fn is_costly(&self) -> bool {
        let markup = |octets: &Vec<u8>| octets.iter().filter(|b| matches!(b, b'<' | b'=')).count();
        self.text.len() > CHEAP
            || self.octets().as_ref().is_ok_and(|octets| markup(octets) > CHEAP_MARKUP)
    }

    fn octets(&self) -> &Result<Vec<u8>, Fault> {
        self.octets.get_or_init(|| binding::decode(&self.text))
    }
}

/// Octets of a message within which its first tag ends.
const FIRST_TAG: usize = 8 * 1024;

/// Oldest response that is taken though nobody asked for it, by its own clock.
const LONGEST_UNASKED: i64 = 5 * MINUTE;

/// What a response says it answers. **Unverified**.
#[derive(Debug, PartialEq, Eq)]
pub enum Claims {
    /// A request with this ID.
    Request(String),
    /// Nothing: it comes by itself.
    Nothing,
}

/// The request an answer claims to belong to. **Unverified**: only to find the attempt when
/// the RelayState is missing.
pub fn in_response_to(saml_response: &str) -> Option<String> {
    match claims(saml_response)? {
        Claims::Request(id) => Some(id),
        Claims::Nothing => None,
    }
}

/// What a response says it answers; `None` for what is none or says too much. No more than the
/// first tag is read: anybody can send a message that belongs to nothing, and it must not cost
/// more than being turned away.
pub fn claims(saml_response: &str) -> Option<Claims> {
    let start = binding::decode_start(saml_response, FIRST_TAG)?;
    let alone = xml::root_alone(&start, &LIMITS).ok()?;
    let xml = xml::read(&alone, &LIMITS).ok()?;
    let root = xml.root();
    if !root.is(PROTOCOL, "Response") {
        return None;
    }
    match root.attribute("InResponseTo") {
        Some(value) => (value.len() <= 256).then(|| Claims::Request(value.to_owned())),
        None => Some(Claims::Nothing),
    }
}

fn examine(
    prepared: &Prepared,
    provider: &ServiceProvider,
    (connection, expected): (&ConnectionId, &Expected),
    now: Millis,
    posted: &Posted,
    findings: &mut Findings,
) -> Result<(Vouched, UsedAssertion), Code> {
    let checks = &mut findings.checks;
    let (request_id, force_authn) = match &expected.answer {
        ExpectedAnswer::Saml { request_id, force_authn } => (Some(&**request_id), *force_authn),
        ExpectedAnswer::Unasked => (None, false),
        ExpectedAnswer::Oidc { .. } => {
            return Err(checks.failed(Code::ConnectionMismatch, "protocol", "SAML", "another one"));
        }
    };
    let (asked, answering) = (expected.connection.as_str(), connection.as_str());
    checks.require(asked == answering, Code::ConnectionMismatch, "connection", asked, answering)?;
    let asked = Asked { request_id, sent_at: expected.sent_at, force_authn };
    judge(prepared, (provider, connection), &asked, now, posted, findings)
}

/// What was asked of the provider.
pub(super) struct Asked<'a> {
    /// The ID of our request; `None` when nobody asked.
    pub request_id: Option<&'a str>,
    pub sent_at: Millis,
    pub force_authn: bool,
}

/// Judges a message against what was asked. Remembers nothing.
pub(super) fn judge(
    prepared: &Prepared,
    (provider, connection): (&ServiceProvider, &ConnectionId),
    asked: &Asked<'_>,
    now: Millis,
    posted: &Posted,
    findings: &mut Findings,
) -> Result<(Vouched, UsedAssertion), Code> {
    let Findings { checks, evidence, .. } = findings;
    let (header, assertion) = verified(prepared, now, posted, checks, evidence)?;
    let skew = i64::from(prepared.config().clock_skew_seconds).saturating_mul(SECOND);
    let issuer = expected_issuer(prepared, &assertion, checks)?;
    // Nothing of ours is older than what came by itself: so a moment stands for it that lets
    // nothing older than a few minutes through, tolerance and all.
    let unasked = now.plus(skew.saturating_sub(LONGEST_UNASKED).min(0));
    let mut examination = Examination {
        config: prepared.config(),
        issuer,
        provider,
        request_id: asked.request_id,
        sent_at: if asked.request_id.is_some() { asked.sent_at } else { unasked },
        issued: None,
        force_authn: asked.force_authn,
        now,
        skew,
        checks,
    };
    keep(evidence, &assertion, &examination);
    examination.header(&header)?;
    let holds = examination.assertion(&assertion)?;
    let (subject, matched) = subject::of(prepared.config(), provider, &assertion, checks)?;
    let name_id = assertion.name_id.as_ref().filter(|n| !n.value.is_empty());
    let name_id = name_id.map(|n| NameId { value: &n.value, email_like: subject::email_like(n) });
    let (names, attributes) = (&prepared.config().attributes, &assertion.attributes);
    let overage = attributes::too_many(attributes, names);
    let reading = attributes::read(attributes, names, name_id, overage);
    attributes::note(&reading, attributes, checks);
    let Reading { profile, matches } = reading;
    evidence.conclude(&profile, std::iter::once(matched).chain(matches).collect());
    let used = UsedAssertion {
        digest: Digest::of(assertion.id.as_bytes()),
        // One second more than anybody would accept it.
        expires_at: holds.until.plus(skew).plus(SECOND),
    };
    let vouched = Vouched {
        connection: connection.clone(),
        revision: None,
        unasked: false,
        subject,
        profile,
        authenticated_at: holds.authenticated_at,
        says_when: true,
        asked_anew_at: None,
        session_ends_at: holds.session_ends_at,
        logout_hint: None,
    };
    Ok((vouched, used))
}

/// Longest issuer that is learned (SAML core section 8.3.6).
const LONGEST_ISSUER: usize = 512;

/// The issuer that everything in the answer must name: the configured one; for a test of a
/// configuration without any, the one in the octets that the pinned key signed.
fn expected_issuer<'a>(
    prepared: &'a Prepared,
    assertion: &'a Assertion,
    checks: &mut Checks,
) -> Result<&'a str, Code> {
    if !prepared.learns {
        return Ok(&prepared.config().idp_entity_id);
    }
    let named = assertion.issuer.as_ref().map_or("", |issuer| issuer.value.as_str());
    let plain = |c: char| !c.is_control() && !c.is_whitespace();
    if named.is_empty() || named.chars().count() > LONGEST_ISSUER || !named.chars().all(plain) {
        let expected =
            "an issuer that can be learned: at most 512 characters, none of them a space";
        return Err(checks.failed(Code::SamlIssuer, "issuer_learned", expected, named));
    }
    checks.warned("issuer_learned", "an issuer that is known", named);
    Ok(named)
}

/// What the covered octets say, whatever is made of them. What was not made for us here, or
/// long ago for another request, anybody may have from elsewhere and put into a response of
/// their own: of that neither the audience nor the time says anything about this connection.
fn keep(evidence: &mut Evidence, assertion: &Assertion, examination: &Examination<'_>) {
    let (now, tolerance_ms) = (examination.now, examination.skew);
    evidence.receive(&assertion.attributes);
    if examination.is_for_us(&assertion.confirmations) {
        let restrictions = assertion.conditions.iter().flat_map(|c| c.audiences.iter().flatten());
        evidence.intend(restrictions.map(String::as_str));
    }
    if let Some(issuer) = &assertion.issuer {
        evidence.made_by(&issuer.value);
    }
    let answers = examination.answers_us(&assertion.confirmations);
    evidence.skew = assertion.issue_instant.filter(|_| answers).map(|made| made.since(now));
    evidence.window = Some(Window {
        issued_at: assertion.issue_instant,
        not_before: assertion.conditions.as_ref().and_then(|c| c.not_before),
        not_on_or_after: end(assertion),
        judged_at: now,
        tolerance_ms,
    });
}

/// When the assertion is over: its conditions, one of its confirmations and the session at the
/// provider have to hold.
fn end(assertion: &Assertion) -> Option<Millis> {
    let conditions = assertion.conditions.as_ref().and_then(|c| c.not_on_or_after);
    let confirmed = assertion.confirmations.iter().filter_map(|c| c.not_on_or_after).max();
    let sessions = assertion.authentications.iter().filter_map(|a| a.session_not_on_or_after);
    conditions.into_iter().chain(confirmed).chain(sessions).min()
}

// Everything up to and including the signatures: what came, from covered octets.
fn verified(
    prepared: &Prepared,
    now: Millis,
    posted: &Posted,
    checks: &mut Checks,
    evidence: &mut Evidence,
) -> Result<(Header, Assertion), Code> {
    let note = |checks: &mut Checks, fault: Fault| {
        checks.failed(fault.code, fault.check, fault.expected, fault.received)
    };
    let octets = posted.octets().as_ref().map_err(|f| note(checks, f.clone()))?;
    let text = xml::utf8(octets).map_err(|e| note(checks, e.into()))?;
    let document = xml::read(text, &LIMITS).map_err(|e| note(checks, e.into()))?;
    response::check_outside(&document).map_err(|f| note(checks, f))?;
    response::unencrypted(&document).map_err(|f| note(checks, f))?;
    checks.passed("message", "samlp:Response", "samlp:Response");
    let outer = Header::read(document.root()).map_err(|f| note(checks, f))?;
    status::check(&outer, checks)?;
    let assertion = response::only_assertion(&document).map_err(|f| note(checks, f))?;
    let (shapes, response_signed) =
        response::signatures(&document, assertion).map_err(|f| note(checks, f))?;
    let covered = prepared.pinned.verify(&document, &shapes).map_err(|fault| {
        if fault.code == Code::SamlSignerUnknown {
            evidence.signer = xmldsig::signer(&document, &shapes);
        }
        note(checks, fault)
    })?;
    for one in &covered {
        signer(prepared, now, one, checks)?;
    }
    // Shapes are in the order response, assertion: the first covers the most.
    let Some(widest) = covered.first() else {
        return Err(checks.failed(Code::SamlUnsigned, "signature", "a signature", "none"));
    };
    let covered = xml::read(&widest.octets, &COVERED_LIMITS).map_err(|e| note(checks, e.into()))?;
    let root = covered.root();
    let read = || -> Result<(Header, Assertion), Fault> {
        if !response_signed {
            let expected = root.is(ASSERTION, "Assertion");
            return match expected.then(|| Assertion::read(root)) {
                Some(assertion) => Ok((outer, assertion?)),
                None => Err(not_covered()),
            };
        }
        response::check_outside(&covered)?;
        response::unencrypted(&covered)?;
        Ok((Header::read(root)?, Assertion::read(response::only_assertion(&covered)?)?))
    };
    read().map_err(|f| note(checks, f))
}

fn not_covered() -> Fault {
    let expected = "an assertion in the covered octets";
    Fault::new(Code::SamlSignatureShape, "covered", expected, "something else")
}

fn signer(
    prepared: &Prepared,
    now: Millis,
    covered: &Covered,
    checks: &mut Checks,
) -> Result<(), Code> {
    let certificates = prepared.pinned.certificates();
    let holders = || covered.signers.iter().filter_map(|index| certificates.get(*index));
    let current = holders().find(|c| c.not_before <= now && now <= c.not_after);
    let Some(certificate) = current.or_else(|| holders().max_by_key(|c| c.not_after)) else {
        return Err(checks.failed(Code::SamlSignature, "signature", "a pinned key", "none"));
    };
    let received = format!("{} by {}", covered.method, certificate.fingerprint);
    checks.passed("signature", "a signature by a pinned key", received);
    let until = format!("until {}", certificate.not_after.rfc3339());
    if now <= certificate.not_after {
        if now < certificate.not_before {
            let from = format!("from {}", certificate.not_before.rfc3339());
            checks.warned("certificate", "valid now", from);
        }
        return Ok(());
    }
    if prepared.config().accept_expired_certificates {
        checks.warned("certificate", "valid now", until);
        return Ok(());
    }
    let expected = "valid now, as accept_expired_certificates is false";
    let received = format!("{until}: {}", certificate.fingerprint);
    Err(checks.failed(Code::SamlSignerExpired, "certificate", expected, received))
}
