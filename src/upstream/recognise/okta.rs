//! Addresses of Okta.

use super::found::Found;
use super::kind::Kind;
use super::reading::{Address, console, embed, endpoint, entity, issuer, metadata, named, sso};
use super::wrong::{Mistake, Wrong};

const HOSTS: [&str; 4] = ["okta.com", "oktapreview.com", "okta-emea.com", "okta-gov.com"];

/// What an address of Okta is.
pub(super) fn read(address: &Address) -> Option<Found> {
    let parent = HOSTS.into_iter().find(|host| address.below(host))?;
    Some(of_organization(address, parent).by("okta"))
}

fn of_organization(address: &Address, parent: &str) -> Found {
    let low = address.low();
    let low: Vec<&str> = low.iter().map(String::as_str).collect();
    let name = address.host.strip_suffix(parent).unwrap_or_default().trim_end_matches('.');
    if matches!(name, "" | "www") {
        return match low.as_slice() {
            // The entity ID begins with http, as Okta writes it.
            [id] if id.starts_with("exk") => entity(&address.text, None),
            _ => console(),
        };
    }
    let tenant = name.strip_suffix("-admin").unwrap_or(name);
    let origin = format!("https://{tenant}.{parent}");
    let mut found = match low.as_slice() {
        ["app", id, "sso", "saml", "metadata"] if id.starts_with("exk") => {
            metadata(&address.secured())
        }
        ["app", .., "sso", "saml"] => {
            let id = address.parts.iter().rev().nth(2);
            let id = id.filter(|id| id.starts_with("exk"));
            sso(&address.secured(), id.map(|id| format!("http://www.okta.com/{id}")))
        }
        ["home", ..] => embed(None, None),
        ["admin", "app" | "apps", ..] => console(),
        ["oauth2", "v1", ..] => endpoint(Some(&origin)),
        ["oauth2", _] => issuer(&format!("{origin}/oauth2/{}", part(address, 1)), &address.text),
        ["oauth2", _, "v1", ..] => endpoint(Some(&format!("{origin}/oauth2/{}", part(address, 1)))),
        _ => named(Found::of(Kind::OktaDomain), &origin),
    };
    if tenant != name {
        let domain = format!("{tenant}.{parent}");
        found = found.but(Wrong::of(Mistake::OktaAdminDomain).instead(domain));
    }
    found.facts.tenant = Some(format!("{tenant}.{parent}"));
    found
}

fn part(address: &Address, at: usize) -> &str {
    address.parts.get(at).map_or("", String::as_str)
}
