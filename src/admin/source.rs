//! Where a connection's configuration comes from: metadata as a file or at an address, values
//! typed in, or an issuer with its client. Whatever the source, one configuration comes out,
//! normalized, its secret sealed.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::error::AdminError;
use super::input::{PRIVATE_KEY, Problems, SecretText, from_json, is_private_key};
use crate::hub::Hub;
use crate::model::connection::{
    AttributeNames, ConnectionConfig, DEFAULT_CLOCK_SKEW_SECONDS, MAX_CLOCK_SKEW_SECONDS,
    OidcConfig, Protocol, SamlConfig, SealedSecret, SsoBinding, SsoEndpoint, TokenAuth,
};
use crate::upstream::oidc::CLIENT_SECRET_PURPOSE;
use crate::upstream::saml::certificates as x509;
use crate::upstream::saml::metadata::{self, IdpMetadata};

/// Longest address, name or identifier.
const LONG: usize = 2_000;
/// Longest metadata, from a file or an address.
const METADATA: usize = 1 << 20;
/// Longest client secret.
const SECRET: usize = 4_096;
/// Most scopes and most audiences.
const MANY: usize = 50;

/// Names to read instead of the known ones, per field.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AttributeNamesBody {
    /// The lasting identity of the person instead of NameID or `sub`.
    pub subject: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// First name.
    pub given_name: Option<String>,
    /// Last name.
    pub family_name: Option<String>,
    /// Full name.
    pub name: Option<String>,
    /// Groups.
    pub groups: Option<String>,
}

/// The configuration of a SAML connection: one source (metadata, its address, or values) and
/// what is particular about it.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SamlDraft {
    /// The identity provider's metadata.
    #[serde(default)]
    pub metadata_xml: Option<String>,
    /// Where the identity provider's metadata is; fetched now.
    #[serde(default)]
    pub metadata_url: Option<String>,
    /// The issuer every answer must name, exactly.
    #[serde(default)]
    pub idp_entity_id: Option<String>,
    /// Where requests go.
    #[serde(default)]
    pub sso_url: Option<String>,
    /// How requests travel there: `http_redirect` (default) or `http_post`.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub sso_binding: Option<SsoBinding>,
    /// The signing certificate, or several: PEM with or without armour, or base64 in one line.
    #[serde(default)]
    pub certificate: Option<String>,
    /// Further signing certificates.
    #[serde(default)]
    pub certificates: Vec<String>,
    /// Whether a certificate past its end still verifies; default true.
    #[serde(default)]
    pub accept_expired_certificates: Option<bool>,
    /// Our own entity ID; default: the address of our metadata.
    #[serde(default)]
    pub sp_entity_id: Option<String>,
    /// Further audiences accepted besides our entity ID.
    #[serde(default)]
    pub accepted_audiences: Vec<String>,
    /// NameIDPolicy Format to ask for; none by default.
    #[serde(default)]
    pub name_id_format: Option<String>,
    /// Tolerance for clocks that disagree, 0 to 300; default 180.
    #[serde(default)]
    pub clock_skew_seconds: Option<u32>,
    /// Attribute names that differ from the known ones.
    #[serde(default)]
    pub attributes: AttributeNamesBody,
}

/// The configuration of an OpenID Connect connection.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OidcDraft {
    /// The issuer, byte for byte as the provider states it.
    #[serde(default)]
    pub issuer: Option<String>,
    /// Our client identifier there.
    #[serde(default)]
    pub client_id: Option<String>,
    /// Our client secret there. Absent: the one given before stays, while issuer and client
    /// stay the same.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub client_secret: Option<SecretText>,
    /// `client_secret_basic` or `client_secret_post`; default: what the provider offers.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub token_auth: Option<TokenAuth>,
    /// Scopes asked for; `openid` is always among them.
    #[serde(default)]
    pub scopes: Option<Vec<String>>,
    /// Tolerance for clocks that disagree, 0 to 300; default 180.
    #[serde(default)]
    pub clock_skew_seconds: Option<u32>,
    /// Claim names that differ from the known ones.
    #[serde(default)]
    pub attributes: AttributeNamesBody,
}

/// A configuration ready to be kept.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The configuration.
    pub(super) config: ConnectionConfig,
    /// What was noticed on the way.
    pub(super) warnings: Vec<String>,
}

impl Draft {
    /// What a connection starts with.
    pub(super) fn empty(protocol: Protocol) -> Self {
        Self { config: ConnectionConfig::empty(protocol), warnings: Vec::new() }
    }
}

/// Makes a configuration of what was sent. May call the metadata's address; no transaction
/// is open. `prefix` stands before the fields in errors.
///
/// # Errors
/// `Invalid`.
pub async fn read(
    hub: &Hub,
    protocol: Protocol,
    body: &Value,
    prefix: &str,
) -> Result<Draft, AdminError> {
    let read = match protocol {
        Protocol::Saml => match from_json::<SamlDraft>(body) {
            Ok(draft) => saml(hub, &draft).await,
            Err(error) => Err(error),
        },
        Protocol::Oidc => from_json::<OidcDraft>(body).and_then(|draft| oidc(hub, &draft)),
    };
    match read {
        Err(AdminError::Invalid(errors)) => {
            Problems::of(errors).under(prefix).done()?;
            Err(AdminError::field(prefix, "has a wrong form"))
        }
        read => read,
    }
}

async fn saml(hub: &Hub, draft: &SamlDraft) -> Result<Draft, AdminError> {
    let mut problems = Problems::default();
    let mut config = SamlConfig {
        accept_expired_certificates: draft.accept_expired_certificates.unwrap_or(true),
        sp_entity_id: some_text(&mut problems, "sp_entity_id", draft.sp_entity_id.as_deref()),
        accepted_audiences: audiences(&mut problems, &draft.accepted_audiences),
        name_id_format: name_id_format(&mut problems, draft.name_id_format.as_deref()),
        clock_skew_seconds: skew(&mut problems, draft.clock_skew_seconds),
        attributes: names(&mut problems, &draft.attributes),
        ..SamlConfig::default()
    };
    let typed = draft.idp_entity_id.is_some()
        || draft.sso_url.is_some()
        || draft.certificate.is_some()
        || !draft.certificates.is_empty();
    let mut warnings = Vec::new();
    let mut take = |found: IdpMetadata, config: &mut SamlConfig| {
        found.fill(config);
        warnings = found.warnings;
    };
    match (draft.metadata_xml.as_deref(), draft.metadata_url.as_deref(), typed) {
        (None, None, _) => typed_values(&mut problems, draft, &mut config),
        (Some(text), None, false) => {
            if let Some(found) = from_file(hub, &mut problems, "metadata_xml", text.as_bytes()) {
                take(found, &mut config);
            }
        }
        (None, Some(url), false) => {
            config.metadata_url = some_text(&mut problems, "metadata_url", Some(url));
            if let Some(found) = from_address(hub, &mut problems, url.trim()).await {
                take(found, &mut config);
            }
        }
        _ => problems.add(
            "metadata_xml",
            "give one source: metadata_xml, or metadata_url, or idp_entity_id with sso_url and certificate",
        ),
    }
    problems.done()?;
    Ok(Draft { config: ConnectionConfig::Saml(config), warnings })
}

fn from_file(hub: &Hub, problems: &mut Problems, field: &str, bytes: &[u8]) -> Option<IdpMetadata> {
    if bytes.len() > METADATA {
        problems.add(field, "give at most 1 MiB");
        return None;
    }
    if is_private_key(&String::from_utf8_lossy(bytes)) {
        problems.add(field, PRIVATE_KEY);
        return None;
    }
    match metadata::read(bytes, hub.clock.now()) {
        Ok(found) => Some(found),
        Err(error) => {
            problems.add(field, error.to_string());
            None
        }
    }
}

async fn from_address(hub: &Hub, problems: &mut Problems, url: &str) -> Option<IdpMetadata> {
    const ACCEPT: &str = "application/samlmetadata+xml, application/xml;q=0.9, text/xml;q=0.8";
    let field = "metadata_url";
    match hub.fetch.get(url, ACCEPT, METADATA).await {
        Err(error) => problems.add(field, format!("could not be read: {error}")),
        Ok(fetched) if fetched.status != 200 => {
            problems.add(field, format!("answered with HTTP status {}", fetched.status));
        }
        Ok(fetched) => return from_file(hub, problems, field, &fetched.body),
    }
    None
}

fn typed_values(problems: &mut Problems, draft: &SamlDraft, config: &mut SamlConfig) {
    if let Some(text) = &draft.idp_entity_id {
        config.idp_entity_id = problems.text("idp_entity_id", text, LONG);
    }
    if let Some(text) = draft.sso_url.as_deref().filter(|text| !text.trim().is_empty()) {
        let location = address(problems, "sso_url", text);
        let binding = draft.sso_binding.unwrap_or(SsoBinding::HttpRedirect);
        config.sso_endpoints = vec![SsoEndpoint { binding, location }];
    }
    let first = draft.certificate.iter().map(|text| ("certificate".to_owned(), text));
    let rest = draft.certificates.iter().enumerate();
    let rest = rest.map(|(index, text)| (format!("certificates[{index}]"), text));
    for (field, text) in first.chain(rest).filter(|(_, text)| !text.trim().is_empty()) {
        match x509::read(text.as_bytes()) {
            Ok(found) => {
                for text in found.iter().map(x509::Certificate::to_base64) {
                    if !config.certificates.contains(&text) {
                        config.certificates.push(text);
                    }
                }
            }
            Err(error) => problems.add(field, error.to_string()),
        }
    }
    if config.certificates.len() > x509::MAX_CERTIFICATES {
        problems.add("certificates", format!("give at most {}", x509::MAX_CERTIFICATES));
    }
}

fn oidc(hub: &Hub, draft: &OidcDraft) -> Result<Draft, AdminError> {
    let mut problems = Problems::default();
    let config = OidcConfig {
        issuer: problems.text("issuer", draft.issuer.as_deref().unwrap_or_default(), LONG),
        client_id: problems.text("client_id", draft.client_id.as_deref().unwrap_or_default(), LONG),
        client_secret: secret(hub, &mut problems, draft.client_secret.as_ref()),
        token_auth: draft.token_auth,
        scopes: scopes(&mut problems, draft.scopes.as_deref()),
        clock_skew_seconds: skew(&mut problems, draft.clock_skew_seconds),
        attributes: names(&mut problems, &draft.attributes),
    };
    if let Err(problem) = crate::upstream::oidc::check_config(&config) {
        let offer = problem.offer.map(|offer| format!("; try {offer}")).unwrap_or_default();
        problems.add(problem.field, format!("{}{offer}", problem.detail));
    }
    problems.done()?;
    Ok(Draft { config: ConnectionConfig::Oidc(config), warnings: Vec::new() })
}

fn secret(hub: &Hub, problems: &mut Problems, text: Option<&SecretText>) -> Option<SealedSecret> {
    let text = text?.0.expose().trim();
    if is_private_key(text) {
        problems.add("client_secret", PRIVATE_KEY);
        return None;
    }
    if text.is_empty() || text.len() > SECRET || text.chars().any(char::is_control) {
        problems.add(
            "client_secret",
            format!("give one line of 1 to {SECRET} bytes, or leave it out to keep the one before"),
        );
        return None;
    }
    Some(hub.sealer.seal(hub.rng.as_ref(), CLIENT_SECRET_PURPOSE, text.as_bytes()))
}

fn scopes(problems: &mut Problems, given: Option<&[String]>) -> Vec<String> {
    let Some(given) = given else { return OidcConfig::default().scopes };
    let mut scopes = vec!["openid".to_owned()];
    if given.len() > MANY {
        problems.add("scopes", format!("give at most {MANY} scopes"));
        return scopes;
    }
    for (index, scope) in given.iter().enumerate() {
        // RFC 6749 section 3.3.
        let sound = (1..=200).contains(&scope.len())
            && scope.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\');
        if !sound {
            problems.add(format!("scopes[{index}]"), "give one scope without spaces or quotes");
        } else if !scopes.contains(scope) {
            scopes.push(scope.clone());
        }
    }
    scopes
}

fn audiences(problems: &mut Problems, given: &[String]) -> Vec<String> {
    if given.len() > MANY {
        problems.add("accepted_audiences", format!("give at most {MANY}"));
        return Vec::new();
    }
    let one = |(index, text): (usize, &String)| {
        let field = format!("accepted_audiences[{index}]");
        let text = problems.text(&field, text, LONG);
        if text.is_empty() {
            problems.add(field, "give a text, or leave the entry out");
        } else if text.contains('*') {
            problems.add(field, "is compared exactly: list each audience instead of using *");
        }
        text
    };
    given.iter().enumerate().map(one).collect()
}

fn names(problems: &mut Problems, given: &AttributeNamesBody) -> AttributeNames {
    let mut one = |field: &str, text: &Option<String>| {
        some_text(problems, &format!("attributes.{field}"), text.as_deref())
    };
    AttributeNames {
        subject: one("subject", &given.subject),
        email: one("email", &given.email),
        given_name: one("given_name", &given.given_name),
        family_name: one("family_name", &given.family_name),
        name: one("name", &given.name),
        groups: one("groups", &given.groups),
    }
}

fn skew(problems: &mut Problems, given: Option<u32>) -> u32 {
    let seconds = given.unwrap_or(DEFAULT_CLOCK_SKEW_SECONDS);
    if seconds > MAX_CLOCK_SKEW_SECONDS {
        problems.add("clock_skew_seconds", format!("give 0 to {MAX_CLOCK_SKEW_SECONDS}"));
    }
    seconds
}

/// A format of NameIDs is named by a URI (SAML core section 8.3); providers refuse short names.
fn name_id_format(problems: &mut Problems, text: Option<&str>) -> Option<String> {
    let format = some_text(problems, "name_id_format", text)?;
    if !format.contains(':') {
        problems.add(
            "name_id_format",
            "give a URI such as urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress, or leave it out",
        );
    }
    Some(format)
}

/// A text that means "not set" when it is empty.
fn some_text(problems: &mut Problems, field: &str, text: Option<&str>) -> Option<String> {
    Some(problems.text(field, text?, LONG)).filter(|text| !text.is_empty())
}

/// An address browsers are sent to.
fn address(problems: &mut Problems, field: &str, text: &str) -> String {
    let text = problems.text(field, text, LONG);
    if !metadata::is_address(&text) {
        problems.add(field, "give an absolute address that starts with https:// and has no #");
    }
    text
}
