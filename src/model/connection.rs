//! One identity provider of one organization, and its exact configurations.

use serde::{Deserialize, Serialize};

use super::id::{ConnectionId, OrganizationId, RevisionId};
use super::time::Millis;

mod settings;

pub use settings::{Admit, ConnectionSettings, NewUsers, ProviderSignOut, RoleSync};

/// What a connection speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// SAML 2.0.
    Saml,
    /// OpenID Connect.
    Oidc,
}

/// One identity provider of one organization. Has at most one live revision and one draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Its identifier; stands in our SAML and OIDC addresses.
    pub id: ConnectionId,
    /// The organization it belongs to.
    pub organization: OrganizationId,
    /// Its name as shown to people.
    pub name: String,
    /// What it speaks; never changes.
    pub protocol: Protocol,
    /// Refuses every inbound path.
    pub disabled: bool,
    /// The revision people sign in through.
    pub live: Option<RevisionId>,
    /// The revision being prepared.
    pub draft: Option<RevisionId>,
    /// The revision that was live before.
    pub previous: Option<RevisionId>,
    /// What is decided beside the configuration.
    pub settings: ConnectionSettings,
    /// Answers are kept whole until then; `None` = they are not. No part of the configuration:
    /// it counts as no edit.
    pub capture_until: Option<Millis>,
    /// When it was made.
    pub created_at: Millis,
    /// Counts edits; the ETag of the admin API.
    pub version: i64,
}

impl Connection {
    /// Whether an answer that is judged at `now` is kept whole.
    pub fn captures(&self, now: Millis) -> bool {
        self.capture_until.is_some_and(|until| now < until)
    }
}

/// One exact configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Its identifier.
    pub id: RevisionId,
    /// The connection it configures.
    pub connection: ConnectionId,
    /// The configuration. Never changes once the revision has been live.
    pub config: ConnectionConfig,
    /// When it was made.
    pub created_at: Millis,
}

/// The configuration of a revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "protocol", rename_all = "lowercase")]
pub enum ConnectionConfig {
    /// A SAML identity provider.
    Saml(SamlConfig),
    /// An OpenID Provider.
    Oidc(OidcConfig),
}

impl ConnectionConfig {
    /// What it speaks.
    pub const fn protocol(&self) -> Protocol {
        match self {
            Self::Saml(_) => Protocol::Saml,
            Self::Oidc(_) => Protocol::Oidc,
        }
    }

    /// An empty draft.
    pub fn empty(protocol: Protocol) -> Self {
        match protocol {
            Protocol::Saml => Self::Saml(SamlConfig::default()),
            Protocol::Oidc => Self::Oidc(OidcConfig::default()),
        }
    }

    /// The names of the values still missing before it can go live; empty when complete.
    pub fn missing(&self) -> Vec<&'static str> {
        let absent = |missing: bool, name| missing.then_some(name);
        match self {
            Self::Saml(c) => [
                absent(c.idp_entity_id.is_empty(), "idp_entity_id"),
                absent(c.sso_endpoints.is_empty(), "sso_url"),
                absent(c.certificates.is_empty(), "certificates"),
            ],
            Self::Oidc(c) => [
                absent(c.issuer.is_empty(), "issuer"),
                absent(c.client_id.is_empty(), "client_id"),
                absent(c.client_secret.is_none(), "client_secret"),
            ],
        }
        .into_iter()
        .flatten()
        .collect()
    }
}

/// Tolerance for clocks that disagree: default 180 s.
pub const DEFAULT_CLOCK_SKEW_SECONDS: u32 = 180;
/// Tolerance for clocks that disagree: at most 300 s.
pub const MAX_CLOCK_SKEW_SECONDS: u32 = 300;

/// A SAML identity provider as configured. Empty values mean "not known yet".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SamlConfig {
    /// The issuer every answer must name, exactly.
    pub idp_entity_id: String,
    /// Where requests go, in order of preference.
    pub sso_endpoints: Vec<SsoEndpoint>,
    /// Certificates whose keys may sign: DER in base64, without armour.
    pub certificates: Vec<String>,
    /// Whether a certificate past its end still verifies. The key, not the date, is what
    /// was pinned; so the default is yes, with a warning.
    pub accept_expired_certificates: bool,
    /// Our own entity ID; default: the address of our metadata.
    pub sp_entity_id: Option<String>,
    /// Further audiences accepted besides our entity ID. Exact texts, never patterns.
    pub accepted_audiences: Vec<String>,
    /// NameIDPolicy Format to ask for; none is asked for by default.
    pub name_id_format: Option<String>,
    /// Where the metadata came from, if from an address.
    pub metadata_url: Option<String>,
    /// Tolerance for clocks that disagree, in seconds (0 to 300).
    pub clock_skew_seconds: u32,
    /// Attribute names that differ from the known ones.
    pub attributes: AttributeNames,
}

impl Default for SamlConfig {
    fn default() -> Self {
        Self {
            idp_entity_id: String::new(),
            sso_endpoints: Vec::new(),
            certificates: Vec::new(),
            accept_expired_certificates: true,
            sp_entity_id: None,
            accepted_audiences: Vec::new(),
            name_id_format: None,
            metadata_url: None,
            clock_skew_seconds: DEFAULT_CLOCK_SKEW_SECONDS,
            attributes: AttributeNames::default(),
        }
    }
}

/// How a request travels to the identity provider (SAML bindings sections 3.4 and 3.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SsoBinding {
    /// HTTP-Redirect.
    HttpRedirect,
    /// HTTP-POST.
    HttpPost,
}

/// One single sign-on address of the identity provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SsoEndpoint {
    /// How the request travels.
    pub binding: SsoBinding,
    /// Where to.
    pub location: String,
}

/// An OpenID Provider as configured. Empty values mean "not known yet".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OidcConfig {
    /// The issuer, byte for byte as the provider states it.
    pub issuer: String,
    /// Our client identifier there.
    pub client_id: String,
    /// Our client secret there, sealed.
    pub client_secret: Option<SealedSecret>,
    /// When that secret ends at the provider, where somebody told us.
    pub client_secret_expires_at: Option<Millis>,
    /// How we authenticate at the token endpoint; `None` = what discovery offers, basic first.
    pub token_auth: Option<TokenAuth>,
    /// Scopes asked for; always contains `openid`.
    pub scopes: Vec<String>,
    /// Tolerance for clocks that disagree, in seconds (0 to 300).
    pub clock_skew_seconds: u32,
    /// Claim names that differ from the known ones.
    pub attributes: AttributeNames,
    /// Whether people come back to the address that all connections share. The provider then
    /// has to say who it is in its answer (RFC 9207).
    pub shared_redirect_uri: bool,
}

impl Default for OidcConfig {
    fn default() -> Self {
        Self {
            issuer: String::new(),
            client_id: String::new(),
            client_secret: None,
            client_secret_expires_at: None,
            token_auth: None,
            scopes: ["openid", "email", "profile"].map(str::to_owned).to_vec(),
            clock_skew_seconds: DEFAULT_CLOCK_SKEW_SECONDS,
            attributes: AttributeNames::default(),
            shared_redirect_uri: false,
        }
    }
}

/// A secret as it rests in the store: sealed bytes in base64. Only `keys` can open it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SealedSecret(pub String);

impl std::fmt::Debug for SealedSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealedSecret(..)")
    }
}

/// How a client authenticates at a token endpoint (OpenID Connect Core section 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenAuth {
    /// `client_secret_basic`
    ClientSecretBasic,
    /// `client_secret_post`
    ClientSecretPost,
}

/// Names to read instead of the known ones, per field. `None` = the known names. Of an OpenID
/// Provider's claims one inside another is named by its path: `realm_access.roles`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AttributeNames {
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
    /// What stands between groups that come joined into one text. `None` = nothing, each text
    /// is one group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split_groups: Option<GroupSeparator>,
}

impl AttributeNames {
    /// The names that are configured.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        [&self.subject, &self.email, &self.given_name, &self.family_name, &self.name, &self.groups]
            .into_iter()
            .filter_map(Option::as_deref)
    }
}

/// What stands between groups that come joined into one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupSeparator {
    /// `;`
    Semicolon,
    /// `,` except within a distinguished name.
    Comma,
}

impl GroupSeparator {
    /// The character.
    pub const fn character(self) -> char {
        match self {
            Self::Semicolon => ';',
            Self::Comma => ',',
        }
    }
}
