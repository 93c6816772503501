//! The shape of a provider's file. Unknown names in a file are refused.

use serde::{Deserialize, Serialize};

use super::guide::Guide;
use super::shape::{OidcShape, SamlShape};
use crate::model::connection::Protocol;

/// One identity provider: a file of this folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// Its identifier, which is also the name of its file. Stable for ever.
    pub id: String,
    /// Its name as people know it.
    pub name: String,
    /// The sections of the project's notes on providers that the file was written from.
    pub sections: Vec<u8>,
    /// What those notes rest on.
    pub source: String,
    /// Connecting it over SAML 2.0, where that is known.
    pub saml: Option<Guide>,
    /// What its SAML answers look like; there when `saml` is.
    pub saml_shape: Option<SamlShape>,
    /// Connecting it over OpenID Connect, where that is known.
    pub oidc: Option<Guide>,
    /// What its OpenID Connect answers look like; there when `oidc` is.
    pub oidc_shape: Option<OidcShape>,
    /// How its addresses and entity IDs are recognised.
    pub recognise: Recognise,
}

impl Preset {
    /// How to connect it over `protocol`, if that is known.
    pub const fn guide(&self, protocol: Protocol) -> Option<&Guide> {
        match protocol {
            Protocol::Saml => self.saml.as_ref(),
            Protocol::Oidc => self.oidc.as_ref(),
        }
    }

    /// What is known, SAML first.
    pub fn protocols(&self) -> Vec<Protocol> {
        [Protocol::Saml, Protocol::Oidc]
            .into_iter()
            .filter(|protocol| self.guide(*protocol).is_some())
            .collect()
    }
}

/// How a provider's addresses and entity IDs are recognised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recognise {
    /// Any of these is enough.
    pub patterns: Vec<Pattern>,
    /// Addresses and entity IDs that are this provider's and no other's; for tests.
    pub samples: Vec<String>,
}

/// All that is given must hold. Letter case does not count.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pattern {
    /// The host is this one or below it.
    pub host: Option<String>,
    /// The path of the address holds this.
    pub path: Option<String>,
    /// The path of the address ends so.
    pub path_ends: Option<String>,
    /// The whole text begins so.
    pub starts: Option<String>,
    /// The whole text ends so.
    pub ends: Option<String>,
}
