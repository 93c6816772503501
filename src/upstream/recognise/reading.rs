//! An address taken apart, and what it may come to.

use url::{Host, Url};

use super::draft::{Draft, SamlValues};
use super::found::{Ask, Found};
use super::kind::Kind;
use super::wrong::{Mistake, Wrong};
use crate::model::connection::{SsoBinding, SsoEndpoint};
use crate::upstream::oidc::{check_issuer, discovery};

/// Longest address read.
pub(super) const LONGEST: usize = 2_000;

/// A web address, taken apart.
#[derive(Debug, Clone)]
pub(super) struct Address {
    /// As typed, with a scheme.
    pub(super) text: String,
    pub(super) url: Url,
    pub(super) host: String,
    /// The parts of its path that are not empty.
    pub(super) parts: Vec<String>,
}

impl Address {
    /// `None` when it is no web address, or one with a user name in it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.len() > LONGEST || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return None;
        }
        let url = Url::parse(text).ok()?;
        let web = matches!(url.scheme(), "http" | "https");
        if !web || !url.username().is_empty() || url.password().is_some() {
            return None;
        }
        let host = url.host_str()?.trim_end_matches('.').to_ascii_lowercase();
        let parts = url.path_segments()?.filter(|part| !part.is_empty()).map(str::to_owned);
        let parts = parts.take(32).collect();
        Some(Self { text: text.to_owned(), url, host, parts })
    }

    /// The parts of its path in small letters, to be matched.
    pub(super) fn low(&self) -> Vec<String> {
        self.parts.iter().map(|part| part.to_ascii_lowercase()).collect()
    }

    /// Whether the host is this one or below it.
    pub(super) fn below(&self, parent: &str) -> bool {
        self.host.strip_suffix(parent).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    }

    /// Whether it is on this machine or names an address instead of a host.
    pub(super) fn is_local(&self) -> bool {
        match self.url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            _ => true,
        }
    }

    /// Whether it travels in the open where it need not.
    pub(super) fn is_plain(&self) -> bool {
        self.url.scheme() == "http" && !self.is_local()
    }

    /// The address by https.
    pub(super) fn secured(&self) -> String {
        match self.text.get(..7) {
            Some(scheme) if self.is_plain() && scheme.eq_ignore_ascii_case("http://") => {
                format!("https://{}", self.text.get(7..).unwrap_or_default())
            }
            _ => self.text.clone(),
        }
    }

    /// Scheme, host and port, by https.
    pub(super) fn origin(&self) -> String {
        let scheme = if self.is_plain() { "https" } else { self.url.scheme() };
        let port = self.url.port().map(|port| format!(":{port}")).unwrap_or_default();
        format!("{scheme}://{}{port}", self.host)
    }

    /// The origin with the first parts of the path.
    pub(super) fn up_to(&self, count: usize) -> String {
        let parts = self.parts.iter().take(count);
        parts.fold(self.origin(), |whole, part| format!("{whole}/{part}"))
    }

    /// A value of the query, whatever the letter case of its name.
    pub(super) fn query(&self, name: &str) -> Option<String> {
        let mut pairs = self.url.query_pairs();
        pairs.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.into_owned())
    }
}

/// The address of metadata, which has to be asked.
pub(super) fn metadata(url: &str) -> Found {
    let ask = Some(Ask { url: url.to_owned(), issuer: None });
    Found { ask, ..Found::of(Kind::MetadataAddress) }.draft(Draft::metadata_url(url))
}

/// An issuer, whose description has to be asked; `text` is what was typed.
pub(super) fn issuer(issuer: &str, text: &str) -> Found {
    let mut found = named(Found::of(Kind::Issuer), issuer);
    let bare = |text: &str| text.strip_suffix('/').unwrap_or(text).to_owned();
    if text != issuer && bare(text) == bare(issuer) {
        found = found.but(Wrong::of(Mistake::TrailingSlash).instead(issuer));
    }
    found
}

/// With an issuer, whose description has to be asked, if it can be one.
pub(super) fn named(mut found: Found, issuer: &str) -> Found {
    match check_issuer(issuer) {
        Ok(()) => {
            found.facts.issuer = Some(issuer.to_owned());
            found.ask =
                Some(Ask { url: discovery::address(issuer), issuer: Some(issuer.to_owned()) });
            found.draft(Draft::issuer(issuer))
        }
        Err(problem) => {
            let mut wrong =
                Wrong::of(Mistake::IssuerForm).because(format!("Issuer: {}.", problem.detail));
            if let Some(offer) = problem.offer.filter(|offer| check_issuer(offer).is_ok()) {
                found = found.draft(Draft::issuer(&offer));
                wrong = wrong.instead(offer);
            }
            found.but(wrong)
        }
    }
}

/// An endpoint, of this issuer where that is known.
pub(super) fn endpoint(issuer: Option<&str>) -> Found {
    let wrong = Wrong::of(Mistake::EndpointNotIssuer);
    match issuer {
        Some(issuer) => named(Found::of(Kind::OauthEndpoint).but(wrong.instead(issuer)), issuer),
        None => Found::of(Kind::OauthEndpoint).but(wrong),
    }
}

/// Where requests go, and what else follows from it.
pub(super) fn sso(url: &str, entity_id: Option<String>) -> Found {
    let mut found = Found::of(Kind::SsoAddress);
    saml(&mut found, entity_id, Some(url.to_owned()));
    found
}

/// An entity ID, and where requests go if that follows from it.
pub(super) fn entity(entity_id: &str, sso_url: Option<String>) -> Found {
    let mut found = Found::of(Kind::EntityId);
    saml(&mut found, Some(entity_id.to_owned()), sso_url);
    found
}

fn saml(found: &mut Found, idp_entity_id: Option<String>, sso_url: Option<String>) {
    let binding = SsoBinding::HttpRedirect;
    let endpoint = |location: &String| SsoEndpoint { binding, location: location.clone() };
    found.facts.sso_endpoints = sso_url.iter().map(endpoint).collect();
    found.facts.entity_id.clone_from(&idp_entity_id);
    found.draft = Some(Draft::Saml(SamlValues { idp_entity_id, sso_url, ..SamlValues::default() }));
}

/// The link that starts the app, with what to use instead where that is known.
pub(super) fn embed(instead: Option<Found>, value: Option<String>) -> Found {
    let mut wrong = Wrong::of(Mistake::AppEmbedLink);
    wrong.instead = value;
    let rest = instead.unwrap_or_else(|| Found::of(Kind::AppEmbedLink));
    Found { kind: Kind::AppEmbedLink, ..rest }.but(wrong)
}

/// A page of the console.
pub(super) fn console() -> Found {
    Found::wrong(Kind::ConsoleAddress, Mistake::ConsoleAddress)
}
