//! The checks an assertion has to pass, each leaving its record (SAML profiles 4.1.4.2, 4.1.4.3).

use super::{ServiceProvider, audience};
use crate::model::check::{ABSENT, AND, Checks, EITHER};
use crate::model::code::Code;
use crate::model::connection::SamlConfig;
use crate::model::slip::{self, Slip};
use crate::model::time::{Millis, ahead, behind, words};
use crate::upstream::entra;
use crate::wire::saml::assertion::{Assertion, Conditions, Confirmation};
use crate::wire::saml::message::Issuer;
use crate::wire::saml::response::Header;

/// What is expected where nobody asked. Rippling is the one known to invent a name.
pub const NOT_ASKED: &str = "none: nobody here asked (in Rippling, tick Settings > Advanced SAML Settings > Disable InResponseTo field in assertions for IdP initiated SSO)";
const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
const ENTITY: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity";

/// What an answer is held against.
pub(super) struct Examination<'a> {
    pub config: &'a SamlConfig,
    /// The issuer every part must name.
    pub issuer: &'a str,
    pub provider: &'a ServiceProvider,
    /// The ID of our request; `None` when nobody asked.
    pub request_id: Option<&'a str>,
    pub sent_at: Millis,
    /// When the provider says it made the assertion, once that was looked at.
    pub issued: Option<Millis>,
    pub force_authn: bool,
    pub now: Millis,
    pub skew: i64,
    pub checks: &'a mut Checks,
}

/// What a passed examination found out about time.
pub(super) struct Holds {
    /// The assertion holds until then, clocks aside.
    pub until: Millis,
    /// When the person authenticated.
    pub authenticated_at: Millis,
    /// The session is to be over by then.
    pub session_ends_at: Option<Millis>,
}

impl Examination<'_> {
    /// What the Response says besides its assertion.
    pub fn header(&mut self, header: &Header) -> Result<(), Code> {
        self.version("response_version", header.version.as_deref())?;
        let destination = header.destination.as_deref();
        let ok = destination.is_some_and(|url| self.is_acs(url));
        let (expected, received) = (&self.provider.acs_url, destination.unwrap_or(ABSENT));
        let code = match slip::between(expected, received) {
            Some(Slip::Scheme) => Code::SamlDestinationScheme,
            _ => Code::SamlDestination,
        };
        self.checks.require(ok, code, "destination", expected, received)?;
        self.answers("in_response_to", header.in_response_to.as_deref())?;
        if header.issuer.is_some() {
            self.issuer("response_issuer", header.issuer.as_ref())?;
        }
        self.made("response_issue_instant", header.issue_instant)
    }

    /// What the assertion says.
    pub fn assertion(&mut self, assertion: &Assertion) -> Result<Holds, Code> {
        if assertion.id.is_empty() {
            return Err(self.checks.failed(Code::SamlMalformed, "assertion_id", "an ID", ABSENT));
        }
        self.version("version", assertion.version.as_deref())?;
        self.issuer("issuer", assertion.issuer.as_ref())?;
        self.made("issue_instant", assertion.issue_instant)?;
        self.issued = assertion.issue_instant;
        let conditions = self.conditions(assertion.conditions.as_ref())?;
        let confirmed = self.confirmation(&assertion.confirmations)?;
        let (authenticated_at, session_ends_at) = self.authentication(assertion)?;
        Ok(Holds { until: conditions.max(confirmed), authenticated_at, session_ends_at })
    }

    fn version(&mut self, name: &str, version: Option<&str>) -> Result<(), Code> {
        let received = version.unwrap_or(ABSENT);
        self.checks.require(received == "2.0", Code::SamlMalformed, name, "2.0", received)
    }

    // Ours has no slash at its end; providers' forms like to add one.
    fn is_acs(&self, url: &str) -> bool {
        url == self.provider.acs_url || url.strip_suffix('/') == Some(&self.provider.acs_url)
    }

    fn answers(&mut self, name: &str, request: Option<&str>) -> Result<(), Code> {
        let Some(expected) = self.request_id else {
            return self.answers_nothing(name, request);
        };
        let Some(request) = request else {
            return Err(self.checks.failed(Code::SamlUnsolicited, name, expected, ABSENT));
        };
        let ok = request == expected;
        self.checks.require(ok, Code::SamlInResponseTo, name, expected, request)
    }

    // An empty name and an invented one are names, too: of a sign-in that may be somebody else's.
    fn answers_nothing(&mut self, name: &str, request: Option<&str>) -> Result<(), Code> {
        match request {
            None => {
                self.checks.passed(name, ABSENT, ABSENT);
                Ok(())
            }
            Some(request) => {
                let code = Code::SamlInResponseToInvented;
                Err(self.checks.failed(code, name, NOT_ASKED, request))
            }
        }
    }

    fn issuer(&mut self, name: &str, issuer: Option<&Issuer>) -> Result<(), Code> {
        let expected = self.issuer;
        let Some(issuer) = issuer else {
            return Err(self.checks.failed(Code::SamlIssuer, name, expected, ABSENT));
        };
        let entity = issuer.format.as_deref().is_none_or(|format| format == ENTITY);
        let ok = issuer.value == expected && !expected.is_empty();
        let code = match entra::other_tenant(expected, &issuer.value) {
            true => Code::SamlIssuerTenant,
            false => Code::SamlIssuer,
        };
        self.checks.require(ok, code, name, expected, &issuer.value)?;
        match issuer.format.as_deref().filter(|_| !entity) {
            Some(format) => {
                Err(self.checks.failed(Code::SamlIssuer, "issuer_format", ENTITY, format))
            }
            None => Ok(()),
        }
    }

    // Made after we asked and not after now, as far as clocks agree.
    fn made(&mut self, name: &str, instant: Option<Millis>) -> Result<(), Code> {
        let (asked, tolerance) = (self.sent_at.rfc3339(), words(self.skew));
        let expected = format!("between {asked} and now (tolerance {tolerance})");
        let Some(instant) = instant else {
            return Err(self.checks.failed(Code::SamlMalformed, name, expected, ABSENT));
        };
        let received = self.against_now(instant);
        if instant.since(self.now) > self.skew {
            let received = format!("{received}{}", ahead(instant.since(self.now)));
            return Err(self.checks.failed(Code::SamlNotYetValid, name, expected, received));
        }
        let before = self.sent_at.since(instant);
        if before > self.skew && self.request_id.is_none() {
            return Err(self.checks.failed(Code::SamlExpired, name, expected, received));
        }
        if before > self.skew {
            // It answers our request, which was looked at first: so it was made after that.
            let received = format!("{received}{}", behind(self.now.since(instant)));
            return Err(self.checks.failed(Code::SamlIssuedBefore, name, expected, received));
        }
        self.checks.passed(name, expected, received);
        Ok(())
    }

    fn conditions(&mut self, conditions: Option<&Conditions>) -> Result<Millis, Code> {
        let expected = "conditions with an end and an audience";
        let Some(conditions) = conditions else {
            let code = Code::SamlConditions;
            return Err(self.checks.failed(code, "conditions", expected, ABSENT));
        };
        if let Some(unknown) = &conditions.unknown {
            let received = format!("a condition that is not understood: {unknown}");
            return Err(self.checks.failed(Code::SamlConditions, "conditions", expected, received));
        }
        if let Some(start) = conditions.not_before {
            self.begun("not_before", start)?;
        }
        let end =
            self.not_over("not_on_or_after", conditions.not_on_or_after, Code::SamlConditions)?;
        self.audience(&conditions.audiences)?;
        Ok(end)
    }

    fn begun(&mut self, name: &str, start: Millis) -> Result<(), Code> {
        let ok = start.since(self.now) <= self.skew;
        let (expected, received) = (self.not_later(), self.against_now(start));
        self.checks.require(ok, Code::SamlNotYetValid, name, expected, received)
    }

    fn not_over(&mut self, name: &str, end: Option<Millis>, none: Code) -> Result<Millis, Code> {
        let expected = format!("after {} (tolerance {})", self.now.rfc3339(), words(self.skew));
        let Some(end) = end else {
            return Err(self.checks.failed(none, name, expected, ABSENT));
        };
        let ok = self.now.since(end) < self.skew;
        let mut received = self.against_now(end);
        // Made before we asked, by its own clock: then that clock is behind.
        let asked = self.request_id.is_some();
        let early = self.issued.filter(|issued| !ok && asked && *issued < self.sent_at);
        if let Some(issued) = early {
            received.push_str(&behind(self.now.since(issued)));
        }
        self.checks.require(ok, Code::SamlExpired, name, expected, received)?;
        Ok(end)
    }

    fn audience(&mut self, restrictions: &[Vec<String>]) -> Result<(), Code> {
        let own = std::iter::once(&self.provider.entity_id);
        let accepted: Vec<&String> = own.chain(&self.config.accepted_audiences).collect();
        let expected = accepted.iter().map(|a| a.as_str()).collect::<Vec<_>>().join(EITHER);
        let ok = !restrictions.is_empty()
            && restrictions.iter().all(|r| r.iter().any(|audience| accepted.contains(&audience)));
        let named: Vec<&str> = restrictions.iter().flatten().map(String::as_str).collect();
        let received = if named.is_empty() { ABSENT.to_owned() } else { named.join(AND) };
        if ok {
            self.checks.passed("audience", expected, received);
            return Ok(());
        }
        let accepted: Vec<&str> = accepted.iter().map(|a| a.as_str()).collect();
        let code = audience::mismatch(self.provider, &accepted, &named);
        Err(self.checks.failed(code, "audience", expected, received))
    }

    // One bearer confirmation that holds is enough; when none does, the first says why.
    fn confirmation(&mut self, confirmations: &[Confirmation]) -> Result<Millis, Code> {
        let bearers = || confirmations.iter().filter(|c| c.method == BEARER);
        let chosen = bearers().find(|c| self.would_confirm(c)).or_else(|| bearers().next());
        let Some(chosen) = chosen else {
            let received = confirmations.first().map_or(ABSENT, |c| &c.method);
            let code = Code::SamlConfirmation;
            return Err(self.checks.failed(code, "subject_confirmation", BEARER, received));
        };
        let expected = &self.provider.acs_url;
        let ok = chosen.recipient.as_deref().is_some_and(|url| self.is_acs(url));
        let received = chosen.recipient.as_deref().unwrap_or(ABSENT);
        self.checks.require(ok, Code::SamlRecipient, "recipient", expected, received)?;
        self.answers("confirmation_in_response_to", chosen.in_response_to.as_deref())?;
        if let Some(start) = chosen.not_before {
            let (name, received) = ("confirmation_not_before", start.rfc3339());
            return Err(self.checks.failed(Code::SamlConfirmation, name, ABSENT, received));
        }
        let name = "confirmation_not_on_or_after";
        self.not_over(name, chosen.not_on_or_after, Code::SamlConfirmation)
    }

    /// Whether one of these says that it answers our request.
    pub fn answers_us(&self, confirmations: &[Confirmation]) -> bool {
        let mut bearers = confirmations.iter().filter(|c| c.method == BEARER);
        let ours = |c: &Confirmation| c.in_response_to.as_deref() == self.request_id;
        self.request_id.is_some() && bearers.any(ours)
    }

    /// Whether one of these says that it answers our request, and is to be brought to us.
    pub fn is_for_us(&self, confirmations: &[Confirmation]) -> bool {
        self.request_id.is_some()
            && confirmations.iter().any(|c| c.method == BEARER && self.confirms_us(c))
    }

    fn confirms_us(&self, confirmation: &Confirmation) -> bool {
        confirmation.recipient.as_deref().is_some_and(|url| self.is_acs(url))
            && confirmation.in_response_to.as_deref() == self.request_id
    }

    fn would_confirm(&self, confirmation: &Confirmation) -> bool {
        self.confirms_us(confirmation)
            && confirmation.not_before.is_none()
            && confirmation.not_on_or_after.is_some_and(|end| self.now.since(end) < self.skew)
    }

    fn authentication(&mut self, assertion: &Assertion) -> Result<(Millis, Option<Millis>), Code> {
        let name = "authn_instant";
        let instants = assertion.authentications.iter().filter_map(|a| a.instant);
        let Some(instant) = instants.max() else {
            let (code, expected) =
                (Code::SamlMalformed, "a statement of when the person authenticated");
            return Err(self.checks.failed(code, name, expected, ABSENT));
        };
        self.begun(name, instant)?;
        if self.force_authn {
            let expected = format!("anew, after {}", self.sent_at.rfc3339());
            let ok = self.sent_at.since(instant) <= self.skew;
            let received = self.against_now(instant);
            let code = Code::NotAuthenticatedAnew;
            self.checks.require(ok, code, "force_authn", expected, received)?;
        }
        let ends = assertion.authentications.iter().filter_map(|a| a.session_not_on_or_after).min();
        if ends.is_some() {
            self.not_over("session_not_on_or_after", ends, Code::SamlExpired)?;
        }
        Ok((instant.min(self.now), ends))
    }

    fn not_later(&self) -> String {
        format!("not after {} (tolerance {})", self.now.rfc3339(), words(self.skew))
    }

    fn against_now(&self, moment: Millis) -> String {
        moment.against_our_clock(self.now)
    }
}
