//! Upstream SAML: asking the identity provider.

use super::{Prepared, ServiceProvider};
use crate::model::attempt::ExpectedAnswer;
use crate::model::code::Code;
use crate::model::connection::SsoBinding;
use crate::model::time::Millis;
use crate::upstream::Outgoing;
use crate::wire::saml::binding;
use crate::wire::saml::request::AuthnRequest;

/// Makes a request and says what its answer must match. `handle` comes back as RelayState;
/// the request's identifier is made from it, behind an underscore because some providers
/// refuse identifiers that start with a digit.
///
/// # Errors
/// `ConnectionNotLive` when the provider has no address to ask at.
pub fn begin(
    prepared: &Prepared,
    provider: &ServiceProvider,
    now: Millis,
    handle: &str,
    force_authn: bool,
) -> Result<(ExpectedAnswer, Outgoing), Code> {
    let config = prepared.config();
    let by = |binding| config.sso_endpoints.iter().find(|e| e.binding == binding);
    let endpoint = by(SsoBinding::HttpRedirect)
        .or_else(|| by(SsoBinding::HttpPost))
        .ok_or(Code::ConnectionNotLive)?;
    let request_id = format!("_{handle}");
    let request = AuthnRequest {
        id: &request_id,
        issue_instant: now,
        destination: &endpoint.location,
        acs_url: &provider.acs_url,
        issuer: &provider.entity_id,
        force_authn,
        name_id_format: config.name_id_format.as_deref(),
    }
    .xml();
    let outgoing = match endpoint.binding {
        SsoBinding::HttpRedirect => {
            Outgoing::Redirect(binding::redirect(&endpoint.location, &request, handle))
        }
        SsoBinding::HttpPost => Outgoing::Form {
            action: endpoint.location.clone(),
            fields: vec![
                ("SAMLRequest".to_owned(), binding::encode(request.as_bytes())),
                ("RelayState".to_owned(), handle.to_owned()),
            ],
        },
    };
    Ok((ExpectedAnswer::Saml { request_id, force_authn }, outgoing))
}
