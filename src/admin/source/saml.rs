//! A SAML draft: from metadata, as a file or at an address, or from values typed in.

use serde::Deserialize;
use utoipa::ToSchema;

use super::{AttributeNamesBody, Draft, LONG, MANY, names, skew, some_text};
use crate::admin::access::{Access, Scope};
use crate::admin::error::AdminError;
use crate::admin::input::{PRIVATE_KEY, Problems, is_private_key};
use crate::hub::Hub;
use crate::model::connection::{ConnectionConfig, SamlConfig, SsoBinding, SsoEndpoint};
use crate::upstream::saml::certificates as x509;
use crate::upstream::saml::metadata::{self, IdpMetadata};

/// Longest metadata, from a file or an address.
const METADATA: usize = 1 << 20;

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
    /// The signing certificate, or several, in any wrapping: PEM, base64 or hex, on one line or
    /// many, XML, PKCS#7.
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

pub(super) async fn read(
    hub: &Hub,
    access: &Access,
    draft: &SamlDraft,
) -> Result<Draft, AdminError> {
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
            match parse(hub, text.as_bytes()) {
                Ok(found) => take(found, &mut config),
                Err(unread) => problems.add("metadata_xml", unread.detail),
            }
        }
        (None, Some(url), false) => {
            config.metadata_url = some_text(&mut problems, "metadata_url", Some(url));
            match fetch(hub, url.trim()).await {
                Ok(found) => take(found, &mut config),
                Err(unread) => problems.add("metadata_url", unread.told(access)),
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

/// Why no metadata came of what was named.
struct Unread {
    /// What is wrong.
    detail: String,
    /// Whether it is told to everybody: what was typed, or a document that is metadata, which
    /// would be shown if it were sound. All else tells what is at an address of the network
    /// around us.
    open: bool,
}

impl Unread {
    fn hidden(detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), open: false }
    }

    /// What `access` is told. Whoever reaches one organization only must not learn which
    /// hosts and ports answer here, and with what.
    fn told(self, access: &Access) -> String {
        if self.open || *access.scope() == Scope::Installation {
            return self.detail;
        }
        tracing::info!(reason = self.detail, "an address gave no metadata");
        NO_METADATA.to_owned()
    }
}

/// What is said of what can be no address.
const ADDRESS: &str = "give an absolute address that starts with https:// and has no #";

/// One text for every reason.
const NO_METADATA: &str = "could not be used: it is not reachable, or may not be called, or does not answer with SAML metadata. Check the address, or send the metadata itself as metadata_xml; the reason is in the log of the installation";

fn parse(hub: &Hub, bytes: &[u8]) -> Result<IdpMetadata, Unread> {
    if bytes.len() > METADATA {
        return Err(Unread::hidden("give at most 1 MiB"));
    }
    if is_private_key(&String::from_utf8_lossy(bytes)) {
        return Err(Unread::hidden(PRIVATE_KEY));
    }
    let now = hub.clock.now();
    let read = metadata::read(bytes, now);
    read.and_then(|found| found.check_in_force(now).map(|()| found))
        .map_err(|error| Unread { detail: error.to_string(), open: error.is_of_metadata() })
}

async fn fetch(hub: &Hub, url: &str) -> Result<IdpMetadata, Unread> {
    const ACCEPT: &str = "application/samlmetadata+xml, application/xml;q=0.9, text/xml;q=0.8";
    if !metadata::is_address(url) {
        return Err(Unread { detail: ADDRESS.to_owned(), open: true });
    }
    let fetched = hub.fetch.get(url, ACCEPT, METADATA).await;
    let fetched = fetched.map_err(|error| Unread::hidden(format!("could not be read: {error}")))?;
    if fetched.status != 200 {
        return Err(Unread::hidden(format!("answered with HTTP status {}", fetched.status)));
    }
    parse(hub, &fetched.body)
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

/// An address browsers are sent to.
fn address(problems: &mut Problems, field: &str, text: &str) -> String {
    let text = problems.text(field, text, LONG);
    if !metadata::is_address(&text) {
        problems.add(field, ADDRESS);
    }
    text
}
