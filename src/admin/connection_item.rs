//! A connection as the API shows it: never with a secret.

use serde::Serialize;
use utoipa::ToSchema;

use super::Act;
use super::clock::{self, ClockItem};
use super::error::AdminError;
use super::source::AttributeNamesBody;
use crate::model::connection::{
    Admit, AttributeNames, Connection, ConnectionConfig, NewUsers, OidcConfig, Protocol,
    ProviderSignOut, RoleSync, SamlConfig, SsoBinding, TokenAuth,
};
use crate::model::id::RevisionId;
use crate::model::time::Millis;
use crate::store::connection_clocks;
use crate::store::connections::{self, KeptRevision};
use crate::upstream::oidc;
use crate::upstream::saml::ServiceProvider;
use crate::upstream::saml::certificates as x509;

/// A certificate whose key may sign.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CertificateItem {
    /// The certificate: DER in base64.
    pub certificate: String,
    /// SHA-256 over the certificate, in hex.
    pub fingerprint_sha256: String,
    /// Whom it names.
    pub subject: String,
    /// What kind of key it holds.
    #[schema(example = "RSA 2048")]
    pub key: String,
    /// Start of its validity (RFC 3339).
    pub not_before: String,
    /// End of its validity (RFC 3339).
    pub not_after: String,
}

/// One single sign-on address of the identity provider.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SsoEndpointItem {
    /// `http_redirect` or `http_post`.
    #[schema(value_type = String, example = "http_redirect")]
    pub binding: SsoBinding,
    /// Where requests go.
    pub location: String,
}

/// The configuration of a SAML revision. Empty values are not known yet.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SamlConfigItem {
    /// The issuer every answer must name.
    pub idp_entity_id: String,
    /// Where requests go, in order of preference.
    pub sso_endpoints: Vec<SsoEndpointItem>,
    /// Certificates whose keys may sign.
    pub certificates: Vec<CertificateItem>,
    /// Whether a certificate past its end still verifies.
    pub accept_expired_certificates: bool,
    /// Our own entity ID, when it is not the address of our metadata.
    pub sp_entity_id: Option<String>,
    /// Further audiences accepted.
    pub accepted_audiences: Vec<String>,
    /// NameIDPolicy Format asked for.
    pub name_id_format: Option<String>,
    /// Where the metadata came from.
    pub metadata_url: Option<String>,
    /// Tolerance for clocks that disagree.
    pub clock_skew_seconds: u32,
    /// Attribute names that differ from the known ones.
    pub attributes: AttributeNamesBody,
}

/// The configuration of an OpenID Connect revision. Empty values are not known yet.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OidcConfigItem {
    /// The issuer.
    pub issuer: String,
    /// Our client identifier there.
    pub client_id: String,
    /// Whether our client secret was given. It is never shown.
    pub client_secret_set: bool,
    /// When that secret ends at the provider (RFC 3339), where it was told.
    pub client_secret_expires_at: Option<String>,
    /// How we authenticate at the token endpoint; null = what the provider offers.
    #[schema(value_type = Option<String>)]
    pub token_auth: Option<TokenAuth>,
    /// Scopes asked for.
    pub scopes: Vec<String>,
    /// Tolerance for clocks that disagree.
    pub clock_skew_seconds: u32,
    /// Claim names that differ from the known ones.
    pub attributes: AttributeNamesBody,
    /// Whether people come back to the address that all connections share.
    pub shared_redirect_uri: bool,
}

/// The configuration of a revision, by the connection's protocol.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum ConfigItem {
    /// Of a SAML connection.
    Saml(SamlConfigItem),
    /// Of an OpenID Connect connection.
    Oidc(OidcConfigItem),
}

/// One exact configuration.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RevisionItem {
    /// Its identifier.
    pub id: String,
    /// The configuration, without secrets.
    pub config: ConfigItem,
    /// When it was made (RFC 3339).
    pub created_at: String,
    /// When a test sign-in through exactly it passed, last (RFC 3339); null when none did. Not
    /// counted in `version`.
    pub tested_at: Option<String>,
    /// When one passed that an owner of the organization ran while signed in, last (RFC 3339).
    pub owner_tested_at: Option<String>,
    /// When it went live, last (RFC 3339), in the list of revisions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub went_live_at: Option<String>,
}

/// What the identity provider's administrator needs of us.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ServiceProviderItem {
    /// Our entity ID there.
    pub entity_id: String,
    /// Where answers go.
    pub acs_url: String,
    /// Where our metadata is.
    pub metadata_url: String,
}

/// A connection.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ConnectionItem {
    /// Its identifier.
    pub id: String,
    /// The organization it belongs to.
    pub organization: String,
    /// Its name as shown to people.
    pub name: String,
    /// `saml` or `oidc`.
    #[schema(value_type = String, example = "saml")]
    pub protocol: Protocol,
    /// Every sign-in through it is refused.
    pub disabled: bool,
    /// Whether somebody who signs out here is signed out at the provider, too: `ask`,
    /// `always` or `never`. Only OpenID Connect offers that.
    #[schema(value_type = String, example = "ask")]
    pub provider_sign_out: ProviderSignOut,
    /// What becomes of people who come for the first time: `create` or `invited_only`.
    #[schema(value_type = String, example = "create")]
    pub new_users: NewUsers,
    /// The revision people sign in through.
    pub live: Option<RevisionItem>,
    /// The revision being prepared.
    pub draft: Option<RevisionItem>,
    /// The identifier of the revision that was live before, which can be returned to.
    pub previous: Option<String>,
    /// The values still missing before the draft can go live.
    pub missing: Vec<&'static str>,
    /// Who comes in: `everyone` or members of `mapped_groups`.
    #[schema(value_type = String, example = "everyone")]
    pub admit: Admit,
    /// What becomes of roles whose groups somebody left: `mirror` or `add_only`.
    #[schema(value_type = String, example = "mirror")]
    pub role_sync: RoleSync,
    /// What was noticed about the draft, else about what is live.
    pub warnings: Vec<String>,
    /// For SAML: what the identity provider's administrator needs of us.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_provider: Option<ServiceProviderItem>,
    /// For OpenID Connect: the addresses people come back to. To register there: the first, or
    /// with `shared_redirect_uri` the second; as post-logout address either will do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_uris: Option<Vec<String>>,
    /// For OpenID Connect: where the provider may begin a sign-in (Initiate login URI); either
    /// will do, and so does the address of a tile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initiate_login_uris: Option<Vec<String>>,
    /// For SAML: whether responses nobody here asked for are taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accept_unsolicited: Option<bool>,
    /// How far the provider's clock is from ours; null until somebody signed in.
    pub clock: Option<ClockItem>,
    /// Until when answers are kept whole (RFC 3339); null when they are not. Not counted in
    /// `version`.
    pub capture_until: Option<String>,
    /// When it was made (RFC 3339).
    pub created_at: String,
    /// Counts edits; the ETag.
    pub version: i64,
}

pub(super) fn show(
    act: &Act<'_>,
    connection: &Connection,
    mut warnings: Vec<String>,
) -> Result<ConnectionItem, AdminError> {
    let revision = |id: Option<&RevisionId>| match id {
        Some(id) => connections::kept_revision(act.tx, id),
        None => Ok(None),
    };
    let live = revision(connection.live.as_ref())?;
    let draft = revision(connection.draft.as_ref())?;
    let empty = ConnectionConfig::empty(connection.protocol);
    let shown = draft.as_ref().or(live.as_ref()).map_or(&empty, |kept| &kept.revision.config);
    let public_url = &act.hub.config.public_url;
    let (mut service_provider, mut redirect_uris) = (None, None);
    let saml = connection.protocol == Protocol::Saml;
    let begins = || {
        let own = format!("/oidc/{}/initiate", connection.id);
        vec![public_url.at(&own), public_url.at("/oidc/initiate")]
    };
    match shown {
        ConnectionConfig::Saml(config) => {
            notice(act, config, &mut warnings);
            let provider = ServiceProvider::of(public_url, &connection.id, config);
            service_provider = Some(ServiceProviderItem {
                entity_id: provider.entity_id,
                acs_url: provider.acs_url,
                metadata_url: provider.metadata_url,
            });
        }
        ConnectionConfig::Oidc(_) => {
            redirect_uris = Some(vec![
                oidc::redirect_uri(public_url, &connection.id),
                oidc::shared_redirect_uri(public_url),
            ]);
        }
    }
    Ok(ConnectionItem {
        id: connection.id.to_string(),
        organization: connection.organization.to_string(),
        name: connection.name.clone(),
        protocol: connection.protocol,
        disabled: connection.disabled,
        provider_sign_out: connection.settings.provider_sign_out,
        new_users: connection.settings.new_users,
        admit: connection.settings.admit,
        role_sync: connection.settings.role_sync,
        missing: shown.missing(),
        live: live.as_ref().map(plain),
        draft: draft.as_ref().map(plain),
        previous: connection.previous.as_ref().map(ToString::to_string),
        warnings,
        service_provider,
        redirect_uris,
        initiate_login_uris: (!saml).then(begins),
        accept_unsolicited: saml.then_some(connection.settings.accept_unsolicited),
        clock: connection_clocks::find(act.tx, &connection.id)?.map(clock::show),
        capture_until: connection
            .capture_until
            .filter(|_| connection.captures(act.now))
            .map(Millis::rfc3339),
        created_at: connection.created_at.rfc3339(),
        version: connection.version,
    })
}

pub(super) fn show_revision(kept: &KeptRevision) -> RevisionItem {
    RevisionItem { went_live_at: kept.went_live_at.map(Millis::rfc3339), ..plain(kept) }
}

fn plain(kept: &KeptRevision) -> RevisionItem {
    let revision = &kept.revision;
    RevisionItem {
        id: revision.id.to_string(),
        config: match &revision.config {
            ConnectionConfig::Saml(config) => ConfigItem::Saml(saml(config)),
            ConnectionConfig::Oidc(config) => ConfigItem::Oidc(oidc(config)),
        },
        created_at: revision.created_at.rfc3339(),
        tested_at: kept.tested_at.map(Millis::rfc3339),
        owner_tested_at: kept.owner_tested_at.map(Millis::rfc3339),
        went_live_at: None,
    }
}

fn saml(config: &SamlConfig) -> SamlConfigItem {
    let endpoint = |e: &crate::model::connection::SsoEndpoint| SsoEndpointItem {
        binding: e.binding,
        location: e.location.clone(),
    };
    SamlConfigItem {
        idp_entity_id: config.idp_entity_id.clone(),
        sso_endpoints: config.sso_endpoints.iter().map(endpoint).collect(),
        certificates: config.certificates.iter().filter_map(|text| certificate(text)).collect(),
        accept_expired_certificates: config.accept_expired_certificates,
        sp_entity_id: config.sp_entity_id.clone(),
        accepted_audiences: config.accepted_audiences.clone(),
        name_id_format: config.name_id_format.clone(),
        metadata_url: config.metadata_url.clone(),
        clock_skew_seconds: config.clock_skew_seconds,
        attributes: names(&config.attributes),
    }
}

fn oidc(config: &OidcConfig) -> OidcConfigItem {
    OidcConfigItem {
        issuer: config.issuer.clone(),
        client_id: config.client_id.clone(),
        client_secret_set: config.client_secret.is_some(),
        client_secret_expires_at: config
            .client_secret_expires_at
            .map(crate::model::time::Millis::rfc3339),
        token_auth: config.token_auth,
        scopes: config.scopes.clone(),
        clock_skew_seconds: config.clock_skew_seconds,
        attributes: names(&config.attributes),
        shared_redirect_uri: config.shared_redirect_uri,
    }
}

pub(super) fn certificate(text: &str) -> Option<CertificateItem> {
    let found = x509::Certificate::from_base64(text).ok()?;
    Some(CertificateItem {
        certificate: text.to_owned(),
        fingerprint_sha256: found.fingerprint,
        subject: found.subject,
        key: found.kind.to_string(),
        not_before: found.not_before.rfc3339(),
        not_after: found.not_after.rfc3339(),
    })
}

fn notice(act: &Act<'_>, config: &SamlConfig, warnings: &mut Vec<String>) {
    if config.sso_endpoints.iter().any(|endpoint| !endpoint.location.starts_with("https://")) {
        warnings.push("People are sent to an address without https.".to_owned());
    }
    for text in &config.certificates {
        if let Ok(found) = x509::Certificate::from_base64(text)
            && found.not_after < act.now
        {
            warnings.push(format!(
                "The certificate {:.16}... ended on {}.",
                found.fingerprint,
                found.not_after.rfc3339()
            ));
        }
    }
}

fn names(names: &AttributeNames) -> AttributeNamesBody {
    AttributeNamesBody {
        subject: names.subject.clone(),
        email: names.email.clone(),
        given_name: names.given_name.clone(),
        family_name: names.family_name.clone(),
        name: names.name.clone(),
        groups: names.groups.clone(),
        split_groups: names.split_groups,
    }
}
