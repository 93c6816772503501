//! A revision with everything parsed that can be parsed beforehand, and the bounded cache of
//! those in use. A revision never changes, so nothing here ever has to be forgotten for being
//! stale.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::saml;
use crate::model::connection::{ConnectionConfig, OidcConfig};
use crate::model::id::RevisionId;

/// Revisions kept at most; beyond that all are parsed anew as they are used.
const KEPT: usize = 4_096;

/// A revision ready for use.
pub enum Prepared {
    /// A SAML identity provider, its keys parsed.
    Saml(Box<saml::Prepared>),
    /// An OpenID Provider.
    Oidc(Box<OidcConfig>),
}

impl Prepared {
    /// Parses what can be parsed, of a revision that is tested: it may lack the issuer.
    ///
    /// # Errors
    /// When other values are missing or a certificate cannot be read.
    pub fn for_test(config: ConnectionConfig) -> Result<Self, saml::PrepareError> {
        match config {
            ConnectionConfig::Saml(config) => {
                Ok(Self::Saml(Box::new(saml::Prepared::for_test(&config)?)))
            }
            config @ ConnectionConfig::Oidc(_) => Self::new(config),
        }
    }

    /// Parses what can be parsed.
    ///
    /// # Errors
    /// When a certificate cannot be read.
    pub fn new(config: ConnectionConfig) -> Result<Self, saml::PrepareError> {
        Ok(match config {
            ConnectionConfig::Saml(config) => Self::Saml(Box::new(saml::Prepared::new(&config)?)),
            ConnectionConfig::Oidc(config) => Self::Oidc(Box::new(config)),
        })
    }
}

/// Revisions in use. Cheap to clone.
#[derive(Clone, Default)]
pub struct PreparedCache {
    kept: Arc<RwLock<HashMap<RevisionId, Arc<Prepared>>>>,
}

impl PreparedCache {
    /// The revision, if it is kept.
    pub fn find(&self, revision: &RevisionId) -> Option<Arc<Prepared>> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner).get(revision).cloned()
    }

    /// Keeps a revision.
    pub fn keep(&self, revision: RevisionId, prepared: Arc<Prepared>) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(revision, prepared);
    }
}
