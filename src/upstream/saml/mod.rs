//! We as SAML service provider (Web Browser SSO, requests by redirect, answers by POST).
//!
//! `begin` sends the person to the provider, `finish` judges the response, `checks` in their
//! order, with `audience` and `status` for their codes; `subject` says who it is; `replay`
//! judges a response again.
//! Pure: nothing is fetched and nothing is stored.

mod audience;
pub mod begin;
mod checks;
pub mod finish;
pub mod metadata;
mod replay;
mod status;
mod subject;

pub use audience::is_other_connection;
pub(super) use replay::{Kept, replay};

/// The certificates of a provider, for those who take them in and show them.
pub use crate::wire::x509 as certificates;

use crate::model::connection::SamlConfig;
use crate::model::id::ConnectionId;
use crate::model::public_url::PublicUrl;
use crate::wire::x509::{Certificate, CertificateError};
use crate::wire::xmldsig::Pinned;

/// What one connection is called towards its identity provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceProvider {
    /// Our name there.
    pub entity_id: String,
    /// Where answers go.
    pub acs_url: String,
    /// Where our metadata is.
    pub metadata_url: String,
}

impl ServiceProvider {
    /// The names of `connection`. The entity ID is the address of our metadata unless the
    /// configuration says otherwise.
    pub fn of(public_url: &PublicUrl, connection: &ConnectionId, config: &SamlConfig) -> Self {
        let metadata_url = public_url.at(&format!("/saml/{connection}/metadata"));
        Self {
            entity_id: config.sp_entity_id.clone().unwrap_or_else(|| metadata_url.clone()),
            acs_url: public_url.at(&format!("/saml/{connection}/acs")),
            metadata_url,
        }
    }
}

/// A configuration with its keys parsed: made once per revision, shared between threads.
#[derive(Debug)]
pub struct Prepared {
    config: SamlConfig,
    pinned: Pinned,
    /// No issuer is known: a test takes the one that the pinned key signed.
    learns: bool,
}

/// Why a configuration cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrepareError {
    /// Values are missing, by name.
    #[error("missing: {}", .0.join(", "))]
    Missing(Vec<&'static str>),
    /// A certificate cannot be used.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
}

impl Prepared {
    /// Parses what a configuration holds.
    ///
    /// # Errors
    /// When values are missing or a certificate cannot be used.
    pub fn new(config: &SamlConfig) -> Result<Self, PrepareError> {
        Self::build(config, false)
    }

    /// The same for a test sign-in, which may find out the issuer: without one, whatever the
    /// pinned key signed in its name is taken. Nobody gets in by it.
    ///
    /// # Errors
    /// When other values are missing or a certificate cannot be used.
    pub fn for_test(config: &SamlConfig) -> Result<Self, PrepareError> {
        Self::build(config, config.idp_entity_id.is_empty())
    }

    fn build(config: &SamlConfig, learns: bool) -> Result<Self, PrepareError> {
        let absent = |missing: bool, name| missing.then_some(name);
        let missing: Vec<&'static str> = [
            // Without it every issuer would be as good as the right one.
            absent(config.idp_entity_id.is_empty() && !learns, "idp_entity_id"),
            absent(config.sso_endpoints.is_empty(), "sso_url"),
            absent(config.certificates.is_empty(), "certificates"),
        ]
        .into_iter()
        .flatten()
        .collect();
        if !missing.is_empty() {
            return Err(PrepareError::Missing(missing));
        }
        let certificates = config
            .certificates
            .iter()
            .map(|text| Certificate::from_base64(text))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self { config: config.clone(), pinned: Pinned::new(certificates)?, learns })
    }

    /// The configuration.
    pub const fn config(&self) -> &SamlConfig {
        &self.config
    }
}
