//! Upstream SAML: metadata, the provider's and ours.

use super::ServiceProvider;
use crate::model::connection::SamlConfig;
use crate::wire::saml::metadata::SpMetadata;
pub use crate::wire::saml::metadata::{IdpMetadata, MetadataError, is_address, read};

/// Our metadata for one connection.
pub fn service_provider(provider: &ServiceProvider, config: &SamlConfig) -> String {
    SpMetadata {
        entity_id: &provider.entity_id,
        acs_url: &provider.acs_url,
        name_id_format: config.name_id_format.as_deref(),
    }
    .xml()
}
