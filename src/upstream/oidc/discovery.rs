//! A provider's description of itself (OpenID Connect Discovery 1.0) and its keys.

use serde_json::{Map, Value};
use url::Url;

use super::Trouble;
use super::config::check_issuer;
use crate::fetch::{Fetch, Fetched};
use crate::model::code::Code;
use crate::wire::jose::json;
use crate::wire::jose::jwk::{self, KeySet};

const MAX_DOCUMENT: usize = 256 * 1024;
/// Longest issuer of a provider that is shown.
const MAX_SHOWN: usize = 1_000;
const DOCUMENT: &str = "discovery";
const KEYS: &str = "key_set";

/// What discovery says, as far as it concerns us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// The issuer, equal to the configured one.
    pub issuer: String,
    /// Where the person is sent.
    pub authorization_endpoint: String,
    /// Where the code is redeemed.
    pub token_endpoint: String,
    /// Where claims can be had, if anywhere.
    pub userinfo_endpoint: Option<String>,
    /// Where people sign out (OpenID Connect RP-Initiated Logout 1.0), if anywhere.
    pub end_session_endpoint: Option<String>,
    /// Where the keys are.
    pub jwks_uri: String,
    /// How clients may authenticate; `None` when it does not say (which means basic).
    pub token_auth_methods: Option<Vec<String>>,
    /// Whether every answer names its issuer (RFC 9207 section 3).
    pub names_issuer: bool,
}

/// The address of the description: one trailing slash of the issuer is dropped
/// (OpenID Connect Discovery 1.0 section 4).
pub fn address(issuer: &str) -> String {
    let base = issuer.strip_suffix('/').unwrap_or(issuer);
    format!("{base}/.well-known/openid-configuration")
}

/// Fetches and checks the description.
///
/// # Errors
/// When it cannot be had or is not the issuer's.
pub async fn provider(fetch: &Fetch, issuer: &str) -> Result<Provider, Trouble> {
    let fetched = get(fetch, DOCUMENT, &address(issuer), MAX_DOCUMENT).await?;
    let document = json::object(&fetched.body).ok_or_else(|| {
        Trouble::new(Code::UpstreamAnswer, DOCUMENT, "a JSON object", described(&fetched))
    })?;
    read(issuer, &document)
}

/// Fetches the keys.
///
/// # Errors
/// When they cannot be had.
pub async fn keys(fetch: &Fetch, provider: &Provider) -> Result<KeySet, Trouble> {
    let fetched = get(fetch, KEYS, &provider.jwks_uri, jwk::MAX_BYTES).await?;
    KeySet::read(&fetched.body).map_err(|_| {
        Trouble::new(Code::UpstreamAnswer, KEYS, "a JSON Web Key Set", described(&fetched))
    })
}

async fn get(
    fetch: &Fetch,
    name: &'static str,
    url: &str,
    limit: usize,
) -> Result<Fetched, Trouble> {
    let expected = || format!("an answer from {}", plain(url));
    let fetched = fetch
        .get(url, "application/json", limit)
        .await
        .map_err(|error| Trouble::new(error.code(), name, expected(), error.to_string()))?;
    if fetched.status == 200 {
        Ok(fetched)
    } else {
        Err(Trouble::new(Code::UpstreamAnswer, name, expected(), described(&fetched)))
    }
}

/// Status and type of an answer, for traces.
pub(super) fn described(fetched: &Fetched) -> String {
    let kind = fetched.media_type();
    let kind = if kind.is_empty() { "no content type" } else { &kind };
    format!("status {}, {kind}, {} bytes", fetched.status, fetched.body.len())
}

/// An address without its query, for traces.
fn plain(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}

fn read(issuer: &str, document: &Map<String, Value>) -> Result<Provider, Trouble> {
    let stated = document.get("issuer").and_then(Value::as_str).unwrap_or("absent");
    if stated != issuer {
        let shown: String = stated.chars().take(MAX_SHOWN).collect();
        let received = match near_miss(issuer, stated) {
            Some(advice) => format!("{shown} ({advice})"),
            None => shown,
        };
        return Err(Trouble::new(Code::OidcIssuer, "discovery_issuer", issuer, received));
    }
    let endpoint = |name: &'static str| endpoint(issuer, document, name);
    let required = |name: &'static str| {
        endpoint(name)?.ok_or_else(|| {
            Trouble::new(Code::UpstreamAnswer, DOCUMENT, format!("{name} in it"), "absent")
        })
    };
    let methods = document.get("token_endpoint_auth_methods_supported").and_then(Value::as_array);
    Ok(Provider {
        issuer: issuer.to_owned(),
        authorization_endpoint: required("authorization_endpoint")?,
        token_endpoint: required("token_endpoint")?,
        userinfo_endpoint: endpoint("userinfo_endpoint")?,
        // One that cannot be used is none: nobody's sign-in hangs on it.
        end_session_endpoint: endpoint("end_session_endpoint").ok().flatten(),
        jwks_uri: required("jwks_uri")?,
        token_auth_methods: methods.map(|list| {
            list.iter().take(20).filter_map(Value::as_str).map(str::to_owned).collect()
        }),
        names_issuer: document.get("authorization_response_iss_parameter_supported")
            == Some(&Value::Bool(true)),
    })
}

/// What alone differs between an issuer as configured and as its provider states it, when it
/// is one of the usual slips, and what to do. An issuer is compared byte for byte (OpenID
/// Connect Discovery 1.0 section 4.3), so the slip has to be mended, not overlooked.
fn near_miss(issuer: &str, stated: &str) -> Option<String> {
    let (scheme, rest) = issuer.split_once("://")?;
    let (stated_scheme, stated_rest) = stated.split_once("://")?;
    let bare = |text: &str| text.strip_suffix('/').unwrap_or(text).to_owned();
    let (base, stated_base) = (bare(rest), bare(stated_rest));
    if !base.eq_ignore_ascii_case(&stated_base) {
        return None;
    }
    let mut differs = Vec::new();
    if rest.ends_with('/') != stated_rest.ends_with('/') {
        differs.push("the / at the end");
    }
    if base != stated_base || scheme.eq_ignore_ascii_case(stated_scheme) && scheme != stated_scheme
    {
        differs.push("capital and small letters");
    }
    if !scheme.eq_ignore_ascii_case(stated_scheme) {
        differs.push("http and https");
    }
    let differs = format!("they differ only in {}", differs.join(" and "));
    Some(match check_issuer(stated) {
        Ok(()) => format!("{differs}: set issuer to {stated}"),
        // A provider behind a proxy that does not know it is reached by https.
        Err(_) => format!("{differs}: the provider must be set up to call itself {issuer}"),
    })
}

/// An endpoint, which is as secure as its issuer.
fn endpoint(
    issuer: &str,
    document: &Map<String, Value>,
    name: &'static str,
) -> Result<Option<String>, Trouble> {
    let text = match document.get(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text,
        Some(_) => "not text",
    };
    let plain_http = issuer.starts_with("http://");
    let sound = text.len() <= 2_000
        && Url::parse(text).is_ok_and(|url| {
            let scheme = url.scheme() == "https" || (url.scheme() == "http" && plain_http);
            let bare = url.username().is_empty() && url.password().is_none();
            scheme && bare && url.has_host() && url.fragment().is_none()
        });
    if sound {
        return Ok(Some(text.to_owned()));
    }
    let expected = format!("{name} with an https address");
    Err(Trouble::new(Code::UpstreamAnswer, DOCUMENT, expected, plain(text)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document() -> Value {
        json!({
            "issuer": "https://idp.example/a/",
            "authorization_endpoint": "https://idp.example/authorize?x=1",
            "token_endpoint": "https://tokens.example/token",
            "jwks_uri": "https://idp.example/keys",
        })
    }

    fn reading(name: &str, value: Value) -> Result<Provider, Code> {
        let mut document = document();
        document[name] = value;
        read("https://idp.example/a/", document.as_object().unwrap()).map_err(|t| t.code)
    }

    #[test]
    fn addresses_of_descriptions() {
        let tail = "/.well-known/openid-configuration";
        for (issuer, expected) in [
            ("https://idp.example", "https://idp.example"),
            ("https://idp.example/", "https://idp.example"),
            ("https://idp.example//", "https://idp.example/"),
            ("https://acme.okta.com/oauth2/default", "https://acme.okta.com/oauth2/default"),
        ] {
            assert_eq!(address(issuer), format!("{expected}{tail}"));
        }
    }

    #[test]
    fn what_a_description_must_say() {
        let good = reading("userinfo_endpoint", json!(null)).unwrap();
        assert_eq!(good.userinfo_endpoint, None);
        assert_eq!(good.token_auth_methods, None);
        assert!(!good.names_issuer);
        let yes = "authorization_response_iss_parameter_supported";
        assert!(reading(yes, json!(true)).unwrap().names_issuer);
        assert!(!reading(yes, json!("true")).unwrap().names_issuer);
        for (name, value, code) in [
            ("issuer", json!("https://idp.example/a"), Code::OidcIssuer),
            ("issuer", json!("https://IDP.example/a/"), Code::OidcIssuer),
            (
                "issuer",
                json!("https://login.microsoftonline.com/{tenantid}/v2.0"),
                Code::OidcIssuer,
            ),
            ("issuer", json!(null), Code::OidcIssuer),
            ("token_endpoint", json!(null), Code::UpstreamAnswer),
            ("token_endpoint", json!(7), Code::UpstreamAnswer),
            ("token_endpoint", json!("http://idp.example/token"), Code::UpstreamAnswer),
            ("token_endpoint", json!("https://u:p@idp.example/token"), Code::UpstreamAnswer),
            ("jwks_uri", json!("file:///etc/passwd"), Code::UpstreamAnswer),
            ("jwks_uri", json!("/keys"), Code::UpstreamAnswer),
            ("authorization_endpoint", json!("javascript:alert(1)"), Code::UpstreamAnswer),
            ("authorization_endpoint", json!("https://idp.example/#x"), Code::UpstreamAnswer),
            ("userinfo_endpoint", json!("http://idp.example/u"), Code::UpstreamAnswer),
        ] {
            assert_eq!(reading(name, value.clone()), Err(code), "{name} {value}");
        }
    }

    #[test]
    fn a_slip_in_the_issuer_is_named_with_the_value_to_use() {
        let https = "https://idp.example/a";
        for (issuer, stated, advice) in [
            (
                https,
                "https://idp.example/a/",
                "they differ only in the / at the end: set issuer to ",
            ),
            (
                "https://idp.example/a/",
                https,
                "they differ only in the / at the end: set issuer to ",
            ),
            (https, "https://IDP.example/A", "they differ only in capital and small letters: set"),
            (https, "HTTPS://idp.example/a", "they differ only in capital and small letters: set"),
            (
                "http://localhost:1/a",
                "https://localhost:1/a",
                "they differ only in http and https: set",
            ),
            (
                "https://localhost:1",
                "http://localhost:1",
                "they differ only in http and https: set",
            ),
            (
                "http://localhost:1/a",
                "https://Localhost:1/a/",
                "they differ only in the / at the end and capital and small letters and http and https: set",
            ),
            (
                https,
                "http://idp.example/a",
                "they differ only in http and https: the provider must",
            ),
        ] {
            let mut document = document();
            document["issuer"] = json!(stated);
            let trouble = read(issuer, document.as_object().unwrap()).unwrap_err();
            assert_eq!((trouble.name, trouble.expected.as_str()), ("discovery_issuer", issuer));
            let rest = trouble.received.strip_prefix(stated).unwrap();
            assert!(rest.starts_with(&format!(" ({advice}")), "{rest}");
            let value = if advice.ends_with("must") { issuer } else { stated };
            assert!(rest.ends_with(&format!("{value})")), "{rest}");
        }
        for stated in [
            "https://idp.example/b",
            "https://idp.example",
            "https://idp.example/a//",
            "https://idp.example/a?x",
            "idp.example/a",
            "",
        ] {
            let mut document = document();
            document["issuer"] = json!(stated);
            assert_eq!(read(https, document.as_object().unwrap()).unwrap_err().received, stated);
        }
        let mut document = document();
        document["issuer"] = json!("x".repeat(100_000));
        let trouble = read(https, document.as_object().unwrap()).unwrap_err();
        assert_eq!(trouble.received.len(), MAX_SHOWN);
    }
}
