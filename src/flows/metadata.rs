//! Our own metadata, as a provider fetches it.

use super::reply::FlowError;
use crate::hub::Hub;
use crate::model::connection::ConnectionConfig;
use crate::model::id::ConnectionId;
use crate::store::{StoreError, connections};
use crate::upstream::saml::ServiceProvider;
use crate::upstream::saml::metadata::service_provider;

/// The metadata of the service provider at `connection`; `None` when there is no such SAML
/// connection. A draft has metadata too: the provider needs it before we know the provider.
///
/// # Errors
/// A fault of our own.
pub async fn saml(hub: &Hub, connection: &str) -> Result<Option<String>, FlowError> {
    let Ok(id) = ConnectionId::try_from(connection) else { return Ok(None) };
    let wanted = id.clone();
    let revision = hub
        .store
        .read::<_, StoreError, _>(move |tx| {
            let Some(connection) = connections::find(tx, &wanted)? else { return Ok(None) };
            match connection.live.or(connection.draft) {
                Some(revision) => connections::revision(tx, &revision),
                None => Ok(None),
            }
        })
        .await?;
    Ok(revision.and_then(|revision| match revision.config {
        ConnectionConfig::Saml(config) => {
            let provider = ServiceProvider::of(&hub.config.public_url, &id, &config);
            Some(service_provider(&provider, &config))
        }
        ConnectionConfig::Oidc(_) => None,
    }))
}
