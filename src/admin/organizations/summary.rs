//! How an organization is doing, for a list.

use serde::Serialize;
use utoipa::ToSchema;

use crate::admin::Act;
use crate::model::organization::{EnforcementMode, Organization};
use crate::model::time::Millis;
use crate::store::organization_counts::{self, Counts};

/// How an organization is doing, for a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OrganizationSummary {
    /// Its connections.
    pub connections: i64,
    /// Those of them that people can sign in through.
    pub live_connections: i64,
    /// Its people, 1000 at most.
    pub people: i64,
    /// Whether there are more people than that.
    pub more_people: bool,
    /// Whether single sign-on is `off`, `optional`, `required`, or will be and is `scheduled`.
    #[schema(example = "optional")]
    pub enforcement: &'static str,
    /// When somebody last signed in (RFC 3339), as far as is kept.
    pub last_sign_in_at: Option<String>,
}

/// What was counted of an organization, as it is shown.
pub(super) fn summary(act: &Act<'_>, of: &Organization, counts: &Counts) -> OrganizationSummary {
    let enforcement = &of.settings.enforcement;
    OrganizationSummary {
        connections: counts.connections,
        live_connections: counts.live,
        people: counts.people.min(organization_counts::PEOPLE),
        more_people: counts.people > organization_counts::PEOPLE,
        enforcement: match enforcement.mode {
            _ if !of.settings.sso_allowed => "off",
            EnforcementMode::Off => "off",
            EnforcementMode::Optional => "optional",
            EnforcementMode::Required if enforcement.in_force(act.now) => "required",
            EnforcementMode::Required => "scheduled",
        },
        last_sign_in_at: counts.last_sign_in.map(Millis::rfc3339),
    }
}
