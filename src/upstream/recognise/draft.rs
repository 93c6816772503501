//! The draft that comes of an input: what a connection's draft may be replaced with.

use serde::Serialize;

use crate::model::connection::{Protocol, SsoBinding};

/// A draft, whole or in part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Draft {
    /// Of a SAML connection.
    Saml(SamlValues),
    /// Of an OpenID Connect connection.
    Oidc(OidcValues),
}

/// Values of a SAML draft, under its names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SamlValues {
    /// The metadata.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata_xml: Option<String>,
    /// Where the metadata is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata_url: Option<String>,
    /// The entity ID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idp_entity_id: Option<String>,
    /// Where requests go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sso_url: Option<String>,
    /// How requests travel there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sso_binding: Option<SsoBinding>,
    /// Certificates: DER in base64.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<String>,
}

/// Values of an OpenID Connect draft, under its names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct OidcValues {
    /// The issuer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Our client identifier there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
}

impl Draft {
    /// With the metadata itself.
    pub(super) fn metadata(xml: &str) -> Self {
        Self::Saml(SamlValues { metadata_xml: Some(xml.to_owned()), ..SamlValues::default() })
    }

    /// With the address of metadata.
    pub(super) fn metadata_url(url: &str) -> Self {
        Self::Saml(SamlValues { metadata_url: Some(url.to_owned()), ..SamlValues::default() })
    }

    /// With an issuer.
    pub(super) fn issuer(issuer: &str) -> Self {
        Self::Oidc(OidcValues { issuer: Some(issuer.to_owned()), ..OidcValues::default() })
    }

    /// Which protocol it is for.
    pub const fn protocol(&self) -> Protocol {
        match self {
            Self::Saml(_) => Protocol::Saml,
            Self::Oidc(_) => Protocol::Oidc,
        }
    }

    /// The values still to be entered, by the names of a draft.
    pub fn missing(&self) -> Vec<&'static str> {
        let absent = |missing: bool, name| missing.then_some(name);
        match self {
            Self::Saml(values) => {
                let metadata = values.metadata_xml.is_some() || values.metadata_url.is_some();
                [
                    absent(!metadata && values.idp_entity_id.is_none(), "idp_entity_id"),
                    absent(!metadata && values.sso_url.is_none(), "sso_url"),
                    absent(!metadata && values.certificates.is_empty(), "certificate"),
                ]
            }
            // The secret is never taken from what was pasted here.
            Self::Oidc(values) => [
                absent(values.issuer.is_none(), "issuer"),
                absent(values.client_id.is_none(), "client_id"),
                Some("client_secret"),
            ],
        }
        .into_iter()
        .flatten()
        .collect()
    }
}
