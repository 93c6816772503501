//! Which repairs are safe.

use url::Url;

use super::repair::{Repair, names, pinned};
use crate::admin::Act;
use crate::admin::error::AdminError;
use crate::model::attempt::{Attempt, State};
use crate::model::check::{Check, RECEIVED_LIMIT, Verdict};
use crate::model::code::Code;
use crate::model::connection::{Connection, ConnectionConfig};
use crate::model::evidence::Evidence;
use crate::model::notice::Notice;
use crate::model::slip::nearly_equal;
use crate::store::{Page, connections};
use crate::upstream::attributes::is_shared;
use crate::upstream::oidc::check_config;
use crate::upstream::saml::certificates::{Certificate, MAX_CERTIFICATES};
use crate::upstream::saml::{ServiceProvider, is_other_connection};

/// Most audiences of a configuration.
const MOST_AUDIENCES: usize = 50;
/// Most connections of an organization whose names are looked at.
const MOST_CONNECTIONS: i64 = 200;

/// What a repair is worked out from.
pub(super) struct Seen<'a> {
    pub act: &'a Act<'a>,
    pub attempt: &'a Attempt,
    pub connection: &'a Connection,
    pub config: &'a ConnectionConfig,
}

impl Seen<'_> {
    /// Every repair that is safe. Only what is listed here is ever offered: a code that is not,
    /// among them all that an attack can show as, offers nothing.
    pub(super) fn repairs(&self, evidence: &Evidence) -> Result<Vec<Repair>, AdminError> {
        let mut found = Vec::new();
        match &self.attempt.state {
            State::Refused { code } => match code {
                Code::SamlAudience
                | Code::SamlAudienceSlash
                | Code::SamlAudienceCase
                | Code::SamlAudienceScheme
                | Code::SamlAudienceSpn
                | Code::SamlAudienceAddress => found.extend(self.audience(evidence)?),
                Code::SamlSignerUnknown => found.extend(self.signer(evidence)),
                Code::SamlIssuer | Code::OidcIssuer => found.extend(self.issuer(evidence)),
                Code::SubjectMissing | Code::SamlSubject | Code::SamlNameIdTransient => {
                    found.extend(self.subject(evidence));
                }
                _ => {}
            },
            State::Admitted | State::Tested { .. } => {
                let checks = self.attempt.checks.as_slice();
                let missing = |check: &Check| check.notice() == Some(Notice::EmailMissing);
                if checks.iter().any(missing) {
                    found.extend(self.email(evidence));
                }
            }
            _ => {}
        }
        Ok(found)
    }

    /// Whether the provider that answered then is the one of the present configuration: a
    /// message of one must not change what is believed of another.
    fn same_provider(&self) -> bool {
        let checks = || self.attempt.checks.as_slice().iter();
        match self.config {
            ConnectionConfig::Saml(config) => {
                let pinned = pinned(config);
                checks().any(|check| match (check.name.as_str(), check.verdict) {
                    // Who signed.
                    ("signature", Verdict::Passed) => {
                        pinned.iter().any(|c| check.received.ends_with(&c.fingerprint))
                    }
                    // Who was trusted then.
                    ("signer", Verdict::Failed) => {
                        pinned.iter().any(|c| check.expected.contains(&c.fingerprint))
                    }
                    _ => false,
                })
            }
            ConnectionConfig::Oidc(config) => checks().any(|check| {
                let passed = check.verdict == Verdict::Passed;
                passed && check.name == "issuer" && check.expected == config.issuer
            }),
        }
    }

    /// From a message whose signature held. What is another connection's name stays its own.
    fn audience(&self, evidence: &Evidence) -> Result<Option<Repair>, AdminError> {
        let ConnectionConfig::Saml(config) = self.config else { return Ok(None) };
        if !self.same_provider() || config.accepted_audiences.len() >= MOST_AUDIENCES {
            return Ok(None);
        }
        let url = &self.act.hub.config.public_url;
        let own = ServiceProvider::of(url, &self.connection.id, config);
        let accepted =
            |name: &String| config.accepted_audiences.contains(name) || *name == own.entity_id;
        let sound = |name: &String| name.trim() == name && !name.is_empty();
        // A message that names us already fails for something else.
        if evidence.audiences.iter().any(accepted) {
            return Ok(None);
        }
        let Some(taken) = self.names_of_others()? else { return Ok(None) };
        let names: Vec<String> = evidence
            .audiences
            .iter()
            .filter(|name| sound(name) && !is_other_connection(&own, name))
            .filter(|name| !taken.contains(name) && !name.chars().any(char::is_control))
            .cloned()
            .collect();
        Ok((!names.is_empty()).then_some(Repair::Audience(names)))
    }

    /// The entity IDs that other connections of the organization were given; `None` when there
    /// are more connections than are looked at.
    fn names_of_others(&self) -> Result<Option<Vec<String>>, AdminError> {
        let (tx, own) = (self.act.tx, &self.connection.id);
        let page = Page::first(MOST_CONNECTIONS + 1);
        let all = connections::list(tx, Some(&self.connection.organization), &page)?;
        if all.len() > usize::try_from(MOST_CONNECTIONS).unwrap_or_default() {
            return Ok(None);
        }
        let mut names = Vec::new();
        for other in all.iter().filter(|other| other.id != *own) {
            for revision in [&other.live, &other.draft].into_iter().flatten() {
                let config = connections::revision(tx, revision)?.map(|revision| revision.config);
                if let Some(ConnectionConfig::Saml(config)) = config {
                    names.extend(config.sp_entity_id);
                }
            }
        }
        Ok(Some(names))
    }

    /// The certificate that came with a message its key signed. A weak key cannot be read as one.
    fn signer(&self, evidence: &Evidence) -> Option<Repair> {
        let ConnectionConfig::Saml(config) = self.config else { return None };
        let shown = Certificate::from_base64(evidence.signer.as_ref()?).ok()?;
        let pinned = pinned(config);
        let known = pinned.iter().any(|certificate| certificate.spki == shown.spki);
        let over = shown.not_after < self.act.now && !config.accept_expired_certificates;
        let room = config.certificates.len() < MAX_CERTIFICATES;
        let fits = self.same_provider() && !known && !over && room;
        fits.then(|| Repair::Signer(Box::new(shown)))
    }

    fn email(&self, evidence: &Evidence) -> Option<Repair> {
        let named = names(self.config).email.as_ref();
        let arrived = arrived(evidence, |values| values.iter().any(|value| value.contains('@')));
        let others: Vec<String> =
            arrived.into_iter().filter(|name| named.is_none_or(|named| named != name)).collect();
        (self.same_provider() && !others.is_empty()).then_some(Repair::Email(others))
    }

    fn subject(&self, evidence: &Evidence) -> Option<Repair> {
        let named = names(self.config).subject.as_ref();
        // An ID token has to have a `sub`, whatever people are known by.
        if named.is_none() && matches!(self.config, ConnectionConfig::Oidc(_)) {
            return None;
        }
        let one = |values: &[String]| matches!(values, [one] if !one.trim().is_empty());
        // Everybody of one group, or of one name, would be the same person.
        let others: Vec<String> = arrived(evidence, one)
            .into_iter()
            .filter(|name| named.is_none_or(|named| named != name) && !is_shared(name))
            .collect();
        (self.same_provider() && !others.is_empty()).then_some(Repair::Subject(others))
    }

    /// The provider's own spelling, when it is nearly the one that is configured.
    fn issuer(&self, evidence: &Evidence) -> Option<Repair> {
        let failed = |check: &&Check| check.verdict == Verdict::Failed;
        let check = self.attempt.checks.as_slice().iter().rev().find(failed)?;
        // An issuer in the address line is anybody's word.
        let told = ["issuer", "response_issuer", "discovery_issuer"];
        if !told.contains(&check.name.as_str()) {
            return None;
        }
        let came = check.difference()?.came;
        if came.chars().count() >= RECEIVED_LIMIT {
            return None;
        }
        let (present, sound) = match self.config {
            // What stands around a signed assertion is not signed: the assertion has to say so, too.
            ConnectionConfig::Saml(config) => {
                let signed = evidence.issuer.as_ref() == Some(&came) && self.same_provider();
                (&config.idp_entity_id, signed)
            }
            ConnectionConfig::Oidc(config) => {
                let mut next = config.clone();
                next.issuer.clone_from(&came);
                let sound = check_config(&next).is_ok() && same_party(&config.issuer, &came);
                (&config.issuer, sound)
            }
        };
        let near = *present != came && nearly_equal(present, &came);
        (near && sound).then_some(Repair::Issuer(came))
    }
}

/// Whether a client secret that was given to one issuer may go to the other: the same host and
/// port, and never to http from https.
fn same_party(present: &str, next: &str) -> bool {
    let (Ok(present), Ok(next)) = (Url::parse(present), Url::parse(next)) else { return false };
    let upgraded = present.scheme() == "http"
        && next.scheme() == "https"
        && present.host() == next.host()
        && present.port() == next.port();
    present.origin() == next.origin() || upgraded
}

/// The names that arrived whole, with values that `fit`.
fn arrived(evidence: &Evidence, fit: impl Fn(&[String]) -> bool) -> Vec<String> {
    let whole = |name: &str| !name.ends_with('…') && name.trim() == name && !name.is_empty();
    let received = evidence.received.iter();
    received
        .filter(|(name, values)| whole(name) && fit(values))
        .map(|(name, _)| name.clone())
        .collect()
}
