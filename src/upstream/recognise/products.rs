//! Addresses of providers that are known by the shape of a path or a host of their own.

use super::found::Found;
use super::reading::{Address, console, embed, endpoint, entity, issuer, metadata, sso};

/// What an address is, by its provider's ways.
pub(super) fn read(address: &Address) -> Option<Found> {
    let low = address.low();
    let low: Vec<&str> = low.iter().map(String::as_str).collect();
    adfs(address, &low)
        .or_else(|| keycloak(address, &low))
        .or_else(|| authentik(address, &low))
        .or_else(|| ping(address, &low))
        .or_else(|| auth0(address, &low))
        .or_else(|| others(address, &low))
}

/// Instead of a link: the metadata, whose address follows from it.
fn rather(url: String) -> Found {
    embed(Some(metadata(&url)), Some(url))
}

fn adfs(address: &Address, low: &[&str]) -> Option<Found> {
    let origin = address.origin();
    let found = match low {
        ["federationmetadata", "2007-06", "federationmetadata.xml"] => metadata(&address.secured()),
        ["adfs", "services", "trust"] => entity(&address.text, Some(format!("{origin}/adfs/ls/"))),
        ["adfs", "ls"] => {
            // Its entity ID begins with http, whatever it is reached by.
            let entity_id = format!("http://{}/adfs/services/trust", address.host);
            sso(&address.secured(), Some(entity_id))
        }
        ["adfs", "ls", ..] => {
            rather(format!("{origin}/FederationMetadata/2007-06/FederationMetadata.xml"))
        }
        ["adfs"] => issuer(&format!("{origin}/adfs"), &address.text),
        ["adfs", "oauth2" | "discovery" | "userinfo", ..] => {
            endpoint(Some(&format!("{origin}/adfs")))
        }
        _ => return None,
    };
    Some(found.by("adfs"))
}

fn keycloak(address: &Address, low: &[&str]) -> Option<Found> {
    let at = low.iter().position(|part| *part == "realms")?;
    let realm = address.up_to(at + 2);
    let found = match low.get(at + 2..)? {
        [] if low.first() == Some(&"admin") => console(),
        [] => issuer(&realm, &address.text),
        ["protocol", "saml", "descriptor"] => metadata(&address.secured()),
        ["protocol", "saml", "clients", ..] => rather(format!("{realm}/protocol/saml/descriptor")),
        ["protocol", "saml"] => sso(&address.secured(), Some(realm)),
        ["protocol", "openid-connect", ..] => endpoint(Some(&realm)),
        ["account", ..] => console(),
        _ => return None,
    };
    Some(found.by("keycloak"))
}

fn authentik(address: &Address, low: &[&str]) -> Option<Found> {
    let at = low.iter().position(|part| *part == "application")?;
    let base = address.up_to(at + 3);
    let found = match low.get(at + 1..)? {
        ["saml", _, "metadata"] => metadata(&address.secured()),
        ["saml", _, "sso", "binding", "init"] => rather(format!("{base}/metadata/")),
        ["saml", _, "sso", ..] => sso(&address.secured(), None),
        ["o", "authorize" | "token" | "userinfo" | "introspect" | "revoke", ..] => endpoint(None),
        ["o", _] => issuer(&format!("{base}/"), &address.text),
        ["o", _, "jwks" | "end-session"] => endpoint(Some(&format!("{base}/"))),
        _ => return None,
    };
    Some(found.by("authentik"))
}

fn ping(address: &Address, low: &[&str]) -> Option<Found> {
    let one = |found: Found| Some(found.by("pingone"));
    let federate = |found: Found| Some(found.by("pingfederate"));
    let environment = address.up_to(1);
    match low {
        [.., "idp", "sso.saml2"] => federate(sso(&address.secured(), None)),
        [.., "idp", "startsso.ping"] => {
            let url = format!("{}/idp/SSO.saml2", address.up_to(low.len() - 2));
            federate(embed(Some(sso(&url, None)), Some(url)))
        }
        [.., "pf", "federation_metadata.ping"] => federate(metadata(&address.secured())),
        _ if address.host.starts_with("apps.pingone.") => one(embed(None, None)),
        _ if !address.host.starts_with("auth.pingone.") => None,
        [_, "saml20", "metadata", ..] => one(metadata(&address.secured())),
        [_, "saml20", "idp", "sso"] => one(sso(&address.secured(), Some(environment))),
        [_, "saml20", "idp", "startsso"] => {
            let url = format!("{environment}/saml20/idp/sso");
            one(embed(Some(sso(&url, Some(environment))), Some(url)))
        }
        [_, "as"] => one(issuer(&format!("{environment}/as"), &address.text)),
        [_, "as", ..] => one(endpoint(Some(&format!("{environment}/as")))),
        [_] => one(entity(&environment, Some(format!("{environment}/saml20/idp/sso")))),
        _ => None,
    }
}

fn auth0(address: &Address, low: &[&str]) -> Option<Found> {
    let own = address.below("auth0.com");
    let root = format!("{}/", address.origin());
    let found = match low {
        ["samlp", "metadata", ..] => metadata(&address.secured()),
        ["samlp", _] => {
            let entity_id = own.then(|| format!("urn:{}", address.host));
            sso(&address.secured(), entity_id)
        }
        _ if address.host == "manage.auth0.com" => console(),
        [] if own => issuer(&root, &address.text),
        ["authorize" | "userinfo" | "oauth" | "v2", ..] if own => endpoint(Some(&root)),
        _ => return None,
    };
    Some(found.by("auth0"))
}

fn others(address: &Address, low: &[&str]) -> Option<Found> {
    let (secured, origin) = (address.secured(), address.origin());
    let found = match low {
        ["trust", "saml2", .., "sso", _] if address.below("onelogin.com") => sso(&secured, None),
        ["launch" | "portal" | "client", ..] if address.below("onelogin.com") => embed(None, None),
        ["oidc", "2"] if address.below("onelogin.com") => {
            issuer(&format!("{origin}/oidc/2"), &address.text)
        }
        ["oidc", "2", ..] if address.below("onelogin.com") => {
            endpoint(Some(&format!("{origin}/oidc/2")))
        }
        ["saml2", _] if address.host == "sso.jumpcloud.com" => sso(&secured, None),
        _ if address.host == "console.jumpcloud.com" => console(),
        ["saml2", "sp", _, "metadata"] if address.below("sso.duosecurity.com") => {
            metadata(&secured)
        }
        ["saml2", "sp", _, "sso"] if address.below("sso.duosecurity.com") => {
            sso(&secured, Some(format!("{}/metadata", address.up_to(3))))
        }
        ["oidc", _] if address.below("sso.duosecurity.com") => {
            issuer(&address.up_to(2), &address.text)
        }
        ["oidc", _, ..] if address.below("sso.duosecurity.com") => {
            endpoint(Some(&address.up_to(2)))
        }
        [.., "saml", "v2", "sso"] => {
            sso(&secured, Some(format!("{}/metadata", address.up_to(low.len() - 1))))
        }
        ["oauth" | "oidc", "v2" | "v1", ..] if address.below("zitadel.cloud") => {
            endpoint(Some(&origin))
        }
        ["applogin", ..] => sso(&secured, None),
        ["run"] if address.query("appkey").is_some() => embed(None, None),
        _ => return None,
    };
    Some(found)
}
