//! What a web address is: ours, a known provider's, or what its path says it may be.

use super::around::Around;
use super::found::{Ask, Found};
use super::kind::Kind;
use super::reading::{Address, endpoint, issuer, metadata, named, sso};
use super::wrong::{Mistake, Wrong};
use super::{entra, google, okta, products};

const WELL_KNOWN: [&str; 2] = ["openid-configuration", "oauth-authorization-server"];

/// What a web address is. `scheme` tells whether one was typed.
pub(super) fn read(address: &Address, scheme: bool, around: &Around<'_>) -> Found {
    let ours = around.public_url.trim_end_matches('/');
    let rest = address.text.strip_prefix(ours);
    if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?'])) {
        return Found::wrong(Kind::OwnAddress, Mistake::OwnAddress);
    }
    if address.text.contains(['{', '}', '<', '>']) {
        let found = Found::wrong(Kind::Address, Mistake::Placeholder);
        return found.looks_like(&[&address.text]);
    }
    let found = discovery(address)
        .or_else(|| okta::read(address))
        .or_else(|| entra::read(address))
        .or_else(|| google::read(address))
        .or_else(|| products::read(address))
        .unwrap_or_else(|| by_path(address, scheme));
    secure(found, address).looks_like(&[&address.text]).pointing()
}

/// The address of a description. Entra ID's has ways of its own.
fn discovery(address: &Address) -> Option<Found> {
    let low = address.low();
    let at = low.iter().position(|part| part == ".well-known")?;
    let known = low.get(at + 1).is_some_and(|name| WELL_KNOWN.contains(&name.as_str()));
    if !known || entra::read(address).is_some() {
        return None;
    }
    let url = address.secured();
    // RFC 8414 puts it between host and path.
    let stem = if low.len() > at + 2 { address.origin() } else { address.up_to(at) };
    let mut found = named(Found::of(Kind::OidcDiscovery), &stem);
    // The description tells whether a slash belongs to the issuer.
    if found.draft.is_some() {
        found.ask = Some(Ask { url, issuer: None });
    }
    Some(found)
}

fn by_path(address: &Address, scheme: bool) -> Found {
    const ENDPOINTS: [&str; 12] = [
        "authorize",
        "authorization",
        "auth",
        "token",
        "userinfo",
        "jwks",
        "jwks.json",
        "certs",
        "introspect",
        "revoke",
        "keys",
        "logout",
    ];
    let low = address.low();
    let has = |words: &[&str]| low.iter().any(|part| words.iter().any(|word| part.contains(word)));
    let last = low.last().map(String::as_str).unwrap_or_default();
    if has(&["metadata"]) || last == "descriptor" || last.rsplit('.').next() == Some("xml") {
        return metadata(&address.secured());
    }
    if ENDPOINTS.contains(&last)
        && has(&["oauth", "oidc", "openid", "connect", "authorize", "jwks"])
    {
        return endpoint(None);
    }
    if last == "sso" || last.starts_with("saml") && low.len() > 1 {
        return sso(&address.secured(), None);
    }
    let saml = has(&["saml", "idp", "sso", "shibboleth", "federation"]);
    if saml || address.url.query().is_some() || address.url.fragment().is_some() {
        return asked(Kind::Address, address);
    }
    if !low.is_empty() {
        return perhaps_issuer(address);
    }
    if scheme {
        return issuer(address.secured().as_str(), address.secured().as_str());
    }
    let found = issuer(&address.origin(), &address.origin());
    Found { kind: Kind::Domain, ..found }.but(Wrong::of(Mistake::DomainOnly))
}

/// Issuers of unknown providers may have any path; only the answer tells.
fn perhaps_issuer(address: &Address) -> Found {
    let named = named(Found::of(Kind::Address), &address.secured());
    let mut found = Found { draft: None, ..named };
    found.facts.issuer = None;
    found
}

/// Only the answer tells what it is.
fn asked(kind: Kind, address: &Address) -> Found {
    let mut url = address.url.clone();
    url.set_fragment(None);
    let url =
        if address.is_plain() { url.as_str().replacen("http:", "https:", 1) } else { url.into() };
    Found { ask: Some(Ask { url, issuer: None }), ..Found::of(kind) }
}

/// Names plain http where the value that was typed would be used.
fn secure(found: Found, address: &Address) -> Found {
    let used = matches!(
        found.kind,
        Kind::MetadataAddress
            | Kind::Issuer
            | Kind::OidcDiscovery
            | Kind::SsoAddress
            | Kind::Address
    );
    if !used || !address.is_plain() {
        return found;
    }
    let wrong = Wrong::of(Mistake::PlainHttp).instead(address.secured());
    found.but(wrong)
}
