//! Addresses of Google Workspace.

use super::draft::{Draft, OidcValues};
use super::found::Found;
use super::kind::Kind;
use super::reading::{Address, console, embed, endpoint, entity, issuer, sso};

const ISSUER: &str = "https://accounts.google.com";

/// What an address of Google is.
pub(super) fn read(address: &Address) -> Option<Found> {
    let low = address.low();
    let low: Vec<&str> = low.iter().map(String::as_str).collect();
    let found = match (address.host.as_str(), low.as_slice()) {
        ("accounts.google.com", []) => issuer(ISSUER, &address.text),
        ("accounts.google.com", ["o", "saml2", rest @ ..]) => saml(address, rest),
        ("accounts.google.com", ["o", "oauth2", ..])
        | ("oauth2.googleapis.com" | "openidconnect.googleapis.com", _)
        | ("www.googleapis.com", ["oauth2", ..]) => endpoint(Some(ISSUER)),
        ("admin.google.com" | "console.cloud.google.com" | "workspace.google.com", _) => console(),
        _ => return None,
    };
    Some(found.by("google"))
}

fn saml(address: &Address, rest: &[&str]) -> Found {
    let id = address.query("idpid").filter(|id| id.bytes().all(|b| b.is_ascii_alphanumeric()));
    let entity_id = id.as_ref().map(|id| format!("{ISSUER}/o/saml2?idpid={id}"));
    let sso_url = id.as_ref().map(|id| format!("{ISSUER}/o/saml2/idp?idpid={id}"));
    match (rest, entity_id, sso_url) {
        ([], Some(entity_id), sso_url) => entity(&entity_id, sso_url),
        (["idp"], entity_id @ Some(_), Some(sso_url)) => sso(&sso_url, entity_id),
        // The link of the app's tile.
        (_, entity_id @ Some(_), Some(url)) => embed(Some(sso(&url, entity_id)), Some(url)),
        _ => embed(None, None),
    }
}

/// A client identifier of Google's, which names its issuer by its ending.
pub(super) fn client_id(text: &str) -> Option<Found> {
    let name = text.strip_suffix(".apps.googleusercontent.com")?;
    let sound = (3..=120).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    sound.then(|| client(Kind::ClientId, text))
}

/// With Google's issuer and a client identifier.
pub(super) fn client(kind: Kind, client_id: &str) -> Found {
    let mut found = Found::of(kind).by("google");
    found.facts.issuer = Some(ISSUER.to_owned());
    found.facts.client_id = Some(client_id.to_owned());
    let (issuer, client_id) = (Some(ISSUER.to_owned()), Some(client_id.to_owned()));
    found.draft(Draft::Oidc(OidcValues { issuer, client_id }))
}
