//! An OpenID Connect draft: an issuer with its client, the secret sealed.

use serde::Deserialize;
use utoipa::ToSchema;

use super::{AttributeNamesBody, Draft, LONG, MANY, names, skew};
use crate::admin::error::AdminError;
use crate::admin::input::{PRIVATE_KEY, Problems, SecretText, is_private_key};
use crate::hub::Hub;
use crate::model::connection::{ConnectionConfig, OidcConfig, SealedSecret, TokenAuth};
use crate::model::time::Millis;
use crate::upstream::oidc::CLIENT_SECRET_PURPOSE;

/// Longest client secret.
const SECRET: usize = 4_096;

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
    /// When that secret ends at the provider (RFC 3339), as its console says: we warn in time.
    #[serde(default)]
    pub client_secret_expires_at: Option<String>,
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
    /// Whether people come back to the second of the connection's `redirect_uris`, which all
    /// connections share, and not to the first. The provider has to name itself in its answers
    /// (`iss`, RFC 9207): the test shows whether it does.
    #[serde(default)]
    pub shared_redirect_uri: bool,
}

pub(super) fn read(hub: &Hub, draft: &OidcDraft) -> Result<Draft, AdminError> {
    let mut problems = Problems::default();
    let config = OidcConfig {
        issuer: problems.text("issuer", draft.issuer.as_deref().unwrap_or_default(), LONG),
        client_id: problems.text("client_id", draft.client_id.as_deref().unwrap_or_default(), LONG),
        client_secret: secret(hub, &mut problems, draft.client_secret.as_ref()),
        client_secret_expires_at: moment(
            &mut problems,
            "client_secret_expires_at",
            draft.client_secret_expires_at.as_deref(),
        ),
        token_auth: draft.token_auth,
        scopes: scopes(&mut problems, draft.scopes.as_deref()),
        clock_skew_seconds: skew(&mut problems, draft.clock_skew_seconds),
        attributes: names(&mut problems, &draft.attributes),
        shared_redirect_uri: draft.shared_redirect_uri,
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

fn moment(problems: &mut Problems, field: &str, text: Option<&str>) -> Option<Millis> {
    let moment = Millis::parse_rfc3339(text?);
    if moment.is_none() {
        problems.add(field, "give a date with time and zone, such as 2027-03-31T00:00:00Z");
    }
    moment
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
