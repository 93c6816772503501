//! How a provider is connected over one protocol: its console's fields, and what is known to
//! go wrong.

use serde::{Deserialize, Serialize};

use super::fact::Certainty;
use crate::model::code::Code;

/// Connecting a provider over one protocol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guide {
    /// Where in the provider's console this begins.
    pub start: Start,
    /// The fields of the provider's console, in its order.
    pub fields: Vec<Field>,
    /// What it says of a person, by which names.
    #[serde(default)]
    pub attributes: Vec<Attribute>,
    /// What is known to go wrong.
    pub mistakes: Vec<Mistake>,
    /// What runs out, and when.
    #[serde(default)]
    pub lifetimes: Vec<Lifetime>,
    /// What it cannot do.
    #[serde(default)]
    pub cannot: Vec<Limit>,
}

impl Guide {
    /// The first field that does `does`.
    pub fn field(&self, does: Does) -> Option<&Field> {
        self.fields.iter().find(|field| field.does == does)
    }

    /// Why it cannot do something, if it cannot.
    pub fn cannot(&self, ability: Ability) -> Option<&Limit> {
        self.cannot.iter().find(|limit| limit.what == ability)
    }
}

/// Where in the provider's console the connection is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// Menu entries and buttons, in order, in the console's words.
    pub at: Vec<String>,
    /// What else to know, if anything.
    pub note: Option<String>,
    /// How well founded.
    pub certainty: Certainty,
}

/// A field, button or switch of the provider's console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its label in the console's own words.
    pub label: String,
    /// Other labels it has or had.
    #[serde(default)]
    pub also: Vec<String>,
    /// The page, tab or section it stands on, outermost first.
    #[serde(default)]
    pub at: Vec<String>,
    /// What it is for.
    pub does: Does,
    /// What to choose or enter; always there for [`Does::Set`].
    pub choose: Option<String>,
    /// What else to know, if anything.
    pub note: Option<String>,
    /// Whether signing in works without it.
    #[serde(default)]
    pub optional: bool,
    /// How well founded.
    pub certainty: Certainty,
}

/// What a field is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Does {
    /// One of our values goes there.
    Give(Give),
    /// It shows a value that comes back to us.
    Get(Get),
    /// It sets how the provider behaves.
    Set(Set),
}

/// A value of ours that a provider asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Give {
    /// SAML: where answers go.
    AcsUrl,
    /// SAML: the same address, asked for a second time as the recipient.
    RecipientUrl,
    /// SAML: the same address as an anchored, escaped regular expression.
    AcsUrlPattern,
    /// SAML: our entity ID.
    SpEntityId,
    /// SAML: where our metadata is.
    SpMetadataUrl,
    /// SAML: our metadata as a file.
    SpMetadataFile,
    /// OpenID Connect: where answers go.
    RedirectUri,
    /// Where people of the organization begin to sign in.
    LoginUrl,
    /// OpenID Connect: where a tile of the provider starts a sign-in.
    InitiateUrl,
}

/// A value of the provider that we need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Get {
    /// SAML: where its metadata is.
    MetadataUrl,
    /// SAML: its metadata as a file.
    MetadataFile,
    /// SAML: its entity ID.
    IdpEntityId,
    /// SAML: where requests go.
    SsoUrl,
    /// SAML: the certificate of the key it signs with.
    Certificate,
    /// SAML: that certificate's fingerprint, to compare.
    Fingerprint,
    /// OpenID Connect: its issuer.
    Issuer,
    /// OpenID Connect: what fills the gap in the issuer of [`OidcShape::issuer`].
    IssuerPart,
    /// OpenID Connect: where its metadata is; the issuer stands in there.
    DiscoveryUrl,
    /// OpenID Connect: the client identifier.
    ClientId,
    /// OpenID Connect: the client secret.
    ClientSecret,
}

impl Get {
    /// What the value is called in the draft of a connection; `None` where it is only compared.
    pub const fn in_draft(self) -> Option<&'static str> {
        Some(match self {
            Self::MetadataUrl => "metadata_url",
            Self::MetadataFile => "metadata_xml",
            Self::IdpEntityId => "idp_entity_id",
            Self::SsoUrl => "sso_url",
            Self::Certificate => "certificate",
            Self::Fingerprint => return None,
            Self::Issuer | Self::IssuerPart | Self::DiscoveryUrl => "issuer",
            Self::ClientId => "client_id",
            Self::ClientSecret => "client_secret",
        })
    }
}

/// What a setting of the provider decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Set {
    /// Who may sign in.
    Access,
    /// Which attributes or claims are sent.
    Attributes,
    /// Which groups are sent.
    Groups,
    /// The NameID's format.
    NameIdFormat,
    /// What stands in the NameID.
    NameIdValue,
    /// Which parts of an answer are signed.
    SignedParts,
    /// How answers are signed.
    SignatureAlgorithm,
    /// Whose key signs.
    SigningKey,
    /// Whether answers are encrypted.
    Encryption,
    /// Whether our requests must be signed.
    SignedRequests,
    /// How answers travel.
    Binding,
    /// Where our requests may arrive.
    RequestBinding,
    /// Whether the provider's own tile starts a sign-in.
    Tile,
    /// From when an answer is valid, and for how long.
    Validity,
    /// Which tenants' accounts may sign in.
    Audience,
    /// What kind of client or app it is.
    ClientKind,
    /// How we prove who we are at the token endpoint.
    ClientAuthentication,
    /// Which scopes may be asked.
    Scopes,
}

/// What a provider says of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attribute {
    /// What it tells.
    pub of: Person,
    /// The name under which it arrives.
    pub name: String,
    /// Where it comes from, in the console's words; absent when it is sent unasked.
    pub from: Option<String>,
    /// Whether it is sent unasked.
    #[serde(default)]
    pub unasked: bool,
    /// What else to know, if anything.
    pub note: Option<String>,
    /// How well founded.
    pub certainty: Certainty,
}

/// What an attribute tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Person {
    /// The e-mail address.
    Email,
    /// The given name.
    GivenName,
    /// The family name.
    FamilyName,
    /// The whole name.
    Name,
    /// The groups.
    Groups,
    /// An identifier that never changes.
    LastingId,
}

/// Something that is known to go wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mistake {
    /// Its identifier within the guide. Stable for ever.
    pub id: String,
    /// The reason codes it explains; empty when it shows as none: the provider stops the
    /// person, or they get in and something about them is missing.
    #[serde(default)]
    pub codes: Vec<Code>,
    /// What the provider itself prints, where it does.
    #[serde(default)]
    pub prints: Vec<String>,
    /// How it shows.
    pub shows: String,
    /// Why it happens.
    pub cause: String,
    /// What to change.
    pub change: String,
    /// The field to change, if there is one.
    pub field: Option<Does>,
    /// How well founded.
    pub certainty: Certainty,
}

/// Something that runs out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lifetime {
    /// What runs out.
    pub of: Perishable,
    /// After how many days unless changed; absent when that differs or is not known.
    pub days: Option<u32>,
    /// What to know, and what to do in time.
    pub say: String,
    /// How well founded.
    pub certainty: Certainty,
}

/// What runs out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Perishable {
    /// The certificate of the key that signs.
    Certificate,
    /// The client secret.
    ClientSecret,
}

/// Something a provider cannot do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// What it cannot do.
    pub what: Ability,
    /// What that means.
    pub say: String,
    /// How well founded.
    pub certainty: Certainty,
}

/// What a provider may be unable to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ability {
    /// Publish its metadata at an address, so that changes are noticed.
    MetadataUrl,
    /// Send groups.
    Groups,
    /// Send all groups of a person who is in very many.
    ManyGroups,
    /// Vouch for e-mail addresses.
    EmailVerified,
    /// Name a person by something that never changes.
    LastingId,
    /// End the sign-in everywhere.
    SingleLogout,
    /// Encrypt answers.
    Encryption,
    /// Tell family and given name apart.
    NameParts,
}
