//! What is refused when an OpenID Connect configuration is saved, with what would work.

use url::{Host, Url};

use crate::model::connection::{MAX_CLOCK_SKEW_SECONDS, OidcConfig};
use crate::upstream::entra::is_guid;

/// Why a configuration cannot be saved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {detail}")]
pub struct ConfigProblem {
    /// The field.
    pub field: &'static str,
    /// What is wrong with it, and what would be right.
    pub detail: String,
    /// A value that would do instead, ready to take over.
    pub offer: Option<String>,
}

impl ConfigProblem {
    fn new(field: &'static str, detail: &str, offer: Option<String>) -> Self {
        Self { field, detail: detail.to_owned(), offer }
    }
}

const ISSUER: &str = "issuer";
const WELL_KNOWN: &str = "/.well-known/";
const ENTRA: &str = "Entra ID's issuer is https://login.microsoftonline.com/{directory (tenant) ID}/v2.0, with the ID from the Overview page of the app registration";

/// Checks a configuration as it is saved. Empty values are fine in a draft.
///
/// # Errors
/// The first thing that cannot work.
pub fn check_config(config: &OidcConfig) -> Result<(), ConfigProblem> {
    if !config.issuer.is_empty() {
        check_issuer(&config.issuer)?;
    }
    let id = config.client_id.as_str();
    if id != id.trim() {
        return Err(ConfigProblem::new(
            "client_id",
            "remove the spaces around it",
            Some(id.trim().to_owned()),
        ));
    }
    if id.len() > 1_000 || id.chars().any(char::is_control) {
        return Err(ConfigProblem::new("client_id", "at most 1,000 printable characters", None));
    }
    if !config.scopes.iter().any(|scope| scope == "openid") {
        let mut with = vec!["openid".to_owned()];
        with.extend(config.scopes.iter().cloned());
        return Err(ConfigProblem::new(
            "scopes",
            "openid must be among them",
            Some(with.join(" ")),
        ));
    }
    // RFC 6749 section 3.3.
    let sound = |scope: &String| {
        (1..=200).contains(&scope.len())
            && scope.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
    };
    if config.scopes.len() > 50 || !config.scopes.iter().all(sound) {
        return Err(ConfigProblem::new(
            "scopes",
            "at most 50, each without spaces, quotes and backslashes",
            None,
        ));
    }
    if config.clock_skew_seconds > MAX_CLOCK_SKEW_SECONDS {
        return Err(ConfigProblem::new("clock_skew_seconds", "0 to 300 seconds", None));
    }
    Ok(())
}

/// Checks an issuer as it is saved, not an empty one.
///
/// # Errors
/// Why it cannot work.
pub fn check_issuer(text: &str) -> Result<(), ConfigProblem> {
    let problem = |detail: &str, offer: Option<String>| ConfigProblem::new(ISSUER, detail, offer);
    if text != text.trim() {
        let offer = Some(text.trim().to_owned());
        return Err(problem("remove the spaces around it", offer));
    }
    if text.len() > 1_000 || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(problem("at most 1,000 characters without spaces", None));
    }
    if let Some(at) = text.find(WELL_KNOWN) {
        return Err(problem(
            "this is the address of the discovery document; the issuer is what the document names as issuer, usually the part before /.well-known",
            Some(text[..at].to_owned()),
        ));
    }
    // A pasted `{tenantid}` arrives percent-encoded from some browsers.
    if text.contains(['{', '}', '<', '>']) || text.to_ascii_lowercase().contains("%7b") {
        return Err(problem(&format!("it still holds a placeholder. {ENTRA}"), None));
    }
    let Ok(url) = Url::parse(text) else {
        let offer = format!("https://{text}");
        let offer = Url::parse(&offer).is_ok_and(|u| u.has_host()).then_some(offer);
        return Err(problem("an issuer is an absolute address that starts with https://", offer));
    };
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return Err(problem("an issuer has no user name, query or fragment", None));
    }
    check_scheme(text, &url)?;
    check_entra(&url)
}

fn check_scheme(text: &str, url: &Url) -> Result<(), ConfigProblem> {
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => Ok(()),
        "http" if loopback => Ok(()),
        "http" => Err(ConfigProblem::new(
            ISSUER,
            "an issuer starts with https://; http:// is for a loopback host only",
            text.strip_prefix("http://").map(|rest| format!("https://{rest}")),
        )),
        _ => Err(ConfigProblem::new(ISSUER, "an issuer starts with https://", None)),
    }
}

/// The hosts of Entra ID in the public and the national clouds.
const ENTRA_HOSTS: [&str; 5] = [
    "login.microsoftonline.com",
    "login.microsoft.com",
    "login.windows.net",
    "login.microsoftonline.us",
    "login.partner.microsoftonline.cn",
];

/// Addresses for several tenants at once name no issuer that could be checked, and version
/// 1 names another one than it is reached at. Only a tenant's own version 2 address works.
fn check_entra(url: &Url) -> Result<(), ConfigProblem> {
    let host = url.host_str().unwrap_or_default();
    let old = host == "sts.windows.net";
    if !old && !ENTRA_HOSTS.contains(&host) {
        return Ok(());
    }
    let home = if old || host.ends_with(".com") || host.ends_with(".net") {
        "login.microsoftonline.com"
    } else {
        host
    };
    let path = url.path().trim_matches('/');
    let (tenant, rest) = path.split_once('/').unwrap_or((path, ""));
    let form = |detail: &str| Err(ConfigProblem::new(ISSUER, &format!("{detail}. {ENTRA}"), None));
    if matches!(tenant.to_ascii_lowercase().as_str(), "common" | "organizations" | "consumers") {
        return form(
            "this address is for every organization that uses Microsoft; a connection needs the one of its own tenant",
        );
    }
    if !is_guid(tenant) {
        return form("it does not name a tenant by its ID");
    }
    let proper = format!("https://{home}/{}/v2.0", tenant.to_ascii_lowercase());
    if url.as_str() == proper {
        return Ok(());
    }
    let detail = if old || rest.is_empty() {
        "this is the issuer of Entra ID's version 1; use the one of version 2"
    } else {
        "Entra ID names its issuer in exactly one way"
    };
    Err(ConfigProblem::new(ISSUER, detail, Some(proper)))
}

/// Whether an issuer is one tenant of Entra ID.
pub(super) fn is_entra(issuer: &str) -> bool {
    let Ok(url) = Url::parse(issuer) else { return false };
    ENTRA_HOSTS.contains(&url.host_str().unwrap_or_default()) && url.path().ends_with("/v2.0")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

    fn issuer(text: &str) -> Result<(), Option<String>> {
        let config = OidcConfig { issuer: text.to_owned(), ..OidcConfig::default() };
        check_config(&config).map_err(|problem| {
            assert_eq!(problem.field, ISSUER);
            problem.offer
        })
    }

    #[test]
    fn issuers_that_can_be_saved() {
        for text in [
            "",
            "https://accounts.google.com",
            "https://acme.eu.auth0.com/",
            "https://acme.okta.com/oauth2/default",
            "https://idp.example/realms/x",
            "http://localhost:9000",
            "http://idp.localhost:9000/a",
            "http://127.0.0.1:9000",
            "http://[::1]:9000",
            &format!("https://login.microsoftonline.com/{TENANT}/v2.0"),
            &format!("https://login.microsoftonline.us/{TENANT}/v2.0"),
        ] {
            assert_eq!(issuer(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn issuers_refused_and_what_is_offered() {
        let entra = format!("https://login.microsoftonline.com/{TENANT}/v2.0");
        for (text, offer) in [
            (" https://idp.example", Some("https://idp.example")),
            ("https://idp.example\n", Some("https://idp.example")),
            (
                "https://idp.example/a/.well-known/openid-configuration",
                Some("https://idp.example/a"),
            ),
            ("idp.example", Some("https://idp.example")),
            ("http://idp.example/a", Some("https://idp.example/a")),
            ("http://10.0.0.1", Some("https://10.0.0.1")),
            ("ftp://idp.example", None),
            ("https://idp.example/?x=1", None),
            ("https://idp.example/#x", None),
            ("https://a:b@idp.example", None),
            ("https://idp.example/a b", None),
            ("https://login.microsoftonline.com/common/v2.0", None),
            ("https://login.microsoftonline.com/Organizations/v2.0", None),
            ("https://login.microsoftonline.com/consumers", None),
            ("https://login.microsoftonline.com/{tenantid}/v2.0", None),
            ("https://login.microsoftonline.com/%7Btenantid%7D/v2.0", None),
            ("https://login.microsoftonline.com/acme.onmicrosoft.com/v2.0", None),
            ("https://login.microsoftonline.com", None),
            (&format!("https://login.microsoftonline.com/{TENANT}"), Some(&entra)),
            (&format!("https://login.microsoftonline.com/{TENANT}/v2.0/"), Some(&entra)),
            (&format!("https://login.windows.net/{TENANT}"), Some(&entra)),
            (&format!("https://sts.windows.net/{TENANT}/"), Some(&entra)),
            (&format!("https://sts.windows.net/{}/", TENANT.to_uppercase()), Some(&entra)),
            (
                &format!(
                    "https://login.microsoftonline.com/{TENANT}/v2.0/.well-known/openid-configuration"
                ),
                Some(&entra),
            ),
        ] as [(&str, Option<&str>); 24]
        {
            assert_eq!(issuer(text), Err(offer.map(str::to_owned)), "{text}");
        }
    }

    #[test]
    fn the_other_fields() {
        let good = OidcConfig { client_id: "x".to_owned(), ..OidcConfig::default() };
        let field = |config: &OidcConfig| check_config(config).err().map(|problem| problem.field);
        assert_eq!(field(&good), None);
        let only = OidcConfig { scopes: vec!["openid".to_owned()], ..good.clone() };
        assert_eq!(field(&only), None);
        let none = OidcConfig { scopes: vec!["email".to_owned()], ..good.clone() };
        assert_eq!(field(&none), Some("scopes"));
        let torn = ["openid", "a b"].map(str::to_owned).to_vec();
        assert_eq!(field(&OidcConfig { scopes: torn, ..good.clone() }), Some("scopes"));
        assert_eq!(
            field(&OidcConfig { client_id: "x ".to_owned(), ..good.clone() }),
            Some("client_id")
        );
        assert_eq!(
            field(&OidcConfig { clock_skew_seconds: 301, ..good }),
            Some("clock_skew_seconds")
        );
    }

    #[test]
    fn entra_is_recognized() {
        assert!(is_entra(&format!("https://login.microsoftonline.com/{TENANT}/v2.0")));
        assert!(!is_entra("https://login.microsoftonline.com.evil.example/x/v2.0"));
        assert!(!is_entra("https://idp.example/x/v2.0"));
    }
}
