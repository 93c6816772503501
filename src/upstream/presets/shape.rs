//! What a provider's answers look like unless changed.

use serde::{Deserialize, Serialize};

use super::fact::Fact;

/// What a provider's SAML answers look like unless changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SamlShape {
    /// The NameID's format.
    pub name_id: Fact<NameId>,
    /// What stands in the NameID.
    pub name_id_holds: Fact<String>,
    /// Which parts are signed.
    pub signed: Fact<Signed>,
    /// How they are signed.
    pub signed_with: Fact<SignedWith>,
    /// What its entity ID looks like; `{...}` are gaps.
    pub entity_id: Option<Fact<String>>,
    /// What its sign-on address looks like.
    pub sso_url: Option<Fact<String>>,
    /// What its metadata address looks like.
    pub metadata_url: Option<Fact<String>>,
    /// What the values of groups are.
    pub groups: Option<Fact<Group>>,
}

/// The format of a NameID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameId {
    /// `unspecified`, under the name SAML 1.1 gave it.
    Unspecified,
    /// `emailAddress`. Proves no mailbox.
    EmailAddress,
    /// No format is stated.
    Absent,
    /// Whatever the admin configured.
    Configured,
    /// No NameID at all until the admin adds a rule.
    Missing,
}

/// Which parts of an answer are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signed {
    /// The assertion.
    Assertion,
    /// The response around it.
    Response,
    /// Both.
    Both,
    /// Nothing until a key is chosen.
    Nothing,
    /// Whatever the admin configured.
    Configured,
}

/// How answers are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignedWith {
    /// RSA with SHA-256.
    RsaSha256,
    /// RSA with SHA-1, which is refused here.
    RsaSha1,
    /// RSA or ECDSA, as the chosen key is.
    ByKey,
}

/// What the values of groups are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Names.
    Name,
    /// Identifiers that say nothing to people.
    Identifier,
    /// Paths with a leading slash.
    Path,
    /// Distinguished names.
    DistinguishedName,
    /// An object whose keys are the names.
    Object,
}

/// What a provider's OpenID Connect answers look like unless changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcShape {
    /// Its issuer, to the last slash; `{...}` are gaps.
    pub issuer: Fact<String>,
    /// What the subject is.
    pub subject: Option<Fact<String>>,
    /// What `email_verified` is worth.
    pub email_verified: Option<Fact<String>>,
    /// What the values of groups are.
    pub groups: Option<Fact<Group>>,
}
