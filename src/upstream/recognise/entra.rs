//! Addresses and IDs of Microsoft Entra ID.

use super::draft::{Draft, OidcValues};
use super::found::{Ask, Found};
use super::kind::Kind;
use super::reading::{Address, console, embed, endpoint, issuer, metadata, named, sso};
use super::wrong::{Mistake, Wrong};
use crate::upstream::entra::is_guid;
use crate::upstream::oidc::discovery;

/// Where people sign in: the public and the national clouds.
const LOGIN: [&str; 5] = [
    "login.microsoftonline.com",
    "login.microsoft.com",
    "login.windows.net",
    "login.microsoftonline.us",
    "login.partner.microsoftonline.cn",
];
const PORTALS: [&str; 5] = [
    "portal.azure.com",
    "entra.microsoft.com",
    "aad.portal.azure.com",
    "portal.azure.us",
    "entra.microsoft.us",
];
const LAUNCHERS: [&str; 3] =
    ["myapps.microsoft.com", "launcher.myapps.microsoft.com", "myapplications.microsoft.com"];
const METADATA: &str = "federationmetadata/2007-06/federationmetadata.xml";

/// What an address of Entra ID is.
pub(super) fn read(address: &Address) -> Option<Found> {
    let host = address.host.as_str();
    let found = if LOGIN.contains(&host) {
        login(address)
    } else if host == "sts.windows.net" {
        v1(address)
    } else if PORTALS.contains(&host) {
        portal(address)
    } else if LAUNCHERS.contains(&host) || address.below("activedirectory.windowsazure.com") {
        launcher(address)
    } else {
        return None;
    };
    Some(found.by("entra"))
}

fn v2(host: &str, tenant: &str) -> String {
    let home = match host {
        "login.microsoft.com" | "login.windows.net" | "sts.windows.net" => LOGIN[0],
        other => other,
    };
    format!("https://{home}/{}/v2.0", tenant.to_ascii_lowercase())
}

fn login(address: &Address) -> Found {
    let low = address.low();
    let low: Vec<&str> = low.iter().map(String::as_str).collect();
    let Some((tenant, rest)) = low.split_first() else { return console() };
    let shared = matches!(*tenant, "common" | "organizations" | "consumers");
    if shared && !rest.ends_with(&["federationmetadata.xml"]) {
        return Found::wrong(Kind::Issuer, Mistake::EntraSharedEndpoint);
    }
    if tenant.contains(['{', '<']) || tenant.contains("%7b") {
        return Found::wrong(Kind::Issuer, Mistake::Placeholder);
    }
    let mut found = match rest {
        [.., "federationmetadata.xml"] => federation(address, tenant, shared),
        ["saml2"] => {
            let entity_id = format!("https://sts.windows.net/{tenant}/");
            sso(&address.secured(), is_guid(tenant).then_some(entity_id))
        }
        ["v2.0"] | ["v2.0", ".well-known", _] => of_tenant(address, tenant, Kind::Issuer),
        [] => of_tenant(address, tenant, Kind::EntraTenant),
        [".well-known", _] | ["oauth2"] => {
            let wrong = Wrong::of(Mistake::EntraV1Issuer).instead(v2(&address.host, tenant));
            of_tenant(address, tenant, Kind::Issuer).but(wrong)
        }
        ["oauth2" | "discovery", ..] if is_guid(tenant) => {
            endpoint(Some(&v2(&address.host, tenant)))
        }
        _ => endpoint(None),
    };
    if !shared {
        found.facts.tenant = Some((*tenant).to_owned());
    }
    found
}

fn federation(address: &Address, tenant: &str, shared: bool) -> Found {
    let app = address.query("appid").filter(|id| is_guid(id));
    match app {
        Some(_) if !shared => metadata(&address.secured()),
        app => {
            let wrong = Wrong::of(Mistake::EntraNoAppid);
            let wrong = if app.is_some() {
                wrong
            } else {
                wrong.and("The appid is the application (client) ID.")
            };
            let mut found = Found::of(Kind::MetadataAddress).but(wrong);
            found.facts.tenant = Some(tenant.to_owned());
            found
        }
    }
}

/// A tenant by its ID; by its name, the description tells the ID.
fn of_tenant(address: &Address, tenant: &str, kind: Kind) -> Found {
    let issuer_of = v2(&address.host, tenant);
    if is_guid(tenant) {
        let found = issuer(&issuer_of, &address.text);
        return Found { kind, ..found };
    }
    by_name(&issuer_of, kind)
}

fn by_name(issuer_of: &str, kind: Kind) -> Found {
    let ask = Some(Ask { url: discovery::address(issuer_of), issuer: None });
    Found { ask, ..Found::wrong(kind, Mistake::EntraTenantName) }
}

/// What SAML calls the Microsoft Entra Identifier, and OpenID Connect the issuer of version 1.
fn v1(address: &Address) -> Found {
    let Some(tenant) = address.parts.first().filter(|tenant| is_guid(tenant)) else {
        return Found::wrong(Kind::Issuer, Mistake::EntraSharedEndpoint);
    };
    let instead = v2(&address.host, tenant);
    let wrong = Wrong::of(Mistake::EntraV1Issuer).instead(instead.as_str());
    let mut found = named(Found::of(Kind::Issuer), &instead).but(wrong);
    found.facts.entity_id = Some(format!("https://sts.windows.net/{}/", tenant.to_lowercase()));
    found.facts.tenant = Some(tenant.clone());
    found
}

/// A page of the portal: its IDs stand behind the #, each after its name.
fn portal(address: &Address) -> Found {
    let place = address.url.fragment().unwrap_or_default();
    let words: Vec<&str> = place.split(['/', '~', '?', '&', '=']).collect();
    let after = |name: &str| {
        let mut pairs = words.iter().zip(words.iter().skip(1));
        let found = pairs.find(|(word, _)| word.eq_ignore_ascii_case(name));
        found.map(|(_, id)| (*id).to_ascii_lowercase()).filter(|id| is_guid(id))
    };
    let tenant = address.parts.first().cloned();
    let tenant = tenant.or_else(|| place.split('/').next()?.strip_prefix('@').map(str::to_owned));
    let tenant = tenant.map(|tenant| tenant.trim_start_matches('@').to_ascii_lowercase());
    let by_id = tenant.as_deref().filter(|tenant| is_guid(tenant));
    let Some(app) = after("appId") else { return console() };
    let enterprise = place.contains("Microsoft_AAD_IAM");
    let mut found = match (enterprise, by_id) {
        (true, Some(tenant)) => Found {
            kind: Kind::EntraApplication,
            ..metadata(&format!("https://{}/{tenant}/{METADATA}?appid={app}", LOGIN[0]))
        },
        (true, None) => Found::of(Kind::EntraApplication).but(
            Wrong::of(Mistake::ConsoleAddress)
                .because("This page shows an enterprise app; its tenant is not in the address."),
        ),
        (false, tenant) => registration(&app, tenant),
    };
    found.facts.client_id = Some(app);
    found.facts.tenant = tenant;
    found
}

/// An app registration: its client identifier, and the issuer where the tenant is known.
fn registration(app: &str, tenant: Option<&str>) -> Found {
    let issuer = tenant.map(|tenant| v2(LOGIN[0], tenant));
    let mut found = Found::of(Kind::EntraApplication);
    found.facts.issuer.clone_from(&issuer);
    found.draft(Draft::Oidc(OidcValues { issuer, client_id: Some(app.to_owned()) }))
}

/// The link of a tile names the app and often the tenant.
fn launcher(address: &Address) -> Found {
    let app = address.parts.iter().find(|part| is_guid(part));
    let tenant = address.query("tenantId").filter(|tenant| is_guid(tenant));
    match (app, tenant) {
        (Some(app), Some(tenant)) => {
            let url = format!("https://{}/{tenant}/{METADATA}?appid={app}", LOGIN[0]);
            embed(Some(metadata(&url)), Some(url))
        }
        _ => embed(None, None),
    }
}

/// An ID alone: taken for the tenant's, which can be asked for.
pub(super) fn guid(text: &str) -> Option<Found> {
    is_guid(text).then(|| {
        let mut found = named(Found::of(Kind::EntraTenant), &v2(LOGIN[0], text)).by("entra");
        found.facts.tenant = Some(text.to_ascii_lowercase());
        found.but(Wrong::of(Mistake::EntraWhichId))
    })
}

/// A tenant by the name it began with.
pub(super) fn domain(text: &str) -> Option<Found> {
    let low = text.to_ascii_lowercase();
    let name = low.strip_suffix(".onmicrosoft.com").or_else(|| low.strip_suffix(".onmicrosoft.us"));
    name.filter(|name| !name.is_empty() && !name.contains(['.', '/', '@']))?;
    let mut found = by_name(&v2(LOGIN[0], &low), Kind::EntraTenant).by("entra");
    found.facts.tenant = Some(low);
    Some(found)
}
