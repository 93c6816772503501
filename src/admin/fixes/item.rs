//! A repair as the API shows it, and what is sent along with it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::admin::connection_item::CertificateItem;

/// A repair that is offered.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FixItem {
    /// `accept_audience`, `trust_signer`, `pick_email`, `pick_subject` or `correct_issuer`.
    #[schema(example = "accept_audience")]
    pub id: &'static str,
    /// What it does, and what to look at before.
    pub sentence: String,
    /// What the draft holds at present where this changes it.
    pub before: Vec<String>,
    /// What it would hold; where a value is picked, without that.
    pub after: Vec<String>,
    /// What has to be sent along.
    pub needs: NeedsItem,
}

/// What has to be sent along with a repair.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct NeedsItem {
    /// To be repeated as `confirm`, after it was compared as the sentence says; null where
    /// nothing is to be confirmed.
    pub confirm: Option<String>,
    /// One of these is to be sent as `value`; empty where there is nothing to pick.
    pub values: Vec<String>,
    /// The certificate that is to be confirmed.
    pub certificate: Option<CertificateItem>,
}

/// What is sent along with a repair.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FixBody {
    /// The fingerprint that was compared.
    pub confirm: Option<String>,
    /// The value that was picked.
    pub value: Option<String>,
}
