//! JSON: what an OpenID Provider publishes, and what is close to it.

use serde_json::{Map, Value};
use url::Url;

use super::draft::Draft;
use super::found::Found;
use super::google;
use super::kind::Kind;
use super::wrong::{Mistake, Wrong};
use crate::upstream::oidc::check_issuer;

/// What a description has to hold (OpenID Connect Discovery 1.0 section 3).
const NEEDED: [&str; 3] = ["authorization_endpoint", "token_endpoint", "jwks_uri"];
const ALSO: [&str; 2] = ["userinfo_endpoint", "end_session_endpoint"];
/// Longest value, and most of a list, shown.
const LONG: usize = 1_000;
const MANY: usize = 50;

/// What JSON is; `None` when it is none, or none that is known.
pub(super) fn read(text: &str) -> Option<Found> {
    if !text.starts_with('{') {
        return None;
    }
    let value: Value = serde_json::from_str(text).ok()?;
    let object = value.as_object()?;
    let within = ["web", "installed"].into_iter().find_map(|name| object.get(name)?.as_object());
    let client = within.unwrap_or(object);
    if client.contains_key("client_secret") {
        return Some(secret_file(client));
    }
    if ["access_token", "id_token", "refresh_token"].iter().any(|name| object.contains_key(*name)) {
        return Some(Found::wrong(Kind::Token, Mistake::Token));
    }
    if let Some(found) = discovery(object) {
        return Some(found);
    }
    object.get("keys")?.as_array().map(|_| Found::wrong(Kind::KeySet, Mistake::KeySet))
}

/// Google's `client_secret.json` and its like: everything but the secret.
fn secret_file(client: &Map<String, Value>) -> Found {
    let id = text(client, "client_id").unwrap_or_default();
    let found = match google::client_id(&id) {
        Some(found) => Found { kind: Kind::ClientSecretFile, ..found },
        None => Found::of(Kind::ClientSecretFile),
    };
    found.but(Wrong::of(Mistake::ClientSecretFile))
}

fn text(object: &Map<String, Value>, name: &str) -> Option<String> {
    let text = object.get(name)?.as_str()?;
    (!text.is_empty() && text.len() <= LONG && !text.chars().any(char::is_control))
        .then(|| text.to_owned())
}

fn list(object: &Map<String, Value>, name: &str) -> Vec<String> {
    let values = object.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let texts = values.iter().take(MANY).filter_map(Value::as_str);
    texts.map(|text| text.chars().take(100).collect()).collect()
}

/// A provider's description of itself; `None` when what makes it one is missing.
fn discovery(object: &Map<String, Value>) -> Option<Found> {
    let issuer = text(object, "issuer")?;
    let endpoint = |name: &&'static str| {
        let address = text(object, name)?;
        let url = Url::parse(&address).ok()?;
        let bare = url.username().is_empty() && url.password().is_none();
        (bare && matches!(url.scheme(), "http" | "https")).then_some((*name, address))
    };
    let needed: Vec<_> = NEEDED.iter().map(endpoint).collect::<Option<_>>()?;
    let mut found = Found::of(Kind::OidcDiscovery);
    found.facts.endpoints = needed.into_iter().chain(ALSO.iter().filter_map(endpoint)).collect();
    found.facts.algorithms = list(object, "id_token_signing_alg_values_supported");
    found.facts.scopes = list(object, "scopes_supported");
    found.facts.issuer = Some(issuer.clone());
    let plain =
        |(_, url): &(_, String)| url.starts_with("http://") && issuer.starts_with("https://");
    if let Some((name, _)) = found.facts.endpoints.iter().find(|one| plain(one)) {
        let sentence = format!("Its {name} begins with http://, which is not called.");
        found = found.but(Wrong::of(Mistake::Discovery).because(sentence));
    }
    let algorithms = &found.facts.algorithms;
    if !algorithms.is_empty()
        && algorithms.iter().all(|name| name.starts_with("HS") || name == "none")
    {
        let sentence = "It signs ID tokens with the client secret only (HS256), which is refused: choose a signing key at the provider.";
        found = found.but(Wrong::of(Mistake::Discovery).because(sentence));
    }
    Some(with_issuer(found, &issuer))
}

fn with_issuer(found: Found, issuer: &str) -> Found {
    let found = match check_issuer(issuer) {
        Ok(()) if found.wrong.is_empty() => found.draft(Draft::issuer(issuer)),
        Ok(()) => found,
        Err(_) if issuer.to_ascii_lowercase().contains("{tenantid}") => {
            found.but(Wrong::of(Mistake::EntraSharedEndpoint))
        }
        Err(problem) => {
            let mut wrong =
                Wrong::of(Mistake::IssuerForm).because(format!("Issuer: {}.", problem.detail));
            wrong.instead = problem.offer;
            found.but(wrong)
        }
    };
    found.looks_like(&[issuer]).pointing()
}
