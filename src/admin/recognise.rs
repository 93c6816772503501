//! Paste anything: what it is, and the draft that comes of it. Keeps nothing.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::access::{Access, Scope};
use super::aside::aside;
use super::connection_item::SsoEndpointItem;
use super::connections::DraftBody;
use super::error::AdminError;
use super::input::SecretText;
use crate::hub::Hub;
use crate::model::connection::Protocol;
use crate::model::time::Millis;
use crate::upstream::recognise::{
    self, Around, Ask, Draft, Facts, Found, Kind, MAX_BYTES, Mistake, Wrong,
};
use crate::upstream::saml::certificates::Details;

/// What was pasted or uploaded: one of the two.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Recognisable {
    /// Text as it was pasted. At most 512 KiB.
    #[schema(value_type = Option<String>, example = "https://acme.okta.com")]
    #[serde(default)]
    pub input: Option<SecretText>,
    /// A file in base64. At most 512 KiB.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub file: Option<SecretText>,
}

/// What something is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RecognisedItem {
    /// What it is, such as `saml_metadata`.
    #[schema(value_type = String, example = "saml_metadata")]
    pub kind: Kind,
    /// The same in words.
    pub sentence: String,
    /// The provider it looks like; null when that cannot be told. See `/api/v1/presets`.
    pub provider: Option<ProviderItem>,
    /// What was read from it.
    pub read: ReadItem,
    /// What is wrong with it, the weightiest first.
    pub wrong: Vec<WrongItem>,
    /// What the draft is for: `saml` or `oidc`; null without one.
    #[schema(value_type = Option<String>, example = "saml")]
    pub protocol: Option<Protocol>,
    /// A body for `PUT /api/v1/connections/{id}/draft`, or the `config` of a new connection;
    /// null when nothing usable was read.
    #[schema(value_type = Option<DraftBody>)]
    pub draft: Option<serde_json::Value>,
    /// The values still to be added to the draft, by its names.
    pub missing: Vec<&'static str>,
}

/// A provider that is known.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProviderItem {
    /// Its identifier, such as `okta`.
    pub id: &'static str,
    /// Its name as people know it.
    pub name: &'static str,
}

/// What was read. Null or empty where there was nothing to read.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReadItem {
    /// SAML: the entity ID.
    pub entity_id: Option<String>,
    /// SAML: where requests go.
    pub sso_endpoints: Vec<SsoEndpointItem>,
    /// The certificates.
    pub certificates: Vec<CertificateReadItem>,
    /// SAML: the end of the metadata (RFC 3339).
    pub valid_until: Option<String>,
    /// OpenID Connect: the issuer.
    pub issuer: Option<String>,
    /// OpenID Connect: endpoints.
    pub endpoints: Vec<EndpointItem>,
    /// OpenID Connect: what ID tokens may be signed with.
    pub signing_algorithms: Vec<String>,
    /// OpenID Connect: scopes that may be asked for.
    pub scopes: Vec<String>,
    /// OpenID Connect: the client identifier.
    pub client_id: Option<String>,
    /// The provider's domain or tenant.
    pub tenant: Option<String>,
}

/// A certificate as it describes itself.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CertificateReadItem {
    /// SHA-256 over the certificate, in hex.
    pub fingerprint_sha256: String,
    /// SHA-1 over the certificate, in hex: what some consoles print.
    pub fingerprint_sha1: String,
    /// Whom it names.
    pub subject: String,
    /// Who issued it.
    pub issuer: String,
    /// What kind of key it holds.
    #[schema(example = "RSA 2048")]
    pub key: String,
    /// What it is signed with.
    #[schema(example = "RSA-SHA256")]
    pub signature_algorithm: String,
    /// Start of its validity (RFC 3339).
    pub not_before: String,
    /// End of its validity (RFC 3339).
    pub not_after: String,
}

/// An endpoint of an OpenID Provider.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EndpointItem {
    /// Its name in the provider's description.
    #[schema(example = "token_endpoint")]
    pub name: &'static str,
    /// Where it is.
    pub url: String,
}

/// Something wrong.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WrongItem {
    /// Which, by a name that stays.
    #[schema(value_type = String, example = "sp_metadata")]
    pub code: Mistake,
    /// What is wrong.
    pub sentence: String,
    /// What to do.
    pub advice: String,
    /// The value to use instead, where it is known.
    pub instead: Option<String>,
}

/// Recognises what was sent. May call one address; keeps nothing, and logs nothing of it.
/// `access` decides how much is told of what the address answered.
///
/// # Errors
/// `Invalid` unless one of the two was sent, in its form; `Busy` when it is long and too many
/// wait.
pub async fn recognise(
    hub: &Hub,
    access: &Access,
    sent: &Recognisable,
) -> Result<RecognisedItem, AdminError> {
    let bytes = match (&sent.input, &sent.file) {
        (Some(text), None) => text.0.expose().as_bytes().to_vec(),
        (None, Some(file)) => decoded(file)?,
        _ => return Err(AdminError::field("input", "give one of input and file")),
    };
    let found = looked(hub, bytes, recognise::recognise).await?;
    let found = match found.ask.clone() {
        Some(ask) => asked(hub, access, found, &ask).await?,
        None => found,
    };
    item(found)
}

/// Longest input that is looked at at once, in bytes: a millisecond or two.
const SHORT: usize = 8 * 1024;

/// What `look` makes of bytes.
///
/// # Errors
/// `Busy` when they are many and the line is full.
async fn looked<T: Send + 'static>(
    hub: &Hub,
    bytes: Vec<u8>,
    look: impl FnOnce(&[u8], &Around<'_>) -> T + Send + 'static,
) -> Result<T, AdminError> {
    let (now, public_url) = (hub.now(), hub.config.public_url.at("/"));
    let long = bytes.len() > SHORT;
    let work = move || look(&bytes, &Around { now, public_url: &public_url });
    if long { aside(hub, work).await } else { Ok(work()) }
}

fn decoded(file: &SecretText) -> Result<Vec<u8>, AdminError> {
    recognise::file(file.0.expose())
        .ok_or_else(|| AdminError::field("file", "give the file in base64"))
}

/// Calls the one address that has to be asked.
async fn asked(hub: &Hub, access: &Access, found: Found, ask: &Ask) -> Result<Found, AdminError> {
    let fetched = hub.fetch.get(&ask.url, Ask::ACCEPT, MAX_BYTES).await;
    let reason = match fetched {
        Ok(fetched) if fetched.status == 200 => {
            let asking = found.clone();
            let read =
                move |body: &[u8], around: &Around<'_>| recognise::answered(&asking, body, around);
            let (merged, answer) = looked(hub, fetched.body, read).await?;
            if recognise::is_open(&answer) || tells(access) {
                return Ok(merged);
            }
            "it answered with something else".to_owned()
        }
        Ok(fetched) => format!("it answered with HTTP status {}", fetched.status),
        Err(error) => error.to_string(),
    };
    if tells(access) {
        return Ok(recognise::unanswered(found, Some(&reason)));
    }
    tracing::info!(reason, "an address gave nothing usable");
    Ok(recognise::unanswered(found, None))
}

/// Whether everything is told of what an address answered. Whoever reaches one organization
/// only must not learn which hosts and ports answer around us, and with what.
fn tells(access: &Access) -> bool {
    *access.scope() == Scope::Installation
}

fn item(found: Found) -> Result<RecognisedItem, AdminError> {
    let draft = found.draft.as_ref();
    Ok(RecognisedItem {
        kind: found.kind,
        sentence: format!("This is {}.", found.kind.words()),
        provider: found.provider.map(|preset| ProviderItem { id: &preset.id, name: &preset.name }),
        protocol: draft.map(Draft::protocol),
        missing: draft.map(Draft::missing).unwrap_or_default(),
        draft: draft.map(super::to_json).transpose()?,
        read: read(found.facts),
        wrong: found.wrong.into_iter().map(wrong).collect(),
    })
}

fn read(facts: Facts) -> ReadItem {
    let sso = facts.sso_endpoints.into_iter();
    let endpoints = facts.endpoints.into_iter();
    ReadItem {
        entity_id: facts.entity_id,
        sso_endpoints: sso
            .map(|e| SsoEndpointItem { binding: e.binding, location: e.location })
            .collect(),
        certificates: facts.certificates.into_iter().map(certificate).collect(),
        valid_until: facts.valid_until.map(Millis::rfc3339),
        issuer: facts.issuer,
        endpoints: endpoints.map(|(name, url)| EndpointItem { name, url }).collect(),
        signing_algorithms: facts.algorithms,
        scopes: facts.scopes,
        client_id: facts.client_id,
        tenant: facts.tenant,
    }
}

fn certificate(details: Details) -> CertificateReadItem {
    CertificateReadItem {
        fingerprint_sha256: details.sha256,
        fingerprint_sha1: details.sha1,
        subject: details.subject,
        issuer: details.issuer,
        key: details.key,
        signature_algorithm: details.signature_algorithm,
        not_before: details.not_before.rfc3339(),
        not_after: details.not_after.rfc3339(),
    }
}

fn wrong(wrong: Wrong) -> WrongItem {
    let Wrong { code, sentence, advice, instead } = wrong;
    WrongItem { code, sentence, advice, instead }
}
