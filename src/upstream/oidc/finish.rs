//! Judging the provider's answer.

use std::sync::Arc;

pub use super::Client;
use super::id_token::{self, AccessToken, Wanted};
use super::token::{self, Redeem, Tokens};
use super::{claims, logout, subject, userinfo};
use crate::model::attempt::{Expected, ExpectedAnswer, Vouched};
use crate::model::capture::{Exchange, Told};
use crate::model::check::Checks;
use crate::model::code::Code;
use crate::model::connection::{OidcConfig, SealedSecret};
use crate::model::evidence::{Evidence, Window};
use crate::model::hop::{Hops, Station};
use crate::model::id::ConnectionId;
use crate::model::secret::Secret;
use crate::model::time::Millis;
use crate::model::user::{Groups, Profile, Received};
use crate::upstream::attributes::{self, Reading};
use crate::upstream::entra_codes;
use crate::upstream::identity::{Findings, Refusal, VerifiedIdentity};
use crate::upstream::oidc::discovery::Provider;
use crate::wire::jose::jws::Claims;

/// What came back to our redirect address.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Callback {
    /// The code, when the provider let the person in.
    pub code: Option<String>,
    /// The handle of the attempt.
    pub state: String,
    /// Who says so (RFC 9207).
    pub iss: Option<String>,
    /// Why not, when it did not.
    pub error: Option<String>,
    /// The same in words.
    pub error_description: Option<String>,
}

impl std::fmt::Debug for Callback {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Code and state are bearer values.
        f.debug_struct("Callback").field("iss", &self.iss).finish_non_exhaustive()
    }
}

/// Longest code redeemed, in bytes. Entra ID's are the longest seen, under 2,000.
const MAX_CODE: usize = 8_192;

/// Judges an answer. Asks the token endpoint once, and the key set and userinfo endpoints
/// where needed.
///
/// # Errors
/// When anything about the answer does not hold.
pub async fn finish(
    client: &Client<'_>,
    config: &OidcConfig,
    connection: &ConnectionId,
    expected: &Expected,
    now: Millis,
    callback: &Callback,
) -> Result<VerifiedIdentity, Refusal> {
    let mut findings = Findings::default();
    let judge = Judge { client, config, now, today: now, told: None };
    match judge.vouch(connection, expected, callback, &mut findings).await {
        Ok((vouched, hint)) => {
            let identity = VerifiedIdentity::new(vouched, expected.clone(), None, findings);
            Ok(identity.with_hint(hint))
        }
        Err(code) => Err(Refusal::new(code, findings)),
    }
}

/// Judges what a provider says, as one configuration wants it.
pub(super) struct Judge<'a> {
    pub client: &'a Client<'a>,
    pub config: &'a OidcConfig,
    /// The clock that is judged by.
    pub now: Millis,
    /// The clock by which keys and descriptions are as good as new.
    pub today: Millis,
    /// What was told at the time; `None` asks the provider.
    pub told: Option<&'a Told>,
}

/// What was asked, taken apart.
struct Asked<'a> {
    nonce: &'a str,
    code_verifier: &'a SealedSecret,
    redirect_uri: &'a str,
    force_login: bool,
}

impl Judge<'_> {
    async fn vouch(
        &self,
        connection: &ConnectionId,
        expected: &Expected,
        callback: &Callback,
        findings: &mut Findings,
    ) -> Result<(Vouched, Option<Secret<String>>), Code> {
        let clock = self.client.clock;
        let asked = asked(connection, expected, &mut findings.checks)?;
        self.says_so(callback, &mut findings.checks)?;
        let provider = self.provider(Some(callback), findings).await?;
        let Findings { checks, hops, told, .. } = &mut *findings;
        let code = code(callback, checks)?;
        let redeem =
            Redeem { code, code_verifier: asked.code_verifier, redirect_uri: asked.redirect_uri };
        let (from, mut redeeming) = (clock.now(), Checks::new());
        let tokens =
            token::redeem(self.client, self.config, &provider, &redeem, &mut redeeming).await;
        hops.called(Station::Token, from, clock.now());
        told.exchange = match &tokens {
            Ok(tokens) => Exchange::IdToken(tokens.id_token.expose().clone()),
            Err(code) => Exchange::Failed { code: *code, checks: redeeming.clone() },
        };
        checks.extend(redeeming);
        let tokens = tokens?;
        let wanted = Wanted {
            config: self.config,
            now: self.now,
            asked_at: expected.sent_at,
            nonce: Some(asked.nonce),
            authenticated_since: asked.force_login.then_some(expected.sent_at),
            access_token: AccessToken::Known(tokens.access_token.as_ref().map(|t| &**t.expose())),
        };
        let vouched = self.tokens(connection, &provider, &tokens, &wanted, findings).await?;
        Ok((vouched, logout::hint(&provider, tokens.id_token)))
    }

    /// Who speaks comes before what is said, so that nobody's errors and codes are taken for
    /// another's (RFC 9207 section 2.4).
    pub(super) fn says_so(&self, callback: &Callback, checks: &mut Checks) -> Result<(), Code> {
        self.issuer_parameter(callback, checks)?;
        refused_by_provider(callback, checks)
    }

    /// The provider's description of itself, which may say that every answer names it.
    pub(super) async fn provider(
        &self,
        callback: Option<&Callback>,
        findings: &mut Findings,
    ) -> Result<Arc<Provider>, Code> {
        let Findings { checks, hops, .. } = findings;
        let from = self.client.clock.now();
        let known =
            self.client.directory.provider(self.client.fetch, &self.config.issuer, self.today);
        let provider = known.await.map_err(|trouble| trouble.fail(checks))?;
        outside(hops, from, self.client.clock.now());
        if provider.names_issuer && callback.is_some_and(|callback| callback.iss.is_none()) {
            return Err(checks.failed(
                Code::OidcIssuer,
                "issuer_parameter",
                self.config.issuer.as_str(),
                "absent, though discovery says that every answer has it",
            ));
        }
        Ok(provider)
    }

    /// Judges what the code was worth. Redeems nothing.
    pub(super) async fn tokens(
        &self,
        connection: &ConnectionId,
        provider: &Provider,
        tokens: &Tokens,
        wanted: &Wanted<'_>,
        findings: &mut Findings,
    ) -> Result<Vouched, Code> {
        let from = self.client.clock.now();
        let claims = self.id_token(provider, tokens, wanted, findings).await;
        outside(&mut findings.hops, from, self.client.clock.now());
        self.identify(connection, provider, tokens, claims?, findings).await
    }

    fn issuer_parameter(&self, callback: &Callback, checks: &mut Checks) -> Result<(), Code> {
        let Some(issuer) = &callback.iss else { return Ok(()) };
        checks.require(
            *issuer == self.config.issuer,
            Code::OidcIssuer,
            "issuer_parameter",
            self.config.issuer.as_str(),
            issuer.as_str(),
        )
    }

    async fn id_token(
        &self,
        provider: &Provider,
        tokens: &Tokens,
        wanted: &Wanted<'_>,
        findings: &mut Findings,
    ) -> Result<Claims, Code> {
        let Findings { checks, evidence, .. } = findings;
        let token = tokens.id_token.expose();
        let (claims, alg) =
            id_token::verify(self.client, provider, self.today, token, checks).await?;
        keep(evidence, &claims, self.config, self.now);
        id_token::check(&claims, alg, wanted, checks)?;
        Ok(claims)
    }

    async fn identify(
        &self,
        connection: &ConnectionId,
        provider: &Provider,
        tokens: &Tokens,
        claims: Claims,
        findings: &mut Findings,
    ) -> Result<Vouched, Code> {
        let sub = subject::stated(&claims, &mut findings.checks)?;
        let names = &self.config.attributes;
        let mut overage = claims::groups_overage(&claims, names);
        let mut received = Received::new();
        claims::receive(&mut received, &claims, names);
        let mut reading = attributes::read(&received, names, None, overage);
        if self.thin(&received, &reading.profile, overage)
            && let Some(more) = self.userinfo(provider, tokens, sub, findings).await?
        {
            // The signed token has the first word on every claim.
            claims::receive(&mut received, &more, names);
            findings.evidence.receive(&received);
            overage |= claims::groups_overage(&more, names);
            reading = attributes::read(&received, names, None, overage);
        }
        let Findings { checks, evidence, .. } = findings;
        let (subject, matched) = subject::of(self.config, sub, &claims, &received, checks)?;
        attributes::note(&reading, &received, checks);
        let Reading { profile, matches } = reading;
        evidence.conclude(&profile, std::iter::once(matched).chain(matches).collect());
        let says = id_token::moment(&claims, "auth_time");
        Ok(Vouched {
            connection: connection.clone(),
            revision: None,
            unasked: false,
            subject,
            profile,
            authenticated_at: says.map_or(self.now, |at| at.min(self.now)),
            says_when: says.is_some(),
            asked_anew_at: None,
            session_ends_at: None,
            logout_hint: None,
        })
    }

    /// What the userinfo endpoint says, or said at the time.
    async fn userinfo(
        &self,
        provider: &Provider,
        tokens: &Tokens,
        sub: &str,
        findings: &mut Findings,
    ) -> Result<Option<Claims>, Code> {
        let Findings { checks, hops, told, .. } = findings;
        let claims = match (self.told, &provider.userinfo_endpoint, &tokens.access_token) {
            (Some(Told { userinfo: Some(kept), .. }), ..) => kept.clone(),
            (Some(_), Some(_), _) => {
                userinfo::missed(checks);
                return Ok(None);
            }
            (None, Some(endpoint), Some(token)) => {
                let from = self.client.clock.now();
                let claims = userinfo::ask(self.client, endpoint, token, checks).await;
                hops.called(Station::Userinfo, from, self.client.clock.now());
                let Some(claims) = claims else { return Ok(None) };
                told.claims(&claims);
                claims
            }
            _ => return Ok(None),
        };
        userinfo::about(claims, sub, checks)
    }

    /// Whether the ID token left out something we want.
    fn thin(&self, received: &Received, profile: &Profile, overage: bool) -> bool {
        let missing =
            |wanted: &str| attributes::find(received, wanted).is_none_or(<[String]>::is_empty);
        // Asking for groups means wanting them.
        let groups_wanted = self.config.scopes.iter().any(|scope| scope == "groups");
        profile.email.is_none()
            || profile.name.is_none()
            || self.config.attributes.all().any(missing)
            || (groups_wanted && !overage && profile.groups == Groups::Unknown)
    }
}

fn asked<'a>(
    connection: &ConnectionId,
    expected: &'a Expected,
    checks: &mut Checks,
) -> Result<Asked<'a>, Code> {
    if expected.connection != *connection {
        let (asked, answering) = (expected.connection.as_str(), connection.as_str());
        return Err(checks.failed(Code::ConnectionMismatch, "connection", asked, answering));
    }
    match &expected.answer {
        ExpectedAnswer::Oidc { nonce, code_verifier, redirect_uri, force_login } => {
            Ok(Asked { nonce, code_verifier, redirect_uri, force_login: *force_login })
        }
        ExpectedAnswer::Saml { .. } | ExpectedAnswer::Unasked => Err(checks.failed(
            Code::ConnectionMismatch,
            "protocol",
            "a SAML response",
            "an OpenID Connect answer",
        )),
    }
}

/// What a token whose signature holds says, whatever is made of it.
fn keep(evidence: &mut Evidence, claims: &Claims, config: &OidcConfig, now: Millis) {
    let mut received = Received::new();
    claims::receive(&mut received, claims, &config.attributes);
    evidence.receive(&received);
    let moment = |name| id_token::moment(claims, name);
    evidence.skew = moment("iat").map(|made| made.since(now));
    evidence.window = Some(Window {
        issued_at: moment("iat"),
        not_before: moment("nbf"),
        not_on_or_after: moment("exp"),
        judged_at: now,
        tolerance_ms: id_token::skew(config),
    });
}

/// Notes that the provider's metadata was asked for, when that took long enough to have been
/// more than a look into what is kept.
fn outside(hops: &mut Hops, from: Millis, until: Millis) {
    if until.since(from) > 1 {
        hops.called(Station::Metadata, from, until);
    }
}

/// An error of the provider (RFC 6749 section 4.1.2.1) is a sign-in that failed.
fn refused_by_provider(callback: &Callback, checks: &mut Checks) -> Result<(), Code> {
    let Some(error) = &callback.error else { return Ok(()) };
    let description = callback.error_description.as_deref().unwrap_or_default();
    if !description.is_empty() {
        let text: String = description.chars().filter(|c| !c.is_control()).collect();
        checks.failed_personal(Code::UpstreamRefused, "answer_description", "a code", text);
    }
    let received = format!("{}{}", token::safe(error), entra_codes::behind(description));
    Err(checks.failed(Code::UpstreamRefused, "answer", "a code", received))
}

pub(super) fn code<'a>(callback: &'a Callback, checks: &mut Checks) -> Result<&'a str, Code> {
    let received = match callback.code.as_deref() {
        Some(code) if (1..=MAX_CODE).contains(&code.len()) => {
            checks.passed("answer", "a code", "a code");
            return Ok(code);
        }
        Some("") => "an empty one",
        Some(_) => "one that is too long",
        None => "neither a code nor an error",
    };
    Err(checks.failed(Code::UpstreamAnswer, "answer", "a code", received))
}
